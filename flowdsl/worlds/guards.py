"""What a `when` depends on: the values it reads, in the few classes that make a difference.

A text that two guards read is one variable, so that `in` lists without a common value exclude each other and an `in`
and a `notin` of the same list are each other's contrary. What a text is made of is not looked at: two different texts
count as independent, which can only make more possible than there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from flowdsl.check.references import ResultReference, result_reference
from flowdsl.diagnostics.frozen import frozen

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_ONE = re.compile(r"\$\([^$()]+\)")
_STATUS = re.compile(r"\$\(tasks\.([^.()]+)\.status\)")
AGGREGATE = "$(tasks.status)"
UNREPLACED = " without its results"
"""What a CEL expression with results in it is called where they are missing: another question."""
_NEGATED = re.compile(r"^!\s*\((?P<inner>[^()]*(?:\([^()]*\)[^()]*)*)\)$")


@frozen
class Guard:
    """One `when` expression: it holds where the text `reads` is one of `values`, or with `negated` where it is not.

    `reads` is empty for a guard that is the same in every world, `fixed`. `literal` is what it is while a result that
    its task refers to is missing: Tekton then compares the text with the variable in it. `cel` is a CEL expression,
    which is true or false, and may be either.
    """

    reads: str
    values: tuple[str, ...] = ()
    negated: bool = False
    fixed: bool = True
    literal: bool = True
    cel: bool = False

    @property
    def status_of(self) -> str:
        """The task whose status it reads; empty for none."""
        match = _STATUS.fullmatch(self.reads)
        return match[1] if match else ""

    @property
    def result(self) -> ResultReference | None:
        """The result that it reads, where that is all that it reads."""
        return result_reference(self.reads[2:-1]) if self.whole else None

    @property
    def of_result(self) -> bool:
        """Whether a result of a task is in what it reads."""
        return "$(tasks." in self.reads and ".results." in self.reads

    @property
    def whole(self) -> bool:
        """Whether it reads one variable and nothing else."""
        return not self.cel and _ONE.fullmatch(self.reads) is not None

    def holds_for(self, value: str) -> bool:
        """Whether it holds where the text is this."""
        return (value in self.values) is not self.negated

    def __str__(self) -> str:
        if self.cel:
            return f"not ({self.reads})" if self.negated else self.reads
        one = len(self.values) == 1
        word = ("is not" if one else "is none of") if self.negated else ("is" if one else "is one of")
        return f"{shown(self.reads)} {word} {', '.join(map(quoted, self.values))}"


def told(guard: Guard, said: Mapping[str, str]) -> str:
    """A guard in a sentence; one that a task decides as the user wrote it (`said`)."""
    condition = said.get(guard.reads)
    if condition is None or guard.values != ("true",):
        return str(guard)
    return outcome(condition, not guard.negated)


def outcome(condition: str, held: bool) -> str:
    """What a condition that a task decides came to, in a sentence."""
    return f"{condition} {'holds' if held else 'does not hold'}"


def quoted(value: str) -> str:
    """A value in a sentence."""
    return f'"{value}"'


def shown(text: str) -> str:
    """`$(tasks.a.results.b)` as a person says it: `a.b`."""
    found = re.sub(r"\$\(tasks\.([^.()]+)\.results\.([^()]+)\)", r"\1.\2", text)
    found = found.replace(AGGREGATE, "the tasks' status")
    return re.sub(r"\$\((?:params|tasks)\.([^()]+)\)", r"\1", found)


def guards_of(task: shapes.PipelineTask) -> tuple[Guard, ...]:
    """The guards of a pipeline task."""
    return tuple(found for each in task.get("when") or () for found in _of(each))


def _of(guard: shapes.WhenExpression) -> Iterable[Guard]:
    if guard.get("cel"):
        yield _cel(guard["cel"])
        return
    text, negated = str(guard.get("input", "")), guard.get("operator") != "in"
    values = tuple(dict.fromkeys(str(value) for value in guard.get("values") or ()))
    literal = (text in values) is not negated
    if any("$(" in value for value in values):
        # Two unknowns: whether the one is among the others is one question, asked in one spelling.
        yield Guard(f"{text} in {', '.join(sorted(values))}", (), negated, literal=literal, cel=True)
    elif "$(" not in text:
        yield Guard("", values, negated, fixed=literal)
    else:
        yield Guard(text, values, negated, literal=literal)


def _cel(text: str) -> Guard:
    """A CEL expression: what it comes to is not worked out, but its contrary is known."""
    plain, negated = " ".join(text.split()), False
    while match := _NEGATED.match(plain):
        plain, negated = match["inner"].strip(), not negated
    return Guard(plain, (), negated, literal=not negated, cel=True)


@frozen
class Domain:
    """The classes of a text: each value that a guard names, and all others as one. The usual one is the first."""

    text: str
    values: tuple[str, ...]
    other: str = ""

    def where(self, guard: Guard) -> list[int]:
        """The classes for which a guard holds."""
        if guard.cel:
            return [0 if not guard.negated else 1]
        return [index for index, value in enumerate(self.values) if guard.holds_for(value)]


def domains(guards: Iterable[Guard], known: Mapping[str, str], enums: Mapping[str, tuple[str, ...]]) -> list[Domain]:
    """The domain of each text that guards read, in the order of their first use.

    `known` are the usual values of texts (defaults of params, values of the run), `enums` all that a text can be.
    """
    readers: dict[str, list[Guard]] = {}
    for guard in guards:
        if guard.reads and not guard.status_of and guard.reads != AGGREGATE:
            readers.setdefault(guard.reads, []).append(guard)
    return [_domain(text, found, known.get(text), enums.get(text, ())) for text, found in readers.items()]


def _domain(text: str, readers: list[Guard], usual: str | None, enum: tuple[str, ...]) -> Domain:
    if readers[0].cel:
        # `true` first where the first reader wants it.
        return Domain(text, ("true", "false"))
    named = list(dict.fromkeys(value for guard in readers for value in guard.values))
    other = _other(named) if usual is None or usual in named else usual
    values = [each for each in enum if each in named or each == usual] if enum else [*named, other]
    if enum and (rest := [each for each in enum if each not in values]):
        values, other = [*values, rest[0]], rest[0]
    first = usual if usual is not None else next((each for each in values if readers[0].holds_for(each)), values[0])
    return Domain(text, (first, *(each for each in values if each != first)), other)


def _other(named: Iterable[str]) -> str:
    """A value that is none of those."""
    found = "something else"
    while found in named:
        found += "!"
    return found
