"""What a signature says of a param or a result beyond its type: `Annotated[str, Param(description="...")]`."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from flowdsl.diagnostics.frozen import frozen
from flowdsl.ir.nodes import Text
from flowdsl.ir.types import Data


@frozen(kw_only=True)
class Param:
    """A param's description, and Tekton's name for it where that is no Python name: docs/tasks.md, "Parameters"."""

    name: str = ""
    description: str = ""


@frozen
class Result:
    """A result: of a task in its return annotation, of a pipeline around what it returns.

    In an annotation, `name` is Tekton's name where that is no Python name, and `value` where a Task takes it from,
    such as `$(steps.build.results.digest)`. Returned from a pipeline, `value` is the task's result, or text, a list or
    a dict with references in it, and `type` what Tekton is told of it.
    """

    value: Data = None
    name: str = attrs.field(default="", kw_only=True)
    description: str = attrs.field(default="", kw_only=True)
    type: str = attrs.field(default="", kw_only=True)

    @property
    def taken_from(self) -> Text:
        """`value` as a Task has it; "" for the file of the result's name."""
        if isinstance(self.value, (list, tuple)):
            return tuple(map(str, self.value))
        if isinstance(self.value, Mapping):
            return {str(name): str(text) for name, text in self.value.items()}
        return str(self.value or "")
