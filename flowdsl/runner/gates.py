"""Why tasks of a finished run were not let run: the values that stopped them, out of what its TaskRuns say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from flowdsl.decide.why import BUT, shown, why_not
from flowdsl.decide.wire import Decision, decisions_of
from flowdsl.kinds import labels
from flowdsl.kube.conventions import GIVES_BACK

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

BY_WHEN = "When Expressions evaluated to false"
"""The reason of a task that is skipped by its own `when` (pkg/apis/pipeline/v1/pipelinerun_types.go)."""
MOST = 20
_RESULT = re.compile(r"\$\(tasks\.([^.()]+)\.results\.([^()\[\]]+)\)")
_PARAM = re.compile(r"\$\(params\.([^()\[\]]+)\)")


def stopped(task_runs: Callable[[], Sequence[shapes.TaskRun]], finished: shapes.PipelineRun) -> dict[str, str]:
    """By task that its own conditions did not let run: the values that were not as wanted, and what was.

    `task_runs` gives the run's; it is asked only where a task was not let run.
    """
    status: shapes.PipelineRunStatus = finished.get("status") or {}
    skipped = {each["name"] for each in status.get("skippedTasks") or () if each.get("reason") == BY_WHEN}
    if not skipped:
        return {}
    spec: shapes.PipelineSpec = status.get("pipelineSpec") or {}
    known = _Known(task_runs(), finished, spec)
    found: dict[str, str] = {}
    for task in (*(spec.get("tasks") or ()), *(spec.get("finally") or ())):
        if task["name"] in skipped and not _gives_back(task) and (why := known.why(task)):
            found[task["name"]] = why
    return dict(list(found.items())[:MOST])


def _gives_back(task: shapes.PipelineTask) -> bool:
    """Whether it is a task that nobody wrote: skipped, it only says that the result is another branch's."""
    name, shown = GIVES_BACK
    return task["name"].startswith(name) and (task.get("displayName") or "").startswith(shown)


class _Known:
    """What the tasks of a run gave, and what decided by it."""

    def __init__(self, task_runs: Sequence[shapes.TaskRun], run: shapes.PipelineRun, spec: shapes.PipelineSpec) -> None:
        self._runs: dict[str, shapes.TaskRun] = {}
        for each in task_runs:
            # Of a fan-out any one will do: what decides is none.
            self._runs[(each.get("metadata", {}).get("labels") or {}).get(labels.PIPELINE_TASK, "")] = each
        self._params: dict[str, object] = {each["name"]: each.get("default") for each in spec.get("params") or ()}
        self._params.update((each["name"], each["value"]) for each in (run.get("spec") or {}).get("params") or ())

    def why(self, task: shapes.PipelineTask) -> str:
        """In words; empty where nothing can be said."""
        return "; ".join(dict.fromkeys(text for guard in task.get("when") or () for text in self._of(guard)))

    def _of(self, guard: shapes.WhenExpression) -> Iterator[str]:
        given, values = str(guard.get("input") or ""), list(guard.get("values") or ())
        wanted = guard.get("operator") == "in"
        result, param = _RESULT.fullmatch(given), _PARAM.fullmatch(given)
        if result is not None:
            decision = self._decision(result[1], result[2])
            if decision is not None:
                yield from why_not(decision, result[1], self._texts(result[1]), wanted=wanted)
                return
            yield from _plainly(f"{result[1]}.{result[2]}", self._results(result[1]).get(result[2]), values, wanted)
        elif param is not None:
            yield from _plainly(param[1], self._params.get(param[1]), values, wanted)

    def _decision(self, task: str, result: str) -> Decision | None:
        document = self._runs.get(task)
        if document is None:
            return None
        status: shapes.TaskRunStatus = document.get("status") or {}
        spec = status.get("taskSpec") or (document.get("spec") or {}).get("taskSpec")
        return next((each for each in decisions_of(spec) if each.name == result), None)

    def _results(self, task: str) -> dict[str, object]:
        document = self._runs.get(task)
        results = (document.get("status") or {}).get("results") or () if document is not None else ()
        return {str(each.get("name")): each.get("value") for each in results}

    def _texts(self, task: str) -> Mapping[str, str | list[str] | None]:
        params = (self._runs[task].get("spec") or {}).get("params") or ()
        found: dict[str, object] = {f"result.{name}": value for name, value in self._results(task).items()}
        found.update((f"param.{each.get('name')}", each.get("value")) for each in params)
        return cast("Mapping[str, str | list[str] | None]", found)


def _plainly(name: str, value: object, values: Sequence[str], wanted: bool) -> Iterator[str]:
    """A `when` that compares a text with others itself."""
    if not isinstance(value, str) or any("$(" in each for each in values) or (value in values) == wanted:
        return
    others = " or ".join(map(shown, values))
    yield f"{name} is {shown(value.strip())}, the gate wants {'' if wanted else BUT}{others}"
