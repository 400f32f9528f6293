"""Which `with` statements of the user's guard tasks, and what gets another value in them, as the pipeline is traced.

Only the run of the function knows it all: a block may have another name, come from a helper in another module, or
from a context manager of the user's own; and a value may be given by whatever the block calls.
"""

from __future__ import annotations

import inspect
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FrameType, FunctionType, ModuleType

import attrs

from flowdsl.diagnostics import Location
from flowdsl.frontend import places
from flowdsl.frontend.opaque import Opaque

_MOST = 500
"""So many values are looked at before and after a block in each function, and no more."""
_DEEP = 2


@attrs.define
class Line:
    """What happened at a line of a function: the block that it opened, and the places that have another value since.

    Of these the places of the value before it and of the one after it, where they are known.
    """

    block: str = ""
    changed: dict[str, tuple[Location | None, Location | None]] = attrs.field(factory=dict)


Lines = dict[CodeType, dict[int, Line]]


def entered(name: str, lines: Lines, made_at: Callable[[object], Location | None]) -> Callable[[], None]:
    """Note that a block is entered; what it gives is called when it is left. `made_at` says where a value was made."""
    opens, before = True, []
    for frame in _frames():
        known = lines.setdefault(frame.f_code, {})
        line = known.get(frame.f_lineno)
        if line is None:  # else it is another round of a loop, in which all has another value
            line = known[frame.f_lineno] = Line()
            before.append((frame, line, _held(frame)))
        if opens:
            line.block = name
        opens = opens and (bool(frame.f_code.co_flags & inspect.CO_GENERATOR) or frame.f_code.co_name == "__enter__")

    def left() -> None:
        for frame, line, held in before:
            now = _held(frame) if held else {}
            for place, value in held.items():
                new = now.get(place, value)
                if new is not value and (isinstance(new, Opaque) or isinstance(value, Opaque)):
                    line.changed[place] = (made_at(value), made_at(new))
        before.clear()

    return left


def _frames() -> Iterator[FrameType]:
    """The frames of the user's functions, the innermost first."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        whose = places.whose(code.co_filename, code.co_name)
        if whose in ("user", "installed") and code.co_name != "<module>":
            yield frame
        elif whose == "flowdsl" and code.co_name == "trace":
            return  # who compiles the pipeline is no part of it
        frame = frame.f_back


def _held(frame: FrameType) -> dict[str, object]:
    """What a function has that others may change: what its objects hold, and the names that it shares."""
    code = frame.f_code
    shared = {*code.co_cellvars, *code.co_freevars}
    inner: Mapping[str, object] = frame.f_locals
    found: dict[str, object] = {name: value for name, value in inner.items() if name in shared}
    outer = {name: frame.f_globals[name] for name in code.co_names if name in frame.f_globals}
    found.update((name, value) for name, value in outer.items() if isinstance(value, Opaque))
    inside = (each for names in (inner, outer) for name, value in names.items() for each in _within(name, value, 0))
    found.update(itertools.islice(inside, _MOST))
    return found


def _within(place: str, value: object, deep: int) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        parts = [(f"{place}[{key!r}]", each) for key, each in [*value.items()] if isinstance(key, (str, int))]
    elif isinstance(value, list):
        parts = [(f"{place}[{index}]", each) for index, each in enumerate(value[:_MOST])]
    else:
        parts = [(f"{place}.{name}", each) for name, each in _attributes(value)]
    for name, each in parts:
        yield name, each
        if deep < _DEEP and not isinstance(each, Opaque):
            yield from _within(name, each, deep + 1)


def _attributes(value: object) -> Iterator[tuple[str, object]]:
    """The attributes that an object of the user's has itself; nothing of its own is asked."""
    kind = type(value)
    if isinstance(value, (Opaque, ModuleType, FunctionType)) or kind.__module__.partition(".")[0] in _NOT_THEIRS:
        return
    names = [name for each in kind.__mro__ for name in _listed(each.__dict__.get("__slots__", ()))]
    for name in names:
        try:
            yield name, object.__getattribute__(value, name)
        except AttributeError:
            continue
    if isinstance(value, type):
        yield from [*value.__dict__.items()]
        return
    try:
        held = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return
    if isinstance(held, dict):
        yield from [*held.items()]


_NOT_THEIRS = frozenset(["builtins", "flowdsl"])


def _listed(slots: object) -> Iterator[str]:
    given = (slots,) if isinstance(slots, str) else slots
    if isinstance(given, (tuple, list, dict)):
        yield from (name for name in given if isinstance(name, str) and not name.startswith("__"))
