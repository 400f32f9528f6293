"""When two values say the same: quantities and durations by what they stand for, the rest as it is written."""

from __future__ import annotations

from collections.abc import Callable

from flowdsl.kube import is_duration, is_quantity, parse_duration, parse_quantity
from flowdsl.kube.source_lines import without_lines


def same(kind: str, before: object, after: object) -> bool:
    """Whether two values of a facet mean the same to Tekton and Kubernetes."""
    if _exactly(before, after):
        return True
    if kind == "timeout":
        return _is(is_duration, before, after) and parse_duration(str(before)) == parse_duration(str(after))
    if kind == "script" and isinstance(before, str) and isinstance(after, str):
        # Where code stands in its file changes nothing that it does.
        return without_lines(before) == without_lines(after)
    if kind == "size":
        return _is(is_quantity, before, after) and parse_quantity(str(before)) == parse_quantity(str(after))
    if kind == "resources" and isinstance(before, dict) and isinstance(after, dict):
        return _resources(before) == _resources(after)
    return False


def _exactly(before: object, after: object) -> bool:
    """As `==`, but for Python's true and 1."""
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(_exactly(before[name], after[name]) for name in before)
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(_exactly, before, after))
    return isinstance(before, bool) == isinstance(after, bool) and bool(before == after)


def _is(known: Callable[[str], bool], *values: object) -> bool:
    return all(isinstance(value, str) and known(value) for value in values)


def _resources(value: dict[str, object]) -> dict[str, object]:
    return {name: _quantities(part) for name, part in value.items() if part != {}}


def _quantities(part: object) -> object:
    if not isinstance(part, dict):
        return part
    return {name: parse_quantity(str(each)) if is_quantity(str(each)) else each for name, each in part.items()}
