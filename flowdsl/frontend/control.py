"""`when` and its conditions, and `on_finish`: what decides whether and when a task runs.

In a pipeline function a comparison of values of the run has the type that Python gives it, `bool`, and is a condition.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Literal, cast

from flowdsl.diagnostics import FlowError
from flowdsl.frontend import places
from flowdsl.frontend.blocks import entered
from flowdsl.frontend.comparing import Comparison, gathered
from flowdsl.frontend.conditions import as_expression, as_expressions, conditions_of, opposites_of
from flowdsl.frontend.handles import made_at
from flowdsl.frontend.opaque import Opaque, Told, collected, goes_on, named
from flowdsl.frontend.proxies import Reference, whole
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.stands import reference
from flowdsl.frontend.trace import Trace, current
from flowdsl.ir.conditions import Cel, Expression, Fetched, Known, Operand, Pure, Test, joined, negation
from flowdsl.ir.nodes import Condition
from flowdsl.ir.types import STRING, Kind
from flowdsl.kube.conventions import CEL


class _Block:
    """What `with` takes: it changes the trace for the tasks of the block. One that is never entered is an error."""

    def __init__(self, name: str, change: Callable[[Trace], Callable[[], None]]) -> None:
        self._change = change
        self._undo: list[Callable[[], None]] = []
        self._trace = current(name)
        self._trace.unused[self] = (name, places.caller())

    def __enter__(self) -> None:
        self._trace.unused.pop(self, None)
        self._undo.append(self._change(self._trace))

    def __exit__(self, *_: object) -> None:
        self._undo.pop()()


def when(*conditions: bool) -> AbstractContextManager[None]:
    """Run the tasks of the block only where every condition holds (docs/conditions.md).

    A condition is a bool result by itself, a comparison (`accuracy > 0.9`, `branch == "main"`), `isin(...)`,
    `matches(...)`, `startswith(...)`, `not_(...)`, `condition(...)`, `cel("...")`, or several by `&` and `|`. Blocks
    nest: inner tasks carry the outer conditions too.
    """
    current("when")
    found = as_expressions(conditions)
    return _branch("when", conditions_of(found), (joined("and", found),) if found else ())


def elif_(*conditions: bool) -> AbstractContextManager[None]:
    """Run the tasks of the block where every condition holds, and none of the `when` and `elif_`s before it."""
    before = _before_or_told("elif_")
    found = as_expressions(conditions)
    if not found:
        found = as_expressions([_no_condition()])
    held = tuple(made for each in before for made in opposites_of(each))
    return _branch("elif_", held + conditions_of(found), (*before, joined("and", found)))


def otherwise() -> AbstractContextManager[None]:
    """Run the tasks of the block where the `when` before it does not hold, nor one of its `elif_`s."""
    before = _before_or_told("otherwise")
    return _branch("otherwise", tuple(made for each in before for made in opposites_of(each)), ())


@collected
def _no_condition() -> bool:
    refuse("FLOW035", "elif_ without a condition", "write `with otherwise():` for all that is left")


def _before_or_told(name: str) -> tuple[Expression, ...]:
    """The conditions before it; where there are none one that nothing more is said of, once that is told."""
    try:
        return _before(name)
    except FlowError as error:
        if not goes_on(error):
            raise
        return (Told()._expression(),)


def _before(name: str) -> tuple[Expression, ...]:
    branches = current(name).branches
    if not branches:
        message = f"{name} follows no `when` of the same block that could fail to hold"
        spelled = f"with {name}({'' if name == 'otherwise' else 'condition'}):"
        refuse("FLOW035", message, f"write `{spelled}` behind the block of `with when(condition):`, as far indented")
    return branches


def _branch(name: str, conditions: tuple[Condition, ...], branches: tuple[Expression, ...]) -> _Block:
    """A block whose tasks have these conditions; `branches` are those that what follows it is the opposite of."""

    def change(trace: Trace) -> Callable[[], None]:
        outer, trace.conditions, trace.branches = trace.conditions, trace.conditions + conditions, ()
        left = entered(name, trace.lines, lambda value: made_at(value, trace.nodes))

        def undo() -> None:
            left()
            trace.conditions, trace.branches = outer, branches

        return undo

    return _Block(name, change)


@collected
def isin(value: object, *values: object) -> bool:
    """A condition that holds when a value of the run is one of these: Tekton's `in`."""
    current("isin")
    return _as_bool(reference(_of_the_run(value, "isin")).is_in(*values))


@collected
def matches(value: str, pattern: str) -> bool:
    """A condition that holds when the whole of a text matches a regular expression (Python's `re.fullmatch`)."""
    current("matches")
    if problem := _pattern_problem(pattern):
        refuse("FLOW038", f"{named(pattern)} is not a regular expression: {problem}", 'write it as text: `r"v[0-9]+"`')
    return _as_bool(Comparison(Test("matches", (_text_of(value, "matches"), Known(pattern)))))


def _pattern_problem(pattern: str) -> str:
    """Why it is no regular expression for every Python that a run may have; empty where it is one.

    The Python of an image decides, which may be older than this one (no atomic groups and possessive quantifiers before
    3.11) or newer (flags stand first since 3.11): https://docs.python.org/3/whatsnew/3.11.html#re.
    """
    if not isinstance(pattern, str):
        return f"it is {type(pattern).__name__}, and no text"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)
            re.compile(pattern)
    except (re.error, TypeError, RecursionError, OverflowError, DeprecationWarning) as error:
        return str(error)
    if _SINCE_3_11.search(_LITERAL.sub("_", pattern)):
        return "atomic groups and possessive quantifiers are there only since Python 3.11, and the image may have 3.8"
    return ""


_LITERAL = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?#[^)]*\)", re.DOTALL)
"""What stands for characters, and comments: nothing in it is a sign."""
_SINCE_3_11 = re.compile(r"\(\?>|(?:[*+?]|\{(?:\d+(?:,\d*)?|,\d*)\})\+")


@collected
def startswith(value: str, *prefixes: str) -> bool:
    """A condition that holds when a text of the run begins with one of these."""
    current("startswith")
    if not prefixes or not all(isinstance(each, str) and not isinstance(each, Opaque) for each in prefixes):
        refuse("FLOW038", "startswith takes the texts that a value may begin with", 'write `startswith(branch, "v")`')
    known = tuple(Known(str(each)) for each in prefixes)
    return _as_bool(Comparison(Test("startswith", (_text_of(value, "startswith"), *known))))


def _text_of(value: object, what: str) -> Operand:
    found = reference(_of_the_run(value, what))
    if found._type.kind not in (Kind.STRING, Kind.CHOICE):
        hint = "compare a number by size, a bool by itself"
        refuse("FLOW036", f"{found._words()} is {found._type}; {what} is about text", hint)
    return found._operand()


def min_(*values: float | Iterable[float]) -> float:
    """The least of numbers of the run, in a condition: `when(min_(parts.score) > 0.9)`. A list is its elements."""
    return _number_of("min", values)


def max_(*values: float | Iterable[float]) -> float:
    """The greatest of numbers of the run, in a condition."""
    return _number_of("max", values)


def median_of(*values: float | Iterable[float]) -> float:
    """The median of numbers of the run, in a condition: one run of a measure that varies decides nothing.

    `when(median_of(evaluate(clip, seed=seed) for seed in range(3)) > 0.9)`, or `median_of(evaluate.map(seed=seeds))`.
    """
    return _number_of("median", values)


@collected
def _number_of(sign: str, values: tuple[object, ...]) -> float:
    name = {"median": "median_of"}.get(sign, f"{sign}_")
    current(name)
    flat: list[object] = []
    for value in values:
        flat += list(value) if isinstance(value, Iterable) and not isinstance(value, (Opaque, str)) else [value]
    if not flat:
        refuse("FLOW036", f"{name} of no numbers", "give it numbers of the run, or a list of them")
    return cast(float, gathered(sign, flat))


@collected
def not_(condition: bool) -> bool:
    """The opposite of a condition: `with when(not_(passed)):`."""
    current("not_")
    return _as_bool(Comparison(negation(as_expression(condition))))


@collected
def condition(text: object, operator: Literal["in", "notin"], values: Iterable[object]) -> bool:
    """A condition on text around references, which Python can't compare: `condition(f"{a}-{b}", "in", ["x-y"])`."""
    current("condition")
    if operator not in ("in", "notin"):
        refuse(
            "FLOW002", f"condition takes the operator 'in' or 'notin', got {named(operator)}", "write one of the two"
        )
    if not isinstance(values, (list, tuple)):
        refuse("FLOW002", f"condition takes a list of values, got {named(values)}", "write them as a list: `[value]`")
    written = tuple(_written(each) for each in values)
    pure = Pure(_written(text, whole_array=False), "in", written)
    first = Fetched(pure.input, STRING, _shown_text(pure.input))
    listed = tuple(Fetched(each, STRING, _shown_text(each)) if "$(" in each else Known(each) for each in written)
    test = Test("in", (first, *listed), pure)
    return _as_bool(Comparison(test if operator == "in" else negation(test)))


def _shown_text(text: str) -> str:
    """Text around references as an f-string."""
    return 'f"' + re.sub(r"\$\((?:tasks|params)\.([^()]*)\)", r"{\1}", text).replace(".results.", ".") + '"'


def _as_bool(condition: Comparison) -> bool:
    """A condition as type checkers see one. What is done with it as with a bool is refused."""
    return cast(bool, condition)


def _of_the_run(value: object, what: str) -> Opaque:
    if isinstance(value, Opaque):
        return value._meant("comparing it")
    hint = 'pass a result or a param; text around one: `condition(f"{a}-{b}", "in", ["x-y"])`'
    refuse("FLOW006", f"{what} compares a value of the run, got {named(value)}", hint)


def _written(value: object, *, whole_array: bool = True) -> str:
    meant = value._meant("its text") if isinstance(value, Opaque) else value
    if isinstance(meant, Reference) and meant._type.kind is Kind.ARRAY and whole_array:
        return whole(meant)
    if isinstance(meant, (str, int, float, Opaque)):
        return str(meant) if not isinstance(meant, bool) else str(meant).lower()
    refuse("FLOW002", f"condition takes texts, got {named(meant)}", 'write it as `condition(f"{a}-{b}", "in", ["x"])`')


@collected
def cel(expression: str) -> bool:
    """A CEL condition (alpha: needs `enable-cel-in-whenexpression`, opted in by `@pipeline(alpha=[...])`)."""
    trace = current("cel")
    if CEL not in trace.alpha:
        refuse(
            "FLOW018",
            "cel(...) is alpha in Tekton: a cluster with default flags rejects it",
            f'opt in: `@pipeline(alpha=["{CEL}"])`, and set that flag on the cluster',
        )
    if not isinstance(expression, str):
        refuse("FLOW002", f"cel takes an expression as text, got {named(expression)}", "write it in quotes")
    return _as_bool(Comparison(Cel(expression)))


def on_finish() -> AbstractContextManager[None]:
    """Tasks of the block run when all others are done, whatever happened: Tekton's `finally`."""

    def change(trace: Trace) -> Callable[[], None]:
        if trace.final:
            refuse("FLOW016", "on_finish inside on_finish", "one block is enough: all its tasks run at the end")
        trace.final, trace.branches = True, ()

        def undo() -> None:
            trace.final, trace.branches = False, ()

        return undo

    return _Block("on_finish", change)
