"""The texts of a step in which Tekton looks for references, and a task's steps as its rules see them."""

from __future__ import annotations

import attrs

from flowdsl.check.findings import Path
from flowdsl.check.references import expressions
from flowdsl.kinds.containers import EnvVar, VolumeMount
from flowdsl.kinds.tasks import Sidecar, Step, StepActionSpec, StepTemplate

_MERGED = frozenset(
    {
        "image",
        "command",
        "args",
        "workingDir",
        "imagePullPolicy",
        "envFrom",
        "env",
        "volumeMounts",
        "volumeDevices",
        "computeResources",
    }
)
_STEP_FIELDS = ("name", "image", "workingDir", "script")
_STEP_ACTION_FIELDS = ("image", "script")


@attrs.define
class Text:
    """One text with a reference in it; `list_item` where a whole array may stand (an element of command or args)."""

    path: Path
    value: str
    list_item: bool = False
    on_error: bool = False


@attrs.define
class StepView:
    """A step after the template is merged into it, with the texts that hold references."""

    step: Step
    path: Path
    texts: list[Text]


def step_views(steps: list[Step] | None, template: StepTemplate | None, path: Path) -> list[StepView]:
    """The steps of a task below `path` (`spec`), merged with their template as MergeStepsWithStepTemplate does."""
    views = []
    if template is not None and template.model_fields_set.isdisjoint(_MERGED):
        template = None  # it sets what no rule here reads, such as securityContext
    for index, step in enumerate(steps or ()):
        whole = step if template is None or step.ref is not None else merge(template, step)
        at = (*path, "steps", index)
        views.append(StepView(whole, at, step_texts(whole, at)))
    return views


def step_texts(step: Step | StepActionSpec, at: Path) -> list[Text]:
    """The texts of a step, or of a StepAction, that hold a `$(`."""
    own = isinstance(step, Step)
    plain = _STEP_FIELDS if own else _STEP_ACTION_FIELDS
    found = [Text((*at, field), value) for field in plain if (value := getattr(step, field)) and "$(" in value]
    for field, items in (("command", step.command), ("args", step.args)):
        for index, item in enumerate(items or ()):
            if item and "$(" in item:
                found.append(Text((*at, field, index), item, list_item=True))
    for index, variable in enumerate(step.env or ()):
        if variable.value and "$(" in variable.value:
            found.append(Text((*at, "env", index, "value"), variable.value))
    if step.volumeMounts:
        found += _mount_texts(step.volumeMounts, ("name", "mountPath", "subPath") if own else ("name",), at)
    if isinstance(step, Step) and step.onError and "$(" in step.onError:
        found.append(Text((*at, "onError"), step.onError, on_error=True))
    return found


def _mount_texts(mounts: list[VolumeMount], fields: tuple[str, ...], at: Path) -> list[Text]:
    return [
        Text((*at, "volumeMounts", index, field), value)
        for index, mount in enumerate(mounts)
        for field in fields
        if (value := getattr(mount, field)) and "$(" in value
    ]


def result_expressions(container: Step | Sidecar) -> list[str]:
    """What in a step or sidecar may make its task depend on another's result (GetVarSubstitutionExpressions)."""
    texts = [container.name, container.image, container.imagePullPolicy, container.script, container.workingDir]
    texts += container.command or ()
    texts += container.args or ()
    for variable in container.env or ():
        texts.append(variable.value)
        source = variable.valueFrom
        for selector in (source.secretKeyRef, source.configMapKeyRef) if source else ():
            if selector:
                texts += [selector.key, selector.name]
    return [found for text in texts if text and ".results." in text for found in expressions(text)]


def merge(template: StepTemplate, step: Step) -> Step:
    """A step with what its template adds: the step's own fields win, env goes by name and mounts by path."""
    return step.model_copy(
        update={
            "image": step.image or template.image,
            "command": step.command or template.command,
            "args": step.args or template.args,
            "workingDir": step.workingDir or template.workingDir,
            "imagePullPolicy": step.imagePullPolicy or template.imagePullPolicy,
            "envFrom": step.envFrom or template.envFrom,
            "env": _merge_env(template.env or [], step.env or []),
            "volumeMounts": _merge_mounts(template.volumeMounts or [], step.volumeMounts or []),
            "volumeDevices": step.volumeDevices or template.volumeDevices,
            "computeResources": step.computeResources or template.computeResources,
        }
    )


def _merge_env(base: list[EnvVar], own: list[EnvVar]) -> list[EnvVar]:
    names = {variable.name for variable in own}
    # The step's come first: a path into `env` then points into the step, where a user would look.
    return [*own, *(variable for variable in base if variable.name not in names)]


def _merge_mounts(base: list[VolumeMount], own: list[VolumeMount]) -> list[VolumeMount]:
    paths = {mount.mountPath for mount in own}
    return [*own, *(mount for mount in base if mount.mountPath not in paths)]
