"""The public face: what `from flowdsl import ...` gives, and the command line behind `pipeline.cli()`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from flowdsl.frontend.manifest import Manifest as _Manifest
from flowdsl.frontend.pipeline import Pipeline as _Pipeline


class Pipeline(_Pipeline):
    """A pipeline, with the command line of its own file."""

    def cli(self, argv: list[str] | None = None) -> None:
        """Run `compile`, `graph`, `explain`, … for this pipeline and exit with the command's code."""
        from flowdsl.cli import run_for

        raise SystemExit(run_for(self, argv))


class Manifest(_Manifest):
    """Documents that are emitted together, with the command line of their file."""

    def cli(self, argv: list[str] | None = None) -> None:
        """Run `compile`, … for this manifest and exit with the command's code."""
        from flowdsl.cli import run_for

        raise SystemExit(run_for(self, argv))


def manifest(*items: Any) -> Manifest:
    """Tasks, pipelines, StepActions, runs and raw documents that are emitted together, in this order and no others."""
    return Manifest(items)


@overload
def pipeline(function: Callable[..., Any], /) -> Pipeline: ...
@overload
def pipeline(**options: Any) -> Callable[[Callable[..., Any]], Pipeline]: ...
def pipeline(function: Any = None, /, **options: Any) -> Any:
    """Make a function a pipeline. The options are those of `flowdsl.ir.options.PipelineOptions`.

    The function only wires tasks together: it is run once, at compile time, with references in place of values.
    """
    if function is not None:
        return Pipeline(function, {})
    return lambda inner: Pipeline(inner, options)
