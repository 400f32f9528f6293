"""The options of `@task` and `@pipeline`, and the steps and sidecars that a task may name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import attrs

from flowdsl.diagnostics.frozen import frozen
from flowdsl.ir.events import CommitStatus, Schedule, Trigger
from flowdsl.ir.pods import PodTemplate
from flowdsl.ir.types import NOTHING, Data
from flowdsl.ir.volumes import PVC, EmptyDir, EnvValue, Mount, Secret, ServiceAccount, VolumeClaim, items, texts
from flowdsl.kube.conventions import UNPRIVILEGED

if TYPE_CHECKING:
    from flowdsl.ir.local import LocalRun


Security = Literal["restricted", "baseline", "root", "privileged"]
"""The presets of `security=`, from the least that a container may do to the most."""
VSO = "##vso"
"""What `results_from_log` is for logging commands as Azure Pipelines has them."""
OnError = Literal["", "continue", "stopAndFail"]
"""What a run does when a step fails: Tekton's docs/tasks.md, "Specifying onError for a step"."""


Provider = Literal["", "github", "gitlab", "bitbucket", "bitbucket-server", "gitea", "forgejo"]
"""Who sends Git's events; their payloads are described in flowdsl/events, one file each."""


def _flags(value: Iterable[str]) -> frozenset[str]:
    """As `items` does it, for a set."""
    if isinstance(value, (list, tuple, set)) and all(isinstance(each, str) for each in value):
        return frozenset(value)
    return value  # type: ignore[return-value]


if TYPE_CHECKING:
    # A checker takes no generic function for a converter.
    def _steps(value: Sequence[Step | BodyMarker]) -> tuple[Step | BodyMarker, ...]: ...
    def _sidecars(value: Sequence[Sidecar]) -> tuple[Sidecar, ...]: ...
    def _starts(value: Sequence[Trigger | Schedule]) -> tuple[Trigger | Schedule, ...]: ...
    def _volumes(value: Sequence[Mount | Mapping[str, Data]]) -> tuple[Mount | Mapping[str, Data], ...]: ...
    def mappings(value: Sequence[Mapping[str, Data]]) -> tuple[Mapping[str, Data], ...]:
        """As `items` does it, typed for tolerations and their like."""

else:
    _steps = _sidecars = _starts = _volumes = mappings = items


def requirements(value: str | list[str] | tuple[str, ...]) -> str | tuple[str, ...]:
    """What `packages=` was given: one text as it is, several as a tuple."""
    return value if isinstance(value, str) else texts(value)


@frozen
class BodyMarker:
    """Stands for the function's own step in `steps=[Step(...), Body, Step(...)]`."""


Body = BodyMarker()


@frozen(kw_only=True)
class Step:
    """A step beside the function's own; fields as in Tekton's docs/tasks.md, "Defining Steps".

    Parameters arrive in the environment as `PARAM_<NAME>`, never as text in `script`.
    `results_from_log` is that of `@task`, for the lines of this step.
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
    gpu: int = 0
    timeout: str = ""
    on_error: OnError = ""
    security: Security | Literal[""] | Mapping[str, Data] = ""
    ref: str | Mapping[str, Data] = ""
    params: Mapping[str, Data] = NOTHING
    results_from_log: str | Mapping[str, str] = ""
    extra: Mapping[str, Data] = NOTHING


@frozen(kw_only=True)
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


@frozen(kw_only=True)
class StepTemplate:
    """Defaults for all steps of a task: docs/tasks.md, "Specifying a Step template"."""

    image: str = ""
    env: Mapping[str, EnvValue] = NOTHING
    working_dir: str = ""
    extra: Mapping[str, Data] = NOTHING


def _as_user() -> Mapping[str, Data]:
    """The user `build` of buildah's image, whom it has the ids of a rootless build for."""
    return {"runAsUser": 1000, "runAsGroup": 1000, "runAsNonRoot": True}


@frozen
class Build:
    """An image with a task's packages that the pipeline builds itself, unless its registry has it.

    `repository` is where it is pushed to, without a tag. `credentials` is a Secret of the type
    kubernetes.io/dockerconfigjson, to push with and to pull the base with. `image` has buildah and bash. By default it
    builds as an ordinary user (https://github.com/containers/buildah/blob/main/docs/tutorials/05-openshift-rootless-build.md),
    each layer a copy of the one before (`vfs`); `storage_driver="overlay"` needs nodes that let that user mount, or
    `security="privileged"`.
    """

    repository: str
    credentials: Secret | None = attrs.field(default=None, kw_only=True)
    image: str = attrs.field(default="quay.io/buildah/stable:v1.43.0", kw_only=True)
    security: Security | Mapping[str, Data] = attrs.field(factory=_as_user, kw_only=True, hash=False)
    storage_driver: Literal["vfs", "overlay"] = attrs.field(default="vfs", kw_only=True)
    tls_verify: bool = attrs.field(default=True, kw_only=True)
    cpu: str = attrs.field(default="", kw_only=True)
    memory: str = attrs.field(default="", kw_only=True)
    timeout: str = attrs.field(default="", kw_only=True)
    retries: int = attrs.field(default=1, kw_only=True)

    def __str__(self) -> str:
        """As people are told of it."""
        return self.repository


@frozen(kw_only=True)
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
    results_from_log: str | Mapping[str, str] = ""
    requires: tuple[str, ...] = attrs.field(default=(), converter=texts)
    packages: str | tuple[str, ...] = attrs.field(default=(), converter=requirements)
    packages_cache: str = ""
    packages_image: str | Build = ""
    apt: tuple[str, ...] = attrs.field(default=(), converter=texts)
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


@frozen(kw_only=True)
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
    pod_template: PodTemplate | Mapping[str, Data] = NOTHING
    queue: str = ""
    on: tuple[Trigger | Schedule, ...] = attrs.field(default=(), converter=_starts)
    provider: Provider = ""
    report: CommitStatus | None = None
    max_at_once: int = 0
    keep: int = 0
    listener_tls: str = ""
    fs_group: int | None = UNPRIVILEGED
    run: Mapping[str, object] = NOTHING
    run_extra: Mapping[str, Data] = NOTHING
    local: LocalRun | Callable[[], LocalRun] | None = attrs.field(default=None, repr=False)
    alpha: frozenset[str] = attrs.field(default=frozenset(), converter=_flags)
    verbatim: bool = False
    task_order: tuple[str, ...] = attrs.field(default=(), converter=texts)
    display_name: str = ""
    description: str = ""
    metadata: Mapping[str, Data] = NOTHING
    extra: Mapping[str, Data] = NOTHING
