"""How tasks of a pipeline work on each other: skipping, and volumes under the affinity assistant."""

from __future__ import annotations

from flowdsl.check.findings import Path, Report
from flowdsl.check.pipeline_graph import result_dependencies
from flowdsl.check.pitfalls.shapes import PipelineAt
from flowdsl.check.references import expressions, result_references
from flowdsl.check.values import texts_of
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.params import WhenExpression, WorkspaceBinding
from flowdsl.kinds.pipelines import PipelineTask


def _conditions(task: PipelineTask) -> set[str]:
    return {repr(_plain(when)) for when in task.when or ()}


def _plain(when: WhenExpression) -> tuple[str | None, ...]:
    return (when.input, when.operator, when.cel, *(when.values or ()))


SKIPPED_ALONG = Rule.pitfall(
    "FLOW327", "skipped-along", "a task that is skipped with the one whose result it uses", opt_in=True
)


def check_skips(pipeline: PipelineAt, report: Report) -> None:
    """FLOW327: a task that uses a result of a guarded task is skipped with it (docs/pipelines.md, guarding)."""
    guarded = {task.name: task for task in pipeline.spec.tasks or () if task.when}
    if not guarded:
        return
    for path, task in pipeline.tasks():
        seen: set[str] = set()
        for where, reference in result_dependencies(task):
            source = guarded.get(reference.task)
            if source is None or reference.task in seen or source is task:
                continue
            seen.add(reference.task)
            if _conditions(source) <= _conditions(task):
                continue
            message = f"it uses a result of {reference.task!r}; when that is skipped, this task is skipped too"
            hint = "repeat the `when` here if that is meant, or let the guarded task always give the result"
            report.add(SKIPPED_ALONG, (*path, *where), message, hint)
    for index, result in enumerate(pipeline.spec.results or ()):
        found = [each for _, text in texts_of(result.value) for each in expressions(text)]
        for reference in result_references(found):
            if reference.task in guarded:
                message = f"the result {result.name!r} is missing when {reference.task!r} is skipped"
                hint = "whoever reads it must expect that; or let the task always run"
                report.add(SKIPPED_ALONG, (*pipeline.path, "results", index, "value"), message, hint)


def claim_of(binding: WorkspaceBinding) -> str:
    """Which volume claim a binding mounts; "" for what is no claim."""
    if binding.persistentVolumeClaim:
        return f"claim {binding.persistentVolumeClaim.claimName!r}"
    return f"template of {binding.name!r}" if binding.volumeClaimTemplate else ""


TWO_CLAIMS = Rule.pitfall("FLOW325", "two-claims", "two claims in one task")


def check_claims(pipeline: PipelineAt, bindings: list[WorkspaceBinding] | None, report: Report, run_path: Path) -> None:
    """FLOW325: under the affinity assistant (coschedule: workspaces, the default) a task mounts one claim only.

    Source: docs/affinityassistants.md; the TaskRun fails at once.
    """
    claims = {binding.name: claim for binding in bindings or () if (claim := claim_of(binding))}
    if len(set(claims.values())) < 2:
        return
    told: set[str] = set()
    for path, task in pipeline.tasks():
        mounted = {claims[name] for each in task.workspaces or () if (name := each.workspace or each.name) in claims}
        both = " and ".join(sorted(mounted))
        if len(mounted) > 1 and both not in told:
            hint = "use one claim with sub-paths, or set the cluster's `coschedule` to pipelineruns or disabled"
            # Where the pipeline is another document, the run is what can be changed: once, for all of its tasks.
            told |= {both} if run_path else set()
            report.add(TWO_CLAIMS, run_path or (*path, "workspaces"), f"the task {task.name!r} mounts {both}", hint)
