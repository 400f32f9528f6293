"""StepAction (pkg/apis/pipeline/v1beta1/stepaction_validation.go)."""

from __future__ import annotations

from flowdsl.check.declared import Declared, by_type, declare
from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import check_metadata, check_param_names
from flowdsl.check.params import check_properties_declared, check_types
from flowdsl.check.references import isolated_expressions, variables
from flowdsl.check.results import check_step_result
from flowdsl.check.steps import CONTAINER_WITHOUT_IMAGE, RESERVED_MOUNT, check_script
from flowdsl.check.texts import Text, step_texts
from flowdsl.check.usage import (
    REFERS_TO_NOTHING,
    check_isolated,
    check_no_array,
    check_object_keys,
    check_text,
    check_whole,
)
from flowdsl.check.values import text_of
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.table import STEP_ACTION
from flowdsl.kinds.tasks import StepAction, StepActionSpec


def check_step_action(document: StepAction, gates: Gates, report: Report) -> None:
    """All rules of a StepAction."""
    check_metadata(document.metadata, report)
    spec, path = document.spec or StepActionSpec(), ("spec",)
    _check_spec(spec, path, gates, report)
    if document.apiVersion and document.apiVersion != STEP_ACTION.api_version:
        _check_alpha(spec, path, report)


def _check_spec(spec: StepActionSpec, path: Path, gates: Gates, report: Report) -> None:
    params = declare(spec.params, (*path, "params"))
    if not spec.image:
        report.add(CONTAINER_WITHOUT_IMAGE, path, "the StepAction has no image", "add `image:`")
    check_script(spec.script, spec.command, path, report)
    if spec.script:
        _check_script_text(spec.script, (*path, "script"), gates, report)
    _check_references(list(_texts(spec, path)), params, report)
    check_properties_declared(params, report)
    check_types(params, report)
    check_param_names(params, report)
    _check_results(spec, path, report)
    _check_mounts(spec, path, params, report)


OLDER_VERSION = Rule.pitfall("FLOW340", "older-version", "an older version where there is a newer one")


def _check_alpha(spec: StepActionSpec, path: Path, report: Report) -> None:
    """FLOW340, and FLOW222 for what v1alpha1 alone asks: defaults refer to params that are there, in no circle."""
    message = "there is a newer version of this kind"
    hint = f"write apiVersion: {STEP_ACTION.api_version}; the fields are the same"
    report.add(OLDER_VERSION, ("apiVersion",), message, hint)
    known = {param.name or "" for param in spec.params or ()}
    waiting: dict[str, set[str]] = {}
    for index, param in enumerate(spec.params or ()):
        text = text_of(param.default)
        # Tekton cuts what stands around a name off by its letters alone.
        names = {each.removeprefix("$(params.").removesuffix(")") for each in isolated_expressions(text, "params")}
        at = (*path, "params", index, "default")
        for name in sorted(names - known):
            hint = f"declare a param {name!r}, or write the default out"
            report.add(REFERS_TO_NOTHING, at, f"the default refers to {name!r}, which is no param", hint)
        if names and names <= known:
            waiting[param.name or ""] = names
    while ready := [name for name, names in waiting.items() if not names & waiting.keys()]:
        for name in ready:
            del waiting[name]
    for index, param in enumerate(spec.params or ()):
        if (param.name or "") in waiting:
            at = (*path, "params", index, "default")
            report.add(REFERS_TO_NOTHING, at, "the default refers to itself through others", "write one of them out")


def _texts(spec: StepActionSpec, path: Path) -> list[Text]:
    # The working directory is not among the fields that Tekton looks into here.
    return [text for text in step_texts(spec, path) if text.path[len(path)] != "workingDir"]


PARAM_IN_STEP_ACTION_SCRIPT = Rule(
    "FLOW228", "param-in-step-action-script", "a param pasted into a StepAction's script"
)


def _check_script_text(script: str, path: Path, gates: Gates, report: Report) -> None:
    if script.strip().startswith("#!win"):
        gates.need("alpha", "a Windows script", path, report)
    found = variables(script, "params")
    if found.first:
        hint = "pass it in env, and read the environment: no value can become code then"
        report.add(PARAM_IN_STEP_ACTION_SCRIPT, path, f"a StepAction's script can't have {found.first} pasted in", hint)


def _check_references(texts: list[Text], params: list[Declared], report: Report) -> None:
    names = {param.name for param in params}
    _, arrays, objects = by_type(params)
    array_names, object_names = {param.name for param in arrays}, {param.name for param in objects}
    for text in texts:
        check_text(text.value, text.path, "params", names, "param", report)
        check_object_keys(text.value, text.path, objects, report)
        check_whole(text.value, text.path, object_names, report)
        check = check_isolated if text.list_item else check_no_array
        check(text.value, text.path, array_names, report)


def _check_results(spec: StepActionSpec, path: Path, report: Report) -> None:
    names = {result.name or "" for result in spec.results or ()}
    for prefix in ("step.results", "results"):
        check_text(spec.script or "", (*path, "script"), prefix, names, "result", report)
    for index, result in enumerate(spec.results or ()):
        check_step_result(result, (*path, "results", index), report, defaulted=True)


def _check_mounts(spec: StepActionSpec, path: Path, params: list[Declared], report: Report) -> None:
    """FLOW217: which volume is mounted is said by the task, in a param."""
    names = {param.name for param in params}
    for index, mount in enumerate(spec.volumeMounts or ()):
        at = (*path, "volumeMounts", index, "name")
        name = mount.name or ""
        if isolated_expressions(name, "params") != [name]:
            hint = "declare a string param and write $(params.NAME); the task names its volume there"
            report.add(RESERVED_MOUNT, at, "the name of a StepAction's mount must be one param", hint)
            return
        check_text(name, at, "params", names, "param", report)
