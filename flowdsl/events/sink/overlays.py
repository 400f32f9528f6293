"""Where an overlay's value goes in the extensions: a path of sjson, as the cel interceptor sets it.

https://github.com/tidwall/sjson/blob/v1.2.5/README.md#path-syntax
"""

from __future__ import annotations

from typing import Any

_FORCED = ":"
# sjson would make a list of that length, and go as deep as it is told.
_LONGEST = 10_000
_DEEPEST = 100


class OverlayError(Exception):
    """A key that names no place."""


class OverlayLimitError(OverlayError):
    """A key that sjson takes and that is too much here."""


def put(into: dict[str, Any], key: str, value: Any) -> None:
    """Set `value` at `key`, and make what is on the way. Raises OverlayError."""
    if not key:
        raise OverlayError("path cannot be empty")
    if any(char in key for char in "|#@*?"):
        # Patterns change what is there and add nothing; in fresh extensions there is nothing.
        return
    parts = _parts(key)
    if len(parts) > _DEEPEST:
        raise OverlayLimitError(f"the key has more than {_DEEPEST} parts")
    _set(into, parts, value)


def _parts(key: str) -> list[tuple[str, bool]]:
    """The names, and whether one is a name whatever it looks like."""
    found: list[tuple[str, bool]] = []
    name, forced, escaped = "", False, False
    for at, char in enumerate(f"{key}."):
        if escaped:
            name, escaped = name + char, False
        elif char == "\\" and at < len(key):
            escaped = True
        elif char == _FORCED and not name and not forced:
            forced = True
        elif char == ".":
            found.append((name, forced))
            name, forced = "", False
        else:
            name += char
    return found


def _set(into: Any, parts: list[tuple[str, bool]], value: Any) -> None:
    (name, forced), *rest = parts
    place = _place(into, name, forced=forced)
    if not rest:
        _store(into, place, value)
        return
    inner = into.get(place) if isinstance(into, dict) else into[place] if place < len(into) else None
    if not isinstance(inner, (dict, list)):
        inner = [] if _is_index(*rest[0]) else {}
        _store(into, place, inner)
    _set(inner, rest, value)


def _place(into: Any, name: str, *, forced: bool) -> Any:
    if isinstance(into, dict):
        return name
    if name == "-1" and not forced:
        return len(into)
    if not _is_index(name, forced):
        raise OverlayError(f"cannot set array element for non-numeric key '{name}'")
    if len(name) > len(str(_LONGEST)) or int(name) > _LONGEST:
        raise OverlayLimitError(f"the index {name[:40]} is too large")
    return int(name)


def _is_index(name: str, forced: bool) -> bool:
    return not forced and ((name.isascii() and name.isdigit()) or name == "-1")


def _store(into: Any, place: Any, value: Any) -> None:
    if isinstance(into, list):
        into.extend([None] * (place + 1 - len(into)))
    into[place] = value
