"""The values of a trigger's params, from its bindings (pkg/template/event.go of v0.37.0)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flowdsl.celgo.goes import canonical

from .jsonpath import PathError, found


class ParamError(Exception):
    """A param without a value; the text says which, and why."""


def resolved(
    bindings: Sequence[tuple[str, str]], root: Mapping[str, Any], declared: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """The params by name, defaults first; `declared` are those of the template. Raises ParamError."""
    names = [name for name, _ in bindings]
    for name in names:
        if names.count(name) > 1:
            raise ParamError(f"duplicate param name: {name}")
    values = {str(each.get("name", "")): str(each["default"]) for each in declared if each.get("default") is not None}
    defaults = dict(values)
    for name, value in bindings:
        values[name] = _filled(name, value, root, defaults if declared else {})
    return values


def _filled(name: str, value: str, root: Mapping[str, Any], defaults: Mapping[str, str]) -> str:
    filled = value
    for original, path in expressions(value):
        try:
            text = found(root, path)
        except PathError as error:
            if name not in defaults:
                raise ParamError(f"param {name}: {value}: {error}") from None
            text = defaults[name]
        filled = filled.replace(original, text)
    return filled


def expressions(value: str) -> Iterable[tuple[str, str]]:
    """Each `$(…)` of a binding's value, and the path in it, with a header's name as Go writes it."""
    for part in value.split("$(")[1:]:
        depth = 0
        for at, char in enumerate(part):
            depth += {"(": 1, ")": -1}.get(char, 0)
            if depth < 0:
                path = part[:at]
                yield f"$({path})", _header(path)
                break


def _header(path: str) -> str:
    head = "header."
    return head + canonical(path.removeprefix(head)) if path.startswith(head) else path
