"""Params of a PipelineRun against those its Pipeline declares (validate_params.go, apply.go)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from flowdsl.check.references import expressions, is_within, variables, without_index
from flowdsl.kinds.values import Value, decoded, kind_of
from flowdsl.machine.failure import RunFailure
from flowdsl.machine.variables import Replacements, param_keys, texts, type_of

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_DEEPEST = 10
_INDEXED = re.compile(
    r"\$\(params(?:\.[_a-zA-Z0-9.-]+|\['[_a-zA-Z0-9.\-/]+'\]|\[\"[_a-zA-Z0-9.\-/]+\"\])\[([0-9]+)\]\)"
)
Specs: TypeAlias = "Sequence[shapes.ParamSpec]"


def declared_kind(spec: Mapping[str, object]) -> str:
    """The type of a declared param or result, inferred where it is not written (ParamSpec.SetDefaults)."""
    if spec.get("type"):
        return str(spec["type"])
    if spec.get("properties"):
        return "object"
    return kind_of(spec["default"]) if "default" in spec else "string"


def missing_keys(specs: Sequence[shapes.ParamSpec], given: Mapping[str, object]) -> dict[str, list[str]]:
    """The keys that an object must have by its `properties` and has in neither default nor value, by name.

    Source: MissingKeysObjectParamNames in pkg/reconciler/taskrun/validate_taskrun.go.
    """
    lacking = {}
    for spec in specs:
        needed = list(spec.get("properties") or ()) if declared_kind(spec) == "object" else []
        sources = [one for one in (spec.get("default"), given.get(spec["name"])) if isinstance(one, Mapping) and one]
        keys = [key for key in needed if not any(key in one for one in sources)]
        # A whole object by reference, `$(tasks.a.results.b[*])`, is text here: nothing is known of its keys yet.
        if keys and sources:
            lacking[spec["name"]] = keys
    return lacking


def missing_params(specs: Specs, given: Mapping[str, Value]) -> list[str]:
    """The params without a default that are not given."""
    return [spec["name"] for spec in specs if spec.get("default") is None and spec["name"] not in given]


def check_params(specs: Specs, given: Mapping[str, Value], pipeline_spec: shapes.PipelineSpec, names: str) -> None:
    """Raise RunFailure for the first rule that the run's params break; `names` is `RUN, PIPELINE` for the message."""
    run, pipeline = names.split(", ")
    missing = missing_params(specs, given)
    if missing:
        raise RunFailure(
            "ParameterMissing",
            f"PipelineRun {run} is missing some parameters required by Pipeline {pipeline}: "
            f"pipelineRun missing parameters: {_go_list(missing)}",
            user=True,
        )
    types = {spec["name"]: declared_kind(spec) for spec in specs}
    wrong = [name for name, value in given.items() if name in types and type_of(value) != types[name]]
    if wrong:
        raise RunFailure(
            "ParameterTypeMismatch",
            f"PipelineRun {run} parameters have mismatching types with Pipeline {pipeline}'s parameters: "
            f"parameters have inconsistent types : {_go_list(wrong)}",
            user=True,
        )
    for spec in specs:
        value = given.get(spec["name"])
        if spec.get("enum") and isinstance(value, str) and value and value not in spec["enum"]:
            message = f"param `{spec['name']}` value: {value} is not in the enum list"
            text = f"PipelineRun {run} parameters have invalid value: {message}"
            raise RunFailure("InvalidParamValue", text, user=True)
    keys = missing_keys(specs, given)
    if keys:
        text = " ".join(f"{name}:{_go_list(missed)}" for name, missed in sorted(keys.items()))
        raise RunFailure(
            "ObjectParameterMissKeys",
            f"PipelineRun {run} parameters is missing object keys required by Pipeline {pipeline}'s parameters: "
            f"pipelineRun missing object keys for parameters: map[{text}]",
            user=True,
        )
    beyond = _beyond(specs, given, pipeline_spec)
    if beyond:
        raise RunFailure(
            "ParamArrayIndexingInvalid",
            f"PipelineRun {run} failed validation: failed to validate Pipeline {pipeline}'s parameter which has an "
            f"invalid index while referring to an array: non-existent param references:{_go_list(beyond)}",
            user=True,
        )


def _beyond(specs: Specs, given: Mapping[str, Value], pipeline_spec: shapes.PipelineSpec) -> list[str]:
    lengths = {spec["name"]: len(spec["default"]) for spec in specs if isinstance(spec.get("default"), list)}
    lengths |= {name: len(value) for name, value in given.items() if isinstance(value, list)}
    if not lengths:
        return []
    found = set()
    for text in texts([pipeline_spec.get("tasks"), pipeline_spec.get("finally")]):
        for match in _INDEXED.finditer(text) if "$(params" in text else ():
            name = variables(without_index(match[0]), "params").names
            if name and name[0] in lengths and not is_within(match[1], lengths[name[0]]):
                found.add(match[0])
    return sorted(found)


def replacements(specs: Specs, given: Mapping[str, Value]) -> Replacements:
    """What the params stand for, defaults that refer to other params resolved. Raises ValueError as Tekton words it.

    A given object replaces the default's whole: keys it leaves out stay unreplaced (ApplyParameters).
    """
    found = Replacements()
    for name, value in given.items():
        found.add(param_keys(name), value)
    defaults = {
        spec["name"]: decoded(spec["default"])
        for spec in specs
        if spec.get("default") is not None and spec["name"] not in given
    }
    strings = {f"params.{name}": value for name, value in defaults.items() if isinstance(value, str)}
    for key in strings:
        _resolve(key, strings, found.strings, ())
    for name, value in defaults.items():
        resolved = found.strings[f"params.{name}"] if isinstance(value, str) else _inner(found, value)
        found.add(param_keys(name), resolved)
    return found


def _inner(found: Replacements, value: Value) -> Value:
    if isinstance(value, list):
        return [found.text(item) for item in value]
    return {key: found.text(item) for key, item in value.items()} if isinstance(value, dict) else value


def _resolve(key: str, waiting: Mapping[str, str], found: dict[str, str], above: tuple[str, ...]) -> None:
    if key in found:
        return
    if key in above:
        raise ValueError(f'parameter resolution failed: circular dependency detected in param "{key}"')
    if len(above) > _DEEPEST:
        deepest = f"maximum recursion depth ({_DEEPEST})"
        raise ValueError(f'parameter resolution failed: {deepest} exceeded for param "{key}"')
    value = waiting[key]
    for name in expressions(value):
        if not name.startswith("params.") or name in found:
            continue
        if name not in waiting:
            raise ValueError(f'parameter resolution failed: param "{key}" references undefined param "{name}"')
        _resolve(name, waiting, found, (*above, key))
    found[key] = Replacements(found).text(value)


def check_task_params(task: shapes.PipelineTask, spec: shapes.TaskSpec, name: str, run: str) -> None:
    """A pipeline task's params against those of its Task (ValidateResolvedTask). Raises RunFailure."""
    specs = spec.get("params") or ()
    given = {param["name"]: decoded(param.get("value")) for param in task.get("params") or ()}
    matrix = task.get("matrix") or {}
    fanned = {param["name"] for param in matrix.get("params") or ()}
    fanned |= {param["name"] for each in matrix.get("include") or () for param in each.get("params") or ()}
    missing = [each for each in missing_params(specs, given) if each not in fanned]
    problem = ""
    if missing:
        problem = f"missing values for these params which have no default values: {_go_list(missing)}"
    else:
        types = {each["name"]: declared_kind(each) for each in specs}
        wrong = [each for each, value in given.items() if each in types and not _fits(value, types[each])]
        wrong += [each for each in sorted(fanned) if types.get(each, "string") != "string"]
        keys = missing_keys(specs, given)
        if wrong:
            problem = f"param types don't match the user-specified type: {_go_list(wrong)}"
        elif keys:
            text = " ".join(f"{each}:{_go_list(missed)}" for each, missed in sorted(keys.items()))
            problem = f"missing keys for these params which are required in ParamSpec's properties map[{text}]"
    if problem:
        message = f"Validation failed for pipelinerun {run} with error invalid input params for task {name}: {problem}"
        raise RunFailure("PipelineValidationFailed", message, user=True)


def _fits(value: Value, wanted: str) -> bool:
    # A whole array or object is handed on as a string that refers to it.
    return type_of(value) == wanted or (wanted != "string" and isinstance(value, str) and bool(expressions(value)))


def _go_list(items: Sequence[str]) -> str:
    return "[" + " ".join(items) + "]"
