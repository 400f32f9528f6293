"""Variables of a function around a task: their values travel where they can be written down."""

from __future__ import annotations

import enum
import math
from collections.abc import Collection, Mapping
from types import FunctionType

from flowdsl.frontend.opaque import Opaque, named
from flowdsl.frontend.slicing.bundle import Chosen
from flowdsl.frontend.slicing.model import Unit
from flowdsl.frontend.slicing.problems import Reporter

_PLAIN = (bool, int, str, bytes, type(None), type(Ellipsis))
_DEEPEST = 50


class NotWritableError(ValueError):
    """A value has no literal form; the text says what it is."""


def captured_values(root: Unit, function: FunctionType, chosen: Chosen, reporter: Reporter) -> dict[str, str]:
    """The variables that the task's function takes from the function around it, as expressions, by name.

    Reports FLOW063 for a value that has no literal form, and for a name that the script needs for something else.
    """
    cells = _cells(function)
    found: dict[str, str] = {}
    others = {name for unit, _ in chosen.values() if unit is not root for name in unit.binds}
    for name, spot in root.enclosing:
        if name == function.__name__:
            continue
        try:
            if name in others:
                raise NotWritableError("its name is also one of the module's that the script needs")
            found[name] = literal(cells[name])
        except (KeyError, NotWritableError) as error:
            why = "it has no value yet" if isinstance(error, KeyError) else str(error)
            reporter.collector.error(
                "FLOW063",
                f"`{name}` is a variable of the function around {function.__name__}, and can't travel: {why}",
                reporter.at(spot),
                hint=f"make `{name}` a parameter of the task, or define it at the top of the module",
            )
    return found


def _cells(function: FunctionType) -> Mapping[str, object]:
    names = function.__code__.co_freevars
    found = {}
    for name, cell in zip(names, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue  # not assigned yet
    return found


def literal(value: object, depth: int = 0) -> str:
    """An expression that makes an equal value with builtins alone. Raises NotWritableError."""
    kind = type(value)
    if depth > _DEEPEST:
        raise NotWritableError("it is nested too deeply, or holds itself")
    if kind in _PLAIN:
        return repr(value)
    if isinstance(value, float) and kind is float:
        return repr(value) if math.isfinite(value) else f"float({str(value)!r})"
    if kind is complex:
        return repr(value)
    if isinstance(value, (list, tuple, set, frozenset)) and kind in (list, tuple, set, frozenset):
        return _collection(value, depth)
    if isinstance(value, dict) and kind is dict:
        items = (f"{literal(key, depth + 1)}: {literal(one, depth + 1)}" for key, one in value.items())
        return f"{{{', '.join(items)}}}"
    if isinstance(value, enum.Enum):
        raise NotWritableError(f"it is a member of the enum {kind.__name__}; its value could")
    if isinstance(value, Opaque):
        raise NotWritableError(f"{named(value)} is known only in the run")
    raise NotWritableError(f"a value of type {kind.__name__} has no literal form")


def _collection(value: Collection[object], depth: int) -> str:
    parts = [literal(one, depth + 1) for one in value]
    if isinstance(value, (set, frozenset)):
        parts.sort()  # the same text whatever the hash seed
    inner = ", ".join(parts)
    if isinstance(value, list):
        return f"[{inner}]"
    if isinstance(value, tuple):
        return f"({inner}{',' if len(parts) == 1 else ''})"
    if not parts:
        return f"{type(value).__name__}()"
    return f"{{{inner}}}" if isinstance(value, set) else f"frozenset({{{inner}}})"
