"""Whether `when` lets a task run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


class CelError(Exception):
    """A CEL expression that can't be evaluated; the text says why."""


def allows(guards: list[shapes.WhenExpression]) -> bool:
    """Whether every guard is true (WhenExpressions.AllowsExecution). Raises CelError."""
    return all(_holds(guard) for guard in guards)


def _holds(guard: shapes.WhenExpression) -> bool:
    # Tekton evaluates every CEL expression, whatever else the guard says, and a wrong one ends the run.
    cel = bool(guard.get("cel"))
    if cel and not evaluate(guard["cel"]):
        return False
    found = guard.get("input", "") in (guard.get("values") or ())
    return found if guard.get("operator") == "in" else not found


def evaluate(expression: str) -> bool:
    """A CEL expression without variables. Raises CelError for one that is wrong, no boolean, or takes too long here."""
    # Few pipelines have one.
    from flowdsl.celgo import guards, tree

    try:
        return guards.holds(expression)
    except (tree.CelError, tree.CelLimitError) as error:
        raise CelError(f"{expression}: {error}" if expression not in str(error) else str(error)) from None
