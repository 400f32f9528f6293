"""What Tekton checks of a TaskRun before it makes a pod (pkg/reconciler/taskrun/validate_taskrun.go)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from flowdsl.check.references import is_within
from flowdsl.kinds.values import kind_of
from flowdsl.kube.object_names import is_label
from flowdsl.machine.params import declared_kind, missing_keys

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

USER_ERROR = "[User error] "
_INDEX = re.compile(r"""\$\(params(?:\.([_a-zA-Z0-9.-]+)|\['([^']+)'\]|\["([^"]+)"\])\[([0-9]+)\]\)""")
_REFERENCE = re.compile(r"\$\([^()]+\)")
_WITH_VARIABLES = ("steps", "sidecars", "stepTemplate", "volumes", "workspaces")


class RefusedError(Exception):
    """A TaskRun that does not get as far as running; the condition's reason and message."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def invalid(message: str) -> RefusedError:
    """What the user must put right, under Tekton's label for that."""
    return RefusedError("TaskRunValidationFailed", USER_ERROR + message)


def go_list(names: Sequence[str]) -> str:
    """A list as Go prints it."""
    return "[" + " ".join(names) + "]"


def check_params(task: str, specs: Sequence[shapes.ParamSpec], params: Sequence[shapes.Param]) -> None:
    """Every param has a value of its type, every object its keys. Raises RefusedError."""
    given = {one["name"]: one["value"] for one in params}
    start = f"invalid input params for task {task}: "
    missing = [one["name"] for one in specs if one["name"] not in given and "default" not in one]
    if missing:
        raise invalid(f"{start}missing values for these params which have no default values: {go_list(missing)}")
    kinds = {one["name"]: declared_kind(one) for one in specs}
    wrong = [
        name
        for name, value in given.items()
        if name in kinds
        and kind_of(value) != kinds[name]
        and not (isinstance(value, str) and kinds[name] != "string" and _REFERENCE.search(value))
    ]
    if wrong:
        raise invalid(f"{start}param types don't match the user-specified type: {go_list(wrong)}")
    lacking = missing_keys(specs, given)
    if lacking:
        text = " ".join(f"{name}:{go_list(keys)}" for name, keys in sorted(lacking.items()))
        raise invalid(f"{start}missing keys for these params which are required in ParamSpec's properties map[{text}]")


def check_enums(specs: Sequence[shapes.ParamSpec], params: Sequence[shapes.Param]) -> None:
    """A string with an `enum` is one of it. Raises RefusedError."""
    enums = {one["name"]: one["enum"] for one in specs if one.get("enum")}
    for one in params:
        value = one["value"]
        if isinstance(value, str) and value and one["name"] in enums and value not in enums[one["name"]]:
            message = f"{USER_ERROR}param `{one['name']}` value: {value} is not in the enum list"
            raise RefusedError("InvalidParamValue", message)


def check_indexes(spec: shapes.TaskSpec, params: Sequence[shapes.Param]) -> None:
    """Every `$(params.a[3])` is inside its array. Raises RefusedError."""
    lengths = {
        one["name"]: len(one["default"]) for one in spec.get("params", ()) if kind_of(one.get("default")) == "array"
    }
    lengths.update({one["name"]: len(one["value"]) for one in params if kind_of(one["value"]) == "array"})
    parts = [part for field, part in spec.items() if field in _WITH_VARIABLES]
    outside = {
        match[0]
        for text in strings(parts)
        if "$(params" in text
        for match in _INDEX.finditer(text)
        if (length := lengths.get(match[1] or match[2] or match[3])) is not None and not is_within(match[4], length)
    }
    if outside:
        raise invalid(f"non-existent param references:{go_list(sorted(outside))}")


def strings(value: object) -> Iterator[str]:
    """Every string below a value, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def check_workspaces(declared: Sequence[shapes.WorkspaceDeclaration], bound: Sequence[str]) -> None:
    """Every workspace that is not optional is bound. Raises RefusedError."""
    for one in declared:
        if not one.get("optional") and one["name"] not in bound:
            raise invalid(f'declared workspace "{one["name"]}" is required but has not been bound')


def check_overrides(spec: shapes.TaskSpec, run: shapes.TaskRunSpec) -> None:
    """`stepSpecs` and `sidecarSpecs` name what is there. Raises RefusedError."""
    steps = {one.get("name", "") for one in spec.get("steps") or ()}
    for step in run.get("stepSpecs") or ():
        if step["name"] not in steps:
            raise invalid(f"invalid StepOverride: No Step named {step['name']}")
    sidecars = {one.get("name", "") for one in spec.get("sidecars") or ()}
    for sidecar in run.get("sidecarSpecs") or ():
        if sidecar["name"] not in sidecars:
            raise invalid(f"invalid SidecarOverride: No Sidecar named {sidecar['name']}")


def check_names(spec: shapes.TaskSpec) -> None:
    """The names that a pod would have, every reference replaced: they are paths here. Raises RefusedError.

    Source: ValidateVolumes and validateContainerCommon in Kubernetes' pkg/apis/core/validation.
    """
    names = [(f"spec.volumes[{index}].name", one["name"]) for index, one in enumerate(spec.get("volumes") or ())]
    # A step or sidecar without a name is numbered.
    steps = [(f"spec.steps[{index}].name", one.get("name")) for index, one in enumerate(spec.get("steps") or ())]
    beside = [(f"spec.sidecars[{index}].name", one.get("name")) for index, one in enumerate(spec.get("sidecars") or ())]
    names += [(where, name) for where, name in steps + beside if name]
    for where, name in names:
        if not is_label(name):
            text = f'the pod is invalid: {where}: Invalid value: "{name}": it must be a lowercase RFC 1123 label'
            raise RefusedError("PodCreationFailed", text)
