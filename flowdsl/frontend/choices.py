"""`either(a, b)`: the value of the branch that ran.

A task that names a result of a skipped task is skipped, and no field of Tekton's chooses between results. So a task
that is given such a value is there once for each of them, guarded by that branch's conditions, and so is what takes its
results: at most one of them runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NoReturn, TypeVar, cast

import attrs

from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend.encode import Mismatch, encode
from flowdsl.frontend.guards import Guard, exhaustive, failing, guard_of, possible, together, without
from flowdsl.frontend.handles import Empty, NodeHandle, made_by, result_value
from flowdsl.frontend.in_texts import IN_TEXT, MARK
from flowdsl.frontend.opaque import Opaque, collected, in_words, named, shortly
from flowdsl.frontend.proxies import FileBelow, FileValue, Reference, WorkspaceFile
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.trace import Trace, current
from flowdsl.ir.conditions import Expression, Operand
from flowdsl.ir.nodes import Node, Text
from flowdsl.ir.refs import result_refs
from flowdsl.ir.types import PATHS, TypeSpec

T = TypeVar("T")
MOST = 8
"""How often a task may be there for the values that it can be given."""
_PASS = "give it to a task, as an argument of its own"


class _Absent:
    """That no default is given: None could be one."""

    def __repr__(self) -> str:
        return "..."


_NONE = _Absent()


@frozen
class Alternative:
    """One of the values and when it counts; of all those of a choice at most one does in a run."""

    value: object
    guard: Guard

    @property
    def given(self) -> object:
        """What a task is given for it."""
        return self.value.whole() if isinstance(self.value, Empty) else self.value


@in_words("value of the branch that ran")
class Choice(Opaque):
    """What `either` gives, and what a task gives that was given one: an argument, whole or by one of its results."""

    __slots__ = ("_alternatives", "_said", "_trace")

    def __init__(self, trace: Trace, alternatives: tuple[Alternative, ...], said: str = "") -> None:
        self._said = said
        self._trace = trace
        self._alternatives = alternatives

    def _words(self) -> str:
        told = dict.fromkeys(_words(each.value) for each in self._alternatives)  # a value may be there in several ways
        return self._said or f"either({', '.join(told)})"

    def _choice(self) -> Choice:
        return self

    def _meant(self, purpose: str) -> Opaque:
        if purpose == "comparing it":
            self._in_a_condition()
        return self

    def _values(self) -> list[object]:
        """The values themselves."""
        return [each.value for each in self._alternatives]

    def _each(self, change: Callable[[object], object]) -> Choice:
        made = tuple(attrs.evolve(each, value=change(each.value)) for each in self._alternatives)
        return Choice(self._trace, made)

    def after(self, *others: object) -> Choice:
        """Run after other tasks, where this is what tasks give."""
        for each in self._alternatives:
            if isinstance(each.value, Empty):
                continue
            if not isinstance(each.value, NodeHandle):
                self._no("`.after`", "only a task runs after others")
            each.value.after(*others)
        return self

    def __getattr__(self, name: str) -> Choice:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._each(lambda value: getattr(self._of_the_run(value, f"`.{name}`"), name))

    def __getitem__(self, key: object, /) -> Choice:
        return self._each(lambda value: self._of_the_run(value, f"[{key!r}]")[key])

    def __truediv__(self, path: object, /) -> Choice:
        return self._each(lambda value: self._of_the_run(value, "a path below it") / path)

    def __iter__(self) -> Iterator[object]:
        parts = [list(cast("Iterable[object]", self._of_the_run(each, "its parts"))) for each in self._values()]
        for values in zip(*parts, strict=True):
            made = zip(values, self._alternatives, strict=True)
            yield Choice(self._trace, tuple(Alternative(value, each.guard) for value, each in made))

    def _of_the_run(self, value: object, what: str) -> Opaque:
        if isinstance(value, Opaque):
            return value
        self._no(what, "the default is a plain value, which has none: " + _PASS)

    def _no(self, what: str, hint: str) -> NoReturn:
        refuse("FLOW053", f"{what} can't be taken of {self._words()}", hint)

    def _in_a_condition(self) -> NoReturn:
        hint = "put the `with when(...)` into each branch, on that branch's own value"
        refuse("FLOW053", f"a condition can't look at {self._words()}", hint)

    def _operand(self) -> Operand:
        self._in_a_condition()

    def _expression(self) -> Expression:
        self._in_a_condition()

    def _ordered(self, sign: str, other: object) -> Opaque:
        self._in_a_condition()

    @collected
    def __eq__(self, other: object) -> NoReturn:
        self._in_a_condition()

    __ne__ = __eq__
    __hash__ = Opaque.__hash__

    def _no_truth(self) -> NoReturn:
        self._in_a_condition()

    def __str__(self) -> str:
        """What stands for it in a text until the text is given to a task, which is there once for each branch."""
        spec = next((_type(each.value) for each in self._alternatives if isinstance(each.value, Opaque)), None)
        texts = tuple(attrs.evolve(each, value=self._text(each.value, spec)) for each in self._alternatives)
        mark = f"{MARK}{len(self._trace.texts) + 1})"
        self._trace.texts[mark] = Choice(self._trace, texts, self._words())
        return mark

    def _text(self, value: object, spec: object) -> str:
        if isinstance(value, Opaque):
            return str(value)
        text = encode(value, spec) if isinstance(spec, TypeSpec) else ""
        if value is None or not isinstance(text, str):
            self._no("a text", f"{named(value)} has none; {_PASS}")
        return text

    def __format__(self, spec: str) -> str:
        if spec:
            self._no(f"the format {spec!r}", "format it in a task's body")
        return str(self)


@collected
def either(*values: T, default: T | _Absent = _NONE) -> T:
    """The value of the branch that ran: `clip = either(slow, fast)`, of results and files made in guarded blocks.

    All have one type. Where several ran the first that is listed counts. Where it can be that none ran, `default=` says
    the value then. What it gives can be given to tasks (docs/conditions.md, "Branches that merge").
    """
    trace = current("either")
    if len(values) + (default is not _NONE) < 2:
        refuse("FLOW051", "either takes the values of several branches", "write `either(slow, fast)`")
    listed = [each for value in values for each in _alternatives(trace, value)]
    _check_types([each.value for each in listed], default)
    guards = [each.guard for each in listed]
    block = trace.conditions
    if exhaustive(guards, block, trace.nodes):
        pass  # a default counts in no run
    elif default is not _NONE:
        listed.append(Alternative(default, block))
    else:
        names = ", ".join(_words(value) for value in values)
        refuse(
            "FLOW052",
            f"in some runs there is none of {names}",
            "say what counts then: `either(..., default=...)`; or make the last branch `with otherwise():`",
        )
    chosen = [
        Alternative(each.value, guard)
        for place, each in enumerate(listed)
        for guard in _counting(each, listed[:place], trace.nodes)
    ]
    if len(chosen) > MOST:
        _too_many()
    return cast(T, Choice(trace, tuple(chosen)))


def _counting(each: Alternative, before: list[Alternative], nodes: Mapping[str, Node]) -> list[Guard]:
    """Where a value counts; FLOW051 where a default that is listed before it counts instead in every run."""
    found = _alone(each.guard, [other.guard for other in before], nodes)
    plain = next((other for other in before if not isinstance(other.value, Opaque)), None)
    if not found and plain is not None and possible(each.guard, nodes):
        message = f"{_words(each.value)} never counts: {_words(plain.value)} is listed before it"
        refuse("FLOW051", message, "list what tasks give, and then the default: `either(a, b, default=...)`")
    return found


def _alone(guard: Guard, before: Iterable[Guard], nodes: Mapping[str, Node]) -> list[Guard]:
    """Where a value is there and none of those before it, as guards that exclude each other."""
    found = [guard] if possible(guard, nodes) else []
    for other in before:
        found = [made for each in found for made in failing(other, each, nodes)]
        if len(found) > MOST:
            _too_many()
    return found


def _too_many() -> NoReturn:
    refuse(
        "FLOW054",
        f"a task that takes this would be there more than {MOST} times, once for each way in which values can come",
        "merge fewer branches at once: put what takes the value into the branches, or make one task of two branches: "
        "it takes what the condition asks, and its function says `if`",
    )


def _alternatives(trace: Trace, value: object) -> list[Alternative]:
    choice = value._choice() if isinstance(value, Opaque) else None
    if isinstance(choice, Choice):
        return [
            Alternative(each.value, together(each.guard, _guard(trace, each.value))) for each in choice._alternatives
        ]
    if not isinstance(value, Opaque):
        refuse("FLOW051", f"either takes what tasks give, got {named(value)}", "a plain value goes to `default=`")
    if isinstance(value, (NodeHandle, Empty)):
        return [Alternative(value, _guard(trace, value))]
    meant = value._meant("choosing it")
    return [Alternative(meant, _guard(trace, meant))]


def _guard(trace: Trace, value: object) -> Guard:
    """The conditions under which a value is there."""
    name = value._node.name if isinstance(value, NodeHandle) else made_by(value)
    return guard_of(trace.nodes[name], trace.nodes) if name in trace.nodes else ()


def _check_types(values: list[object], default: object) -> None:
    """FLOW051 where the values are of several types. A plain one among them is the default of an `either` within."""
    first, *others = [each for each in values if isinstance(each, Opaque)]
    spec = _type(first)
    for other in others:
        if spec != _type(other):
            _unlike(first, other)
    for plain in (each for each in values if not isinstance(each, Opaque)):
        _check_default(first, spec, plain)
    if default is not _NONE:
        _check_default(first, spec, default)


def _check_default(first: object, spec: TypeSpec | tuple[tuple[str, TypeSpec], ...], default: object) -> None:
    """FLOW051 where a default is not of the type of the values."""
    if isinstance(default, Opaque):
        if isinstance(default._choice(), Choice):
            refuse("FLOW051", f"the default is {named(default)}", "list its values before the default")
        if not _fits(default, spec) and spec != _type(default):
            _unlike(first, default)
        return
    if not isinstance(spec, TypeSpec):
        refuse("FLOW051", f"{named(default)} is no default for {_words(first)}", "take one of its results first")
    try:
        encode(default, spec)
    except Mismatch as error:
        refuse("FLOW051", f"default of either({_words(first)}, ...): {error}", f"give it a value of type {spec}")


def _fits(value: Opaque, spec: object) -> bool:
    """Whether it is a file that is whatever takes it says."""
    return isinstance(value, (WorkspaceFile, FileBelow)) and isinstance(spec, TypeSpec) and spec.kind in PATHS


def _unlike(first: object, other: object) -> NoReturn:
    one, two = _told(first), _told(other)
    refuse("FLOW051", f"either takes values of one type: {one}, and {two}", "make the branches give the same type")


def _told(value: object) -> str:
    spec = _type(value)
    if isinstance(spec, TypeSpec):
        return f"{_words(value)} is {spec}"
    return f"{_words(value)} has {', '.join(name for name, _ in spec) or 'no results'}"


def _type(value: object) -> TypeSpec | tuple[tuple[str, TypeSpec], ...]:
    if isinstance(value, Empty):
        value = value._handle
    if isinstance(value, Opaque) and not isinstance(value, NodeHandle):
        value = value._meant("choosing it")
    if isinstance(value, NodeHandle):
        results = value._node.task.results
        if len(results) != 1:
            return tuple((each.field or each.name, result_value(value._node, each)._type) for each in results)
        value = value._meant("choosing it")
    if isinstance(value, (Reference, FileValue)) and not isinstance(value, FileBelow):
        return value._type
    hint = "give it a result, or a File or Directory that a task gives"
    refuse("FLOW051", f"either can't choose {named(value)}", hint)


def _words(value: object) -> str:
    if isinstance(value, NodeHandle):
        return value._node.name
    return value._words() if isinstance(value, Opaque) else f"default={shortly(value)}"


def ways(given: object, held: Guard) -> list[tuple[object, Guard]]:
    """What a call is given, for each way in which the choices in it can come out, with the guard of each way.

    Empty where there is no choice in it. `held` holds at the call anyway: what can't be then is left out.
    """
    choices = list({id(each): each for each in _within(given)}.values())
    if not choices:
        return []
    found: list[tuple[dict[int, object], Guard]] = [({}, ())]
    for choice in choices:
        found = [
            ({**taken, id(choice): each.given}, guard)
            for taken, before in found
            for each in choice._alternatives
            if possible(together(held, guard := together(before, each.guard)), choice._trace.nodes)
        ]
        if len(found) > MOST:
            _too_many()
    if not found:
        hint = "take that branch's own value in its block"
        refuse("FLOW052", f"in no run there is a value of {choices[0]._words()} here", hint)
    return [(_taken(given, taken), without(guard, held)) for taken, guard in found]


def has_choice(value: object) -> bool:
    """Whether what is given is, or holds, the value of the branch that ran."""
    return next(_within(value), None) is not None


def guard_of_text(trace: Trace, text: Text) -> Guard:
    """The conditions under which all that a text refers to is there."""
    return together(*(guard_of(trace.nodes[task], trace.nodes) for task, _ in result_refs(text) if task in trace.nodes))


def _within(value: object) -> Iterator[Choice]:
    """The choices in what a call is given, which may be nested deeply or hold itself."""
    waiting, seen = [value], set[int]()
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if MARK in each:
                yield from _in_text(each).values()
        elif isinstance(each, Opaque):
            choice = each._choice()
            if isinstance(choice, Choice):
                yield choice
        # The built-in ones first: whether something is a Mapping takes longer to tell than all the rest.
        elif each is not None and isinstance(each, (list, tuple, dict, Mapping)) and id(each) not in seen:
            seen.add(id(each))
            held = each if isinstance(each, (list, tuple)) else each.values()
            waiting += reversed(tuple(held))


def _in_text(text: str) -> dict[str, Choice]:
    """The choices that stand inside a text, by what stands there for them."""
    known = current("either").texts
    found = {mark: known.get(mark) for mark in IN_TEXT.findall(text)}
    return {mark: choice for mark, choice in found.items() if isinstance(choice, Choice)}


def _taken(value: object, taken: Mapping[int, object], above: frozenset[int] = frozenset()) -> object:
    """The same with a value in place of each choice. What holds itself stays so, and is refused where it is encoded."""
    if isinstance(value, Opaque):
        return taken.get(id(value._choice()), value)
    if isinstance(value, str):
        for mark, choice in _in_text(value).items() if MARK in value else ():
            value = value.replace(mark, str(taken[id(choice)]))
        return value
    if id(value) in above or not isinstance(value, (Mapping, list, tuple)):
        return value
    above |= {id(value)}
    held = list(value.values()) if isinstance(value, Mapping) else list(value)
    made = [_taken(each, taken, above) for each in held]
    if all(before is after for before, after in zip(held, made, strict=True)):
        return value
    return dict(zip(value, made, strict=True)) if isinstance(value, Mapping) else made
