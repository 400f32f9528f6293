"""References between the documents of one set: what a reference asks for is what the other document has.

Admission sees one document at a time; these are found by the controller only, when a run begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from flowdsl.check.declared import Declared, declare
from flowdsl.check.findings import Path, Report
from flowdsl.check.matrix import matrix_params
from flowdsl.check.pipeline_graph import result_dependencies
from flowdsl.check.pitfalls import flow
from flowdsl.check.pitfalls.shapes import PipelineAt, pipeline_of
from flowdsl.check.references import ResultReference, expressions, is_whole_param, result_reference, whole_array_name
from flowdsl.check.results import result_type
from flowdsl.check.usage import name_hint
from flowdsl.check.values import kind_of, text_of
from flowdsl.tekton.base import Model
from flowdsl.tekton.params import Param, TaskResult, WorkspaceDeclaration
from flowdsl.tekton.pipelines import EmbeddedTask, Pipeline, PipelineTask
from flowdsl.tekton.runs import PipelineRun, TaskRun
from flowdsl.tekton.tasks import StepAction, Task, TaskRef, TaskSpec


@attrs.frozen
class Entry:
    """A document of the set, with the report that its findings go to."""

    model: Model
    report: Report


@attrs.define
class Index:
    """The documents of a set by kind and name. Namespaces are not told apart: a run's is known at its creation only."""

    found: dict[tuple[str, str], Model] = attrs.field(factory=dict)

    def names(self, kind: str) -> list[str]:
        """The names of a kind."""
        return [name for each, name in self.found if each == kind]

    def task(self, name: str | None) -> TaskSpec | None:
        """The spec of a Task."""
        found = self.found.get(("Task", name or ""))
        return found.spec if isinstance(found, Task) else None


def check_set(entries: Sequence[Entry]) -> None:
    """FLOW310–316 and FLOW325 over a set of documents, into the report of the document that refers."""
    index = Index()
    for entry in entries:
        _add(entry, index)
    for entry in entries:
        pipeline = pipeline_of(entry.model)
        if pipeline is not None:
            _check_pipeline(pipeline, index, entry.report)
        if isinstance(entry.model, PipelineRun):
            _check_pipeline_run(entry.model, index, entry.report)
        elif isinstance(entry.model, TaskRun):
            _check_task_run(entry.model, index, entry.report)
        elif isinstance(entry.model, Task) and entry.model.spec:
            _check_steps(entry.model.spec, ("spec",), index, entry.report)


def _add(entry: Entry, index: Index) -> None:
    """FLOW316: the second of two objects with one name replaces the first when both are applied."""
    metadata = getattr(entry.model, "metadata", None)
    if metadata is None or not metadata.name:
        return
    name = metadata.name
    kind = type(entry.model).__name__
    before = index.found.get((kind, name))
    if before is not None:
        other = before.metadata.namespace  # type: ignore[attr-defined]
        if other == metadata.namespace:
            message = f"the {kind} {name!r} is there twice; the last one applied wins"
            entry.report.warning("FLOW316", ("metadata", "name"), message, "rename one, or remove it")
        return
    index.found[kind, name] = entry.model


@attrs.frozen
class _Target:
    """What a reference leads to."""

    what: str
    params: list[Declared]
    workspaces: list[WorkspaceDeclaration]
    results: list[TaskResult] | None
    embedded: bool = False


def _target(task: PipelineTask, index: Index) -> _Target | None:
    spec: TaskSpec | EmbeddedTask | None = None
    what = "the embedded task"
    if task.taskRef is not None and not task.taskRef.resolver and (task.taskRef.kind or "Task") == "Task":
        spec, what = index.task(task.taskRef.name), f"the Task {task.taskRef.name!r}"
    elif task.taskSpec is not None and task.taskSpec.steps:
        spec = task.taskSpec
    if spec is None:
        return None
    embedded = task.taskSpec is not None
    return _Target(what, declare(spec.params, ()), spec.workspaces or [], spec.results or [], embedded)


def _check_pipeline(pipeline: PipelineAt, index: Index, report: Report) -> None:
    declared = {param.name: param for param in declare(pipeline.spec.params, ())}
    targets: dict[str, _Target] = {}
    for path, task in pipeline.tasks():
        _missing(task.taskRef, "Task", (*path, "taskRef"), index, report)
        target = _target(task, index)
        if target is not None:
            targets[task.name or ""] = target
            _check_given(task, target, path, declared, report)
            _check_workspaces(task, target, path, pipeline, report)
        if task.taskSpec is not None:
            _check_steps(task.taskSpec, (*path, "taskSpec"), index, report)
    for path, task in pipeline.tasks():
        for where, reference in result_dependencies(task):
            target = targets.get(reference.task)
            if target is not None:
                _check_result(reference, target, (*path, *where), report)
    for number, result in enumerate(pipeline.spec.results or ()):
        for expression in expressions(text_of(result.value)):
            used = result_reference(expression)
            target = targets.get(used.task) if used else None
            if used is not None and target is not None:
                _check_result(used, target, (*pipeline.path, "results", number, "value"), report)


def _missing(ref: TaskRef | None, kind: str, path: Path, index: Index, report: Report) -> None:
    """FLOW315, only where the set has documents of the kind: else they live elsewhere."""
    names = index.names(kind)
    if ref is None or not names or ref.resolver or (ref.kind or "Task") != "Task" or ref.apiVersion:
        return
    if ref.name and ref.name not in names:
        hint = name_hint(ref.name, names, f"{kind}s") + "; if it is in the cluster, ignore this line"
        report.warning("FLOW315", (*path, "name"), f"there is no {kind} {ref.name!r} in these files", hint)


def _check_given(task: PipelineTask, target: _Target, path: Path, scope: dict[str, Declared], report: Report) -> None:
    given: list[tuple[Path, Param, bool]] = [(("params", i), param, False) for i, param in enumerate(task.params or ())]
    given += [(where, param, where[1] == "params") for where, param in matrix_params(task.matrix)]
    _compare(given, target, path, scope, report)
    # What an embedded task does not get by name it has from the pipeline's params of the same name.
    propagated = set(scope) if task.taskSpec is not None else set()
    names = {param.name for _, param, _ in given} | propagated
    _required(names, target, path, report)


def _compare(
    given: Iterable[tuple[Path, Param, bool]], target: _Target, path: Path, scope: dict[str, Declared], report: Report
) -> None:
    """FLOW310, FLOW312: each param given is known there, and of its type."""
    known = {param.name: param for param in target.params}
    for where, param, fans_out in given:
        at = (*path, *where)
        declared = known.get(param.name or "")
        if declared is None:
            if target.embedded:
                # The run that Tekton makes of it propagates the param to the steps.
                continue
            hint = name_hint(param.name or "", list(known), "params of it")
            report.warning("FLOW310", (*at, "name"), f"{target.what} has no param {param.name!r}", hint)
            continue
        kind = "string" if fans_out else _kind(param, scope)
        if kind is not None and kind != declared.type:
            message = f"{target.what} takes {param.name!r} as {declared.type}, not as {kind}"
            report.warning("FLOW312", (*at, "value"), message, f"give it a value of type {declared.type}")


def _required(names: set[str | None], target: _Target, path: Path, report: Report) -> None:
    """FLOW311: every param without a default is given."""
    missing = [param.name for param in target.params if param.default_kind is None and param.name not in names]
    if missing:
        listed = ", ".join(repr(name) for name in missing)
        report.warning("FLOW311", path, f"{target.what} needs {listed}", "add it under `params:`")


def _kind(param: Param, scope: dict[str, Declared]) -> str | None:
    """The type of a value; None where only the run can tell."""
    kind = kind_of(param.value)
    if kind != "string":
        return kind
    text = text_of(param.value)
    if is_whole_param(text):
        source = scope.get(whole_array_name(text))
        return source.type if source else None
    return None if "[*]" in text else "string"


def _check_workspaces(task: PipelineTask, target: _Target, path: Path, pipeline: PipelineAt, report: Report) -> None:
    """FLOW314: what the task needs is bound, and what is bound is known there."""
    known = {workspace.name or "": workspace for workspace in target.workspaces}
    bound = {binding.name for binding in task.workspaces or ()}
    for number, binding in enumerate(task.workspaces or ()):
        if binding.name not in known and not target.embedded:
            hint = name_hint(binding.name or "", list(known), "workspaces of it")
            at = (*path, "workspaces", number, "name")
            report.warning("FLOW314", at, f"{target.what} has no workspace {binding.name!r}", hint)
    # An embedded task of a run has the pipeline's workspaces of the same name propagated to it.
    propagated = {workspace.name for workspace in pipeline.spec.workspaces or ()} if task.taskSpec else set()
    embedded_in_run = task.taskSpec is not None and pipeline.path[-1] == "pipelineSpec"
    for name, workspace in known.items():
        if name not in bound | propagated and not workspace.optional and not embedded_in_run:
            hint = f"bind one under `workspaces:` with the name {name!r}"
            report.warning("FLOW314", path, f"{target.what} needs the workspace {name!r}", hint)


def _check_result(reference: ResultReference, target: _Target, path: Path, report: Report) -> None:
    """FLOW313: a result that is used is declared, and used as what it is."""
    results = {result.name or "": result for result in target.results or ()}
    result = results.get(reference.result)
    if result is None:
        hint = name_hint(reference.result, list(results), "results of it")
        report.warning("FLOW313", path, f"{target.what} has no result {reference.result!r}", hint)
        return
    kind = result_type(result)
    if reference.key and kind != "object":
        message = f"the result {reference.result!r} is of type {kind} and has no keys"
        report.warning("FLOW313", path, message, f"write $(tasks.{reference.task}.results.{reference.result})")
    elif reference.key and result.properties and reference.key not in result.properties:
        hint = name_hint(reference.key, list(result.properties), "keys of it")
        report.warning("FLOW313", path, f"the result {reference.result!r} has no key {reference.key!r}", hint)
    elif reference.index.isdigit() and kind != "array":
        report.warning("FLOW313", path, f"the result {reference.result!r} is of type {kind}, no array", "use it whole")


def _check_steps(spec: TaskSpec | EmbeddedTask, path: Path, index: Index, report: Report) -> None:
    """FLOW310–312 for steps that refer to a StepAction of the set."""
    names = index.names("StepAction")
    for number, step in enumerate(spec.steps or ()):
        ref = step.ref
        if ref is None or ref.resolver or not names:
            continue
        at = (*path, "steps", number)
        action = index.found.get(("StepAction", ref.name or ""))
        if not isinstance(action, StepAction) or action.spec is None:
            hint = name_hint(ref.name or "", names, "StepActions") + "; if it is in the cluster, ignore this line"
            report.warning("FLOW315", (*at, "ref", "name"), f"there is no StepAction {ref.name!r} in these files", hint)
            continue
        target = _Target(f"the StepAction {ref.name!r}", declare(action.spec.params, ()), [], None)
        given = [(("params", i), param, False) for i, param in enumerate(step.params or ())]
        _compare(given, target, at, {param.name: param for param in declare(spec.params, ())}, report)
        _required({param.name for param in step.params or ()}, target, at, report)


def _check_pipeline_run(run: PipelineRun, index: Index, report: Report) -> None:
    spec = run.spec
    if spec is None:
        return
    path: Path = ("spec",)
    pipeline = pipeline_of(run)
    if spec.pipelineRef is not None and not spec.pipelineRef.resolver:
        name = spec.pipelineRef.name or ""
        found = index.found.get(("Pipeline", name))
        pipeline = pipeline_of(found) if isinstance(found, Pipeline) else None
        if found is None and index.names("Pipeline"):
            hint = name_hint(name, index.names("Pipeline"), "Pipelines") + "; if it is in the cluster, ignore this line"
            report.warning(
                "FLOW315", ("spec", "pipelineRef", "name"), f"there is no Pipeline {name!r} in these files", hint
            )
        if pipeline is not None:
            flow.check_claims(pipeline, spec.workspaces, report, ("spec", "workspaces"))
    if pipeline is None:
        return
    workspaces = [
        WorkspaceDeclaration(name=each.name, optional=each.optional) for each in pipeline.spec.workspaces or ()
    ]
    what = f"the Pipeline {spec.pipelineRef.name!r}" if spec.pipelineRef else "the pipeline"
    target = _Target(what, declare(pipeline.spec.params, ()), workspaces, None)
    _check_run(
        spec.params,
        {each.name for each in spec.workspaces or ()},
        target,
        path,
        report,
        embedded=spec.pipelineRef is None,
    )


def _check_task_run(run: TaskRun, index: Index, report: Report) -> None:
    spec = run.spec
    if spec is None:
        return
    _missing(spec.taskRef, "Task", ("spec", "taskRef"), index, report)
    found = spec.taskSpec
    if spec.taskRef is not None and not spec.taskRef.resolver:
        found = index.task(spec.taskRef.name)
    if found is None:
        return
    what = f"the Task {spec.taskRef.name!r}" if spec.taskRef else "the task"
    target = _Target(what, declare(found.params, ()), found.workspaces or [], None)
    bound = {each.name for each in spec.workspaces or ()}
    _check_run(spec.params, bound, target, ("spec",), report, embedded=spec.taskRef is None)


def _check_run(
    params: list[Param] | None, bound: set[str | None], target: _Target, path: Path, report: Report, *, embedded: bool
) -> None:
    # Params that an embedded spec does not declare are propagated to its steps, so they are no mistake.
    if not embedded:
        _compare([(("params", i), param, False) for i, param in enumerate(params or ())], target, path, {}, report)
    _required({param.name for param in params or ()}, target, path, report)
    for workspace in target.workspaces:
        if workspace.name not in bound and not workspace.optional:
            hint = "bind a volume to it under `workspaces:`"
            report.warning("FLOW314", path, f"{target.what} needs the workspace {workspace.name!r}", hint)
