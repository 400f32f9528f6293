"""Matrix: how many runs a task fans out to, and how others may use its results (matrix_types.go)."""

from __future__ import annotations

from math import prod

from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.params import check_given
from flowdsl.check.references import expressions, looks_like_result, result_reference
from flowdsl.check.results import result_type
from flowdsl.check.values import items_of, text_of, texts_of
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.params import Matrix, Param
from flowdsl.kinds.pipelines import PipelineTask


def is_matrixed(task: PipelineTask) -> bool:
    """Whether the task has a matrix with params or include."""
    return task.matrix is not None and bool(task.matrix.params or task.matrix.include)


def matrix_params(matrix: Matrix | None) -> list[tuple[Path, Param]]:
    """Every param of a matrix with its path below the task."""
    found: list[tuple[Path, Param]] = []
    if matrix is not None:
        found += [(("matrix", "params", index), param) for index, param in enumerate(matrix.params or ())]
        for number, include in enumerate(matrix.include or ()):
            found += [
                (("matrix", "include", number, "params", index), param)
                for index, param in enumerate(include.params or ())
            ]
    return found


def combinations(matrix: Matrix) -> int:
    """How many TaskRuns the literal values fan out to (CountCombinations)."""
    include = matrix.include or []
    if not matrix.params:
        return len(include)
    values = {param.name: items_of(param.value) for param in matrix.params}
    count = prod(len(items_of(param.value)) or 1 for param in matrix.params)
    for each in include:
        for param in each.params or ():
            if param.name in values:
                if text_of(param.value) in values[param.name]:
                    break
                count += 1
    return count


MATRIX = Rule("FLOW238", "matrix", "a matrix")


def check_matrix(task: PipelineTask, path: Path, gates: Gates, report: Report) -> None:
    """FLOW238, FLOW213: the matrix of one task."""
    matrix = task.matrix
    if matrix is None:
        return
    at = (*path, "matrix")
    if is_matrixed(task):
        gates.need("beta", "a matrix", at, report)
        number = combinations(matrix)
        if number > gates.max_matrix:
            hint = "split it, or raise default-max-matrix-combinations-count on the cluster"
            report.add(MATRIX, at, f"the matrix makes {number} runs; {gates.max_matrix} is the most", hint)
        check_given(matrix.params, (*at, "params"), report)
        for index, include in enumerate(matrix.include or ()):
            check_given(include.params, (*at, "include", index, "params"), report)
    own = {param.name for param in task.params or ()}
    for where, param in matrix_params(matrix):
        if param.name in own:
            message = f"{param.name!r} is given by params and by the matrix"
            report.add(MATRIX, (*path, *where, "name"), message, "keep one of them")


def check_matrix_results(tasks: list[PipelineTask] | None, path: Path, report: Report) -> None:
    """FLOW238: results of a matrixed task are used whole, `[*]`, and are strings.

    Tekton looks at the types of those in the last param only that refers to results at all; so do we.
    """
    by_name = {task.name: task for task in tasks or ()}
    if not any(map(is_matrixed, by_name.values())):
        return
    last: tuple[Path, list[str]] = ((), [])
    broken = False
    for index, task in enumerate(tasks or ()):
        for number, param in enumerate(task.params or ()):
            at = (*path, index, "params", number, "value")
            found = [each for _, text in texts_of(param.value) for each in expressions(text) if looks_like_result(each)]
            if not found:
                continue
            mine = [each for each in found if _matrixed_source(each, by_name)]
            last = (at, mine)
            for each in mine:
                if not each.endswith("[*]"):
                    broken = True
                    hint = f"write $({each.split('[')[0]}[*]): the task ran once for each combination"
                    report.add(MATRIX, at, f"$({each}) takes one result of a task with a matrix", hint)
    if not broken:
        _check_types(last, by_name, report)


def _matrixed_source(expression: str, by_name: dict[str | None, PipelineTask]) -> bool:
    source = by_name.get(expression.split(".")[1])
    return source is not None and is_matrixed(source)


def _check_types(last: tuple[Path, list[str]], by_name: dict[str | None, PipelineTask], report: Report) -> None:
    for expression in last[1]:
        reference = result_reference(expression)
        if reference is None:
            continue
        task = by_name[reference.task]
        if task.taskRef is not None:
            task = by_name.get(task.taskRef.name, task)
        for result in (task.taskSpec.results if task.taskSpec else None) or ():
            if result.name == reference.result and result_type(result) != "string":
                message = f"{reference.result!r} of a task with a matrix is of type {result_type(result)}"
                report.add(MATRIX, last[0], message, "a task with a matrix gives strings alone")
