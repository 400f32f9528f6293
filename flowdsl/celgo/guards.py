"""The `cel` of a when expression, as Tekton evaluates it: the language alone, without variables.

https://tekton.dev/docs/pipelines/pipelines/#use-cel-expression-in-whenexpression
"""

from __future__ import annotations

from .evaluate import answer, check
from .functions import STANDARD
from .parser import parse
from .tree import CelError


def holds(expression: str) -> bool:
    """Whether an expression is true. Raises CelError for one that is wrong or gives no boolean, CelLimitError."""
    tree = parse(expression)
    check(tree, frozenset(), STANDARD)
    value = answer(tree, {}, STANDARD)
    if not isinstance(value, bool):
        raise CelError(f"The CEL expression {expression} is not evaluated to a boolean")
    return value
