"""Functions in place of tasks, and attempts that fail: the run around them is a run like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.decide.wire import CONDITIONS, FIELDS
from flowdsl.diagnostics import Finding, FlowError, Location
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.frontend import places
from flowdsl.ir.nodes import Node
from flowdsl.kinds.table import PIPELINE, PIPELINE_RUN, TASK
from flowdsl.library.documents import name_of
from flowdsl.library.rules import FAKE_MISFIT, UNKNOWN_FAKE
from flowdsl.library.run_inputs import Inputs, choose_run, pipeline_spec, set_params
from flowdsl.lower.task import param_spec, result_spec
from flowdsl.runner.contract import TaskRunner
from flowdsl.testing.contract import Contract, contract_of, contract_of_document, fits
from flowdsl.testing.faked_runs import FakedRuns

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

Function = Callable[..., object]
_URL = "http://fake.invalid"


@attrs.define
class Fakes:
    """What stands in for tasks of one run: `flowdsl.library.run_options.Instead`.

    `functions` by the name of the task in the pipeline; `failures` says how many first attempts fail.
    """

    functions: Mapping[str, Function]
    failures: Mapping[str, int]
    whole: bool = False
    runs: FakedRuns | None = None
    _contracts: dict[str, Contract] = attrs.field(factory=dict)

    def begin(self, inputs: Inputs) -> None:
        """Check that the fakes fit, and take what they stand for out of the documents. Raises FlowError."""
        spec = pipeline_spec(choose_run(inputs), inputs.documents)
        tasks = {each["name"]: each for each in (*(spec.get("tasks") or ()), *(spec.get("finally") or ()))}
        place = inputs.traced[0].location if inputs.traced else Location(", ".join(inputs.source) or "the run", 1)
        nodes = {node.name: node for node in inputs.traced[1].nodes} if inputs.traced else {}
        documents = {name_of(each): each for each in inputs.documents if TASK.is_of(each)}
        found = [*_unknown(self.functions, tasks, place), *_unknown(self.failures, tasks, place)]
        changed: dict[str, shapes.PipelineTask] = {}
        for name, function in self.functions.items():
            if name in tasks:
                node = nodes.get(name)
                bare = _bare(tasks[name], node, documents)
                contract = contract_of(node) if node is not None else contract_of_document(bare)
                self._contracts[name] = contract
                changed[name] = _embedded(tasks[name], bare)
                found += _misfits(name, function, contract, node, place)
        if found:
            raise FlowError(tuple(found))
        self.whole = self.functions.keys() >= tasks.keys()
        inputs.documents = [_with(each, spec, changed) for each in inputs.documents]
        if self.whole:
            _without_services(inputs)

    def around(self, inner: TaskRunner) -> FakedRuns:
        """What runs the TaskRuns."""
        self.runs = FakedRuns(inner, self.functions, self._contracts, self.failures)
        return self.runs


def place_of(function: Function) -> Location:
    """Where a fake is written; of what is no function its name."""
    inner = getattr(function, "__wrapped__", function)
    if hasattr(inner, "__code__"):
        return places.of_function(inner)
    return Location(getattr(inner, "__name__", type(inner).__name__), 1)


def _unknown(given: Mapping[str, object], tasks: Mapping[str, object], place: Location) -> Iterator[Finding]:
    for name in given:
        if name not in tasks:
            hint = did_you_mean(name, tasks, f"it has: {', '.join(tasks)}")
            yield UNKNOWN_FAKE.finding(f"the pipeline has no task {name!r}", place, hint=hint)


def _misfits(
    name: str, function: Function, contract: Contract, node: Node | None, place: Location
) -> Iterator[Finding]:
    if not callable(function):
        message = f"the fake for {name!r} is no function, but {type(function).__name__}"
        yield FAKE_MISFIT.finding(message, place, hint="give a function, such as the task itself, or a lambda")
    elif problem := fits(function, contract):
        takes = f"{name} takes {', '.join(contract.names) or 'nothing'}"
        where = node.task.location if node is not None else place
        yield FAKE_MISFIT.finding(
            f"the fake for {name!r} can't be called as the task is: {problem}",
            place_of(function),
            hint=f"give it the task's parameters: {takes} ({where})",
        )


def _bare(
    task: shapes.PipelineTask, node: Node | None, documents: Mapping[str, Mapping[str, object]]
) -> shapes.TaskSpec:
    """The Task's contract without what it runs: a step that decides what the task decides, and nothing else."""
    name = (task.get("taskRef") or {}).get("name", "")
    known = cast("shapes.Task", documents[name]).get("spec") if name in documents else None
    spec = cast("shapes.TaskSpec", task.get("taskSpec") or known or _declared(node))
    own = [
        one
        for each in spec.get("steps") or ()
        for one in each.get("env") or ()
        if one.get("name") in (CONDITIONS, FIELDS)
    ]
    step: shapes.Step = {"name": "fake", "image": "fake"}
    if own:
        step["env"] = own
    bare: shapes.TaskSpec = {"steps": [step]}
    if spec.get("params"):
        bare["params"] = spec["params"]
    if spec.get("results"):
        # What a step would have said is the fake's to give.
        bare["results"] = [
            cast("shapes.TaskResult", {k: v for k, v in each.items() if k != "value"}) for each in spec["results"]
        ]
    if spec.get("workspaces"):
        bare["workspaces"] = spec["workspaces"]
    return bare


def _declared(node: Node | None) -> dict[str, object]:
    """The contract of a Task that is elsewhere, as the pipeline declares it."""
    if node is None:
        return {}
    return {
        "params": [param_spec(each, enums=False) for each in node.task.params],
        "results": [result_spec(each) for each in node.task.results],
        "workspaces": [{"name": each.name, "optional": each.optional} for each in node.task.workspaces],
    }


def _embedded(task: shapes.PipelineTask, bare: shapes.TaskSpec) -> shapes.PipelineTask:
    left = {key: value for key, value in task.items() if key not in ("taskRef", "taskSpec")}
    return cast("shapes.PipelineTask", {**left, "taskSpec": bare})


def _with(
    document: dict[str, object], spec: shapes.PipelineSpec, changed: Mapping[str, shapes.PipelineTask]
) -> dict[str, object]:
    """The Pipeline, or the run that has it in itself, with the tasks that are changed."""
    if not (PIPELINE.is_of(document) or PIPELINE_RUN.is_of(document)):
        return document
    own = cast("Mapping[str, object]", document.get("spec") or {})
    made: dict[str, object] = {**spec}
    for part in ("tasks", "finally"):
        listed = cast("list[shapes.PipelineTask]", spec.get(part) or [])
        if listed:
            made[part] = [changed.get(each["name"], each) for each in listed]
    if own is spec:
        return {**document, "spec": made}
    if own.get("pipelineSpec") is spec:
        return {**document, "spec": {**own, "pipelineSpec": made}}
    return document


def _without_services(inputs: Inputs) -> None:
    """Nobody asks them: their params get an address that is none."""
    params = {
        name: value.replace("{url}", _URL).replace("{port}", "0")
        for service in inputs.local.services
        for name, value in service.params.items()
    }
    run = choose_run(inputs)
    given = {each["name"] for each in (run.get("spec") or {}).get("params") or ()}
    set_params(run, inputs.documents, {name: value for name, value in params.items() if name not in given})
    inputs.local = attrs.evolve(inputs.local, services=())
