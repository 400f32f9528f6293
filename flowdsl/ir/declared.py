"""What a signature says of a param or a result beyond its type: `Annotated[str, Param(description="...")]`."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class Param:
    """A param's description, and Tekton's name for it where that is no Python name: docs/tasks.md, "Parameters"."""

    name: str = ""
    description: str = ""


@attrs.frozen
class Result:
    """A result: of a task in its return annotation, of a pipeline around what it returns.

    In an annotation, `name` is Tekton's name where that is no Python name, and `value` where a Task takes it from,
    such as `$(steps.build.results.digest)`. Returned from a pipeline, `value` is the task's result, or text, a list or
    a dict with references in it, and `type` what Tekton is told of it.
    """

    value: Any = None
    name: str = attrs.field(default="", kw_only=True)
    description: str = attrs.field(default="", kw_only=True)
    type: str = attrs.field(default="", kw_only=True)
