"""`flowdsl.compile`: a pipeline or a manifest to checked documents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import attrs

from flowdsl.compiler import Compilation, CompileOptions, compile_pipeline
from flowdsl.diagnostics import UsageError
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.library.arguments import texts, word, words
from flowdsl.library.profiles import settings_for


def compile(  # noqa: A001 - `flowdsl.compile` is what it is called
    target: Pipeline | Manifest,
    *,
    params: Mapping[str, str] | None = None,
    namespace: str | None = None,
    inline: bool = False,
    alpha: Collection[str] = (),
    profile: str = "",
    events: Collection[str] = (),
) -> Compilation:
    """Compile a pipeline or a manifest to checked documents: `flowdsl.compile(p).documents`.

    The documents are plain data, checked as Tekton's admission does, in the order in which a cluster wants them:
    ServiceAccount and claims, Tasks, Pipeline, PipelineRun; of a manifest what it lists. The same input gives the same
    documents.

    `params` are values for the PipelineRun as text, JSON for an array or an object; `inline` embeds the Tasks in the
    Pipeline; `alpha` names flags of Tekton's alpha features to opt in to, which the cluster needs then:
    https://github.com/tektoncd/pipeline/blob/v1.15.0/docs/additional-configs.md#alpha-features

    `profile` names a table `[tool.flowdsl.profiles.NAME]` of the pyproject.toml at or above the pipeline's file, whose
    `[tool.flowdsl.task]` holds in any case.

    `events` names what is written for `on=[...]`, in place of the run: `"triggers"`, `"cron"`, `"pac"`, `"argo"`.

    Raises FlowError with everything found, warnings included, where any of it is an error; UsageError for values that
    are no text, and for values of a manifest, whose runs have their own.
    """
    options = CompileOptions(
        namespace=namespace,
        inline=inline,
        params=texts("params", params),
        alpha=frozenset(words("alpha", alpha)),
        events=_targets(words("events", events)),
    )
    return compile_target(target, options, word("profile", profile))


def _targets(asked: Collection[str]) -> tuple[str, ...]:
    if not asked:
        return ()
    from flowdsl.library.events import targets

    return targets(asked)


def compile_target(
    target: Pipeline | Manifest, options: CompileOptions, profile: str = "", *, local: bool = False
) -> Compilation:
    """A pipeline with all it needs, or what a manifest lists, by the project's settings and a profile of theirs.

    `local` is for a run on this machine, where nobody else has the names: they get no prefix. Raises FlowError,
    UsageError for values without a run.
    """
    if not isinstance(target, (Pipeline, Manifest)):
        raise UsageError(f"compile takes a pipeline or a manifest, got {target!r}; `flowdsl.load` takes files")
    settings = settings_for(target, profile)
    if local and settings.profile.prefix:
        settings = attrs.evolve(settings, profile=attrs.evolve(settings.profile, prefix=""))
    options = attrs.evolve(options, settings=settings)
    if isinstance(target, Pipeline):
        return compile_pipeline(target, options)
    if options.params:
        raise UsageError("--set gives values to the run of a pipeline; a manifest's runs have their own")
    from flowdsl.compiler.manifest import compile_manifest

    return compile_manifest(target, options)


def compile_to_look(
    pipeline: Pipeline, options: CompileOptions, profile: str, tell: Callable[[str], None]
) -> Compilation:
    """The same for what is only looked at: `tell` is told of packages that no lock has. Raises FlowError."""
    from flowdsl.compiler.rules import NO_LOCK_FILE, STALE_LOCK_FILE, UNREADABLE_LOCK_FILE

    of_locks = {rule.code for rule in (NO_LOCK_FILE, STALE_LOCK_FILE, UNREADABLE_LOCK_FILE)}
    compiled = compile_target(pipeline, attrs.evolve(options, unlocked=True), profile)
    for each in compiled.diagnostics:
        if each.code in of_locks:
            tell(f"{each.message}; {each.hint}")
    return compiled
