"""From a PipelineRun and the documents around it to a graph that can run: what Tekton checks and substitutes first."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from flowdsl.check.references import ResultReference, expressions, looks_like_result
from flowdsl.kinds import labels
from flowdsl.kinds.values import Value, decoded
from flowdsl.kube.conventions import DEFAULT_TIMEOUT
from flowdsl.machine.catalogue import Catalogue, FoundTask, reference_names
from flowdsl.machine.custom import custom_of, told_params
from flowdsl.machine.failure import RunFailure
from flowdsl.machine.nodes import Node
from flowdsl.machine.params import check_params, check_task_params
from flowdsl.machine.substitute import substituted
from flowdsl.machine.times import seconds_of
from flowdsl.machine.variables import Replacements, param_keys, references_in, task_references, texts

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


@attrs.frozen
class Timeouts:
    """Seconds from the run's start (tasks, pipeline) or from finally's; 0 and None are no limit."""

    pipeline: float | None = None
    tasks: float | None = None
    final: float | None = None

    @classmethod
    def of(cls, spec: shapes.PipelineRunSpec) -> Timeouts:
        """`spec.timeouts` with Tekton's defaults: tasks and finally share what the pipeline has."""
        given = spec.get("timeouts") or {}
        pipeline = seconds_of(given.get("pipeline"))
        pipeline = DEFAULT_TIMEOUT if pipeline is None else pipeline
        tasks, final = seconds_of(given.get("tasks")), seconds_of(given.get("finally"))
        if tasks is None and final:
            tasks = pipeline - final if pipeline else None
        elif final is None and tasks:
            final = pipeline - tasks if pipeline else None
        return cls(pipeline, tasks, final)


@attrs.define
class Plan:
    """A run that may start. `spec` is the Pipeline's after substitution, as `status.pipelineSpec` holds it."""

    run: shapes.PipelineRun
    pipeline: str
    spec: shapes.PipelineSpec
    nodes: list[Node]
    timeouts: Timeouts
    bindings: dict[str, shapes.WorkspaceBinding]

    @property
    def name(self) -> str:
        """The PipelineRun's name."""
        return str(self.run["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """The namespace that it runs in."""
        return str(self.run["metadata"]["namespace"])

    def again(self) -> Plan:
        """The same before anything has run, for who plays many runs that begin alike."""
        made = {
            node.name: attrs.evolve(node, spec=node.spec.copy(), before=[], after=[], runs=[]) for node in self.nodes
        }
        for node in self.nodes:
            made[node.name].before += [made[each.name] for each in node.before]
            made[node.name].after += [made[each.name] for each in node.after]
        return attrs.evolve(self, nodes=list(made.values()))


def pipeline_of(run: shapes.PipelineRun, catalogue: Catalogue) -> tuple[str, shapes.PipelineSpec, shapes.ObjectMeta]:
    """Name, spec and metadata of the run's Pipeline. Raises RunFailure CouldntGetPipeline."""
    spec, metadata = run.get("spec") or {}, run["metadata"]
    if spec.get("pipelineSpec"):
        return str(metadata["name"]), spec["pipelineSpec"], {}
    try:
        document = catalogue.pipeline(spec.get("pipelineRef") or {})
    except LookupError as error:
        where = f"{metadata['namespace']}/{metadata['name']}"
        message = f"Error retrieving pipeline for pipelinerun {where}: {error.args[0]}"
        raise RunFailure("CouldntGetPipeline", message) from None
    return str(document["metadata"]["name"]), document.get("spec") or {}, document["metadata"]


def make_plan(run: shapes.PipelineRun, catalogue: Catalogue) -> Plan:
    """Check and substitute as Tekton does before it makes the first TaskRun. Raises RunFailure."""
    name, raw, metadata = pipeline_of(run, catalogue)
    spec = run.get("spec") or {}
    place = f"{run['metadata']['namespace']}/{run['metadata']['name']}"
    pipeline = f"{run['metadata']['namespace']}/{name}"
    run["metadata"]["labels"] = {
        **(metadata.get("labels") or {}),
        **(run["metadata"].get("labels") or {}),
        labels.PIPELINE: name,
    }
    run["metadata"]["annotations"] = {
        **(metadata.get("annotations") or {}),
        **(run["metadata"].get("annotations") or {}),
    }
    nodes = _graph(raw, place)
    given = {param["name"]: decoded(param.get("value")) for param in spec.get("params") or ()}
    check_params(raw.get("params") or (), given, raw, f"{place}, {pipeline}")
    _check_workspaces(raw, spec, place, pipeline)
    bindings = _bindings(spec, given)
    substituted_spec = substituted(raw, given, run, name, f"{run['metadata']['namespace']}/{name}")
    for node, task in zip(
        nodes, [*substituted_spec.get("tasks", []), *substituted_spec.get("finally", [])], strict=True
    ):
        node.spec, node.references = task, task_references(task)
    _resolve(nodes, catalogue, pipeline, run["metadata"]["name"])
    _check_results(nodes, substituted_spec, run["metadata"]["name"])
    _check_optional(nodes, raw)
    return Plan(run, name, substituted_spec, nodes, Timeouts.of(spec), bindings)


def _graph(spec: shapes.PipelineSpec, place: str) -> list[Node]:
    tasks = [Node(task["name"], task.copy(), final=False) for task in spec.get("tasks") or ()]
    final = [Node(task["name"], task.copy(), final=True) for task in spec.get("finally") or ()]
    by_name = {node.name: node for node in tasks}
    for node in tasks:
        names = [reference.task for reference in task_references(node.spec)]
        for name in sorted({*names, *(node.spec.get("runAfter") or ())}):
            if name not in by_name:
                reason = f"task {node.name} depends on {name} but {name} wasn't present in Pipeline"
                raise RunFailure(
                    "PipelineInvalidGraph", f"PipelineRun {place}'s Pipeline DAG is invalid: {reason}", user=True
                )
            node.before.append(by_name[name])
            by_name[name].after.append(node)
        node.waits = len(node.before)
    _check_cycles(tasks, place)
    return tasks + final


def _check_cycles(tasks: list[Node], place: str) -> None:
    left = {node.name: len(node.before) for node in tasks}
    ready = deque(node for node in tasks if not node.before)
    while ready:
        node = ready.popleft()
        del left[node.name]
        for after in node.after:
            left[after.name] -= 1
            if not left[after.name]:
                ready.append(after)
    if left:
        first = min(left)
        node = next(each for each in tasks if each.name == first)
        names = ", ".join(f'"{each.name}"' for each in node.before if each.name in left)
        message = f'PipelineRun {place}\'s Pipeline DAG is invalid: cycle detected; task "{first}" depends on {names}'
        raise RunFailure("PipelineInvalidGraph", message, user=True)


def _check_workspaces(
    pipeline_spec: shapes.PipelineSpec, spec: shapes.PipelineRunSpec, place: str, pipeline: str
) -> None:
    bound = {binding["name"] for binding in spec.get("workspaces") or ()}
    for space in pipeline_spec.get("workspaces") or ():
        if not space.get("optional") and space["name"] not in bound:
            raise RunFailure(
                "InvalidWorkspaceBindings",
                f"PipelineRun {place} doesn't bind Pipeline {pipeline}'s Workspaces correctly: pipeline requires "
                f'workspace with name "{space["name"]}" be provided by pipelinerun',
                user=True,
            )
    names = {task["name"] for task in (*(pipeline_spec.get("tasks") or ()), *(pipeline_spec.get("finally") or ()))}
    for each in spec.get("taskRunSpecs") or ():
        if each.get("pipelineTaskName") not in names:
            raise RunFailure(
                "InvalidTaskRunSpecs",
                f"PipelineRun {place} doesn't define taskRunSpecs correctly: pipelineRun's taskrunSpecs defined wrong "
                f'taskName: "{each.get("pipelineTaskName")}", does not exist in Pipeline',
                user=True,
            )


def _bindings(spec: shapes.PipelineRunSpec, given: Mapping[str, Value]) -> dict[str, shapes.WorkspaceBinding]:
    # Only what the run itself gives reaches its bindings, no default of the Pipeline.
    known = Replacements()
    for name, value in given.items():
        known.add(param_keys(name), value)
    return {binding["name"]: known.deep(binding) for binding in spec.get("workspaces") or ()}


def _resolve(nodes: list[Node], catalogue: Catalogue, pipeline: str, run: str) -> None:
    for node in nodes:
        spec = node.spec
        if spec.get("pipelineSpec") or spec.get("pipelineRef"):
            node.child = _child(spec, catalogue, pipeline)
            continue
        if (custom := custom_of(spec)) is not None:
            node.task = _stand_in(node.name, custom, catalogue)
            told = told_params(custom, node.task.spec)
            spec = {**spec, "params": [*(spec.get("params") or []), *told]}
        elif spec.get("taskRef"):
            node.task = _referenced(spec["taskRef"], catalogue, pipeline)
        else:
            node.task = catalogue.embedded(spec.get("taskSpec") or {})
        check_task_params(spec, node.task.spec, node.task.name, run)


def _stand_in(name: str, custom: shapes.TaskRef | shapes.EmbeddedTask, catalogue: Catalogue) -> FoundTask:
    try:
        return catalogue.custom(custom)
    except LookupError as error:
        what = f"{custom.get('apiVersion', '')} {custom.get('kind', '')}"
        message = f"task {name} is a custom task ({what}); {error.args[0]}"
        raise RunFailure("CouldntGetTask", message) from None


def _referenced(reference: shapes.TaskRef, catalogue: Catalogue, pipeline: str) -> FoundTask:
    try:
        return catalogue.task(reference)
    except LookupError as error:
        name = reference.get("name") or f"{reference.get('resolver')}: {', '.join(reference_names(reference)[:1])}"
        raise RunFailure(
            "CouldntGetTask",
            f"Pipeline {pipeline} can't be Run; it contains Tasks that don't exist: "
            f'Couldn\'t retrieve Task "{name}": {error.args[0]}',
        ) from None


def _child(spec: shapes.PipelineTask, catalogue: Catalogue, pipeline: str) -> shapes.Pipeline:
    if spec.get("pipelineSpec"):
        return {"spec": spec["pipelineSpec"]}
    try:
        return catalogue.pipeline(spec["pipelineRef"])
    except LookupError as error:
        raise RunFailure(
            "CouldntGetPipeline",
            f"Pipeline {pipeline} can't be Run; it contains child Pipelines that don't exist: "
            f'Couldn\'t retrieve Pipeline "{spec["pipelineRef"].get("name", "")}": {error.args[0]}',
        ) from None


def _check_results(nodes: list[Node], spec: shapes.PipelineSpec, run: str) -> None:
    by_name = {node.name: node for node in nodes}
    for node in nodes:
        for reference in node.references:
            problem = _result_problem(reference, by_name)
            if problem:
                message = f'invalid result reference in pipeline task "{node.name}": {problem}'
                raise RunFailure("InvalidTaskResultReference", message, user=True)
    for result in spec.get("results") or ():
        for reference in references_in(result.get("value")):
            problem = _result_problem(reference, by_name)
            if problem:
                message = f'invalid pipeline result "{result["name"]}": {problem}'
                raise RunFailure(
                    "InvalidPipelineResultReference",
                    f'Failed to resolve pipeline result reference for "{run}" with error {message}',
                )


def _result_problem(reference: ResultReference, by_name: Mapping[str, Node]) -> str:
    node = by_name.get(reference.task)
    if node is None:
        return f'referenced pipeline task "{reference.task}" does not exist'
    if custom_of(node.spec) is not None:
        return ""  # what results a custom task has is known once it has run (validateResultRef)
    if node.task is None:
        return f'unable to validate result referencing pipeline task "{reference.task}": task spec not found'
    if all(result.get("name") != reference.result for result in node.task.spec.get("results") or ()):
        return f'"{reference.result}" is not a named result returned by pipeline task "{reference.task}"'
    return ""


def _check_optional(nodes: list[Node], spec: shapes.PipelineSpec) -> None:
    optional = {space["name"] for space in spec.get("workspaces") or () if space.get("optional")}
    for node in nodes if optional else ():
        declared = {space["name"]: space for space in (node.task.spec.get("workspaces") or () if node.task else ())}
        for bound in node.spec.get("workspaces") or ():
            space = declared.get(bound["name"])
            if bound.get("workspace") in optional and space is not None and not space.get("optional"):
                raise RunFailure(
                    "RequiredWorkspaceMarkedOptional",
                    f'Optional workspace not supported by task: pipeline workspace "{bound["workspace"]}" is marked '
                    f'optional but pipeline task "{node.name}" requires it be provided',
                    user=True,
                )


def has_result_variables(task: shapes.PipelineTask) -> bool:
    """Whether params or `when` refer to results: a matrix does not count (hasResultReferences)."""
    return any(
        looks_like_result(found)
        for text in texts([task.get("params"), task.get("when")])
        if "$(" in text
        for found in expressions(text)
    )
