"""Values that an event will have, and the conditions that comparing them makes, for `on=[...]`.

Unlike the values of a run they have types of their own, so that a checker sees what each can do.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NoReturn, cast

from flowdsl.diagnostics import Location
from flowdsl.frontend import places
from flowdsl.frontend.opaque import in_words, named
from flowdsl.frontend.refusal import refuse
from flowdsl.ir.events import (
    FIELDS,
    Beginning,
    Compared,
    EventField,
    EventFilter,
    Every,
    Joined,
    Matching,
    Opposite,
    Root,
    Scalar,
    Sign,
    Some,
    Sort,
    Truth,
    Within,
)

HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""What HTTP takes for a header's name."""
_BITS = 'write `&`, `|` and `~` with brackets: `(event.author != "bot") & event.branch.startswith("release/")`'


@in_words("condition on an event")
class Filter:
    """A condition on an event, for `filter=`."""

    __slots__ = ("_depth", "_filter")

    def __init__(self, meant: EventFilter, depth: int = 1) -> None:
        self._filter = meant
        self._depth = depth

    def _words(self) -> str:
        """What it is called in messages."""
        return "a condition on an event"

    def __and__(self, other: Filter | TruthValue) -> Filter:
        return _several(Every, self, other)

    def __or__(self, other: Filter | TruthValue) -> Filter:
        return _several(Some, self, other)

    def __invert__(self) -> Filter:
        if isinstance(self._filter, Opposite):
            return Filter(self._filter.part, self._depth - 1)
        return _bounded(Opposite(self._filter, places.caller()), self._depth + 1)

    def __bool__(self) -> NoReturn:  # noqa: PLE0304 - it has no answer
        refuse(
            "FLOW369",
            "a condition on an event has no value yet: Python's own `and`, `or`, `not` and `if` lose it",
            _BITS,
        )


class EventValue:
    """A value that an event will have. Comparing one makes a condition for `filter=`."""

    __slots__ = ("_field",)

    def __init__(self, root: Root, path: tuple[str | int, ...], sort: Sort) -> None:
        self._field = EventField(root, path, sort, places.caller())

    def _words(self) -> str:
        """What it is called in messages: as a user writes it."""
        return str(self._field)

    def __eq__(self, other: object) -> Filter:  # type: ignore[override]  # a condition, and no answer yet
        return _compared("==", self, other)

    def __ne__(self, other: object) -> Filter:  # type: ignore[override]  # as above
        return _compared("!=", self, other)

    __hash__ = object.__hash__

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("_"):
                raise AttributeError(name)
            refuse("FLOW361", f"{self._field} has no {name!r}", "it is one value; what else a payload has is `body`")

        def _ordered(self, _: object) -> NoReturn:
            hint = "compare it by `==` and `!=`, or `.isin(...)`, `.startswith(...)`, `.matches(...)` of a text"
            refuse("FLOW370", f"{self._field} is {_SORTS[self._field.sort]}, which has no order here", hint)

        __lt__ = __le__ = __gt__ = __ge__ = _ordered

    def isin(self, *values: Scalar) -> Filter:
        """Whether it is one of these."""
        for value in values:
            _comparable(self._field, value)
        if not values:
            refuse("FLOW370", f"{self._field} is in no list that is empty", 'name a value: `.isin("a", "b")`')
        return Filter(Within(self._field, values, places.caller()))

    def __bool__(self) -> NoReturn:  # noqa: PLE0304 - it has no answer
        refuse("FLOW369", f"{self._field} has no value yet: an event brings it", _BITS)

    def __iter__(self) -> NoReturn:
        refuse(
            "FLOW369",
            f"{self._field} has no value yet, so nothing can go through it",
            "name one part of it: `body.commits[0].id`",
        )

    def __str__(self) -> str:
        """What keeps the field in a text, so that f-strings make params of several."""
        return f"$({self._field})"

    def __format__(self, spec: str) -> str:
        if spec:
            refuse("FLOW369", f"{self._field} has no value yet: {spec!r} can't format it", "leave the format out")
        return str(self)

    def __repr__(self) -> str:
        return f"<{self._field}>"


@in_words("text of an event")
class TextValue(EventValue):
    """A text."""

    __slots__ = ()

    def matches(self, pattern: str) -> Filter:
        """Whether a regular expression matches the whole of it (RE2, which CEL has)."""
        from flowdsl.kube.go_regexp import regexp_error

        problem = regexp_error(pattern) if isinstance(pattern, str) else "it is no text"
        if problem:
            hint = 'write it as text: `r"v[0-9]+"`; what RE2 lacks, such as (?=x), is said with `&` and `~` of several'
            refuse("FLOW370", f"{named(pattern)} is not a regular expression of RE2: {problem}", hint)
        return Filter(Matching(self._field, pattern, places.caller()))

    def startswith(self, *prefixes: str) -> Filter:
        """Whether it begins with one of these."""
        if not prefixes or not all(isinstance(each, str) for each in prefixes):
            refuse(
                "FLOW370", "startswith takes the texts that a value may begin with", 'write `.startswith("release/")`'
            )
        return Filter(Beginning(self._field, prefixes, places.caller()))


@in_words("number of an event")
class NumberValue(EventValue):
    """A number."""

    __slots__ = ()

    def __lt__(self, other: float | EventValue) -> Filter:
        return _compared("<", self, other)

    def __le__(self, other: float | EventValue) -> Filter:
        return _compared("<=", self, other)

    def __gt__(self, other: float | EventValue) -> Filter:
        return _compared(">", self, other)

    def __ge__(self, other: float | EventValue) -> Filter:
        return _compared(">=", self, other)


@in_words("truth of an event")
class TruthValue(EventValue):
    """True or false: a condition by itself."""

    __slots__ = ()

    def __and__(self, other: Filter | TruthValue) -> Filter:
        return Filter(filter_of(self)) & Filter(filter_of(other))

    def __or__(self, other: Filter | TruthValue) -> Filter:
        return Filter(filter_of(self)) | Filter(filter_of(other))

    def __invert__(self) -> Filter:
        return ~Filter(filter_of(self))


@in_words("field of an event's body")
class BodyValue(TextValue, NumberValue, TruthValue):
    """A field of a JSON body, of whatever type it turns out to be. `body["from"]` is for what is no name in Python."""

    __slots__ = ()

    def __getattr__(self, name: str) -> BodyValue:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, key: str | int) -> BodyValue:
        if not _is_step(key):
            refuse(
                "FLOW361",
                f"{self._field}[{named(key)}]: a field has a name, or a number from 0",
                'write `body["from"]` or `body.items[0]`',
            )
        return BodyValue("body", (*self._field.path, key), "any")


def _is_step(key: object) -> bool:
    """Whether it can be a step of a path: a name that can be written, or an index."""
    if isinstance(key, str):
        return key.isascii() or not _SURROGATE.search(key)
    return isinstance(key, int) and not isinstance(key, bool) and 0 <= key < _LARGEST_INDEX


_SURROGATE = re.compile("[\ud800-\udfff]")
_LARGEST_INDEX = 2**31


def filter_of(value: object) -> EventFilter:
    """What a value is as a condition; FLOW370 for what is none."""
    if isinstance(value, Filter):
        return value._filter
    if isinstance(value, TruthValue):
        return Truth(value._field, value._field.location)
    refuse("FLOW370", f"{named(value)} is no condition on an event", 'compare it: `event.author != "bot"`')


def _several(word: type[Every] | type[Some], left: Filter, given: object) -> Filter:
    """Two conditions as one: a row of one word is flat, since a hundred of them nested would be a hundred deep."""
    right = given if isinstance(given, Filter) else Filter(filter_of(given))
    parts: list[EventFilter] = []
    deepest = 0
    for each in (left, right):
        flat = isinstance(each._filter, word)
        parts += each._filter.parts if isinstance(each._filter, word) else (each._filter,)
        deepest = max(deepest, each._depth - 1 if flat else each._depth)
    return _bounded(word(tuple(parts), places.caller()), deepest + 1)


def _bounded(meant: EventFilter, depth: int) -> Filter:
    """A condition that is so deep; FLOW370 for one that is deeper than what reads it goes."""
    if depth > _DEEPEST:
        refuse(
            "FLOW370",
            f"a condition within conditions, {depth} deep: {_DEEPEST} is the most",
            "a row of `&` or of `|` alone counts once; write `.isin(...)` for one of many values",
        )
    return Filter(meant, depth)


_DEEPEST = 30
"""Conditions within conditions: a filter of CEL nests twice as deep, and what checks and writes one calls itself."""


def field_of(value: object) -> EventField | None:
    """The field that a value is; None for what is no value of an event."""
    return value._field if isinstance(value, EventValue) else None


def joined(text: str) -> Joined | None:
    """A text that f-strings put fields into; None for one without."""
    parts: list[str | EventField] = []
    at, place = 0, places.caller()
    for found in _WRITTEN.finditer(text):
        field = _read(found, place)
        parts += [text[at : found.start()], field] if found.start() > at else [field]
        at = found.end()
    if not parts:
        return None
    return Joined((*parts, text[at:]) if at < len(text) else tuple(parts), place)


_WRITTEN = re.compile(r'\$\((event|body|header)((?:\.[^\W\d]\w*|\["(?:[^"\\]|\\.)*"\]|\[[0-9]+\])*)\)')
_FROM_EVENT = 'put it into an f-string: `f"{header[\'X-Model-Event\']}"`, `f"{body.items[0]}"`'
_STEP = re.compile(r'\.([^\W\d]\w*)|\["((?:[^"\\]|\\.)*)"\]|\[([0-9]+)\]')


def _read(found: re.Match[str], place: Location) -> EventField:
    root = cast("Root", found[1])
    steps = _STEP.findall(found[2])
    path = tuple(
        int(number[:18]) if number else name or re.sub(r"\\(.)", r"\1", quoted) for name, quoted, number in steps
    )
    if root == "event" and ".".join(map(str, path)) not in FIELDS:
        refuse("FLOW361", f"{found[0]}: events have no such field", f"there is: {', '.join(FIELDS)}")
    if (root == "header" and (len(path) != 1 or not isinstance(path[0], str))) or not all(map(_is_step, path)):
        refuse("FLOW361", f"{found[0]}: there is no such {'header' if root == 'header' else 'field'}", _FROM_EVENT)
    sort: Sort = FIELDS[".".join(map(str, path))][0] if root == "event" else "text" if root == "header" else "any"
    return EventField(root, path, sort, place)


def _compared(sign: Sign, value: EventValue, other: object) -> Filter:
    field, right = value._field, field_of(other)
    if right is not None:
        if "any" not in (field.sort, right.sort) and field.sort != right.sort:
            refuse(
                "FLOW370",
                f"{field} is {_SORTS[field.sort]}, {right} is {_SORTS[right.sort]}",
                "compare what is of one kind",
            )
        return Filter(Compared(sign, field, right, places.caller()))
    return Filter(Compared(sign, field, _comparable(field, other), places.caller()))


_SORTS = {"text": "a text", "number": "a number", "truth": "true or false", "any": "anything"}
_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, float),
    "truth": (bool,),
    "any": (str, int, float, bool),
}


def _comparable(field: EventField, value: object) -> Scalar:
    fits = isinstance(value, _TYPES[field.sort]) and (not isinstance(value, bool) or field.sort in ("truth", "any"))
    if not fits or not isinstance(value, (str, int, float, bool)):
        refuse("FLOW370", f"{field} is {_SORTS[field.sort]}, and {named(value)} is not", "compare what is of one kind")
    if not _is_written(value):
        refuse(
            "FLOW370", f"{named(value)} can't be compared with: JSON has no such value", "compare with another value"
        )
    return value


def _is_written(value: Scalar) -> bool:
    """Whether JSON has a value: text without halves of surrogate pairs, a number that a double holds."""
    if isinstance(value, str):
        return not _SURROGATE.search(value)
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
