"""What a reference leads to, and whether it gets what it needs: params, workspaces, results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

import attrs

from flowdsl.check.declared import Declared
from flowdsl.check.findings import Path, Report
from flowdsl.check.references import ResultReference, result_reference
from flowdsl.check.results import result_type
from flowdsl.check.usage import name_hint
from flowdsl.check.values import kind_of, text_of
from flowdsl.diagnostics.near import Names
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.params import Param, TaskResult, WorkspaceDeclaration

Given = tuple[Path, Param, bool]
"""A param that is given: where, what, and whether a matrix hands out its values one by one."""

# What Tekton replaces by the whole array or object it names, rather than by text (exactVariableSubstitution).
_ALONE = re.compile(r"\$\(([_a-zA-Z0-9.-]+)(?:\[\*\])?\)")


# Where the params of a task or a run may stand wrong, so that who declares them and who gives them is not known.
_PARAMS = (("params",), ("taskSpec", "params"), ("pipelineSpec", "params"))


@attrs.frozen
class Target:
    """What a reference leads to."""

    what: str
    params: list[Declared]
    workspaces: list[WorkspaceDeclaration]
    results: list[TaskResult] | None
    embedded: bool = False


@attrs.frozen
class Scope:
    """What the values of params may refer to: the params here, and the results of other tasks."""

    params: dict[str, Declared] = attrs.field(factory=dict)
    tasks: dict[str, Target] = attrs.field(factory=dict)


UNKNOWN_PARAM = Rule.pitfall("FLOW310", "unknown-param", "a param that the task does not have")
PARAM_TYPE = Rule.pitfall("FLOW312", "param-type", "a param of another type")


def compare(given: Iterable[Given], target: Target, path: Path, scope: Scope, report: Report) -> None:
    """FLOW310, FLOW312: each param given is known there, and of its type."""
    known = {param.name: param for param in target.params}
    for where, param, fans_out in given:
        at = (*path, *where)
        declared = known.get(param.name or "")
        if declared is None:
            if target.embedded:
                # The run that Tekton makes of it propagates the param to the steps.
                continue
            hint = name_hint(param.name or "", list(known), "params of it")
            report.add(UNKNOWN_PARAM, (*at, "name"), f"{target.what} has no param {param.name!r}", hint)
            continue
        kind = "string" if fans_out else _kind(param, scope)
        if kind is not None and kind != declared.type:
            message = f"{target.what} takes {param.name!r} as {declared.type}, not as {kind}"
            report.add(PARAM_TYPE, (*at, "value"), message, f"give it a value of type {declared.type}")


def _kind(param: Param, scope: Scope) -> str | None:
    """The type of a value; None where only the run can tell."""
    kind = kind_of(param.value)
    if kind != "string":
        return kind
    text = text_of(param.value)
    alone = _ALONE.fullmatch(text)
    if alone is None:
        return None if "[*]" in text else "string"
    found = _type_of(alone[1], scope)
    # The results of a matrix come together as an array, whatever each is.
    return None if found == "string" and text.endswith("[*])") else found


def _type_of(expression: str, scope: Scope) -> str | None:
    """The type of what an expression alone stands for: an array stays one, as an object does."""
    if expression.startswith("params."):
        name = expression.removeprefix("params.")
        source = scope.params.get(name) or scope.params.get(name.split(".", 1)[0])
        return None if source is None else source.type if source.name == name else "string"
    reference = result_reference(expression)
    if reference is None:
        return "string"
    target = scope.tasks.get(reference.task)
    result = next((each for each in (target.results if target else None) or () if each.name == reference.result), None)
    return None if result is None else "string" if reference.key else result_type(result)


MISSING_PARAM = Rule.pitfall("FLOW311", "missing-param", "a param is missing")


def require(names: set[str | None], target: Target, path: Path, report: Report) -> None:
    """FLOW311: every param without a default is given."""
    if any(report.broken((*path, *where)) for where in _PARAMS):
        return
    missing = [param.name for param in target.params if param.default_kind is None and param.name not in names]
    if missing and not target.embedded:
        told = meant(names, {param.name for param in target.params})
        missing = [name for name in missing if name not in told]
    if missing:
        listed = ", ".join(repr(name) for name in missing)
        report.add(MISSING_PARAM, path, f"{target.what} needs {listed}", "add it under `params:`")


def meant(given: Iterable[str | None], known: Set[str]) -> set[str]:
    """The known names that those given and not known are like: told already, each with the name that is meant."""
    names = Names(sorted(known))
    return {close for name in given if name and name not in known and (close := names.near(name))}


UNKNOWN_RESULT = Rule.pitfall("FLOW313", "unknown-result", "a result that the task does not have")


def check_result(reference: ResultReference, target: Target, path: Path, report: Report) -> None:
    """FLOW313: a result that is used is declared, and used as what it is."""
    results = {result.name or "": result for result in target.results or ()}
    result = results.get(reference.result)
    if result is None:
        hint = name_hint(reference.result, list(results), "results of it")
        report.add(UNKNOWN_RESULT, path, f"{target.what} has no result {reference.result!r}", hint)
        return
    kind = result_type(result)
    if reference.key and kind != "object":
        message = f"the result {reference.result!r} is of type {kind} and has no keys"
        report.add(UNKNOWN_RESULT, path, message, f"write $(tasks.{reference.task}.results.{reference.result})")
    elif reference.key and result.properties and reference.key not in result.properties:
        hint = name_hint(reference.key, list(result.properties), "keys of it")
        report.add(UNKNOWN_RESULT, path, f"the result {reference.result!r} has no key {reference.key!r}", hint)
    elif reference.index.isdigit() and kind != "array":
        report.add(UNKNOWN_RESULT, path, f"the result {reference.result!r} is of type {kind}, no array", "use it whole")
