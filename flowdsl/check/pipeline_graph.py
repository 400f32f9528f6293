"""The graph of a pipeline's tasks: what waits for what, and that it can be done (pkg/reconciler/pipeline/dag)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flowdsl.check.findings import Path, Report
from flowdsl.check.matrix import matrix_params
from flowdsl.check.references import ResultReference, expressions, result_references
from flowdsl.check.texts import result_expressions
from flowdsl.check.usage import name_hint
from flowdsl.check.values import texts_of
from flowdsl.diagnostics.near import Names
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.params import Param, WhenExpression
from flowdsl.kinds.pipelines import PipelineTask


def task_params(task: PipelineTask) -> list[tuple[Path, Param]]:
    """Every param of a task, those of its matrix included, with the path below the task."""
    own: list[tuple[Path, Param]] = [(("params", index), param) for index, param in enumerate(task.params or ())]
    return own + matrix_params(task.matrix) if task.matrix is not None else own


def param_expressions(param: Param) -> Sequence[str]:
    """Every reference in a param's value."""
    value = param.value
    if isinstance(value, str):
        return expressions(value) if "$(" in value else ()
    return [found for _, text in texts_of(value) for found in expressions(text)]


def when_expressions(when: WhenExpression) -> list[str]:
    """Every reference in a when expression."""
    return [
        found
        for text in (when.input, when.cel, *(when.values or ()))
        if text and "$(" in text
        for found in expressions(text)
    ]


def result_dependencies(task: PipelineTask) -> Iterator[tuple[Path, ResultReference]]:
    """The results a task uses, with the path below it (PipelineTaskResultRefs)."""
    for path, param in task_params(task):
        for reference in result_references(param_expressions(param)):
            yield (*path, "value"), reference
    for index, when in enumerate(task.when or ()):
        for reference in result_references(when_expressions(when)):
            yield ("when", index), reference
    spec = task.taskSpec
    for field, containers in (("steps", spec.steps), ("sidecars", spec.sidecars)) if spec else ():
        for index, container in enumerate(containers or ()):
            for reference in result_references(result_expressions(container)):  # type: ignore[arg-type]
                yield ("taskSpec", field, index), reference


WAITS_FOR_MISSING_TASK = Rule("FLOW234", "waits-for-missing-task", "waits for a task that is not there")


def check_graph(tasks: list[PipelineTask], path: Path, report: Report) -> None:
    """FLOW233, FLOW234: tasks wait for tasks that are there, and not for themselves."""
    names = {task.name or "" for task in tasks}
    known = Names(names)
    first: dict[str, int] = {}
    edges: list[tuple[str, str]] = []
    for index, task in enumerate(tasks):
        name = task.name or ""
        first.setdefault(name, index)
        for number, other in enumerate(task.runAfter or ()):
            edges.append((other or "", name))
            if other not in names:
                at = (*path, index, "runAfter", number)
                report.add(
                    WAITS_FOR_MISSING_TASK,
                    at,
                    f"there is no task {other!r} to run after",
                    name_hint(other or "", known, "tasks"),
                )
        for where, reference in result_dependencies(task):
            edges.append((reference.task, name))
            if reference.task not in names:
                message = f"it uses the result {reference.result!r} of {reference.task!r}, which is no task here"
                hint = (
                    name_hint(reference.task, known, "tasks")
                    if reference.section == "tasks"
                    else "a task can't wait for one of finally"
                )
                report.add(WAITS_FOR_MISSING_TASK, (*path, index, *where), message, hint)
    _report_cycle(edges, first, path, report)


CYCLE = Rule("FLOW233", "cycle", "tasks wait for each other")


def _report_cycle(edges: list[tuple[str, str]], first: dict[str, int], path: Path, report: Report) -> None:
    if _is_ordered(edges, first):
        return
    import networkx  # 17 MB and 90 ms that a pipeline in order does without

    graph: networkx.DiGraph[str] = networkx.DiGraph(edges)
    for group in networkx.strongly_connected_components(graph):
        members = sorted(group, key=lambda name: first.get(name, -1))
        if len(members) == 1 and not graph.has_edge(members[0], members[0]):
            continue
        cycle = [source for source, _ in networkx.find_cycle(graph.subgraph(group), members[0])]
        start = min(range(len(cycle)), key=lambda index: first.get(cycle[index], -1))
        shown = " → ".join([*cycle[start:], *cycle[: start + 1]])
        hint = "remove a runAfter or a use of a result in the circle"
        at = (*path, first.get(cycle[start], 0))
        report.add(CYCLE, at, f"the tasks wait for each other: {shown}", hint)


def _is_ordered(edges: list[tuple[str, str]], first: dict[str, int]) -> bool:
    """Whether every task stands after what it waits for: then there is no circle, and no graph need be built."""
    return all(first.get(source, -1) < first.get(target, -1) for source, target in edges)
