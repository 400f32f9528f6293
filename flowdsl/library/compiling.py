"""`flowdsl.compile`: a pipeline or a manifest to checked documents."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flowdsl.compiler import Compilation, CompileOptions, compile_pipeline
from flowdsl.diagnostics import UsageError
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.library.arguments import texts, words


def compile(  # noqa: A001 - `flowdsl.compile` is what it is called
    target: Pipeline | Manifest,
    *,
    params: Mapping[str, str] | None = None,
    namespace: str | None = None,
    inline: bool = False,
    alpha: Collection[str] = (),
) -> Compilation:
    """Compile a pipeline or a manifest to checked documents: `flowdsl.compile(p).documents`.

    `params` are values for the PipelineRun as text; `inline` embeds the Tasks; `alpha` opts in to alpha features.
    Raises FlowError with everything found where any of it is an error.
    """
    options = CompileOptions(
        namespace=namespace,
        inline=inline,
        params=texts("params", params),
        alpha=frozenset(words("alpha", alpha)),
    )
    return compile_target(target, options)


def compile_target(target: Pipeline | Manifest, options: CompileOptions) -> Compilation:
    """A pipeline with all it needs, or what a manifest lists. Raises FlowError, UsageError for values without a run."""
    if isinstance(target, Pipeline):
        return compile_pipeline(target, options)
    if options.params:
        raise UsageError("--set gives values to the run of a pipeline; a manifest's runs have their own")
    from flowdsl.compiler.manifest import compile_manifest

    return compile_manifest(target, options)
