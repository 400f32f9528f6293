"""Results of a pipeline, and of pipelines within it."""

from __future__ import annotations

from collections.abc import Container

from flowdsl.check.findings import Path, Report
from flowdsl.check.pipeline_graph import result_dependencies
from flowdsl.check.references import expressions, looks_like_result, result_reference
from flowdsl.check.usage import name_hint
from flowdsl.check.values import text_of, texts_of
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.pipelines import PipelineSpec

_SHAPE = "write $(tasks.TASK.results.RESULT)"


PIPELINE_RESULT = Rule("FLOW239", "pipeline-result", "a pipeline's result")


def check_results(spec: PipelineSpec, path: Path, report: Report) -> None:
    """FLOW239: a pipeline's result is made of results of its tasks (validatePipelineResults)."""
    if not spec.results:
        return
    tasks = {task.name or "" for task in spec.tasks or ()}
    final = {task.name or "" for task in spec.finally_ or ()}
    for index, result in enumerate(spec.results):
        at = (*path, "results", index, "value")
        found = [each for _, text in texts_of(result.value) for each in expressions(text)]
        results = [each for each in found if looks_like_result(each)]
        if not results:
            report.add(PIPELINE_RESULT, at, f"the result {result.name!r} refers to no task's result", _SHAPE)
        for each in results:
            if result_reference(each) is None:
                report.add(PIPELINE_RESULT, at, f"$({each}) has too many parts", _SHAPE)
        _check_parts(text_of(result.value), at, tasks, final, report)


def _check_parts(text: str, at: Path, tasks: Container[str], final: Container[str], report: Report) -> None:
    """Tekton cuts the text at each `$`; every part must be a whole reference (taskContainsResult)."""
    for part in text.split("$"):
        if not part:
            continue
        expression = ("$" + part).removeprefix("$(").removesuffix(")")
        reference = result_reference(expression)
        if reference is None:
            message = f"{part!r} in a pipeline's result is no reference to a task's result"
            report.add(PIPELINE_RESULT, at, message, f"{_SHAPE}, with no other text around it")
            return
        known = tasks if expression.startswith("tasks") else final
        if reference.task not in known:
            report.add(
                PIPELINE_RESULT,
                at,
                f"there is no task {reference.task!r}",
                name_hint(reference.task, list(known), "tasks"),  # type: ignore[call-overload]
            )


CHILD_PIPELINE_RESULTS = Rule("FLOW244", "child-pipeline-results", "results of a pipeline in a pipeline")


def check_child_results(spec: PipelineSpec, path: Path, report: Report) -> None:
    """FLOW244: a pipeline run as a task gives no results yet (docs/pipelines-in-pipelines.md)."""
    everything = [*(spec.tasks or ()), *(spec.finally_ or ())]
    children = {
        task.name for task in everything[: len(spec.tasks or ())] if task.pipelineRef or task.pipelineSpec is not None
    }
    if not children:
        return
    for section, tasks in (("tasks", spec.tasks), ("finally", spec.finally_)):
        for index, task in enumerate(tasks or ()):
            for where, reference in result_dependencies(task):
                if reference.task in children:
                    message = f"{reference.task!r} is a pipeline, and gives no results to its parent"
                    hint = "write the value to a shared workspace"
                    report.add(CHILD_PIPELINE_RESULTS, (*path, section, index, *where), message, hint)
