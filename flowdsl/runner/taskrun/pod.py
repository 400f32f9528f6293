"""One attempt's folders: what a pod's volumes are on a cluster."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import attrs

from flowdsl.kube.conventions import HOME_PATH, TEKTON_PATH, WORKSPACE_PATH
from flowdsl.runner import beneath
from flowdsl.runner.contract import BoundWorkspace, Cluster
from flowdsl.runner.masking import Masker
from flowdsl.runner.taskrun import files
from flowdsl.runner.taskrun.launch import Mount
from flowdsl.runner.taskrun.params import RefusedError
from flowdsl.runner.taskrun.prepare import mount_path
from flowdsl.runner.taskrun.slots import Slot

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


_OF_OBJECTS: tuple[Literal["secret", "configMap", "projected", "downwardAPI"], ...] = (
    "secret",
    "configMap",
    "projected",
    "downwardAPI",
)


@attrs.define
class Pod:
    """The folders of one attempt, made on demand, the mounts of its containers; `env` is what its steps have, too."""

    slot: Slot
    name: str
    task_run: shapes.TaskRun
    cluster: Cluster
    env: Sequence[shapes.EnvVar]
    volumes: Mapping[str, shapes.Volume]
    workspaces: Mapping[str, BoundWorkspace]
    declared: list[shapes.WorkspaceDeclaration]
    isolated: frozenset[str]
    # Whether a hostPath is what the step sees there, and so not to be made on this machine.
    confined: bool = False
    _made: dict[str, tuple[Path, bool]] = attrs.field(factory=dict)

    @property
    def masker(self) -> Masker:
        """What must not be shown."""
        return self.cluster.masker

    @property
    def tekton(self) -> Path:
        """The folder that is /tekton."""
        return self.slot.tekton

    @property
    def workspace(self) -> Path:
        """The folder that is /workspace."""
        return self.slot.workspace

    def make(self, steps: Iterable[str]) -> None:
        """The folders that every step has."""
        for index, step in enumerate(steps):
            for name in ("", "/results", "/artifacts"):
                os.mkdir(f"{self.tekton}/steps/step-{step}{name}")
            # A step's folder goes by its number, too (cmd/entrypoint/subcommands/step_init.go).
            os.symlink(f"step-{step}", f"{self.tekton}/steps/{index}")

    def mounts(self, container: shapes.Step | shapes.Sidecar, sidecar: bool, env: Mapping[str, str]) -> list[Mount]:
        """What a container sees where: its volume mounts and its workspaces, parents before what is in them."""
        name = container.get("name") or ""
        found = {one["mountPath"]: self._volume_mount(one, env, name) for one in container.get("volumeMounts") or ()}
        uses = {one["name"]: one for one in container.get("workspaces") or ()}
        for declared in self.declared:
            bound = self.workspaces.get(declared["name"])
            if bound is None or (declared["name"] in self.isolated and declared["name"] not in uses):
                continue
            target = mount_path(declared, uses.get(declared["name"]))
            if sidecar and target in found:
                continue
            read_only = bound.read_only or bool(declared.get("readOnly"))
            root = None if bound.root is None else bound.root.absolute()
            found[target] = Mount(target, bound.path.absolute(), read_only, root)
        # A path that is not absolute is one from the root, as the kubelet takes it.
        own = {posixpath.normpath(posixpath.join("/", target)): mount for target, mount in found.items()}
        if not sidecar:
            own.setdefault(WORKSPACE_PATH, Mount(WORKSPACE_PATH, self.workspace))
            own.setdefault(TEKTON_PATH, Mount(TEKTON_PATH, self.tekton))
            own.setdefault(HOME_PATH, Mount(HOME_PATH, self.slot.home))
        placed = sorted(own.items())
        return [mount if mount.target == at else attrs.evolve(mount, target=at) for at, mount in placed]

    def _volume_mount(self, mount: shapes.VolumeMount, env: Mapping[str, str], container: str) -> Mount:
        source, is_read_only = self.source(mount["name"])
        source, read_only = source.absolute(), is_read_only or bool(mount.get("readOnly"))
        sub = mount.get("subPath") or files.expand(mount.get("subPathExpr") or "", env)
        host_path = self._host_type(mount["name"])
        if not sub:
            return Mount(mount["mountPath"], source, read_only, host_path=host_path)
        try:
            beneath.names(sub)
        except OSError:
            raise config_error(f'invalid subPath "{sub}" of volume "{mount["name"]}"') from None
        if host_path and self.confined:
            return Mount(mount["mountPath"], source / sub, read_only, host_path="DirectoryOrCreate")
        try:
            real = beneath.real_path(source, sub, make=True)
        except OSError as problem:
            # What the kubelet says of it; it keeps the reason to itself, here the machine is the user's own.
            what = f'failed to prepare subPath for volumeMount "{mount["name"]}" of container "{container}"'
            raise config_error(f'{what}: subPath "{sub}": {problem.strerror}') from None
        return Mount(mount["mountPath"], source / real, read_only, source)

    def source(self, name: str) -> tuple[Path, bool]:
        """The folder of a volume, and whether it is read-only. Raises RefusedError."""
        if name not in self._made:
            self._made[name] = self._make_volume(name)
        return self._made[name]

    def _make_volume(self, name: str) -> tuple[Path, bool]:
        volume = self.volumes.get(name)
        if volume is None:
            for bound in self.workspaces.values():
                if bound.volume == name:
                    # `$(workspaces.NAME.volume)`: the binding's volume, whole.
                    return bound.root or bound.path, bound.read_only
            raise RefusedError("PodCreationFailed", f'volume mount names a volume that is not there: "{name}"')
        place = self.slot.volumes / name
        if claim := volume.get("persistentVolumeClaim"):
            try:
                return self.cluster.claim(claim["claimName"]), bool(claim.get("readOnly"))
            except LookupError as problem:
                text = f'persistentvolumeclaim "{claim["claimName"]}" not found'
                raise config_error(str(problem.args[0]) if str(problem.args[0]).startswith(text) else text) from None
        if host := volume.get("hostPath"):
            return self._host_path(host), False
        if any(volume[kind] is not None for kind in _OF_OBJECTS if kind in volume):
            secret = volume.get("secret") is not None or "secret" in str(volume.get("projected"))
            place = self.slot.private / "volumes" / name if secret else place
            place.mkdir(parents=True, mode=0o700)
            files.fill(place, volume, self)
            return place, True
        kinds = [key for key in volume if key not in {"name", "emptyDir"}]
        if kinds and "emptyDir" not in volume:
            kind = kinds[0]
            raise RefusedError("PodCreationFailed", f'volume "{name}": {kind} volumes are not there on this machine')
        place.mkdir(parents=True, exist_ok=True)
        return place, False

    def _host_type(self, name: str) -> str:
        volume = self.volumes.get(name)
        host = volume.get("hostPath") if volume is not None else None
        return str(host.get("type") or "Directory") if host else ""

    def _host_path(self, host: shapes.HostPathVolumeSource) -> Path:
        path = Path(host["path"])
        if self.confined:
            return path
        if host.get("type") in {"DirectoryOrCreate"}:
            path.mkdir(parents=True, exist_ok=True)
        elif host.get("type") == "FileOrCreate":
            path.touch()
        if not path.exists():
            raise config_error(f'hostPath "{path}" does not exist')
        return path

    def inside(self, path: str, mounts: Iterable[Mount]) -> Path:
        """The real place of a path that a container names."""
        volume = self.volume_of(path, mounts)
        return Path(path) if volume is None else volume[0] / volume[1]

    def volume_of(self, path: str, mounts: Iterable[Mount]) -> tuple[Path, str] | None:
        """The folder here of the volume that a container's path lies in, and the path below it."""
        found: tuple[Path, str] | None = None
        longest = 0
        # Where nothing can be mounted paths are given as they are on this machine.
        places = [(place.rstrip("/"), one) for one in mounts for place in (one.target, str(one.source))]
        for place, mount in places:
            within = path == place or path.startswith(place + "/")
            if within and len(place) >= longest:
                # What a confined step sees of a hostPath is not on this machine.
                here = not (self.confined and mount.host_path)
                found = (mount.source, path[len(place) :].lstrip("/")) if here else None
                longest = len(place)
        return found

    def place_script(self, name: str, script: str) -> Path:
        """Write a script into the folder that is /tekton/scripts; where it lies on this machine."""
        beneath.write(self.tekton, f"scripts/{name}", script.encode("utf-8", "surrogateescape"), 0o755)
        return self.tekton / "scripts" / name


def config_error(text: str) -> RefusedError:
    """What Kubernetes finds when it makes the container."""
    return RefusedError("CreateContainerConfigError", text)
