"""From a TaskRun to what its pod would run: checks, StepActions, every reference replaced, the template merged."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.kube.conventions import DEFAULT_TIMEOUT, TEKTON_PATH, WORKSPACE_PATH
from flowdsl.kube.durations import parse_duration
from flowdsl.runner.contract import BoundWorkspace, Cluster, TaskRunWork
from flowdsl.runner.taskrun import apply, params
from flowdsl.runner.taskrun.leftovers import check_leftovers
from flowdsl.runner.taskrun.merge import step_over_template
from flowdsl.runner.taskrun.stepactions import resolve_steps
from flowdsl.runner.taskrun.variables import Table, Tables, params_table

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


@attrs.frozen
class Places:
    """Where a step sees Tekton's folders: at their usual places, or at real ones where there is no namespace."""

    tekton: str = TEKTON_PATH
    workspace: str = WORKSPACE_PATH
    literal: bool = True


@attrs.frozen
class Prepared:
    """A TaskRun ready to run. `spec` is the TaskSpec for the status, `steps` have the template merged in."""

    spec: shapes.TaskSpec
    steps: tuple[shapes.Step, ...]
    sidecars: tuple[shapes.Sidecar, ...]
    results: tuple[shapes.TaskResult, ...]
    workspaces: Mapping[str, BoundWorkspace]


def step_name(step: shapes.Step, index: int) -> str:
    """A step's name without Tekton's prefix; one without a name is numbered."""
    return step.get("name") or f"unnamed-{index}"


def timeout_of(task_run: shapes.TaskRun) -> float:
    """The TaskRun's timeout in seconds; 0 is none."""
    text = task_run["spec"].get("timeout")
    return DEFAULT_TIMEOUT if text is None else parse_duration(str(text)) / 1e9


def prepare(work: TaskRunWork, cluster: Cluster, places: Places, retries: int) -> Prepared:
    """Raises RefusedError for what Tekton would not run."""
    run = work.task_run["spec"]
    spec = run["taskSpec"].copy()
    given = run.get("params") or []
    spec["steps"] = resolve_steps(spec, given, cluster)
    params.check_params(work.task, spec.get("params") or [], given)
    params.check_enums(spec.get("params") or [], given)
    params.check_indexes(spec, given)
    bound = {one.name: one for one in work.workspaces}
    declared = list(spec.get("workspaces") or ())
    params.check_workspaces(declared, list(bound))
    params.check_overrides(spec, run)
    names = {one["name"] for one in declared}
    declared += [{"name": name} for name in bound if name not in names]
    if declared:
        spec["workspaces"] = declared
    made = _replace(spec, work, places, bound, retries)
    params.check_names(made)
    steps = tuple(step_over_template(made.get("stepTemplate"), one) for one in made["steps"])
    check_leftovers(made, steps, work.task_run)
    return Prepared(made, steps, tuple(made.get("sidecars") or ()), tuple(run["taskSpec"].get("results") or ()), bound)


def _replace(
    spec: shapes.TaskSpec, work: TaskRunWork, places: Places, bound: Mapping[str, BoundWorkspace], retries: int
) -> shapes.TaskSpec:
    run = work.task_run
    before = [params_table(spec.get("params") or (), run["spec"].get("params") or ()), _contexts(work, retries)]
    results = _result_paths("results.{}.path", spec.get("results"), f"{places.tekton}/results")
    exits = Table(
        {
            _exit_reference(one, index): f"{places.tekton}/steps/step-{step_name(one, index)}/exitCode"
            for index, one in enumerate(spec["steps"])
        }
    )
    credentials = Table({"credentials.path": f"{places.tekton}/creds"})
    first = Tables(before)
    declared = [_mounted(one, first) for one in spec.get("workspaces") or ()]

    def tables(
        container: shapes.Step | shapes.Sidecar, middle: Table | None = None, late: Table | None = None
    ) -> Tables:
        space = _workspaces(declared, work, bound, places, container.get("workspaces") or ())
        each = [*before, middle, results, late, exits, space, credentials]
        return Tables([one for one in each if one is not None and (one.strings or one.arrays)])

    made = spec.copy()
    made["steps"] = []
    for index, one in enumerate(spec["steps"]):
        home = f"{places.tekton}/steps/step-{step_name(one, index)}"
        middle = _result_paths("step.results.{}.path", one.get("results"), f"{home}/results")
        late = Table(
            {
                "step.artifacts.path": f"{home}/artifacts/provenance.json",
                "artifacts.path": f"{places.tekton}/artifacts/provenance.json",
            }
        )
        made["steps"].append(apply.step(one, tables(one, middle, late)))
    if spec.get("stepTemplate"):
        made["stepTemplate"] = apply.container(spec["stepTemplate"], tables({}))
    if spec.get("sidecars"):
        made["sidecars"] = [apply.sidecar(one, tables(one)) for one in spec["sidecars"]]
    if spec.get("volumes"):
        made["volumes"] = [apply.volume(one, tables({})) for one in spec["volumes"]]
    if declared:
        made["workspaces"] = declared
    return made


def _mounted(space: shapes.WorkspaceDeclaration, known: Tables) -> shapes.WorkspaceDeclaration:
    return {**space, "mountPath": known.text(space["mountPath"])} if space.get("mountPath") else space


def _exit_reference(step: shapes.Step, index: int) -> str:
    return f"steps.step-{step_name(step, index)}.exitCode.path"


def _contexts(work: TaskRunWork, retries: int) -> Table:
    meta = work.task_run["metadata"]
    return Table(
        {
            "context.taskRun.name": meta.get("name", ""),
            "context.task.name": work.task,
            "context.taskRun.namespace": meta.get("namespace", ""),
            "context.taskRun.uid": meta.get("uid", ""),
            "context.task.retry-count": str(retries),
        }
    )


def _result_paths(
    pattern: str, results: Sequence[shapes.TaskResult] | Sequence[shapes.StepResult] | None, folder: str
) -> Table:
    table = Table()
    for one in results or ():
        name = one["name"]
        for way in (pattern, pattern.replace(".{}", '["{}"]'), pattern.replace(".{}", "['{}']")):
            table.strings[way.format(name)] = f"{folder}/{name}"
    return table


def mount_path(declared: shapes.WorkspaceDeclaration, used: shapes.WorkspaceUsage | None = None) -> str:
    """Where a workspace is mounted: where the step says, where the Task says, or below /workspace."""
    return (
        (used or {}).get("mountPath") or declared.get("mountPath") or posixpath.join(WORKSPACE_PATH, declared["name"])
    )


def _workspaces(
    declared: Iterable[shapes.WorkspaceDeclaration],
    work: TaskRunWork,
    bound: Mapping[str, BoundWorkspace],
    places: Places,
    used: Iterable[shapes.WorkspaceUsage],
) -> Table:
    claims = {
        one["name"]: (one.get("persistentVolumeClaim") or {}).get("claimName", "")
        for one in work.task_run["spec"].get("workspaces") or ()
    }
    uses = {one["name"]: one for one in used}
    table = Table()
    for one in declared:
        name = one["name"]
        here = bound.get(name)
        path = ""
        if here is not None:
            path = mount_path(one, uses.get(name)) if places.literal else str(here.path)
        table.strings[f"workspaces.{name}.bound"] = "true" if here is not None else "false"
        table.strings[f"workspaces.{name}.path"] = path
        if here is not None:
            table.strings[f"workspaces.{name}.volume"] = here.volume
            table.strings[f"workspaces.{name}.claim"] = claims.get(name, "")
    return table
