"""References in the params and when expressions of a pipeline's tasks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flowdsl.check.declared import Declared, by_type
from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.matrix import is_matrixed
from flowdsl.check.params import check_given
from flowdsl.check.pipeline_graph import param_expressions, task_params, when_expressions
from flowdsl.check.references import (
    PREFIXES,
    has_task_artifact,
    is_status,
    is_whole_param,
    looks_like_result,
    result_references,
    whole_array_name,
)
from flowdsl.check.usage import (
    UNREADABLE_REFERENCE,
    check_isolated,
    check_no_array,
    check_object_keys,
    check_text,
    check_whole,
    name_hint,
)
from flowdsl.check.values import kind_of, texts_of
from flowdsl.diagnostics.frozen import frozen
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.params import Param
from flowdsl.kinds.pipelines import PipelineSpec, PipelineTask

References = list[tuple[Path, Sequence[str]]]
"""What the params and the when expressions of one task refer to, each with its path below the task."""

_CONTEXTS = (
    ("context\\.pipelineRun", frozenset({"name", "namespace", "uid"}), "variable of the PipelineRun"),
    ("context\\.pipeline", frozenset({"name"}), "variable of the Pipeline"),
    ("context\\.pipelineTask", frozenset({"retries"}), "variable of the pipeline's task"),
)


@frozen
class _Known:
    names: Collection[str]
    arrays: Collection[str]
    objects: list[Declared]
    object_names: Collection[str]


def check_param_usage(tasks: list[PipelineTask], path: Path, params: list[Declared], report: Report) -> None:
    """FLOW222–225, FLOW213: params that tasks pass on are declared, and fit (validatePipelineTaskParameterUsage)."""
    _, arrays, objects = by_type(params)
    known = _Known(
        {param.name for param in params},
        {param.name for param in arrays},
        # An object without keys is no object to this rule of Tekton's.
        [param for param in objects if param.properties],
        {param.name for param in objects if param.properties},
    )
    for index, task in enumerate(tasks):
        at = (*path, index)
        check_given(task.params, (*at, "params"), report)
        for number, param in enumerate(task.params or ()):
            _check_param(param, (*at, "params", number, "value"), known, report)
        if is_matrixed(task):
            _check_matrix(task, at, known, report)
        _check_when(task, at, known, report)


def _check_param(param: Param, at: Path, known: _Known, report: Report) -> None:
    value = param.value
    if isinstance(value, str):
        if "$(params" in value:
            _check_string_param(value, at, known, report)
        return
    array = kind_of(value) == "array"
    for where, text in texts_of(value, at):
        _check_value(text, where, known, report, array=array)


def _check_string_param(value: str, at: Path, known: _Known, report: Report) -> None:
    if is_whole_param(value):
        check_text(value, at, "params", known.names, "param", report)
    else:
        _check_value(value, at, known, report, array=False)


def _check_value(text: str, at: Path, known: _Known, report: Report, *, array: bool) -> None:
    """A text where only strings fit, or, as an element of an array, whole arrays too."""
    if "$(params" not in text:
        return
    check_text(text, at, "params", known.names, "param", report)
    check_object_keys(text, at, known.objects, report)
    check_whole(text, at, known.object_names, report)
    check = check_isolated if array else check_no_array
    check(text, at, known.arrays, report)


def _check_matrix(task: PipelineTask, at: Path, known: _Known, report: Report) -> None:
    for where, param in task_params(task):
        if where[0] != "matrix":
            continue
        include = where[1] == "include"
        if include and kind_of(param.value) != "string":
            continue
        if not include and kind_of(param.value) != "array":
            continue
        for place, text in texts_of(param.value, (*at, *where, "value")):
            _check_value(text, place, known, report, array=not include)


def _check_when(task: PipelineTask, at: Path, known: _Known, report: Report) -> None:
    for index, when in enumerate(task.when or ()):
        here = (*at, "when", index)
        if when.input:
            _check_value(when.input, (*here, "input"), known, report, array=False)
        for number, value in enumerate(when.values or ()):
            whole = whole_array_name(value) in known.arrays
            _check_value(value, (*here, "values", number), known, report, array=whole)


UNKNOWN_CONTEXT_VARIABLE = Rule.pitfall(
    "FLOW301", "unknown-context-variable", "a variable of the context that does not exist"
)


def check_context_variables(tasks: list[PipelineTask], path: Path, report: Report) -> None:
    """FLOW222: `$(context....)` in params names what there is.

    Tekton overwrites its list in each round and so checks the params of the last task alone
    (validatePipelineContextVariables); for the others the text reaches the task as it is written, a warning.
    """
    for index, task in enumerate(tasks):
        strict = index == len(tasks) - 1
        for where, param in task_params(task):
            for place, text in texts_of(param.value, (*path, index, *where, "value")):
                if "$(context." not in text:
                    continue
                own = report if strict else Report()
                for prefix, names, what in _CONTEXTS:
                    check_text(text, place, prefix, names, what, own)
                for finding in () if strict else own.findings:
                    report.add(UNKNOWN_CONTEXT_VARIABLE, finding.path, finding.message, finding.hint)


def references(task: PipelineTask) -> References:
    """The references of each param and each when of a task."""
    found: References = [
        (("params", index, "value"), expressions)
        for index, param in enumerate(task.params or ())
        if (expressions := param_expressions(param))
    ]
    found += [
        (("when", index), expressions)
        for index, when in enumerate(task.when or ())
        if (expressions := when_expressions(when))
    ]
    return found


def _matrix_references(task: PipelineTask) -> References:
    return [((*where, "value"), param_expressions(param)) for where, param in task_params(task) if where[0] == "matrix"]


def check_prefixes(tasks: list[PipelineTask], found: list[References], path: Path, report: Report) -> None:
    """FLOW225: a reference starts with something Tekton knows (validateVarSubstitutionExpressions)."""
    for index, (task, own) in enumerate(zip(tasks, found, strict=True)):
        places = own + _matrix_references(task) if is_matrixed(task) else own
        for where, expressions in places:
            for expression in expressions:
                if expression.split(".", 1)[0] not in PREFIXES:
                    report.add(
                        UNREADABLE_REFERENCE,
                        (*path, index, *where),
                        f"$({expression}) refers to nothing Tekton knows",
                        "references start with params, tasks, finally, context, workspaces or results; "
                        "for a variable of the shell write ${NAME}",
                    )


def check_artifacts(tasks: list[PipelineTask], path: Path, gates: Gates, report: Report) -> None:
    """FLOW205: artifacts of tasks need their flag."""
    if "enable-artifacts" in gates.flags:
        return
    for index, task in enumerate(tasks):
        for number, param in enumerate(task.params or ()):
            for where, text in texts_of(param.value, (*path, index, "params", number, "value")):
                if "$(tasks." in text and has_task_artifact(text, path=False):
                    gates.need_flag("enable-artifacts", "an artifact", where, report)


TASK_STATUS = Rule("FLOW235", "task-status", "how a task ended")


def check_status(
    spec: PipelineSpec, before: list[References], final: list[References], path: Path, report: Report
) -> None:
    """FLOW235: how tasks ended is known in finally alone, of tasks that are there.

    `before` and `final` are the references of the spec's tasks and of its finally, task by task.
    """
    for index, places in enumerate(before):
        for where, found in places:
            status = _status(found)
            if status:
                hint = "move the task to finally, or wait with runAfter: a task runs only after success anyway"
                report.add(
                    TASK_STATUS, (*path, "tasks", index, *where), f"$({status[0]}) is known in finally only", hint
                )
    names = {task.name or "" for task in spec.tasks or ()} if final else set()
    for index, places in enumerate(final):
        for where, found in places:
            for expression in _status(found):
                name = expression.removeprefix("tasks.").removesuffix(".status").removesuffix(".reason")
                if expression != "tasks.status" and name not in names:
                    message = f"$({expression}) refers to no task of the pipeline"
                    at = (*path, "finally", index, *where)
                    report.add(TASK_STATUS, at, message, name_hint(name, names, "tasks"))


def _status(found: Sequence[str]) -> list[str]:
    """The status references, unless a result stands beside them: Tekton then takes all for results."""
    status = [each for each in found if is_status(each)]
    return [] if status and any(map(looks_like_result, found)) else status


ORDER_WITHIN_FINALLY = Rule("FLOW236", "order-within-finally", "order within finally")
EMPTY_PIPELINE = Rule("FLOW245", "empty-pipeline", "an empty pipeline")


def check_finally(spec: PipelineSpec, references: list[References], path: Path, report: Report) -> None:
    """FLOW236: tasks of finally run at once, after all others (validateFinalTasks)."""
    final = spec.finally_ or []
    if not final:
        return
    if not spec.tasks:
        report.add(EMPTY_PIPELINE, (*path, "finally"), "there is finally without tasks", "add `tasks:`")
    names = {task.name or "" for task in spec.tasks or ()}
    final_names = {task.name or "" for task in final}
    for index, (task, places) in enumerate(zip(final, references, strict=True)):
        at = (*path, "finally", index)
        if task.runAfter:
            hint = "tasks of finally run at the same time; put both steps into one task"
            report.add(ORDER_WITHIN_FINALLY, (*at, "runAfter"), "a task of finally can't run after another", hint)
        for where, found in places:
            for reference in result_references(found):
                if reference.task in final_names:
                    hint = "tasks of finally run at the same time; share a workspace or join the tasks"
                    message = f"it uses a result of {reference.task!r}, which is in finally too"
                    report.add(ORDER_WITHIN_FINALLY, (*at, *where), message, hint)
                elif reference.task not in names:
                    message = f"it uses a result of {reference.task!r}, which is no task here"
                    report.add(ORDER_WITHIN_FINALLY, (*at, *where), message, name_hint(reference.task, names, "tasks"))
