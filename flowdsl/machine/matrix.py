"""Fan-out of a matrix, as pkg/apis/pipeline/v1/matrix_types.go does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from flowdsl.kinds.values import Value, decoded

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

Combination = dict[str, str]


def is_matrixed(task: shapes.PipelineTask) -> bool:
    """Whether a pipeline task fans out."""
    matrix = task.get("matrix") or {}
    return bool(matrix.get("params") or matrix.get("include"))


def has_empty_array(task: shapes.PipelineTask) -> bool:
    """Whether a matrix param is an empty array: such a task is skipped."""
    params = (task.get("matrix") or {}).get("params") or ()
    return any(isinstance(param.get("value"), list) and not param["value"] for param in params)


def fan_out(matrix: shapes.Matrix) -> list[Combination]:
    """The combinations in Tekton's order, the first param varying fastest; each is sorted by param."""
    include = [
        {param["name"]: str(decoded(param.get("value"))) for param in each.get("params") or ()}
        for each in matrix.get("include") or ()
    ]
    params = matrix.get("params") or ()
    if not params:
        return [_sorted(each) for each in include]
    found: list[Combination] = [{}]
    for param in params:
        values = param["value"] if isinstance(param["value"], list) else []
        found = [{**each, param["name"]: value} for value in values for each in found]
    for each in found:
        for extra in include:
            if all(each.get(name, value) == value for name, value in extra.items()):
                each.update(extra)
    for extra in include:
        if extra and not any(each.get(name) == value for each in found for name, value in extra.items()):
            found.append(extra)
    return [_sorted(each) for each in found]


def count(matrix: shapes.Matrix) -> int:
    """How many combinations Tekton counts, for `$(tasks.x.matrix.length)` (CountCombinations)."""
    include = matrix.get("include") or ()
    params = matrix.get("params") or ()
    if not params:
        return len(include)
    values: dict[str, Value] = {param["name"]: param["value"] for param in params}
    total = 1
    for value in values.values():
        total *= (len(value) if isinstance(value, list) else 0) or 1
    for each in include:
        for param in each.get("params") or ():
            if param["name"] in values:
                if param.get("value") in values[param["name"]]:
                    break
                total += 1
    return total


def display_name(include: Iterable[shapes.IncludeParams] | None, params: Mapping[str, Value]) -> str:
    """The names of the `include` entries that a combination is of."""
    names = [
        str(each["name"])
        for each in include or ()
        if each.get("name") and all(params.get(one["name"]) == one.get("value") for one in each.get("params") or ())
    ]
    return " ".join(names)


def _sorted(combination: Combination) -> Combination:
    return {name: combination[name] for name in sorted(combination)}
