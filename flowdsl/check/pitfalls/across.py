"""References between the documents of one set: what a reference asks for is what the other document has.

Admission sees one document at a time; these are found by the controller only, when a run begins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flowdsl.check.declared import declare
from flowdsl.check.findings import Path, Report
from flowdsl.check.matrix import matrix_params
from flowdsl.check.pipeline_graph import result_dependencies
from flowdsl.check.pitfalls import argo, flow, queues, secrets, starts, volumes
from flowdsl.check.pitfalls.index import Entry, Index, check_names, pipeline_spec, task_spec
from flowdsl.check.pitfalls.shapes import PipelineAt, pipeline_of
from flowdsl.check.pitfalls.targets import Given, Scope, Target, check_result, compare, meant, require
from flowdsl.check.references import expressions, result_reference
from flowdsl.check.usage import name_hint
from flowdsl.check.values import text_of
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.base import Model
from flowdsl.kinds.kind import Kind
from flowdsl.kinds.labels import AS_CODE_TASK
from flowdsl.kinds.params import Param, WorkspaceDeclaration
from flowdsl.kinds.pipelines import EmbeddedTask, PipelineTask
from flowdsl.kinds.runs import PipelineRun, TaskRun
from flowdsl.kinds.table import PIPELINE, STEP_ACTION, TASK
from flowdsl.kinds.tasks import PipelineRef, StepAction, Task, TaskRef, TaskSpec

__all__ = ["Entry", "check_set"]

# What is no name is a template's, which is filled in later.
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def check_set(entries: Sequence[Entry]) -> None:
    """FLOW286–287, FLOW307, FLOW310–316, FLOW321, FLOW325, FLOW335, FLOW347, FLOW352–356 over a set."""
    index = Index()
    for entry in entries:
        index.add(entry)
        if entry.model is not None:
            index.brought |= volumes.brought(entry.model)
    check_names(entries, index)
    starts.check_starts(entries, index)
    argo.check_events(entries, index)
    for entry in entries:
        if entry.model is not None:
            _check(entry.model, entry, index)


def _check(model: Model, entry: Entry, index: Index) -> None:
    volumes.check(model, index.brought, entry.report)
    secrets.check(entry, index)
    pipeline = pipeline_of(model)
    if pipeline is not None:
        _check_pipeline(pipeline, entry, index)
        queues.check(pipeline, entry, index)
    if isinstance(model, PipelineRun):
        _check_pipeline_run(model, entry, index)
    elif isinstance(model, TaskRun):
        _check_task_run(model, entry, index)
    elif isinstance(model, Task) and model.spec:
        _check_steps(model.spec, ("spec",), entry, index)


def _target(task: PipelineTask, path: Path, entry: Entry, index: Index) -> Target | None:
    spec: TaskSpec | EmbeddedTask | None = None
    what = "the embedded task"
    if task.taskRef is not None:
        spec, what = task_spec(index.task(task.taskRef, path, entry)), f"the Task {task.taskRef.name!r}"
        spec = None if _is_remote(task.taskRef.name or "", entry) else spec
    elif task.taskSpec is not None and task.taskSpec.steps:
        spec = task.taskSpec
    if spec is None:
        return None
    embedded = task.taskSpec is not None
    return Target(what, declare(spec.params, ()), spec.workspaces or [], spec.results or [], embedded)


def _remote(entry: Entry) -> list[str]:
    """What Pipelines-as-Code fetches for a run, by its annotations: names on a hub, files, addresses."""
    metadata = getattr(entry.model, "metadata", None)
    found: Mapping[str, object] = (metadata.annotations if metadata else None) or {}
    values = [value for key, value in found.items() if key.startswith(AS_CODE_TASK) and isinstance(value, str)]
    return [each.strip(" \t\n\"'[]") for value in values for each in value.split(",")]


def _is_remote(name: str, entry: Entry) -> bool:
    """Whether the Task of a name comes from a hub or an address, so that one of these files is not it."""
    return any(each.split(":", 1)[0] == name or ("://" in each and name in each) for each in _remote(entry))


def _check_pipeline(pipeline: PipelineAt, entry: Entry, index: Index) -> None:
    report = entry.report
    targets: dict[str, Target] = {}
    for path, task in pipeline.tasks():
        _missing(task.taskRef, (*path, "taskRef"), entry, index)
        target = _target(task, (*path, "taskRef"), entry, index)
        if target is not None:
            targets[task.name or ""] = target
        if task.taskSpec is not None:
            _check_steps(task.taskSpec, (*path, "taskSpec"), entry, index)
    scope = Scope({param.name: param for param in declare(pipeline.spec.params, ())}, targets)
    for path, task in pipeline.tasks():
        target = targets.get(task.name or "")
        if target is not None:
            _check_given(task, target, path, scope, report)
            _check_workspaces(task, target, path, pipeline, report)
        for where, reference in result_dependencies(task):
            source = targets.get(reference.task)
            if source is not None:
                check_result(reference, source, (*path, *where), report)
    for number, result in enumerate(pipeline.spec.results or ()):
        for expression in expressions(text_of(result.value)):
            used = result_reference(expression)
            target = targets.get(used.task) if used else None
            if used is not None and target is not None:
                check_result(used, target, (*pipeline.path, "results", number, "value"), report)


MISSING_DOCUMENT = Rule.pitfall("FLOW315", "missing-document", "the other document is not here")


def _missing(ref: TaskRef | PipelineRef | None, path: Path, entry: Entry, index: Index, kind: Kind = TASK) -> None:
    """FLOW315, only where documents of the kind stand beside: else they live elsewhere."""
    if ref is None or not ref.name or ref.resolver or ref.apiVersion or index.has(kind, ref.name):
        return
    names = index.beside(kind, entry)
    own = getattr(ref, "kind", None) or kind.name
    if not names or own != kind.name or not _NAME.fullmatch(ref.name) or _remote(entry):
        return
    hint = name_hint(ref.name, names, f"{kind.name}s") + "; if it is in the cluster, ignore this line"
    entry.report.add(MISSING_DOCUMENT, (*path, "name"), f"there is no {kind.name} {ref.name!r} in these files", hint)


def _check_given(task: PipelineTask, target: Target, path: Path, scope: Scope, report: Report) -> None:
    given: list[Given] = [(("params", i), param, False) for i, param in enumerate(task.params or ())]
    given += [(where, param, where[1] == "params") for where, param in matrix_params(task.matrix)]
    compare(given, target, path, scope, report)
    # What an embedded task does not get by name it has from the pipeline's params of the same name.
    propagated = set(scope.params) if task.taskSpec is not None else set()
    require({param.name for _, param, _ in given} | propagated, target, path, report)


WORKSPACE_MISFIT = Rule.pitfall("FLOW314", "workspace-misfit", "a workspace that does not fit")
OPTIONAL_WORKSPACE_NEEDED = Rule.pitfall(
    "FLOW335", "optional-workspace-needed", "an optional workspace where one is needed"
)


def _check_workspaces(task: PipelineTask, target: Target, path: Path, pipeline: PipelineAt, report: Report) -> None:
    """FLOW314: what the task needs is bound, and what is bound is known there. FLOW335: and it is sure to be there.

    Source: ValidateOptionalWorkspaces in pkg/reconciler/pipelinerun/resources: the run ends with the reason
    RequiredWorkspaceMarkedOptional, whether the workspace is given or not.
    """
    known = {workspace.name or "": workspace for workspace in target.workspaces}
    optional = {workspace.name for workspace in pipeline.spec.workspaces or () if workspace.optional}
    bound = {binding.name for binding in task.workspaces or ()}
    for number, binding in enumerate(task.workspaces or ()):
        if binding.name not in known and not target.embedded:
            hint = name_hint(binding.name or "", list(known), "workspaces of it")
            at = (*path, "workspaces", number, "name")
            report.add(WORKSPACE_MISFIT, at, f"{target.what} has no workspace {binding.name!r}", hint)
        space = known.get(binding.name or "")
        if space is not None and not space.optional and binding.workspace in optional:
            message = (
                f"{target.what} needs the workspace {space.name!r}; {binding.workspace!r} of the pipeline is optional"
            )
            hint = "remove `optional` from the pipeline's workspace, or add it to the task's"
            report.add(OPTIONAL_WORKSPACE_NEEDED, (*path, "workspaces", number, "workspace"), message, hint)
    # An embedded task of a run has the pipeline's workspaces of the same name propagated to it.
    propagated = {workspace.name for workspace in pipeline.spec.workspaces or ()} if task.taskSpec else set()
    embedded_in_run = task.taskSpec is not None and pipeline.path[-1] == "pipelineSpec"
    given = bound | propagated
    missing = [name for name, workspace in known.items() if name not in given and not workspace.optional]
    if missing and not target.embedded:
        # One that is not known and one that is missing are one mistake: told above, with the names there are.
        told = set(missing) if len(missing) == len(bound - set(known)) == 1 else meant(bound, set(known))
        missing = [name for name in missing if name not in told]
    for name in missing:
        if not embedded_in_run:
            hint = f"bind one under `workspaces:` with the name {name!r}"
            report.add(WORKSPACE_MISFIT, path, f"{target.what} needs the workspace {name!r}", hint)


def _check_steps(spec: TaskSpec | EmbeddedTask, path: Path, entry: Entry, index: Index) -> None:
    """FLOW310–312, FLOW315 for steps that refer to a StepAction of the set."""
    scope = Scope({param.name: param for param in declare(spec.params, ())})
    for number, step in enumerate(spec.steps or ()):
        ref = step.ref
        if ref is None or ref.resolver or not ref.name:
            continue
        at = (*path, "steps", number)
        names = index.beside(STEP_ACTION, entry)
        if not index.has(STEP_ACTION, ref.name) and names:
            hint = name_hint(ref.name, names, "StepActions") + "; if it is in the cluster, ignore this line"
            message = f"there is no StepAction {ref.name!r} in these files"
            entry.report.add(MISSING_DOCUMENT, (*at, "ref", "name"), message, hint)
        found = index.find(STEP_ACTION, ref.name, entry)
        if found is None or not isinstance(found.model, StepAction) or found.model.spec is None:
            continue
        target = Target(f"the StepAction {ref.name!r}", declare(found.model.spec.params, ()), [], None)
        given: list[Given] = [(("params", i), param, False) for i, param in enumerate(step.params or ())]
        compare(given, target, at, scope, entry.report)
        require({param.name for param in step.params or ()}, target, at, entry.report)


def _check_pipeline_run(run: PipelineRun, entry: Entry, index: Index) -> None:
    spec = run.spec
    if spec is None:
        return
    pipeline = pipeline_of(run)
    ref = spec.pipelineRef
    if ref is not None and not ref.resolver:
        found = pipeline_spec(index.find(PIPELINE, ref.name, entry))
        pipeline = PipelineAt(found, ("spec",)) if found is not None else None
        _missing(ref, ("spec", "pipelineRef"), entry, index, PIPELINE)
        if pipeline is not None:
            flow.check_claims(pipeline, spec.workspaces, entry.report, ("spec", "workspaces"))
    if pipeline is None:
        return
    workspaces = [
        WorkspaceDeclaration(name=each.name, optional=each.optional) for each in pipeline.spec.workspaces or ()
    ]
    what = f"the Pipeline {ref.name!r}" if ref else "the pipeline"
    target = Target(what, declare(pipeline.spec.params, ()), workspaces, None, embedded=ref is None)
    _check_run(spec.params, {each.name for each in spec.workspaces or ()}, target, entry.report)


def _check_task_run(run: TaskRun, entry: Entry, index: Index) -> None:
    spec = run.spec
    if spec is None:
        return
    path: Path = ("spec", "taskRef")
    _missing(spec.taskRef, path, entry, index)
    found = spec.taskSpec
    if spec.taskRef is not None:
        found = task_spec(index.task(spec.taskRef, path, entry))
    if found is None:
        return
    what = f"the Task {spec.taskRef.name!r}" if spec.taskRef else "the task"
    target = Target(what, declare(found.params, ()), found.workspaces or [], None, embedded=spec.taskRef is None)
    _check_run(spec.params, {each.name for each in spec.workspaces or ()}, target, entry.report)


def _check_run(params: list[Param] | None, bound: set[str | None], target: Target, report: Report) -> None:
    path: Path = ("spec",)
    # Params that an embedded spec does not declare are propagated to its steps, so they are no mistake.
    if not target.embedded:
        given: list[Given] = [(("params", i), param, False) for i, param in enumerate(params or ())]
        compare(given, target, path, Scope(), report)
    require({param.name for param in params or ()}, target, path, report)
    for workspace in target.workspaces:
        if workspace.name not in bound and not workspace.optional:
            hint = "bind a volume to it under `workspaces:`"
            report.add(WORKSPACE_MISFIT, path, f"{target.what} needs the workspace {workspace.name!r}", hint)
