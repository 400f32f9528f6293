"""What a profile speaks of and a pipeline does not have: a slip of the pen, or another pipeline's."""

from __future__ import annotations

from flowdsl.compiler.rules import PROFILE_MISSES, PROFILE_OF_OTHERS
from flowdsl.compiler.settle import matching
from flowdsl.diagnostics import Collector
from flowdsl.diagnostics.near import did_you_mean, near
from flowdsl.frontend.manifest import Manifest
from flowdsl.ir.nodes import PipelineDef
from flowdsl.ir.settings import Settings


def note_unmatched(pipeline: PipelineDef, settings: Settings, collector: Collector) -> None:
    """FLOW097 for a name that is nearly one of the pipeline's, FLOW099 for any other that it does not have."""
    profile = settings.profile
    if not profile.tasks and not profile.params:
        return
    tasks = sorted({node.task.name for node in pipeline.within()})
    used = {key for name in tasks for key in matching(name, profile.tasks)}
    params = [param.name for param in pipeline.params]
    for kind, table, unknown, known in (
        ("task", "tasks", [key for key in profile.tasks if key not in used], tasks),
        ("param", "params", [name for name in profile.params if name not in params], params),
    ):
        for name in unknown:
            told = f"profile {profile.name!r} speaks of {kind} {name!r}, which pipeline {pipeline.name!r} does not have"
            rule = PROFILE_MISSES if near(name, known) else PROFILE_OF_OTHERS
            hint = did_you_mean(name, known, f"it has: {', '.join(known) or 'none'}")
            collector.add(rule.finding(told, settings.in_profile(table, name), hint=hint))


def note_unused(manifest: Manifest, settings: Settings, collector: Collector) -> None:
    """FLOW099 for what a profile says of runs: those of a manifest are as they are listed."""
    profile = settings.profile
    given = [*profile.run, *(["params"] if profile.params else [])]
    if given:
        told = f"profile {profile.name!r} says {', '.join(given)} of a run; a manifest's runs are as they are listed"
        place, hint = settings.in_profile(given[0]), "give it to `pipeline_run(...)`"
        collector.add(PROFILE_OF_OTHERS.finding(told, place, hint=hint, related=(("manifest", manifest.location),)))
