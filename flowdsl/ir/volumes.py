"""What a user hands to a workspace, an environment variable or a volume: File, Workspace, Secret, PVC and their kin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import attrs

from flowdsl.diagnostics.frozen import frozen
from flowdsl.ir.types import Data, Kind

T = TypeVar("T")


def items(value: Sequence[T]) -> tuple[T, ...]:
    """A list as a tuple. Anything else stays as it is: the frontend says what is wrong with it, at the user's line."""
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]


def texts(value: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The same for a list of texts: a checker takes no generic function for a converter."""
    return tuple(value) if isinstance(value, list) else value


File = Annotated[Path, Kind.FILE]
"""A file that moves between tasks on the run's volume. In a task's body, and to a type checker, it is a `Path`."""
Directory = Annotated[Path, Kind.DIRECTORY]
"""A folder that moves between tasks on the run's volume. In a task's body, and to a type checker, it is a `Path`."""


@frozen(kw_only=True)
class WorkspaceSpec:
    """How a task declares a workspace: see Tekton's docs/workspaces.md, "Using Workspaces in Tasks"."""

    read_only: bool = False
    optional: bool = False
    mount_path: str = ""
    description: str = ""
    auto: bool = False
    name: str = ""
    """Tekton's name for it, where that is no Python name."""


if TYPE_CHECKING:
    from typing_extensions import Self

    class Workspace(Path):
        """What a checker is to see of it: a `Path` in a body, and what describes it or is bound to it as a default."""

        def __init__(
            self,
            *,
            read_only: bool = False,
            optional: bool = False,
            mount_path: str = "",
            description: str = "",
            name: str = "",
        ) -> None: ...

        @staticmethod
        def auto(
            *,
            read_only: bool = False,
            optional: bool = False,
            mount_path: str = "",
            description: str = "",
            name: str = "",
        ) -> Workspace:
            """A workspace that gets a sub-path on the run's volume when the caller binds none."""

        def sub_path(self, path: object) -> Workspace:
            """In a pipeline function: the same workspace from a folder below it."""

    _Bound = Workspace

    class _Value(str, Workspace):  # type: ignore[misc]  # nothing is ever both; each is what one use of it gives
        """A Secret or ConfigMap with a key is a text in the body; without one a workspace may be bound to it."""

        def __new__(cls, *given: object, **named: object) -> Self: ...

else:
    _Bound = _Value = object

    class Workspace:
        """A Tekton workspace in a signature; in a body the `pathlib.Path` it is mounted at.

        As a default it describes the declaration: `source: Workspace = Workspace(read_only=True)`. A pipeline's says
        what a run binds to it: `assets: Workspace = PVC("data")`.
        """

        def __new__(cls, **said: object) -> WorkspaceSpec:
            """Describe a workspace; see `WorkspaceSpec` for the arguments."""
            return WorkspaceSpec(**said)

        @staticmethod
        def auto(**said: object) -> WorkspaceSpec:
            """A workspace that gets a sub-path on the run's volume when the caller binds none."""
            return WorkspaceSpec(auto=True, **said)


@frozen
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


@frozen(order=False)
class Secret(_Mountable, _Value):  # type: ignore[misc]
    """A Kubernetes Secret: with `key` a value for an environment variable, without one a workspace or a volume."""

    name: str
    key: str = ""
    optional: bool = attrs.field(default=False, kw_only=True)


@frozen(order=False)
class ConfigMap(_Mountable, _Value):  # type: ignore[misc]
    """A Kubernetes ConfigMap: with `key` a value for an environment variable, without one a workspace or a volume."""

    name: str
    key: str = ""
    optional: bool = attrs.field(default=False, kw_only=True)


@frozen(order=False)
class EmptyDir(_Mountable, _Bound):
    """A scratch volume that lives as long as one pod. `medium="Memory"` keeps it in memory; `size` is a quantity."""

    medium: str = ""
    size: str = ""


@frozen(order=False)
class PVC(_Mountable, _Bound):
    """A PersistentVolumeClaim by name. With `storage` flowdsl emits the claim too; without, it must exist."""

    name: str
    storage: str = ""
    sub_path: str = attrs.field(default="", kw_only=True)  # type: ignore[assignment]
    access_mode: str = attrs.field(default="ReadWriteOnce", kw_only=True)
    storage_class: str = attrs.field(default="", kw_only=True)


@frozen(order=False)
class VolumeClaim(_Bound):
    """A volumeClaimTemplate: Tekton makes a new claim for each run and deletes it with the run."""

    storage: str = "1Gi"
    access_mode: str = attrs.field(default="ReadWriteOnce", kw_only=True)
    storage_class: str = attrs.field(default="", kw_only=True)


@frozen
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
