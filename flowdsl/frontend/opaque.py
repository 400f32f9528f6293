"""What no value of the run can do while the pipeline is compiled: every operation of Python but those it gives itself.

The pipeline function runs once, before there is any value. Python has an answer of its own to most operations (an
object is true, is not in a set, is unequal to a text): it would be compiled, and be wrong without a word.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NoReturn, ParamSpec, TypeVar, cast

from flowdsl.diagnostics import FlowError
from flowdsl.frontend import places
from flowdsl.frontend.refusal import REFUSED, refuse
from flowdsl.frontend.spelling import TEXT, spelling
from flowdsl.frontend.twins import twin

if TYPE_CHECKING:
    from flowdsl.frontend.choices import Choice
    from flowdsl.ir.conditions import Expression, Operand

P = ParamSpec("P")
T = TypeVar("T")
_DEEP = 5
RUN = "of the run"
"""What all the names in words end with."""
_COMPUTE = "compute in a task's body, or join text with an f-string"
_UNPACK = (
    "what a NamedTuple's fields are can be unpacked, since each is a result of its own; of a list take `value[0]`, "
    "of an object `value.key`"
)
_BODY = "do it in a task's body: there the value is a plain Python value"


def collected(function: Callable[P, T]) -> Callable[P, T]:
    """Lets the trace go on behind a comparison or a branch that was refused: it gives something that says no more.

    What was refused is kept (`flowdsl.frontend.refusal.REFUSED`): such a pipeline has findings and no definition.
    Outside of a trace, and where somebody else has told it, the refusal goes up as ever.
    """

    @functools.wraps(function)
    def going_on(*args: P.args, **kwargs: P.kwargs) -> T:
        if any(isinstance(each, Told) for each in (*args, *kwargs.values())):
            return cast("T", Told())
        try:
            return function(*args, **kwargs)
        except FlowError as error:
            if not goes_on(error):
                raise
            return cast("T", Told())

    return going_on


def goes_on(error: FlowError) -> bool:
    """Whether the trace under way has kept what was refused, so that it can be told in the end."""
    kept = REFUSED.get() or []
    return bool(error.diagnostics) and all(each in kept for each in error.diagnostics)


class Opaque:
    """The base of all that a pipeline function holds; what it can do is defined below this, nothing else works."""

    __slots__ = ()

    def _words(self) -> str:
        """What it is called in messages."""
        raise NotImplementedError

    def _meant(self, purpose: str) -> Opaque:
        """What an operation on it is an operation on: a task with one result stands for that."""
        return self

    def _choice(self) -> Choice | None:
        """The choice of several values that it is (`either`); None for all else."""
        return None

    def _operand(self) -> Operand:
        """What it is in a condition; FLOW006 for what conditions don't look at."""
        meant = self._meant("comparing it")
        if meant is not self:
            return meant._operand()
        refuse("FLOW006", f"{self._words()} can't be compared", "compare a result or a param: text, a number or a bool")

    def _expression(self) -> Expression:
        """What it is as a condition; FLOW006 for what is none."""
        no_condition(self)

    def _no_truth(self) -> NoReturn:
        meant = self._meant("its truth value")
        hint = twin() or spelling(meant._test)
        refuse("FLOW006", f"{meant._words()} has no truth value while the pipeline is compiled", hint)

    def __bool__(self) -> bool:
        try:
            self._no_truth()
        except FlowError as error:
            if not goes_on(error):
                raise
            kept = REFUSED.get() or []
            found = kept.pop()
            here = [each for each in kept if (each.code, each.location) == (found.code, found.location)]
            if found in here:
                raise  # a loop that might not end
            if not here:  # the first of `a and b and c` says how all of them are spelled
                kept.append(found)
            return True

    _test = TEXT
    """What makes a condition of it, written behind it; empty for what is one by itself."""

    def __iter__(self) -> Iterator[object]:
        if places.unpacked() is not None:
            self._refuse("FLOW030", "can't be unpacked while the pipeline is compiled", _UNPACK, "unpacking it")
        self._refuse(
            "FLOW007",
            "can't be looped over while the pipeline is compiled",
            twin() or "fan out in the run instead: `some_task.map(item=values)`",
            "looping over it",
        )

    __reversed__ = __next__ = __aiter__ = __iter__

    def __len__(self) -> int:
        self._refuse(
            "FLOW007",
            "has no length while the pipeline is compiled",
            twin() or "measure it in a task's body",
            "its length",
        )

    def __contains__(self, item: object) -> NoReturn:
        self._refuse(
            "FLOW007",
            "can't be searched while the pipeline is compiled",
            'for an array: `with when(condition("text", "in", [values])):`; else search it in a task\'s body',
            "searching it",
        )

    def __hash__(self) -> NoReturn:
        # A look-up in a set or a dict would find nothing, and say nothing.
        self._refuse(
            "FLOW006",
            "can't be looked up or be a key: its value is known only at run time",
            spelling(otherwise="for one of several values `with when(isin(value, ...)):`; keep several in a list"),
            "looking it up",
        )

    def _decide(self, *_: object) -> Opaque:
        self._no_truth()

    def _compute(self, *_: object) -> Opaque:
        said = "can't be computed with: its value is known only at run time"
        self._refuse("FLOW008", said, twin() or _COMPUTE, "computing with it")

    @collected
    def __lt__(self, other: object) -> Opaque:
        return self._ordered("<", other)

    @collected
    def __le__(self, other: object) -> Opaque:
        return self._ordered("<=", other)

    @collected
    def __gt__(self, other: object) -> Opaque:
        return self._ordered(">", other)

    @collected
    def __ge__(self, other: object) -> Opaque:
        return self._ordered(">=", other)

    @collected
    def __and__(self, other: object) -> Opaque:
        return self._both("&", other)

    @collected
    def __or__(self, other: object) -> Opaque:
        return self._both("|", other)

    @collected
    def __add__(self, other: object) -> Opaque:
        return self._formula("+", self, other)

    @collected
    def __radd__(self, other: object) -> Opaque:
        return self._formula("+", other, self)

    @collected
    def __sub__(self, other: object) -> Opaque:
        return self._formula("-", self, other)

    @collected
    def __rsub__(self, other: object) -> Opaque:
        return self._formula("-", other, self)

    @collected
    def __mul__(self, other: object) -> Opaque:
        return self._formula("*", self, other)

    @collected
    def __rmul__(self, other: object) -> Opaque:
        return self._formula("*", other, self)

    @collected
    def __rtruediv__(self, other: object) -> Opaque:
        return self._formula("/", other, self)

    @collected
    def __truediv__(self, other: object, /) -> Opaque:
        return self._formula("/", self, other)

    @collected
    def __neg__(self) -> Opaque:
        return self._formula("neg", self)

    @collected
    def __abs__(self) -> Opaque:
        return self._formula("abs", self)

    def _ordered(self, sign: str, other: object) -> Opaque:
        hint = "compare numbers by size: results and params that are `int` or `float`"
        refuse("FLOW036", f"{self._words()} has no order", hint)

    def _both(self, sign: str, other: object) -> Opaque:
        return self._decide()

    def _formula(self, sign: str, *values: object) -> Opaque:
        return self._compute()

    def _use(self, *_: object) -> Opaque:
        self._refuse("FLOW008", "is known only at run time; this can't be done with it now", _BODY, "this")

    __matmul__ = __rmatmul__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _compute
    __divmod__ = __rdivmod__ = __pow__ = __rpow__ = __lshift__ = __rlshift__ = __rshift__ = __rrshift__ = _compute
    __rand__ = __ror__ = __xor__ = __rxor__ = __invert__ = _decide
    __pos__ = __round__ = __trunc__ = __floor__ = __ceil__ = _compute
    __int__ = __float__ = __complex__ = __index__ = _compute
    __call__ = __bytes__ = __fspath__ = __await__ = __enter__ = __exit__ = __aenter__ = __aexit__ = _use
    __setitem__ = __delitem__ = _use

    def __getitem__(self, key: object, /) -> object:
        return self._use()

    def __repr__(self) -> str:
        return f"<{self._words()}>"

    def _refuse(self, code: str, message: str, hint: str, purpose: str) -> NoReturn:
        refuse(code, f"{self._meant(purpose)._words()} {message}", hint)


class Told(Opaque):
    """What stands for a value that was refused: nothing more is said of it, nor of what is made with it."""

    __slots__ = ()

    def _words(self) -> str:
        return "what was told"

    def _expression(self) -> Expression:
        # Not at the top: few pipelines have a mistake.
        import uuid

        from flowdsl.ir.conditions import Fetched, Test
        from flowdsl.ir.types import BOOLEAN

        return Test("true", (Fetched("", BOOLEAN, f"told-{uuid.uuid4()}"),))

    def _stop(self, *_: object) -> NoReturn:
        raise FlowError(())

    def _itself(self, *_: object) -> Told:
        return self

    def after(self, *_: object) -> Told:
        """As of any value."""
        return self

    def __getattr__(self, name: str) -> Told:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self) -> Iterator[object]:
        return iter([self] * (places.unpacked() or self._stop()))

    def __str__(self) -> str:
        return self._words()

    def __format__(self, spec: str) -> str:
        return self._words()

    __eq__ = __ne__ = _itself  # type: ignore[assignment]
    __lt__ = __le__ = __gt__ = __ge__ = __and__ = __or__ = _itself
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _itself
    __neg__ = __abs__ = __getitem__ = _itself
    __bool__ = __len__ = __hash__ = __contains__ = __reversed__ = _no_truth = _stop


def holds_told(value: object) -> bool:
    """Whether something that was refused is in what a call is given."""
    return bool(REFUSED.get()) and _holds_told(value, 0)


def _holds_told(value: object, depth: int) -> bool:
    if isinstance(value, Mapping):
        value = list(value.values())
    if depth < _DEEP and isinstance(value, (list, tuple)):
        return any(_holds_told(each, depth + 1) for each in value)
    return isinstance(value, Told)


def in_words(words: str) -> Callable[[type[T]], type[T]]:
    """Name a class in words: Python's own messages hold the name ("expected str instance, X found")."""

    def rename(cls: type[T]) -> type[T]:
        cls.__name__ = words
        return cls

    return rename


def named(value: object) -> str:
    """A value for a message: what it is in words where it is one of the run, else its type and itself, cut short."""
    words = getattr(type(value), "_words", None)
    if words is not None:
        return str(words(value))
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return f"{type(value).__name__} {shortly(value)}"


def shortly(value: object) -> str:
    """A plain value as Python writes it, cut short."""
    try:
        text = repr(value)
    except Exception:  # a list that holds itself many times over, a number of 5,000 digits, a class's own repr
        text = "of some size"
    return text if len(text) <= 60 else text[:57] + "..."


def no_condition(value: object) -> NoReturn:
    """FLOW006 for what is given to `when` and is no condition."""
    refuse(
        "FLOW006",
        f"when takes conditions on values of the run, got {named(value)}",
        'give it a bool result, or compare a result or a param: `when(scores.passed, branch == "main")`',
    )
