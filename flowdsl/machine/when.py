"""Whether `when` lets a task run; CEL through cel-python, where it is installed."""

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
    """A CEL expression without variables. Raises CelError for one that is wrong or gives no boolean."""
    try:
        import celpy
        from celpy import celtypes
        from celpy.celparser import CELParseError
        from celpy.evaluation import CELEvalError
    except ImportError:
        raise CelError(
            f"the CEL expression {expression} can't be evaluated here: pip install 'flowdsl[run]' brings cel-python"
        ) from None
    try:
        environment = celpy.Environment()
        value = environment.program(environment.compile(expression)).evaluate({})
    except (CELParseError, CELEvalError, ValueError, TypeError) as error:
        # The library adds all it knows of its environment to the first words.
        words = str(error.args[0] if error.args else error).split(" (in activation")[0].splitlines()
        raise CelError(f"{expression}: {words[0] if words else type(error).__name__}") from None
    if not isinstance(value, (bool, celtypes.BoolType)):
        raise CelError(f"The CEL expression {expression} is not evaluated to a boolean")
    return bool(value)
