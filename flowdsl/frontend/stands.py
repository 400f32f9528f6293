"""What stands for one value of the run: a call for its task's only result, an inlined pipeline for what it gave."""

from __future__ import annotations

from flowdsl.frontend.comparing import Comparison, InConditions
from flowdsl.frontend.inside import Compared
from flowdsl.frontend.opaque import Opaque, collected
from flowdsl.frontend.proxies import Reference
from flowdsl.frontend.refusal import refuse
from flowdsl.ir.conditions import Expression, Operand
from flowdsl.ir.types import Kind


class StandsForOne(InConditions):
    """An operation on it is one on the value that `_meant` gives."""

    __slots__ = ()

    @collected
    def __eq__(self, other: object) -> Comparison:  # type: ignore[override]  # a condition, not a bool
        return _compared(self) == other

    @collected
    def __ne__(self, other: object) -> Comparison:  # type: ignore[override]
        return _compared(self) != other

    __hash__ = Opaque.__hash__

    def is_in(self, *values: object) -> Comparison:
        """A condition that holds when the value is one of these."""
        return _compared(self).is_in(*values)

    def not_in(self, *values: object) -> Comparison:
        """A condition that holds when the value is none of these."""
        return _compared(self).not_in(*values)

    def _operand(self) -> Operand:
        return reference(self._meant("comparing it"))._operand()

    def _expression(self) -> Expression:
        value = self._meant("using it as a condition")
        if isinstance(value, Reference) and value._type.kind is not Kind.BOOLEAN:
            return value.is_in("true")._expression()
        return value._expression()

    def __getitem__(self, key: object, /) -> object:
        return self._meant("indexing it")[key]

    def __truediv__(self, path: object, /) -> Opaque:
        return self._meant("a path below it") / path

    def __str__(self) -> str:
        return str(self._meant("its text"))

    def __format__(self, spec: str) -> str:
        return format(self._meant("its text"), spec)


def _compared(value: StandsForOne) -> Compared:
    return reference(value._meant("comparing it"))


def reference(value: Opaque) -> Compared:
    """The value itself when it is a plain reference, or a field of one; FLOW005 for a file."""
    if isinstance(value, Compared):
        return value
    refuse("FLOW005", f"{value._words()} can't be compared", "compare a result that holds text")


def meant(value: object, purpose: str) -> object:
    """A value, or the one that it stands for."""
    return value._meant(purpose) if isinstance(value, StandsForOne) else value
