"""The options of `@task` and `@pipeline`, and the steps and sidecars that a task may name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.ir.types import NOTHING, Data
from flowdsl.ir.volumes import PVC, EmptyDir, EnvValue, Mount, ServiceAccount, VolumeClaim, items, texts

if TYPE_CHECKING:
    from flowdsl.ir.local import LocalRun


def _flags(value: Iterable[str]) -> frozenset[str]:
    """As `items` does it, for a set."""
    if isinstance(value, (list, tuple, set)) and all(isinstance(each, str) for each in value):
        return frozenset(value)
    return value  # type: ignore[return-value]


def _steps(value: Sequence[Step | _BodyMarker]) -> tuple[Step | _BodyMarker, ...]:
    return items(value)


def _sidecars(value: Sequence[Sidecar]) -> tuple[Sidecar, ...]:
    return items(value)


def _volumes(value: Sequence[Mount | Mapping[str, Data]]) -> tuple[Mount | Mapping[str, Data], ...]:
    return items(value)


def _mappings(value: Sequence[Mapping[str, Data]]) -> tuple[Mapping[str, Data], ...]:
    return items(value)


@attrs.frozen
class _BodyMarker:
    """Stands for the function's own step in `steps=[Step(...), Body, Step(...)]`."""


Body = _BodyMarker()


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
    on_error: str = ""
    security: str | Mapping[str, Data] = ""
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
    port: int | None = None
    ready: str = ""
    cpu: str = ""
    memory: str = ""
    gpu: int = 0
    security: str | Mapping[str, Data] = ""
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
    """Everything `@task(...)` takes. cpu and memory are quantities or ranges `"request..limit"`.

    `verbatim`: the Task says what is written here and no more: no variables for params, no security context, no label
    of flowdsl's. `inline`: a Pipeline embeds it where it is used, as a taskSpec. `display_name` and `description` stand
    in for the docstring. `metadata` and `extra` take further fields of the object's metadata and spec as they are.
    `cache` lets local runs take what the task gave before for the same code, image, params and input files.
    """

    name: str = ""
    image: str = ""
    cpu: str = ""
    memory: str = ""
    gpu: int = 0
    gpu_resource: str = "nvidia.com/gpu"
    env: Mapping[str, EnvValue] = NOTHING
    timeout: str = ""
    retries: int | None = None
    on_error: str = ""
    step_template: StepTemplate | None = None
    steps: tuple[Step | _BodyMarker, ...] = attrs.field(default=(), converter=_steps)
    sidecars: tuple[Sidecar, ...] = attrs.field(default=(), converter=_sidecars)
    volumes: tuple[Mount | Mapping[str, Data], ...] = attrs.field(default=(), converter=_volumes)
    working_dir: str = ""
    security: str | Mapping[str, Data] = "restricted"
    labels: Mapping[str, str] = NOTHING
    annotations: Mapping[str, str] = NOTHING
    node_selector: Mapping[str, str] = NOTHING
    tolerations: tuple[Mapping[str, Data], ...] = attrs.field(default=(), converter=_mappings)
    service_account: str = ""
    command: tuple[str, ...] = attrs.field(default=(), converter=texts)
    args: tuple[str, ...] = attrs.field(default=(), converter=texts)
    script: str = ""
    module: str = ""
    requires: tuple[str, ...] = attrs.field(default=(), converter=texts)
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
        return (self, *(step for step in self.steps if isinstance(step, Step)), *self.sidecars)


@attrs.frozen(kw_only=True)
class PipelineOptions:
    """Everything `@pipeline(...)` takes. Timeouts are Go durations (`1h30m`); `alpha` names the flags opted in to.

    `files` is the run's own volume, where File results and `Workspace.auto()` live; `run` gives the emitted PipelineRun
    values for params, as `--set` does. `verbatim`: the Pipeline says what is written and no more; `task_order` is the
    order its tasks are listed in, where that is not the order of the calls. `metadata` and `extra` are as in `@task`.
    values for params, as `--set` does. `local` is what a run on this machine needs, or a function that gives it (called
    by `run` alone); it leaves no trace in the compiled YAML.
    """

    name: str = ""
    timeout: str = ""
    tasks_timeout: str = ""
    finally_timeout: str = ""
    service_account: str | ServiceAccount = ""
    files: PVC | VolumeClaim | EmptyDir | Mapping[str, Data] = attrs.field(factory=VolumeClaim)
    labels: Mapping[str, str] = NOTHING
    annotations: Mapping[str, str] = NOTHING
    node_selector: Mapping[str, str] = NOTHING
    tolerations: tuple[Mapping[str, Data], ...] = attrs.field(default=(), converter=_mappings)
    fs_group: int | None = 65532
    run: Mapping[str, object] = NOTHING
    local: LocalRun | Callable[[], LocalRun] | None = attrs.field(default=None, repr=False)
    alpha: frozenset[str] = attrs.field(default=frozenset(), converter=_flags)
    verbatim: bool = False
    task_order: tuple[str, ...] = attrs.field(default=(), converter=texts)
    display_name: str = ""
    description: str = ""
    metadata: Mapping[str, Data] = NOTHING
    extra: Mapping[str, Data] = NOTHING
