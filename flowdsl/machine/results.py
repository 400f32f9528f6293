"""Results of tasks where others use them (resultrefresolution.go), and the results of the run (apply.go)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.check.references import ResultReference, expressions, is_within, result_references
from flowdsl.kinds.values import Value, json_text
from flowdsl.machine.matrix import count
from flowdsl.machine.nodes import Node, State
from flowdsl.machine.outcome import node_status
from flowdsl.machine.variables import Replacements, has_variables, result_keys, task_references, texts

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


@attrs.frozen
class Missing:
    """The first result that can't be had: of which task, and why."""

    task: str
    text: str
    out_of_bounds: bool = False


def resolve(references: Sequence[ResultReference], tasks: Mapping[str, Node]) -> tuple[Replacements, Missing | None]:
    """The values of results; with the first that is missing, none of them counts (ResolveResultRefs)."""
    found = Replacements()
    beyond = ""
    for reference in references:
        node = tasks.get(reference.task)
        if node is None:
            return found, Missing(reference.task, f'could not find task "{reference.task}" referenced by result')
        if node.state not in (State.SUCCEEDED, State.FAILED):
            return found, Missing(reference.task, f'task "{reference.task}" referenced by result was not finished')
        value = node.result(reference.result)
        if value is None:
            return found, Missing(reference.task, _not_found(reference))
        found.add(result_keys(reference.task, reference.result), value)
        if isinstance(value, list) and reference.index.isdigit() and not is_within(reference.index, len(value)):
            number = reference.index.lstrip("0") or "0"
            beyond = beyond or (
                f"array Result Index {number} for Task {reference.task} Result {reference.result} "
                f"is out of bound of size {len(value)}"
            )
    return found, Missing(references[0].task, beyond, out_of_bounds=True) if beyond else None


def _not_found(reference: ResultReference) -> str:
    return (
        "Invalid task result reference: Could not find result with name "
        f"{reference.result} for pipeline task {reference.task}"
    )


def still_missing(node: Node, tasks: Mapping[str, Node]) -> str:
    """Why a task can't start for want of a result; empty where it can (CheckMissingResultReferences)."""
    for reference in task_references(node.spec):
        source = tasks.get(reference.task)
        if source is None:
            return f'Result reference error: Could not find ref "{reference.task}" in internal pipelineRunState'
        if not source.runs:
            return f'Result reference error: Internal result ref "{reference.task}" has zero-length TaskRuns'
        if reference.result not in source.runs[0].results():
            if source.state is State.SUCCEEDED:
                return (
                    f'task "{reference.task}" completed successfully but did not emit the result '
                    f'"{reference.result}", which is referenced by task "{node.name}"'
                )
            return _not_found(reference)
    return ""


_ARTIFACTS = re.compile(r"\$\((tasks\.([^.()]+)\.(inputs|outputs)(?:\.([^()]+))?)\)")


def artifact_values(spec: shapes.TaskSpec | shapes.EmbeddedTask, tasks: Mapping[str, Node]) -> Replacements:
    """What `$(tasks.x.outputs.NAME)` in a TaskSpec stands for, as JSON (PropagateArtifacts); `outputs` is the first."""
    found = Replacements()
    for text in texts(spec) if has_variables(spec) else ():
        for match in _ARTIFACTS.finditer(text) if "$(tasks." in text else ():
            node = tasks.get(match[2])
            if node is None or node.state not in (State.SUCCEEDED, State.FAILED):
                continue
            each = node.artifacts("inputs" if match[3] == "inputs" else "outputs")
            named = [one for one in each if one.get("name") == match[4]] if match[4] else each[:1]
            if named:
                found.strings[match[1]] = json_text(named[0].get("values"))
    return found


def matrix_lengths(task: shapes.PipelineTask, tasks: Mapping[str, Node]) -> dict[str, str]:
    """`tasks.x.matrix.length` and `tasks.x.matrix.RESULT.length`, as far as a task's params use them."""
    found = {}
    for text in texts(task.get("params")):
        for name in expressions(text) if ".matrix." in text else ():
            parts = name.split(".")
            if len(parts) < 4 or parts[0] != "tasks" or parts[2] != "matrix" or parts[-1] != "length":
                continue
            node = tasks.get(parts[1])
            if node is None:
                continue
            if len(parts) == 4:
                found[name] = str(count(node.spec.get("matrix") or {}))
            else:
                values = node.result(parts[3])
                found[name] = str(len(values) if isinstance(values, list) else 0)
    return found


class MissingResults(Exception):  # noqa: N818 - it names what is missing
    """Results of the run that refer to results which are not there though their tasks succeeded; the others."""

    def __init__(self, names: list[str], found: list[shapes.PipelineRunResult]) -> None:
        self.names, self.found = names, found
        super().__init__(f"invalid pipelineresults [{' '.join(names)}], the referenced results don't exist")


def pipeline_results(
    declared: Sequence[shapes.PipelineResult], tasks: Mapping[str, Node]
) -> list[shapes.PipelineRunResult]:
    """The run's results; one whose task was skipped or failed without it is left out. Raises MissingResults."""
    found: list[shapes.PipelineRunResult] = []
    wrong = []
    for result in declared:
        value: Value = result["value"]
        names = [name for text in texts(value) for name in expressions(text)]
        known, good = Replacements(), bool(names)
        for name in names:
            problem = _add_result(name, tasks, known)
            if problem is not None:
                good = False
                wrong += [result["name"]] if problem else []
        if good:
            found.append({"name": result["name"], "value": known.value(value)})
    if wrong:
        raise MissingResults(wrong, found)
    return found


def _add_result(name: str, tasks: Mapping[str, Node], known: Replacements) -> bool | None:
    """None where the variable's value was added; else whether its want is an error."""
    reference = next(iter(result_references([name])), None)
    if reference is None or reference.task not in tasks:
        return True
    node = tasks[reference.task]
    value = node.result(reference.result) if node.state in (State.SUCCEEDED, State.FAILED) else None
    if value is None:
        return node_status(node) == "Succeeded"
    if reference.index.isdigit() and not (isinstance(value, list) and is_within(reference.index, len(value))):
        return True
    if reference.key and not (isinstance(value, dict) and reference.key in value):
        return True
    section = "" if reference.section == "tasks" else reference.section
    keys = result_keys(reference.task, reference.result)
    known.add((section + keys[0].removeprefix("tasks") if section else keys[0],), value)
    return None
