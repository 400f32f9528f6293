"""Results that tasks and steps declare (result_validation.go)."""

from __future__ import annotations

from flowdsl.check.findings import Path, Report
from flowdsl.check.names import LABEL_HINT, check_result_name, is_result_name
from flowdsl.check.references import step_results
from flowdsl.check.values import kind_of, text_of
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.params import PropertySpec, StepResult, TaskResult
from flowdsl.kube.object_names import is_label

_TYPES = ("string", "array", "object")


def result_type(result: TaskResult) -> str:
    """The type of a task's result after defaulting: object with properties, else string."""
    return result.type or ("object" if result.properties is not None else "string")


def check_task_result(result: TaskResult, path: Path, report: Report) -> None:
    """FLOW221, FLOW227: name, type, properties and value of a task's result."""
    if not check_result_name(result.name, path, report):
        return
    kind = result_type(result)
    _check_type(kind, path, report)
    if kind == "object":
        _check_properties(result.name or "", result.properties, path, report, defaulted=True)
    if result.value is not None:
        _check_value(result, path, report)


RESULT_DECLARATION = Rule("FLOW227", "result-declaration", "declaration of a result")


def _check_type(kind: str, path: Path, report: Report) -> None:
    if kind not in _TYPES:
        report.add(RESULT_DECLARATION, (*path, "type"), f"{kind!r} is no type of a result", "string, array or object")


def _check_properties(
    name: str, properties: dict[str, PropertySpec] | None, path: Path, report: Report, *, defaulted: bool
) -> None:
    if properties is None:
        hint = "add `properties:` with a line for each key, such as `url: {type: string}`"
        report.add(RESULT_DECLARATION, path, f"the object result {name!r} declares no properties", hint)
    for key, spec in (properties or {}).items():
        kind = (spec.type if spec else None) or ("string" if defaulted else "")
        if kind != "string":
            at = (*path, "properties", key)
            report.add(
                RESULT_DECLARATION, at, f"the key {key!r} of {name!r} has type {kind!r}", "only string is supported"
            )


def _check_value(result: TaskResult, path: Path, report: Report) -> None:
    at = (*path, "value")
    shape = "$(steps.STEP.results.RESULT)"
    if kind_of(result.value) != "string":
        report.add(RESULT_DECLARATION, at, "the value of a result is one string", f"write {shape}")
        return
    text = text_of(result.value)
    if not text:
        return
    match = next(step_results(text), None)
    if match is None:
        report.add(RESULT_DECLARATION, at, f"{text!r} names no step's result", f"write {shape}")
        return
    if not is_label(match[1]):
        report.add(RESULT_DECLARATION, at, f"{match[1]!r} is no name of a step", LABEL_HINT)
    if not is_result_name(match[2]):
        report.add(RESULT_DECLARATION, at, f"{match[2]!r} is no name of a result", f"write {shape}")


def check_step_result(result: StepResult, path: Path, report: Report, *, defaulted: bool = False) -> None:
    """FLOW221, FLOW227: name, type and properties of a step's result; only a StepAction's are defaulted."""
    if not check_result_name(result.name, path, report):
        return
    kind = result.type or ""
    if not kind and defaulted:
        kind = "object" if result.properties is not None else "string"
    if kind:
        _check_type(kind, path, report)
    if kind == "object":
        _check_properties(result.name or "", result.properties, path, report, defaulted=defaulted)
