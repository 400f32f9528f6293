"""What a user hands to a workspace, an environment variable or a volume: File, Workspace, Secret, PVC and their kin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PosixPath
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from flowdsl.ir.types import Data

if TYPE_CHECKING:
    # A type checker sees the markers as the paths that a body gets.
    _Path = PosixPath
else:
    _Path = object


T = TypeVar("T")


def items(value: Sequence[T]) -> tuple[T, ...]:
    """A list as a tuple. Anything else stays as it is: the frontend says what is wrong with it, at the user's line."""
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]


def texts(value: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The same for a list of texts: a checker takes no generic function for a converter."""
    return items(value)


class File(_Path):
    """A file that moves between tasks on the run's volume. In a task's body it is a `pathlib.Path`."""


class Directory(_Path):
    """A folder that moves between tasks on the run's volume. In a task's body it is a `pathlib.Path`."""


class Workspace(_Path):
    """A Tekton workspace in a signature; in a body the `pathlib.Path` it is mounted at.

    As a default it describes the declaration: `source: Workspace = Workspace(read_only=True)`.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Describe a workspace; see `WorkspaceSpec` for the arguments."""
        return WorkspaceSpec(*args, **kwargs)

    if TYPE_CHECKING:

        def sub_path(self, path: Any) -> Workspace:
            """In a pipeline function: the same workspace from a folder below it."""

    @staticmethod
    def auto(**kwargs: Any) -> Any:
        """A workspace that gets a sub-path on the run's volume when the caller binds none."""
        return WorkspaceSpec(auto=True, **kwargs)


@attrs.frozen(kw_only=True)
class WorkspaceSpec:
    """How a task declares a workspace: see Tekton's docs/workspaces.md, "Using Workspaces in Tasks"."""

    read_only: bool = False
    optional: bool = False
    mount_path: str = ""
    description: str = ""
    auto: bool = False
    name: str = ""
    """Tekton's name for it, where that is no Python name."""


@attrs.frozen
class Mount:
    """A Secret, ConfigMap, PVC or EmptyDir mounted as a plain volume at `path` in every step."""

    source: Mounted
    path: str
    read_only: bool = True
    sub_path: str = ""


class _Mountable:
    __slots__ = ()

    def mount(self, path: str, *, read_only: bool = True, sub_path: str = "") -> Mount:
        """Mount this as a volume at `path`: `@task(volumes=[Secret("ca").mount("/etc/ca")])`."""
        return Mount(self, path, read_only, sub_path)  # type: ignore[arg-type]  # only those four are mountable


@attrs.frozen
class Secret(_Mountable):
    """A Kubernetes Secret: with `key` a value for an environment variable, without one a workspace or a volume."""

    name: str
    key: str = ""
    optional: bool = attrs.field(default=False, kw_only=True)


@attrs.frozen
class ConfigMap(_Mountable):
    """A Kubernetes ConfigMap: with `key` a value for an environment variable, without one a workspace or a volume."""

    name: str
    key: str = ""
    optional: bool = attrs.field(default=False, kw_only=True)


@attrs.frozen
class EmptyDir(_Mountable):
    """A scratch volume that lives as long as one pod. `medium="Memory"` keeps it in memory; `size` is a quantity."""

    medium: str = ""
    size: str = ""


@attrs.frozen
class PVC(_Mountable):
    """A PersistentVolumeClaim by name. With `storage` flowdsl emits the claim too; without, it must exist."""

    name: str
    storage: str = ""
    sub_path: str = attrs.field(default="", kw_only=True)
    access_mode: str = attrs.field(default="ReadWriteOnce", kw_only=True)
    storage_class: str = attrs.field(default="", kw_only=True)


@attrs.frozen
class VolumeClaim:
    """A volumeClaimTemplate: Tekton makes a new claim for each run and deletes it with the run."""

    storage: str = "1Gi"
    access_mode: str = attrs.field(default="ReadWriteOnce", kw_only=True)
    storage_class: str = attrs.field(default="", kw_only=True)


@attrs.frozen
class ServiceAccount:
    """The account the run's pods use. Emitted with the run unless `create` is false."""

    name: str
    image_pull_secrets: tuple[str, ...] = attrs.field(default=(), converter=texts)
    secrets: tuple[str, ...] = attrs.field(default=(), converter=texts)
    create: bool = True


Mounted = Secret | ConfigMap | PVC | EmptyDir | Mapping[str, Data]
"""What a task may mount as a volume; a mapping is the volume's source as Kubernetes has it."""
EnvValue = str | bool | int | float | Secret | ConfigMap | Mapping[str, Data] | None
"""What an environment variable may be; a mapping is its `valueFrom`."""
Bound = PVC | VolumeClaim | Secret | ConfigMap | EmptyDir | Mapping[str, Data]
"""What a run may bind to a workspace; a mapping is the binding as Tekton has it."""
