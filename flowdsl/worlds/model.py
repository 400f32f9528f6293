"""A Pipeline as the simulator looks at it: of each task what it waits for, what it reads, what guards it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from flowdsl.check.references import ResultReference, expressions, looks_like_result
from flowdsl.kinds.values import decoded
from flowdsl.kube import is_duration, parse_duration
from flowdsl.kube.conventions import FILLED
from flowdsl.machine.matrix import is_matrixed
from flowdsl.machine.plan import has_result_variables
from flowdsl.machine.variables import references_in, task_references
from flowdsl.worlds.guards import AGGREGATE, Guard, guards_of
from flowdsl.worlds.joint import Joint

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


@attrs.frozen
class Listed:
    """A matrix's list that may be empty: `text` names it, `result` says which result it is, if it is one."""

    text: str
    result: ResultReference | None = None


@attrs.frozen
class Task:
    """A pipeline task. `refers` are the results it uses, in the order in which Tekton looks for them.

    `ignored` is onError continue; `reads` says that params or `when` use a result; `lists` are the matrix's lists that
    can be empty, `hollow` that one is in every world. `once` is the timeout, `seconds` times tries; None without one.
    """

    name: str
    final: bool
    before: tuple[str, ...]
    refers: tuple[tuple[str, str], ...]
    reads: bool
    ignored: bool
    guards: tuple[Guard, ...]
    lists: tuple[Listed, ...]
    hollow: bool
    matrixed: bool
    seconds: float | None
    once: float | None = None

    @property
    def watched(self) -> tuple[str, ...]:
        """The tasks whose status its guards read."""
        return tuple(guard.status_of for guard in self.guards if guard.status_of)

    @property
    def aggregate(self) -> bool:
        """Whether a guard reads the status of all tasks together."""
        return any(guard.reads == AGGREGATE for guard in self.guards)


@attrs.frozen
class Model:
    """A pipeline: its tasks with each after those it waits for, those of `finally` last, and its results.

    A result has the references of its value, for each time that it is there under its name: once for each branch.
    `said` has conditions that tasks decide as the user wrote them, by their texts; `joints` what those can be together.
    """

    name: str
    spec: shapes.PipelineSpec
    tasks: dict[str, Task]
    results: dict[str, tuple[tuple[tuple[str, str], ...], ...]]
    run: shapes.PipelineRunSpec
    said: Mapping[str, str] = attrs.field(factory=dict)
    joints: tuple[Joint, ...] = ()

    @property
    def plain(self) -> list[Task]:
        """The tasks that are not of `finally`."""
        return [each for each in self.tasks.values() if not each.final]

    @property
    def final(self) -> list[Task]:
        """Those of `finally`."""
        return [each for each in self.tasks.values() if each.final]

    @property
    def order(self) -> dict[str, int]:
        """The place of each task among all."""
        return {name: index for index, name in enumerate(self.tasks)}

    def only(self, names: Iterable[str]) -> Model:
        """The model of these tasks, and of none that waits for others than these."""
        chosen = set(names)
        return attrs.evolve(self, tasks={name: task for name, task in self.tasks.items() if name in chosen}, results={})

    def above(self, names: Iterable[str]) -> set[str]:
        """These tasks and all that they wait for."""
        found: set[str] = set()
        todo = list(names)
        while todo:
            name = todo.pop()
            if name not in found and name in self.tasks:
                found.add(name)
                todo += self.tasks[name].before
        return found


def model_of(
    name: str,
    spec: shapes.PipelineSpec,
    run: shapes.PipelineRunSpec | None = None,
    conditions: Mapping[str, str] = MappingProxyType({}),
    joints: tuple[Joint, ...] = (),
) -> Model:
    """The model of a Pipeline that admission takes. Raises ValueError for tasks that wait for each other.

    `conditions` are those that tasks decide, as the user wrote them, by `task.result`.
    """
    plain = {task["name"]: task for task in spec.get("tasks") or ()}
    final = {task["name"]: task for task in spec.get("finally") or ()}
    usual = _usual(spec, run or {})
    made = {each: _task(task, plain, usual, final=False) for each, task in plain.items()}
    tasks = {each: made[each] for each in _ordered(made)}
    tasks |= {each: _task(task, plain, usual, final=True) for each, task in final.items()}
    results: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = {}
    for result in spec.get("results") or ():
        refers = tuple((found.task, found.result) for found in references_in(result.get("value")))
        results[str(result["name"])] = (*results.get(str(result["name"]), ()), refers)
    said = {f"$(tasks.{each.replace('.', '.results.', 1)})": text for each, text in conditions.items()}
    return Model(name, spec, tasks, results, run or {}, said, joints)


def _usual(spec: shapes.PipelineSpec, run: shapes.PipelineRunSpec) -> dict[str, object]:
    """Params as they usually are, by the text that names one: `onError` may be one."""
    found: dict[str, object] = {f"$(params.{each['name']})": each.get("default") for each in spec.get("params") or ()}
    return found | {f"$(params.{each['name']})": each.get("value") for each in run.get("params") or ()}


def _task(
    task: shapes.PipelineTask,
    known: Mapping[str, shapes.PipelineTask],
    usual: Mapping[str, object],
    *,
    final: bool,
) -> Task:
    refers = [(found.task, found.result) for found in task_references(task) if found.task in known]
    before = () if final else (*(task.get("runAfter") or ()), *(name for name, _ in refers))
    lists, hollow = _lists(task, known)
    filled = _filled(task, known) if lists else ()
    lists = tuple(each for each in lists if each.text not in filled)
    once = _seconds(task)
    return Task(
        name=task["name"],
        final=final,
        before=tuple(dict.fromkeys(name for name in before if name in known)),
        refers=tuple(dict.fromkeys(refers)),
        reads=has_result_variables(task),
        ignored=usual.get(str(task.get("onError")), task.get("onError")) == "continue",
        guards=guards_of(task),
        lists=lists,
        hollow=hollow,
        matrixed=is_matrixed(task),
        seconds=once * (1 + int(task.get("retries") or 0)) if once else None,
        once=once,
    )


def _lists(task: shapes.PipelineTask, known: Mapping[str, shapes.PipelineTask]) -> tuple[tuple[Listed, ...], bool]:
    """The lists of a matrix that can be empty, and whether one is always. What a fan-out gathers is never empty."""
    found, hollow = [], False
    for param in (task.get("matrix") or {}).get("params") or ():
        value = decoded(param.get("value"))
        hollow = hollow or value == []
        # A list of one whole array is that array; one with an element of its own is never empty.
        text = value[0] if isinstance(value, list) and len(value) == 1 else value
        inner = expressions(text) if isinstance(text, str) and text.endswith("[*])") else ()
        if len(inner) == 1 and text == f"$({inner[0]})":
            reference = next(iter(references_in(text)), None) if looks_like_result(inner[0]) else None
            if reference is None or not is_matrixed(known.get(reference.task) or {"name": ""}):
                found.append(Listed(str(text), reference))
    return tuple(found), hollow


def _filled(task: shapes.PipelineTask, known: Mapping[str, shapes.PipelineTask]) -> set[object]:
    """The lists that a guard tells to have elements, by what another task says of them (`FILLED`)."""
    found: set[object] = set()
    for guard in task.get("when") or ():
        if guard.get("operator") == "in" and guard.get("values") == ["true"]:
            for each in references_in(guard.get("input")):
                if each.result.startswith(FILLED):
                    given = [decoded(param.get("value")) for param in (known.get(each.task) or {}).get("params") or ()]
                    found.update(one[0] if isinstance(one, list) and len(one) == 1 else one for one in given)
    return found


def _seconds(task: shapes.PipelineTask) -> float | None:
    timeout = str(task.get("timeout") or "")
    if not is_duration(timeout) or not parse_duration(timeout):
        return None
    return parse_duration(timeout) / 1e9


def _ordered(tasks: Mapping[str, Task]) -> list[str]:
    """Each after those that it waits for, chain by chain: what belongs together lies together in a diagram."""
    waited = {each for task in tasks.values() for each in task.before}
    ends = [name for name in tasks if name not in waited]
    found: dict[str, None] = {}
    begun: set[str] = set()
    stack = ends[::-1]
    while stack:
        name = stack[-1]
        waiting = [each for each in tasks[name].before if each not in found]
        if name in found or not waiting:
            found[stack.pop()] = None
        elif name in begun:
            raise ValueError("tasks wait for each other")
        else:
            begun.add(name)
            stack += waiting[::-1]
    if len(found) < len(tasks):
        raise ValueError("tasks wait for each other")
    return list(found)
