"""Who else holds fields of an object: `kubectl edit`, an operator, a hand in a dashboard.

https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from flowdsl.kubeclient.client import MANAGER

_MOST = 5
"""Fields that are named of one owner."""
_OTHERS = frozenset({"f:metadata", "f:status"})


@attrs.frozen
class Owner:
    """Who wrote fields of an object last, when (RFC 3339, empty where the cluster does not say), and which."""

    manager: str
    time: str
    fields: tuple[str, ...]

    def __str__(self) -> str:
        """One line of it."""
        return f"{self.manager}{f' at {self.time}' if self.time else ''}: {', '.join(self.fields)}"


def others(metadata: Mapping[str, object]) -> list[Owner]:
    """The owners of an object that are not flowdsl, of what is neither its metadata nor its status."""
    managed = metadata.get("managedFields")
    found = []
    for each in managed if isinstance(managed, list) else ():
        if not isinstance(each, Mapping):
            continue
        manager, held = str(each.get("manager") or "somebody"), each.get("fieldsV1")
        if manager == MANAGER or manager.startswith(f"{MANAGER}-") or not isinstance(held, Mapping):
            continue
        fields = [path for name in held if name not in _OTHERS for path in _paths(name, held[name])]
        if fields:
            found.append(Owner(manager, str(each.get("time") or ""), _few(fields)))
    return found


def _paths(name: str, held: object, depth: int = 0) -> Iterator[str]:
    """The paths of fields below one; of a list that is held by its items, the list."""
    said = name.removeprefix("f:")
    below = [key for key in held if key.startswith("f:")] if isinstance(held, Mapping) and depth < _DEEPEST else []
    if not below or not isinstance(held, Mapping):
        yield said
        return
    for key in below:
        yield from (f"{said}.{path}" for path in _paths(key, held[key], depth + 1))


_DEEPEST = 20


def _few(fields: list[str]) -> tuple[str, ...]:
    more = len(fields) - _MOST
    return (*fields[:_MOST], *([f"and {more} more"] if more > 0 else []))
