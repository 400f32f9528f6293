"""The options of `@task` and `@pipeline`, and the steps and sidecars that a task may name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import attrs

from flowdsl.ir.types import NOTHING, Data
from flowdsl.ir.volumes import PVC, EmptyDir, EnvValue, Mount, ServiceAccount, VolumeClaim, items, texts
from flowdsl.kube.conventions import UNPRIVILEGED

if TYPE_CHECKING:
    from flowdsl.ir.local import LocalRun


Security = Literal["restricted", "baseline", "root", "privileged"]
"""The presets of `security=`, from the least that a container may do to the most."""
OnError = Literal["", "continue", "stopAndFail"]
"""What a run does when a step fails: Tekton's docs/tasks.md, "Specifying onError for a step"."""


def _flags(value: Iterable[str]) -> frozenset[str]:
    """As `items` does it, for a set."""
    if isinstance(value, (list, tuple, set)) and all(isinstance(each, str) for each in value):
        return frozenset(value)
    return value  # type: ignore[return-value]


def _steps(value: Sequence[Step | BodyMarker]) -> tuple[Step | BodyMarker, ...]:
    return items(value)


def _sidecars(value: Sequence[Sidecar]) -> tuple[Sidecar, ...]:
    return items(value)


def _volumes(value: Sequence[Mount | Mapping[str, Data]]) -> tuple[Mount | Mapping[str, Data], ...]:
    return items(value)


def mappings(value: Sequence[Mapping[str, Data]]) -> tuple[Mapping[str, Data], ...]:
    """As `items` does it, typed for tolerations and their like."""
    return items(value)


def requirements(value: str | list[str] | tuple[str, ...]) -> str | tuple[str, ...]:
    """What `packages=` was given: one text as it is, several as a tuple."""
    return value if isinstance(value, str) else texts(value)


@attrs.frozen
class BodyMarker:
    """Stands for the function's own step in `steps=[Step(...), Body, Step(...)]`."""


Body = BodyMarker()


@attrs.frozen(kw_only=True)
class Step:
    """A step beside the function's own; fields as in Tekton's docs/tasks.md, "Defining Steps".

    Parameters arrive in the environment as `PARAM_<NAME>`, never as text in `script`.
    `extra` takes any further field of Tekton's Step as it is.
    """

    name: str = ""
    image: str = ""
    command: tuple[str, ...] = attrs.field(default=(), converter=texts)
    args: tuple[str, ...] = attrs.field(default=(), converter=texts)
    script: str = ""
    env: Mapping[str, EnvValue] = NOTHING
    working_dir: str = ""
    cpu: str = ""
    memory: str = ""
    timeout: str = ""
    on_error: OnError = ""
    security: Security | Literal[""] | Mapping[str, Data] = ""
    ref: str | Mapping[str, Data] = ""
    params: Mapping[str, Data] = NOTHING
    extra: Mapping[str, Data] = NOTHING


@attrs.frozen(kw_only=True)
class Sidecar:
    """A container that runs beside the steps (docs/tasks.md, "Specifying Sidecars"); `ready` is its readiness path."""

    name: str = ""
    image: str = ""
    command: tuple[str, ...] = attrs.field(default=(), converter=texts)
    args: tuple[str, ...] = attrs.field(default=(), converter=texts)
    script: str = ""
    env: Mapping[str, EnvValue] = NOTHING
    port: int = 0
    ready: str = ""
    cpu: str = ""
    memory: str = ""
    gpu: int = 0
    security: Security | Literal[""] | Mapping[str, Data] = ""
    extra: Mapping[str, Data] = NOTHING


@attrs.frozen(kw_only=True)
class StepTemplate:
    """Defaults for all steps of a task: docs/tasks.md, "Specifying a Step template"."""

    image: str = ""
    env: Mapping[str, EnvValue] = NOTHING
    working_dir: str = ""
    extra: Mapping[str, Data] = NOTHING


@attrs.frozen(kw_only=True)
class TaskOptions:
    """What `@task(...)` was given; what each option means stands there, in flowdsl/frontend/decorators.py."""

    name: str = ""
    image: str = ""
    cpu: str = ""
    memory: str = ""
    gpu: int = 0
    gpu_resource: str = "nvidia.com/gpu"
    env: Mapping[str, EnvValue] = NOTHING
    timeout: str = ""
    retries: int = 0
    on_error: OnError = ""
    step_template: StepTemplate | None = None
    steps: tuple[Step | BodyMarker, ...] = attrs.field(default=(), converter=_steps)
    sidecars: tuple[Sidecar, ...] = attrs.field(default=(), converter=_sidecars)
    volumes: tuple[Mount | Mapping[str, Data], ...] = attrs.field(default=(), converter=_volumes)
    working_dir: str = ""
    security: Security | Mapping[str, Data] = "restricted"
    labels: Mapping[str, str] = NOTHING
    annotations: Mapping[str, str] = NOTHING
    node_selector: Mapping[str, str] = NOTHING
    tolerations: tuple[Mapping[str, Data], ...] = attrs.field(default=(), converter=mappings)
    service_account: str = ""
    command: tuple[str, ...] = attrs.field(default=(), converter=texts)
    args: tuple[str, ...] = attrs.field(default=(), converter=texts)
    script: str = ""
    module: str = ""
    requires: tuple[str, ...] = attrs.field(default=(), converter=texts)
    packages: str | tuple[str, ...] = attrs.field(default=(), converter=requirements)
    packages_cache: str = ""
    packages_image: str = ""
    python: str = "python3"
    verbatim: bool = False
    inline: bool = False
    display_name: str = ""
    description: str = ""
    metadata: Mapping[str, Data] = NOTHING
    extra: Mapping[str, Data] = NOTHING
    cache: bool = False

    @property
    def containers(self) -> tuple[TaskOptions | Step | Sidecar, ...]:
        """What says how a container of the task is run: these options, then its other steps and its sidecars."""
        if not self.steps and not self.sidecars:  # as nearly all tasks; three passes ask
            return (self,)
        return (self, *(step for step in self.steps if isinstance(step, Step)), *self.sidecars)


@attrs.frozen(kw_only=True)
class PipelineOptions:
    """What `@pipeline(...)` was given; what each option means stands there, in flowdsl/api.py."""

    name: str = ""
    timeout: str = ""
    tasks_timeout: str = ""
    finally_timeout: str = ""
    service_account: str | ServiceAccount = ""
    files: PVC | VolumeClaim | EmptyDir | Mapping[str, Data] = attrs.field(factory=VolumeClaim)
    labels: Mapping[str, str] = NOTHING
    annotations: Mapping[str, str] = NOTHING
    node_selector: Mapping[str, str] = NOTHING
    tolerations: tuple[Mapping[str, Data], ...] = attrs.field(default=(), converter=mappings)
    affinity: Mapping[str, Data] = NOTHING
    priority_class: str = ""
    runtime_class: str = ""
    pod_template: Mapping[str, Data] = NOTHING
    queue: str = ""
    fs_group: int | None = UNPRIVILEGED
    run: Mapping[str, object] = NOTHING
    local: LocalRun | Callable[[], LocalRun] | None = attrs.field(default=None, repr=False)
    alpha: frozenset[str] = attrs.field(default=frozenset(), converter=_flags)
    verbatim: bool = False
    task_order: tuple[str, ...] = attrs.field(default=(), converter=texts)
    display_name: str = ""
    description: str = ""
    metadata: Mapping[str, Data] = NOTHING
    extra: Mapping[str, Data] = NOTHING
