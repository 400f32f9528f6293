"""`flowdsl diff … --replay RUN`: what a recorded run would be with the changed graph, nothing being run.

The machine plays the graph of the record and the changed one alike: each task does what the record says that it did,
and decides again where conditions of today are asked of its results. A task that the record does not know is taken to
succeed, and what is guarded by its results to run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.kinds.table import CONFIG_MAP, PIPELINE, PIPELINE_RUN
from flowdsl.library.documents import name_of
from flowdsl.library.records import RunRecord, record_of
from flowdsl.library.run_folders import runs_root
from flowdsl.library.run_inputs import pipeline_spec
from flowdsl.library.run_sources import find_run
from flowdsl.machine.catalogue import Catalogue
from flowdsl.machine.failure import RunFailure
from flowdsl.machine.machine import Machine, ranks
from flowdsl.machine.nodes import ChildRun, Node, State
from flowdsl.machine.outcome import Outcome
from flowdsl.machine.plan import Plan, make_plan
from flowdsl.machine.status import skip_reason
from flowdsl.machine.times import span
from flowdsl.machine.when import allows
from flowdsl.runner.cache import decided_now, key_of
from flowdsl.runner.cluster import held
from flowdsl.runner.pipelinerun.taskrun import task_run
from flowdsl.worlds.model import model_of
from flowdsl.worlds.stand_ins import results_read, stand_in

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_NEW = "(what a new task gives)"


@attrs.frozen
class Replayed:
    """What differs from the record: sentences, the gravest first; how long both take by the record's times."""

    run: str
    lines: tuple[str, ...]
    seconds_before: float
    seconds_after: float
    untimed: tuple[str, ...] = ()

    def as_data(self) -> dict[str, object]:
        """The same for machines."""
        seconds = {"before": self.seconds_before, "after": self.seconds_after, "untimed": list(self.untimed)}
        return {"run": self.run, "changes": list(self.lines), "seconds": seconds}


@attrs.frozen
class _Part:
    """A task as it was played: what became of it, the keys of its runs, how long it took."""

    state: State
    reason: str
    keys: tuple[str, ...]
    seconds: float
    finish: float


def replay(name: str, documents: Sequence[Mapping[str, object]]) -> Replayed:
    """A kept run by its name, its folder or `last`, played with these documents. Raises UsageError."""
    folder = find_run(name, runs_root())
    run = folder.pipeline_run()
    if not run.get("status"):
        raise UsageError(f"the run {folder.name} has not come to an end: there is nothing to replay")
    recorded = {each["metadata"]["name"]: each for each in folder.task_runs()}
    seconds = _seconds(record_of(run, recorded.values()))
    before = _Play(folder.documents(), run, recorded, seconds)
    after = _Play(_with_run(documents, run), run, recorded, seconds)
    try:
        was = before.play()
    except RunFailure as failure:
        raise UsageError(f"the run {folder.name} can't be replayed: {failure.message}") from None
    try:
        now = after.play()
    except RunFailure as failure:
        return Replayed(folder.name, (f"the run would end at once: {failure.message}",), _end(was), 0.0)
    lines = (*_lines(was, now), *_limits(after, now))
    untimed = tuple(each for each, part in now.items() if part.state is State.SUCCEEDED and each not in seconds)
    return Replayed(folder.name, lines, _end(was), _end(now), untimed)


def _seconds(record: RunRecord) -> dict[str, float]:
    """How long each task took; a fan-out as long as the longest of its runs."""
    found: dict[str, float] = {}
    for task in record.tasks:
        if task.seconds is not None:
            found[task.name] = max(task.seconds, found.get(task.name, 0.0))
    return found


def _end(parts: Mapping[str, _Part]) -> float:
    return max((part.finish for part in parts.values()), default=0.0)


def _with_run(documents: Sequence[Mapping[str, object]], run: shapes.PipelineRun) -> list[Mapping[str, object]]:
    """The documents without other runs. Raises UsageError where the run's Pipeline is none of them."""
    name = ((run.get("spec") or {}).get("pipelineRef") or {}).get("name", "")
    if not name:
        raise UsageError("the run has its pipeline in itself; one of a Pipeline can be replayed")
    pipelines = [name_of(each) for each in documents if PIPELINE.is_of(each)]
    if name not in pipelines:
        raise UsageError(
            f"the run is of the Pipeline {name!r}, and what is compared has {', '.join(pipelines) or 'none'}"
        )
    return [each for each in documents if not PIPELINE_RUN.is_of(each)]


class _Play:
    """A graph played with what a record says that tasks did: `recorded` by TaskRun, `seconds` by task."""

    def __init__(
        self,
        documents: Sequence[Mapping[str, object]],
        run: shapes.PipelineRun,
        recorded: Mapping[str, shapes.TaskRun],
        seconds: Mapping[str, float],
    ) -> None:
        self._recorded = recorded
        self._seconds = seconds
        self._keys: dict[str, list[str]] = {}
        self._config_maps = {name_of(each): each for each in documents if CONFIG_MAP.is_of(each)}
        self._plan = self._planned(documents, run)

    def _planned(self, documents: Sequence[Mapping[str, object]], run: shapes.PipelineRun) -> Plan | RunFailure:
        spec = pipeline_spec(run, documents)
        catalogue = Catalogue.of(documents)
        read = results_read(spec)

        def known(task: shapes.PipelineTask) -> shapes.PipelineTask:
            try:
                if task.get("taskRef"):
                    catalogue.task(task["taskRef"])
                return task
            except LookupError:
                # What is fetched is not among the documents: an empty task with the results that are read.
                return stand_in(task, read)

        declared = {each["name"] for each in spec.get("params") or ()}
        own = run.get("spec") or {}
        inner: shapes.PipelineSpec = {**spec, "tasks": [known(task) for task in spec.get("tasks") or ()]}
        if spec.get("finally"):
            inner["finally"] = [known(task) for task in spec["finally"]]
        fields = {name: value for name, value in own.items() if name not in ("pipelineRef", "status")}
        fields["params"] = [each for each in own.get("params") or () if each["name"] in declared]
        fields["pipelineSpec"] = inner
        copied = {"metadata": {**run["metadata"]}, "spec": fields}
        try:
            return make_plan(cast("shapes.PipelineRun", copied), catalogue)
        except RunFailure as failure:
            return failure

    def play(self) -> dict[str, _Part]:
        """What becomes of each task. Raises RunFailure where Tekton would end the run at once."""
        if isinstance(self._plan, RunFailure):
            raise self._plan
        machine = Machine(self._plan, lambda: 0.0, decides=_decides)
        machine.begin()
        while machine.launches:
            run = machine.launches.pop(0)
            machine.finished(run, self._status(self._plan, run))
        found: dict[str, _Part] = {}
        for node in _in_order(machine):
            found[node.name] = self._part(machine, node, found)
        return found

    def _part(self, machine: Machine, node: Node, found: Mapping[str, _Part]) -> _Part:
        ran = bool(node.runs)
        seconds = self._seconds.get(node.name, 0.0) if ran else 0.0
        before = [found[each.name].finish for each in node.before]
        start = _end(found) if node.final else max(before, default=0.0)
        reason = skip_reason(machine, node) if node.state is State.SKIPPED else ""
        return _Part(node.state, reason, tuple(self._keys.get(node.name, ())), seconds, start + seconds)

    def _status(self, plan: Plan, run: ChildRun) -> shapes.TaskRunStatus:
        made = task_run(plan, run) if run.node.task is not None else None
        if made is not None:
            self._keys.setdefault(run.node.name, []).append(key_of(made, (), config_map=self._config_map))
        kept = self._recorded.get(run.name)
        if kept is None:
            return _assumed(run)
        return kept["status"] if made is None else decided_now(made, kept["status"])

    def _config_map(self, name: str) -> Mapping[str, bytes]:
        """What a ConfigMap among the documents holds. Raises LookupError for one that is not there."""
        return held(CONFIG_MAP, self._config_maps[name])

    def timeouts(self) -> dict[str, float]:
        """The timeout of each task that declares one, in seconds."""
        assert isinstance(self._plan, Plan), "it was played"
        model = model_of("", self._plan.spec)
        return {name: task.once for name, task in model.tasks.items() if task.once}


def _in_order(machine: Machine) -> list[Node]:
    place = ranks(machine.tasks)
    return [*sorted(machine.tasks, key=lambda node: place[node.name]), *machine.final]


def _decides(node: Node) -> bool:
    """Whether guards let a task run; one by what a new task gives is taken to hold."""
    guards = [each for each in node.spec.get("when") or () if _NEW not in str(each)]
    return allows(guards)


def _assumed(run: ChildRun) -> shapes.TaskRunStatus:
    results: list[shapes.TaskRunResult] = []
    for each in (run.node.task.spec.get("results") or ()) if run.node.task else ():
        kind = each.get("type") or "string"
        properties = each.get("properties") or {}
        value = {"array": [_NEW], "object": dict.fromkeys(properties, _NEW)}.get(kind, _NEW)
        results.append(cast("shapes.TaskRunResult", {"name": each["name"], "type": kind, "value": value}))
    return {"conditions": [Outcome("True", "Succeeded", "").condition(0)], "results": results}


def _lines(was: Mapping[str, _Part], now: Mapping[str, _Part]) -> list[str]:
    """What differs of each task: what is skipped now, what runs now, what runs again, what is gone."""
    skipped, runs, again = [], [], []
    for name, part in now.items():
        old = was.get(name)
        if part.state not in (State.SUCCEEDED, State.FAILED):
            if old is not None and old.state in (State.SUCCEEDED, State.FAILED):
                skipped.append(f"{name} would be skipped: {part.reason or 'it could not start'}")
        elif old is None:
            runs.append(f"{name} is new and would run")
        elif old.state not in (State.SUCCEEDED, State.FAILED):
            runs.append(f"{name} would run, which was skipped: {old.reason}")
        elif old.keys != part.keys:
            again.append(f"{name} would run again: its code, image or params are others; what it gave may change")
    gone = [f"{name} is gone" for name in was if name not in now]
    return [*skipped, *runs, *again, *gone]


def _limits(play: _Play, now: Mapping[str, _Part]) -> list[str]:
    limits = play.timeouts()
    return [
        f"{name} took {span(part.seconds)}, and may take {span(limits[name])}"
        for name, part in now.items()
        if name in limits and part.seconds > limits[name]
    ]


def as_lines(replayed: Replayed) -> list[str]:
    """A replay for people: whose it is, what would differ, how long it would take."""
    before, after = span(replayed.seconds_before), span(replayed.seconds_after)
    time = f"time by the record: {before}, then {after}" if before != after else f"time by the record: {before}"
    if replayed.untimed:
        time += f", and what {', '.join(replayed.untimed)} takes"
    return [f"replay of {replayed.run}:", *(replayed.lines or ["every task would do what it did"]), time]
