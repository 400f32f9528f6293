"""What a difference means: whether a caller fails, another thing runs, or nothing changes but words.

`why` is said where it is not plain from the subject.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flowdsl.differ.model import Impact
from flowdsl.kube import is_quantity, parse_quantity

Judged = tuple[Impact, str]
_WORDS = frozenset({"text", "metadata"})
_BEHAVIOURAL: Judged = (Impact.BEHAVIOURAL, "")

_LOST: Mapping[str, Judged] = {
    "trigger": (Impact.BREAKING, "its events start nothing any more"),
    "event": (Impact.BREAKING, "Sensors that wait for it start nothing any more"),
    "bound param": (Impact.BREAKING, "templates that use it get no value"),
    "filter": (Impact.BEHAVIOURAL, "every event is let through"),
    "events": (Impact.BEHAVIOURAL, "events of every type are let through"),
    "signature": (Impact.BEHAVIOURAL, "nothing proves who sends the event"),
    "key": (Impact.BREAKING, "pods that read it do not start"),
}
"""What it means that something of a trigger or a Secret is gone."""
_FIXED = frozenset({"claim", "secret type"})
_REFUSED: Judged = (Impact.BREAKING, "Kubernetes refuses the change: delete the object first, or give it another name")
"""What an object keeps as long as it is there (ValidateSecretUpdate, ValidatePersistentVolumeClaimUpdate)."""


def of_added(kind: str, value: object, *, kept: bool = False) -> Judged:
    """A facet that only the second set has."""
    if kind in _WORDS:
        return Impact.COSMETIC, ""
    if kind == "param" and "default" not in _mapping(value):
        return Impact.BREAKING, "it has no default: callers that do not give it fail"
    if kind == "workspace" and not _mapping(value).get("optional"):
        return Impact.BREAKING, "it is not optional: callers that do not bind it fail"
    return _REFUSED if _is_fixed(kind, kept=kept) else _BEHAVIOURAL


def of_removed(kind: str, value: object, *, kept: bool = False) -> Judged:
    """A facet that only the first set has."""
    if kind in _WORDS:
        return Impact.COSMETIC, ""
    if kind in ("param", "result", "workspace"):
        return Impact.BREAKING, f"callers that use the {kind} fail"
    if _is_fixed(kind, kept=kept) or (kind, value) == ("immutable", True):
        return _REFUSED
    return _LOST.get(kind, _BEHAVIOURAL)


def of_changed(kind: str, before: object, after: object, *, kept: bool = False) -> Judged:
    """A facet that both have, with other values."""
    if kind in _WORDS:
        return Impact.COSMETIC, ""
    if _is_fixed(kind, kept=kept) or (kind, before) == ("immutable", True):
        return _REFUSED
    if kind == "size":
        return _size(before, after)
    judge = _JUDGES.get(kind)
    return judge(_mapping(before), _mapping(after)) if judge else _BEHAVIOURAL


def _is_fixed(kind: str, *, kept: bool) -> bool:
    """Whether Kubernetes keeps a facet as it is; `kept` says that the object is immutable, and its keys with it."""
    return kind in _FIXED or (kept and kind == "key")


def _size(before: object, after: object) -> Judged:
    sizes = [parse_quantity(str(each)) for each in (before, after) if is_quantity(str(each))]
    if len(sizes) == 2 and sizes[1] < sizes[0]:
        return Impact.BREAKING, "Kubernetes refuses to make a claim smaller"
    return Impact.BEHAVIOURAL, "only a claim whose class allows it can grow"


def _param(before: Mapping[str, object], after: Mapping[str, object]) -> Judged:
    if before.get("type") != after.get("type"):
        return Impact.BREAKING, f"its type was {before.get('type')} and is {after.get('type')}"
    if "default" in before and "default" not in after:
        return Impact.BREAKING, "its default is gone: callers that do not give it fail"
    needed = _needed(after) - _needed(before)
    if needed:
        return Impact.BREAKING, f"callers must give the {_keys(needed)} too"
    could, can = _allowed(before), _allowed(after)
    gone = [each for each in could if can and each not in can]
    if gone:
        return Impact.BREAKING, f"{', '.join(sorted(gone))} is no longer allowed"
    if can and not could:
        return Impact.BREAKING, f"only {', '.join(can)} is allowed now"
    return _BEHAVIOURAL


def _allowed(param: Mapping[str, object]) -> list[str]:
    """The values that a caller may give; none where any are."""
    given = param.get("enum")
    return [each for each in given if isinstance(each, str)] if isinstance(given, list) else []


def _result(before: Mapping[str, object], after: Mapping[str, object]) -> Judged:
    if before.get("type") != after.get("type"):
        return Impact.BREAKING, f"its type was {before.get('type')} and is {after.get('type')}"
    gone = set(_mapping(before.get("properties"))) - set(_mapping(after.get("properties")))
    if gone:
        return Impact.BREAKING, f"the {_keys(gone)} is gone"
    return _BEHAVIOURAL


def _workspace(before: Mapping[str, object], after: Mapping[str, object]) -> Judged:
    if before.get("optional") and not after.get("optional"):
        return Impact.BREAKING, "it is no longer optional"
    return _BEHAVIOURAL


def _needed(param: Mapping[str, object]) -> set[str]:
    """The keys of an object that a caller must give."""
    default = param.get("default")
    return set(_mapping(param.get("properties"))) - set(default if isinstance(default, Mapping) else ())


def _keys(names: set[str]) -> str:
    return f"key{'s' if len(names) > 1 else ''} {', '.join(sorted(names))}"


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


_JUDGES: dict[str, Callable[[Mapping[str, object], Mapping[str, object]], Judged]] = {
    "param": _param,
    "result": _result,
    "workspace": _workspace,
}
