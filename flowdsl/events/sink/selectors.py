"""Label selectors, as Kubernetes reads them.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_HOLDS: dict[str, Callable[[str | None, Sequence[str]], bool]] = {
    "In": lambda value, values: value in values,
    "NotIn": lambda value, values: value not in values,
    "Exists": lambda value, values: value is not None,
    "DoesNotExist": lambda value, values: value is None,
}


class SelectorError(Exception):
    """A selector that Kubernetes can't read; the text says which part."""


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, Any]) -> bool:
    """Whether a selector takes what has these labels; none takes everything. Raises SelectorError."""
    found = selector or {}
    wanted = found.get("matchExpressions") or ()
    for each in wanted:
        _check(each.get("operator"), each.get("values") or ())
    if any(labels.get(name) != value for name, value in (found.get("matchLabels") or {}).items()):
        return False
    return all(_HOLDS[each["operator"]](labels.get(each.get("key", "")), each.get("values") or ()) for each in wanted)


def _check(operator: object, values: Sequence[str]) -> None:
    if not isinstance(operator, str) or operator not in _HOLDS:
        raise SelectorError(f"{str(operator or '')!r} is not a valid label selector operator")
    if (operator in {"In", "NotIn"}) is not bool(values):
        raise SelectorError(f"values of a label selector with {operator}: {'some' if values else 'none'}")
