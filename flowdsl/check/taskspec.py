"""A task's spec, wherever it stands: in a Task, a TaskRun, or a pipeline's task (TaskSpec.Validate)."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from flowdsl.check.declared import Declared, declare
from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.merging import check_merge
from flowdsl.check.names import check_metadata, check_unique
from flowdsl.check.params import check_declarations, check_properties_declared
from flowdsl.check.results import check_task_result
from flowdsl.check.steps import check_sidecars, check_steps, clean_path
from flowdsl.check.texts import StepView, Text, step_views
from flowdsl.check.usage import check_arrays, check_context, check_declared, check_script_results
from flowdsl.check.workspaces import UNDECLARED_WORKSPACE
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.pipelines import EmbeddedTask
from flowdsl.kinds.tasks import Sidecar, Step, Task, TaskSpec
from flowdsl.kube.conventions import WORKSPACE_PATH


@attrs.define
class TaskView:
    """A task's spec with its steps merged and its params defaulted, made once and read by all rules."""

    spec: TaskSpec | EmbeddedTask
    path: Path
    steps: list[StepView]
    texts: list[Text]
    params: list[Declared]


def task_view(spec: TaskSpec | EmbeddedTask, path: Path, *, defaulted: bool = True) -> TaskView:
    """The view of a spec at a path."""
    steps = step_views(spec.steps, spec.stepTemplate, path)
    return TaskView(
        spec,
        path,
        steps,
        [text for step in steps for text in step.texts],
        declare(spec.params, (*path, "params"), defaulted=defaulted) if spec.params else [],
    )


def check_task(document: Task, gates: Gates, report: Report) -> None:
    """All rules of a Task."""
    check_metadata(document.metadata, report)
    view = task_view(document.spec or TaskSpec(), ("spec",))
    check_task_spec(view, gates, report)
    check_standalone_task(view, report)


TASK_WITHOUT_STEPS = Rule("FLOW210", "task-without-steps", "a task without steps")


def check_task_spec(view: TaskView, gates: Gates, report: Report) -> None:
    """All rules of a task's spec that do not depend on where it stands."""
    spec, path = view.spec, view.path
    if not spec.steps:
        report.add(TASK_WITHOUT_STEPS, path, "the task has no steps", "add `steps:` with at least one")
    if spec.volumes:
        check_unique([volume.name for volume in spec.volumes], (*path, "volumes"), "volume", report)
    if spec.workspaces:
        _check_workspaces(spec, path, report)
    _check_workspace_usage(spec, path, gates, report)
    if spec.stepTemplate is not None:
        check_merge(spec.stepTemplate, spec.steps or (), path, report)
    check_steps(view.steps, gates, report)
    if spec.sidecars:
        check_sidecars(spec.sidecars, (*path, "sidecars"), report)
    if view.params:
        check_declarations(view.params, gates, report)
        check_arrays(view.texts, view.params, report)
    check_context(view.texts, report)
    check_script_results(view.steps, {result.name or "" for result in spec.results or ()}, report)
    for index, result in enumerate(spec.results or ()):
        check_task_result(result, (*path, "results", index), report)


def check_standalone_task(view: TaskView, report: Report) -> None:
    """FLOW222, FLOW220: nothing propagates into a Task of its own, so its params are declared by it."""
    check_declared(view.texts, view.params, report)
    check_properties_declared(view.params, report)


MOUNT_PATH_TAKEN = Rule("FLOW218", "mount-path-taken", "a mount path is taken")


def _check_workspaces(spec: TaskSpec | EmbeddedTask, path: Path, report: Report) -> None:
    """FLOW213, FLOW218: workspaces have their own names and their own mount paths."""
    check_unique([each.name for each in spec.workspaces or ()], (*path, "workspaces"), "workspace", report)
    mounts = [mount for step in spec.steps or () for mount in step.volumeMounts or ()]
    if spec.stepTemplate:
        mounts += spec.stepTemplate.volumeMounts or ()
    taken = {clean_path(mount.mountPath or "") for mount in mounts}
    for index, workspace in enumerate(spec.workspaces or ()):
        mounted = clean_path(workspace.mountPath or f"{WORKSPACE_PATH}/{workspace.name or ''}")
        if mounted in taken:
            hint = "give it a `mountPath` of its own, or move the volumeMount"
            report.add(MOUNT_PATH_TAKEN, (*path, "workspaces", index), f"{mounted} is mounted already", hint)
        taken.add(mounted)


def _check_workspace_usage(spec: TaskSpec | EmbeddedTask, path: Path, gates: Gates, report: Report) -> None:
    """FLOW240: what steps and sidecars isolate are workspaces of the task."""
    fields: tuple[tuple[str, Sequence[Step | Sidecar]], ...] = (
        ("steps", spec.steps or ()),
        ("sidecars", spec.sidecars or ()),
    )
    for field, containers in fields:
        for index, container in enumerate(containers):
            if not container.workspaces:
                continue
            declared = {workspace.name for workspace in spec.workspaces or ()}
            at = (*path, field, index, "workspaces")
            gates.need("beta", f"workspaces of {field}", at, report)
            for number, usage in enumerate(container.workspaces):
                if usage.name not in declared:
                    hint = "declare it under the task's workspaces"
                    report.add(
                        UNDECLARED_WORKSPACE, (*at, number, "name"), f"the task has no workspace {usage.name!r}", hint
                    )
