"""A task's steps and sidecars (Step.Validate and Sidecar.Validate in container_validation.go)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import LABEL_HINT, NAME_TWICE
from flowdsl.check.references import has_step_artifact, has_step_result, has_task_artifact
from flowdsl.check.refs import check_ref
from flowdsl.check.results import check_step_result
from flowdsl.check.texts import StepView
from flowdsl.check.timeouts import TIMEOUT
from flowdsl.check.usage import check_text
from flowdsl.check.when import check_when
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.containers import VolumeMount
from flowdsl.kinds.tasks import Sidecar, Step
from flowdsl.kube import parse_duration
from flowdsl.kube.conventions import HOME_PATH, TEKTON_PATH
from flowdsl.kube.object_names import is_label

_NOT_WITH_REF = ("image", "command", "args", "script", "workingDir", "volumeMounts", "results")
_ARTIFACTS = ("script", "command", "args", "env")
_RESERVED_SIDECAR = "tekton-log-results"


def clean_path(path: str) -> str:
    """A path as Go's filepath.Clean writes it."""
    cleaned = posixpath.normpath(path) if path else "."
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def check_steps(views: list[StepView], gates: Gates, report: Report) -> None:
    """All rules of the steps of one task."""
    if len(views) > 1:
        _unique_names(views, report)
    for view in views:
        check_step(view, gates, report)
        step = view.step
        if step.results is not None:
            _check_results(view, report)
        if step.when:
            check_when(step.when, (*view.path, "when"), gates, report)


def _unique_names(views: list[StepView], report: Report) -> None:
    seen: set[str] = set()
    for view in views:
        name = view.step.name
        if not name:
            continue
        if name in seen:
            report.add(NAME_TWICE, (*view.path, "name"), f"the step {name!r} is there twice", "rename one")
        seen.add(name)


def _check_results(view: StepView, report: Report) -> None:
    step = view.step
    names = {result.name or "" for result in step.results or ()}
    if step.script and "$(step.results" in step.script:
        check_text(step.script, (*view.path, "script"), "step.results", names, "result of the step", report)
    for index, result in enumerate(step.results or ()):
        check_step_result(result, (*view.path, "results", index), report)


def check_step(view: StepView, gates: Gates, report: Report) -> None:
    """The rules of one step."""
    step, path = view.step, view.path
    if view.texts and "enable-artifacts" not in gates.flags:
        _no_artifacts(view, gates, report)
    if step.ref is not None:
        check_ref(step.ref, (*path, "ref"), gates, report)
        _only_ref(step, path, report)
    else:
        _own_container(step, path, report)
    _names_and_times(step, path, report)
    if step.volumeMounts:
        _mounts(step.volumeMounts, path, report)
    _alpha_fields(step, path, gates, report)
    if step.envFrom or step.volumeDevices or step.imagePullPolicy or any("$(step" in text.value for text in view.texts):
        _step_references(step, path, report)


def _no_artifacts(view: StepView, gates: Gates, report: Report) -> None:
    for text in view.texts:
        if (has_step_artifact(text.value) or has_task_artifact(text.value)) and text.path[len(view.path)] in _ARTIFACTS:
            gates.need_flag("enable-artifacts", "an artifact", text.path, report)


FIELDS_BESIDE_STEP_ACTION = Rule("FLOW215", "fields-beside-step-action", "fields beside a StepAction")


def _only_ref(step: Step, path: Path, report: Report) -> None:
    fields = [field for field in _NOT_WITH_REF if getattr(step, field)]
    if step.env is not None:
        fields.append("env")
    for field in fields:
        hint = "the StepAction brings it; pass what differs as params"
        report.add(FIELDS_BESIDE_STEP_ACTION, (*path, field), f"{field} can't be used with ref", hint)


CONTAINER_WITHOUT_IMAGE = Rule("FLOW211", "container-without-image", "a container without an image")


def _own_container(step: Step, path: Path, report: Report) -> None:
    if step.params:
        report.add(
            FIELDS_BESIDE_STEP_ACTION, (*path, "params"), "a step has params only with ref", "declare them on the task"
        )
    if not step.image:
        report.add(CONTAINER_WITHOUT_IMAGE, path, "the step has no image", "add `image:` here or in stepTemplate")
    check_script(step.script, step.command, path, report)


SCRIPT_WITH_COMMAND = Rule("FLOW214", "script-with-command", "script together with command")


def check_script(script: str | None, command: list[str] | None, path: Path, report: Report) -> None:
    """FLOW214: a script is the command."""
    if script and command:
        hint = "keep one; the script's first line (#!) names its interpreter"
        report.add(SCRIPT_WITH_COMMAND, (*path, "script"), "script can't be used with command", hint)


STEP_NAME = Rule("FLOW212", "step-name", "name of a step, task or sidecar")
ON_ERROR = Rule("FLOW216", "on-error", "onError")


def _names_and_times(step: Step, path: Path, report: Report) -> None:
    if step.name and not is_label(step.name):
        report.add(STEP_NAME, (*path, "name"), f"{step.name!r} is no name for a step", LABEL_HINT)
    if step.timeout and parse_duration(step.timeout) < 0:
        report.add(TIMEOUT, (*path, "timeout"), f"the timeout {step.timeout} is negative", "0s means none")
    allowed = ("continue", "stopAndFail")
    if step.onError and not step.onError.startswith("$(params") and step.onError not in allowed:
        message = f"{step.onError!r} is no value of onError"
        report.add(ON_ERROR, (*path, "onError"), message, "continue or stopAndFail")


RESERVED_MOUNT = Rule("FLOW217", "reserved-mount", "a mount that Tekton keeps for itself")


def _mounts(mounts: list[VolumeMount], path: Path, report: Report) -> None:
    for index, mount in enumerate(mounts):
        cleaned = clean_path(mount.mountPath or "")
        at = (*path, "volumeMounts", index)
        if cleaned.startswith(f"{TEKTON_PATH}/") and not cleaned.startswith(HOME_PATH):
            hint = "Tekton keeps its own files there; mount it elsewhere"
            report.add(RESERVED_MOUNT, (*at, "mountPath"), f"nothing can be mounted at {mount.mountPath}", hint)
        if (mount.name or "").startswith("tekton-internal-"):
            hint = "the prefix tekton-internal- is Tekton's own; rename the volume"
            report.add(RESERVED_MOUNT, (*at, "name"), f"{mount.name!r} can't be the name of a mount", hint)


def _alpha_fields(step: Step, path: Path, gates: Gates, report: Report) -> None:
    if step.script and step.script.strip().startswith("#!win"):
        gates.need("alpha", "a Windows script", (*path, "script"), report)
    if step.stdoutConfig is not None:
        gates.need("alpha", "stdoutConfig", (*path, "stdoutConfig"), report)
    if step.stderrConfig is not None:
        gates.need("alpha", "stderrConfig", (*path, "stderrConfig"), report)


STEP_RESULT_IN_WRONG_FIELD = Rule("FLOW226", "step-result-in-wrong-field", "a step's result in the wrong field")


def _step_references(step: Step, path: Path, report: Report) -> None:
    for field, value in _outside_command(step):
        if value and "$(" in value:
            if has_step_result(value):
                hint = "use it in env, command or args; a script reads the environment"
                report.add(STEP_RESULT_IN_WRONG_FIELD, (*path, *field), "a step's result can't be used here", hint)
            if field != ("script",) and has_step_artifact(value):
                hint = "use it in env, command, args or script"
                report.add(STEP_RESULT_IN_WRONG_FIELD, (*path, *field), "a step's artifact can't be used here", hint)


def _outside_command(step: Step) -> Iterator[tuple[Path, str | None]]:
    for field in ("name", "image", "script", "imagePullPolicy", "workingDir"):
        yield (field,), getattr(step, field)
    for index, source in enumerate(step.envFrom or ()):
        yield ("envFrom", index, "prefix"), source.prefix
        if source.configMapRef:
            yield ("envFrom", index, "configMapRef", "name"), source.configMapRef.name
        if source.secretRef:
            yield ("envFrom", index, "secretRef", "name"), source.secretRef.name
    for index, mount in enumerate(step.volumeMounts or ()):
        for field in ("name", "mountPath", "subPath"):
            yield ("volumeMounts", index, field), getattr(mount, field)
    for index, device in enumerate(step.volumeDevices or ()):
        for field in ("name", "devicePath"):
            yield ("volumeDevices", index, field), getattr(device, field)


def check_sidecars(sidecars: list[Sidecar] | None, path: Path, report: Report) -> None:
    """FLOW211, FLOW212, FLOW214 for sidecars (Sidecar.Validate)."""
    for index, sidecar in enumerate(sidecars or ()):
        at = (*path, index)
        if sidecar.name == _RESERVED_SIDECAR:
            report.add(STEP_NAME, (*at, "name"), f"{sidecar.name!r} is Tekton's own sidecar", "choose another name")
        if not sidecar.image:
            report.add(CONTAINER_WITHOUT_IMAGE, at, "the sidecar has no image", "add `image:`")
        check_script(sidecar.script, sidecar.command, at, report)
