"""What is worth a look in a pipeline: each with a code, a place and the shortest scenario."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import attrs

from flowdsl.diagnostics import Finding, Location, Severity
from flowdsl.diagnostics.rule import Rule
from flowdsl.machine.times import span
from flowdsl.worlds.contested import exclude
from flowdsl.worlds.explore import Witness
from flowdsl.worlds.longest import Longest
from flowdsl.worlds.model import Model, Task
from flowdsl.worlds.questions import Asked
from flowdsl.worlds.reasons import NEVER_HINT, never_run
from flowdsl.worlds.rules import (
    FINALLY_CAN_BE_SKIPPED,
    LONGER_THAN_ITS_TIMEOUT,
    RELEASE_WITHOUT_GATE,
    RESULT_CAN_BE_MISSING,
    TASK_NEVER_RUNS,
)
from flowdsl.worlds.scenario import tell

_RELEASES = frozenset(["deploy", "promote", "publish", "push", "release", "rollout", "ship", "upload"])
_GATES = frozenset(["approval", "approve", "gate"])
_CHECKS = frozenset(["check", "evaluate", "judge", "qa", "review", "scan", "test", "tests", "validate", "verify"])


@attrs.frozen
class Found:
    """One finding: the task or the pipeline result that it is about, and how a run comes to it."""

    finding: Finding
    about: str
    scenario: tuple[str, ...] = ()


def find_all(asked: Asked, path: Longest, places: Mapping[str, Location]) -> Iterator[Found]:
    """All findings: what never runs, what can be missing, what can be let through, what may take too long."""
    for rule, about, message, hint, witness, tasks in _all(asked, path):
        scenario = tell(asked.model, asked.known, witness.world, witness.played, tasks) if witness else ()
        finding = rule.finding(message, places.get(about) or places.get(""), hint=hint)
        if rule is LONGER_THAN_ITS_TIMEOUT and not path.one_too_long:
            finding = attrs.evolve(finding, severity=Severity.NOTE)
        yield Found(finding, about, scenario)


_Raw = tuple[Rule, str, str, str, "Witness | None", tuple[str, ...]]


def _all(asked: Asked, path: Longest) -> Iterator[_Raw]:
    yield from _never(asked)
    yield from _releases(asked)
    yield from _results(asked)
    yield from _finally(asked)
    if path.too_long:
        what = {"run": "the run", "tasks": "all tasks together", "finally": "finally"}[path.of]
        chain = " → ".join(path.tasks)
        message = f"{chain} may take {span(path.seconds)} by declared timeouts, {what} at most {span(path.limit)}"
        hint = "give the run a longer timeout, or tasks shorter ones"
        yield LONGER_THAN_ITS_TIMEOUT, path.tasks[-1], message, hint, None, ()


def _never(asked: Asked) -> Iterator[_Raw]:
    if asked.exact is None:
        return
    gone = never_run(asked.exact.calm)
    for task, why in gone:
        yield TASK_NEVER_RUNS, task.name, f"the task {task.name} can never run: {why}", NEVER_HINT, None, ()
    told = {task.name for task, _ in gone}
    for task in [each for each in asked.model.final if each.name not in told]:
        if asked.ask(lambda source, name=task.name: source.runs(name)) is None and not asked.sampled:  # type: ignore[misc]
            message = f"the task {task.name} of finally can never run: its guards and results are never all there"
            yield TASK_NEVER_RUNS, task.name, message, NEVER_HINT, None, ()


def _releases(asked: Asked) -> Iterator[_Raw]:
    for task in asked.model.tasks.values():
        for gate in gates_of(asked.model, task) if words(task.name) & _RELEASES else ():
            witness = asked.ask(lambda source, name=task.name, gate=gate: source.runs(name, gate))  # type: ignore[misc]
            if witness is not None and witness.sure:
                message = f"{task.name} can run although {gate} did not succeed"
                hint = f"guard {task.name} by a result of {gate}: it runs after a task that is skipped by its when, too"
                yield RELEASE_WITHOUT_GATE, task.name, message, hint, witness, (task.name, gate)


def gates_of(model: Model, task: Task) -> list[str]:
    """What a release is gated by: tasks before it that are called a gate, else what its guards read, else checks."""
    above = [name for name in model.tasks if name in model.above(task.before) and name != task.name]
    read = {guard.result.task for guard in task.guards if guard.result} | set(task.watched)
    for chosen in (
        [name for name in above if words(name) & _GATES],
        [name for name in model.tasks if name in read],
        [name for name in above if words(name) & _CHECKS],
    ):
        if chosen:
            return chosen
    return []


def words(name: str) -> set[str]:
    """The words of a task's name."""
    return set(re.split(r"[-_.]", name.lower()))


def _results(asked: Asked) -> Iterator[_Raw]:
    for name, ways in asked.model.results.items():
        witness = asked.ask(lambda source, name=name: source.lacks(name))  # type: ignore[misc]
        if witness is not None and witness.sure:
            message = f"the result {name} of the pipeline can be missing although the run is completed"
            hint = "who reads it must do without, or the task that gives it must not be guarded"
            yield (
                RESULT_CAN_BE_MISSING,
                name,
                message,
                hint,
                witness,
                tuple(dict.fromkeys(task for refers in ways for task, _ in refers)),
            )


_COPY = re.compile(r"-[0-9]+\Z")


def _are_branches(task: Task, other: Task) -> bool:
    """Whether two are one task of the pipeline function for two branches (`either`): of one name, and never both."""
    if _COPY.sub("", task.name) != _COPY.sub("", other.name):
        return False
    return any(exclude(one, two) for one in task.guards for two in other.guards)


def _finally(asked: Asked) -> Iterator[_Raw]:
    told: list[Task] = []
    for task in asked.model.final:
        if any(_are_branches(task, other) for other in told):
            continue
        witness = asked.ask(lambda source, name=task.name: source.drops(name))  # type: ignore[misc]
        if witness is not None and witness.sure:
            told.append(task)
            message = f"{task.name} of finally can be skipped, whatever its when says"
            hint = f"let {task.name} do without results of tasks that may not have run"
            yield FINALLY_CAN_BE_SKIPPED, task.name, message, hint, witness, (task.name,)
