"""Steps that take what they do from a StepAction (pkg/reconciler/taskrun/resources/taskspec.go and apply.go)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from flowdsl.kinds.values import Value
from flowdsl.machine.params import declared_kind
from flowdsl.runner.contract import Cluster
from flowdsl.runner.taskrun import apply
from flowdsl.runner.taskrun.params import RefusedError, go_list
from flowdsl.runner.taskrun.variables import PATTERNS, Table, Tables, params_table

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_STEP_RESULT = re.compile(r"\$\(steps\.([^.()]+)\.results\.([^.()\[\]]+)(?:\[\*\])?\)")
_REFERENCE = re.compile(r"\$\(params\.([^()]+)\)")


def resolve_steps(spec: shapes.TaskSpec, run_params: Sequence[shapes.Param], cluster: Cluster) -> list[shapes.Step]:
    """The steps with every `ref` replaced by what it names. Raises RefusedError."""
    return [
        one.copy() if not one.get("ref") else _resolve(one, index, spec, run_params, cluster)
        for index, one in enumerate(spec.get("steps") or ())
    ]


def _resolve(
    step: shapes.Step,
    index: int,
    spec: shapes.TaskSpec,
    run_params: Sequence[shapes.Param],
    cluster: Cluster,
) -> shapes.Step:
    start = f'failed to resolve step ref for step "{step.get("name", "")}" (index {index}): '
    try:
        action = cluster.step_action(step["ref"])
    except LookupError as problem:
        raise RefusedError("TaskRunResolutionFailed", f"{start}{_words(problem)}") from None
    specs = action.get("params") or []
    given = step.get("params") or []
    try:
        _check(specs, given)
        table = Tables([params_table(spec.get("params") or (), run_params)])
        given = [{**one, "value": table.value(one["value"])} for one in given]
        # What a StepAction says beside its params is what a step says.
        body = cast("shapes.Step", {key: one for key, one in action.items() if key != "params"})
        replaced: Mapping[str, object] = apply.step(body, _table(specs, given))
    except ValueError as problem:
        raise RefusedError("TaskRunResolutionFailed", f"{start}{problem}") from None
    made: dict[str, object] = {key: one for key, one in step.items() if key not in {"ref", "params"}}
    made["image"] = replaced.get("image", "")
    for key in ("securityContext", "workingDir"):
        made.pop(key, None)
        if replaced.get(key):
            made[key] = replaced[key]
    made.update({key: replaced[key] for key in _TAKEN if replaced.get(key)})
    return cast("shapes.Step", made)


_TAKEN = ("command", "args", "script", "env", "volumeMounts", "results")


def _words(problem: BaseException) -> str:
    return str(problem.args[0]) if problem.args else str(problem)


def _check(specs: Sequence[shapes.ParamSpec], given: Sequence[shapes.Param]) -> None:
    names = {one["name"] for one in given}
    known = {one["name"] for one in specs}
    extra = [one["name"] for one in given if one["name"] not in known]
    if extra:
        raise ValueError(f"extra params passed by Step to StepAction: {go_list(extra)}")
    missing = [one["name"] for one in specs if "default" not in one and one["name"] not in names]
    if missing:
        raise ValueError(f"non-existent params in Step: {go_list(missing)}")


def _table(specs: Sequence[shapes.ParamSpec], given: Sequence[shapes.Param]) -> Tables:
    values = {one["name"]: one["value"] for one in given}
    settled = _defaults(specs, values)
    table = params_table((), [{"name": name, "value": value} for name, value in settled.items()])
    for one in specs:
        # An object's default stays where the step's object has no such key.
        default, value = one.get("default"), values.get(one["name"])
        if isinstance(default, Mapping) and isinstance(value, Mapping):
            for key, text in default.items():
                table.strings.setdefault(f"params.{one['name']}.{key}", str(text))
        if {type(default), type(value)} == {list, str}:
            raise ValueError(
                f"invalid parameter substitution: {one['name']}. "
                "Please check the types of the default value and the passed value"
            )
        if isinstance(value, str) and (match := _STEP_RESULT.fullmatch(value)):
            _passed_on(table, one, match[1], match[2], value)
    return Tables([table])


def _passed_on(table: Table, spec: shapes.ParamSpec, step: str, result: str, value: str) -> None:
    """A param that is given a step's result: its references become references to that result."""
    source = f"steps.{step}.results.{result}"
    kind = declared_kind(spec)
    if kind == "object":
        for key in spec.get("properties") or ():
            table.strings[f"params.{spec['name']}.{key}"] = f"$({source}.{key})"
        return
    for pattern in PATTERNS:
        name = pattern.format(spec["name"])
        if kind == "array":
            table.strings.pop(name, None)
            table.strings[f"{name}[*]"] = f"$({source}[*])"
            # Any index: the array's length is known only once the step has run.
            table.strings.update({f"{name}[{index}]": f"$({source}[{index}])" for index in range(256)})
        else:
            table.strings[name] = value


def _defaults(specs: Sequence[shapes.ParamSpec], values: Mapping[str, Value]) -> dict[str, Value]:
    """Every param's value; a default may refer to other params, in any order."""
    settled: dict[str, Value] = {}
    waiting = {}
    for one in specs:
        name = one["name"]
        if name in values:
            settled[name] = values[name]
        elif "default" in one:
            default = one["default"]
            if isinstance(default, str) and "$(params." in default:
                waiting[name] = default
            else:
                settled[name] = default
    while waiting:
        ready = [name for name, text in waiting.items() if all(one in settled for one in _REFERENCE.findall(text))]
        if not ready:
            known = {one["name"] for one in specs}
            for name, text in waiting.items():
                for reference in _REFERENCE.findall(text):
                    if reference not in known:
                        raise ValueError(f'parameter "{name}" references non-existent parameter "{reference}"')
            raise ValueError("circular dependency detected in parameter references")
        for name in ready:
            text = waiting.pop(name)
            settled[name] = _REFERENCE.sub(lambda match: str(settled[match[1]]), text)
    return settled
