"""Fields and filters of events as CEL, as Tekton Triggers' interceptor has it (docs/cel_expressions.md of v0.37.0).

A field that is missing makes a filter false on every target: each comparison, turned round by `~` or not, holds only
where what it looks at is there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

import attrs

from flowdsl.celgo.parser import RESERVED
from flowdsl.events.provider import Occurrence
from flowdsl.ir.events import (
    Beginning,
    Compared,
    EventField,
    EventFilter,
    Every,
    Joined,
    Matching,
    Opposite,
    Scalar,
    Sign,
    Some,
    Sort,
    Truth,
    Within,
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = RESERVED | {"false", "in", "null", "true"}
_TURNED: dict[Sign, Sign] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@attrs.frozen
class Read:
    """An expression, and what has to hold before it means anything."""

    cel: str
    there: tuple[str, ...] = ()

    @property
    def guarded(self) -> str:
        """Both as one condition."""
        return both((*self.there, self.cel))


def both(parts: Iterable[str]) -> str:
    """The conjunction of conditions, each once."""
    return " && ".join(dict.fromkeys(part for part in parts if part))


def quoted(text: str) -> str:
    """A text as a literal of CEL."""
    return "'" + json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"


def literal(value: Scalar) -> str:
    """A constant as CEL has it. JSON's numbers are doubles, and so are those that are compared with them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else repr(float(value))


def in_body(path: Sequence[str | int]) -> Read:
    """A field of the body, by its path."""
    cel, there = "body", list[str]()
    for step in path:
        if isinstance(step, int):
            there.append(f"size({cel}) > {step}")
            cel = f"{cel}[{step}]"
        elif _NAME.fullmatch(step) and step not in _RESERVED:
            cel = f"{cel}.{step}"
            there.append(f"has({cel})")
        else:
            there.append(f"{quoted(step)} in {cel}")
            cel = f"{cel}[{quoted(step)}]"
    return Read(cel, tuple(there))


def paths_there(paths: Iterable[str]) -> tuple[str, ...]:
    """What says that these paths of a provider's payload are there."""
    return tuple(dict.fromkeys(each for path in paths for each in in_body(path.split(".")).there))


def first_header(names: Sequence[str]) -> str:
    """The first of several headers that is there."""
    *others, last = [f"header.canonical({quoted(name)})" for name in names]
    return "".join(f"{each} != '' ? {each} : " for each in others) + last


@attrs.frozen
class Writer:
    """Writes fields and filters for one event of one provider; `occurrence` is None for a webhook."""

    occurrence: Occurrence | None
    delivery: tuple[str, ...] = ()

    def field(self, field: EventField) -> Read:
        """A field's value."""
        if field.root == "body":
            return in_body(field.path)
        if field.root == "header":
            return Read(f"header.canonical({quoted(str(field.path[0]))})")
        if field.name == "delivery":
            return Read(f"({first_header(self.delivery)})")
        assert self.occurrence is not None  # checked before: a webhook has no `event`
        place = self.occurrence.fields[field.name]
        return Read(place.cel, paths_there(place.paths))

    def text(self, value: EventField | Joined) -> Read:
        """What a param is given: a text, whatever JSON has there."""
        if isinstance(value, EventField):
            read = self.field(value)
            return read if value.sort == "text" else Read(_as_text(read.cel, value.sort), read.there)
        parts = [Read(quoted(part)) if isinstance(part, str) else self.text(part) for part in value.parts]
        return Read(" + ".join(part.cel for part in parts), tuple(each for part in parts for each in part.there))

    def filter(self, meant: EventFilter, *, opposite: bool = False) -> str:
        """A filter as one condition; its opposite, which holds only where all is there, too."""
        if isinstance(meant, Opposite):
            return self.filter(meant.part, opposite=not opposite)
        if isinstance(meant, (Every, Some)):
            word = " && " if isinstance(meant, Every) is not opposite else " || "
            return "(" + word.join(self.filter(part, opposite=opposite) for part in meant.parts) + ")"
        return f"({self._atom(meant, opposite).guarded})"

    def _atom(self, meant: Compared | Within | Matching | Beginning | Truth, opposite: bool) -> Read:
        if isinstance(meant, Compared):
            return self._compared(meant, opposite)
        read = self.field(meant.field)
        if isinstance(meant, Truth):
            return Read(f"{read.cel} == {literal(not opposite)}", read.there)
        if isinstance(meant, Within):
            cel = f"{read.cel} in [{', '.join(map(literal, meant.values))}]"
        elif isinstance(meant, Matching):
            cel = f"{read.cel}.matches({quoted(f'^(?:{meant.pattern})$')})"
        else:
            cel = " || ".join(f"{read.cel}.startsWith({quoted(each)})" for each in meant.prefixes)
            cel = f"({cel})" if len(meant.prefixes) > 1 else cel
        return Read(f"!({cel})" if opposite else cel, read.there)

    def _compared(self, meant: Compared, opposite: bool) -> Read:
        left = self.field(meant.left)
        right = self.field(meant.right) if isinstance(meant.right, EventField) else Read(literal(meant.right))
        sign = _TURNED[meant.sign] if opposite else meant.sign
        return Read(f"{left.cel} {sign} {right.cel}", left.there + right.there)


def _as_text(cel: str, sort: Sort) -> str:
    """A value as text. JSON's numbers are doubles, which `string` gives an exponent from a million on."""
    if sort == "number":  # it counts something
        return f"string(int({cel}))"
    if sort == "truth":
        return f"string({cel})"
    whole = f"type({cel}) == double && {cel} > -1e15 && {cel} < 1e15 && {cel} == double(int({cel}))"
    return f"({whole} ? string(int({cel})) : string({cel}))"


def matching(value: str, patterns: Sequence[str]) -> str:
    """Whether a text is one of these names, or fits one of these patterns."""
    names = [each for each in patterns if not is_pattern(each)]
    tests = [f"{value} == {quoted(names[0])}"] if len(names) == 1 else []
    if len(names) > 1:
        tests = [f"{value} in [{', '.join(map(quoted, names))}]"]
    tests += [f"{value}.matches({quoted(regex_of(each))})" for each in patterns if is_pattern(each)]
    return tests[0] if len(tests) == 1 else f"({' || '.join(tests)})"


def is_pattern(text: str) -> bool:
    """Whether a name stands for many."""
    return any(sign in text for sign in "*?")


_GLOB = re.compile(r"\*\*/|\*\*|\*|\?")
_MEANT = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def regex_of(pattern: str) -> str:
    """The regular expression of a pattern: `*` and `?` end at a slash, `**` does not."""
    found, at = "", 0
    for each in _GLOB.finditer(pattern):
        found += re.escape(pattern[at : each.start()]) + _MEANT[each[0]]
        at = each.end()
    return f"^{found}{re.escape(pattern[at:])}$"
