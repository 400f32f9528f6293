"""Workspaces of a TaskRun as folders of this machine."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from flowdsl.runner import beneath, removal
from flowdsl.runner.contract import BoundWorkspace, Cluster
from flowdsl.runner.private import Private

if TYPE_CHECKING:
    from flowdsl.kinds import shapes
    from flowdsl.runner.taskrun.files import OfObject


class VolumeError(Exception):
    """A volume that can't be had; the text is the event that a cluster would show, `reason` the TaskRun's."""

    def __init__(self, text: str, reason: str = "PodCreationFailed") -> None:
        super().__init__(text)
        self.reason = reason


class Volumes:
    """The folders of one TaskRun's workspaces. Use as a context: what holds secrets is gone afterwards."""

    def __init__(self, cluster: Cluster, folder: Path, private: Private) -> None:
        self._cluster = cluster
        self._folder = folder
        self._source_of_private = private
        self._private: list[Path] = []

    def __enter__(self) -> Volumes:
        return self

    def __exit__(self, *_: object) -> None:
        for path in self._private:
            removal.remove(path)

    def bind(self, bindings: list[shapes.WorkspaceBinding]) -> tuple[BoundWorkspace, ...]:
        """The bound workspaces. Raises VolumeError for what this machine does not have."""
        return tuple(self._bind(binding) for binding in bindings)

    def _bind(self, binding: shapes.WorkspaceBinding) -> BoundWorkspace:
        name = binding["name"]
        root, read_only = self._source(name, binding)
        volume = volume_name(name)
        sub_path = binding.get("subPath")
        if not sub_path:
            return BoundWorkspace(name, root, read_only, volume)
        _check_inside(sub_path)
        try:
            real = beneath.real_path(root, sub_path, make=not read_only)
        except FileNotFoundError:
            raise VolumeError(f'workspace "{name}": there is nothing at subPath {sub_path}') from None
        except OSError as problem:
            # What the kubelet says of it; it keeps the reason to itself, here the machine is the user's own.
            text = f'failed to prepare subPath for volumeMount "{volume}": workspace "{name}", subPath "{sub_path}"'
            raise VolumeError(f"{text}: {problem.strerror}", "CreateContainerConfigError") from None
        return BoundWorkspace(name, root / real, read_only, volume, root)

    def _source(self, name: str, binding: shapes.WorkspaceBinding) -> tuple[Path, bool]:
        try:
            if "persistentVolumeClaim" in binding:
                claim = binding["persistentVolumeClaim"]
                return self._cluster.claim(claim["claimName"]), bool(claim.get("readOnly"))
            if "secret" in binding or "configMap" in binding or "projected" in binding:
                return self._projection(binding), True
        except LookupError as error:
            raise VolumeError(f'workspace "{name}": {error.args[0]}') from None
        if "emptyDir" in binding:
            # An emptyDir lives as long as the pod: each TaskRun has its own.
            path = self._folder / volume_name(name)
            path.mkdir(parents=True, exist_ok=True)
            return path, False
        kinds = ", ".join(key for key in binding if key not in ("name", "subPath")) or "no volume"
        raise VolumeError(f'workspace "{name}": {kinds} can\'t be had on this machine')

    def _projection(self, binding: shapes.WorkspaceBinding) -> Path:
        # Never below the run's folder: secrets leave no trace there.
        path = self._source_of_private.folder()
        self._private.append(path)
        if "secret" in binding:
            source = binding["secret"]
            self._files(path, "secret", source["secretName"], source)
        elif "configMap" in binding:
            self._files(path, "configMap", binding["configMap"]["name"], binding["configMap"])
        else:
            for each in binding["projected"].get("sources") or ():
                kind = next(iter(each), "")
                if kind == "secret":
                    self._files(path, kind, each["secret"].get("name", ""), each["secret"])
                elif kind == "configMap":
                    self._files(path, kind, each["configMap"].get("name", ""), each["configMap"])
                else:
                    raise VolumeError(f"a projected volume of {kind or 'nothing'} can't be had on this machine")
        return path

    def _files(self, path: Path, kind: str, name: str, source: OfObject) -> None:
        try:
            data = self._cluster.secret(name) if kind == "secret" else self._cluster.config_map(name)
        except LookupError:
            if source.get("optional"):
                return
            raise
        items = source.get("items")
        chosen = {item["key"]: item["path"] for item in items} if items else {key: key for key in data}
        for key, file in chosen.items():
            if key not in data:
                if source.get("optional"):
                    continue
                raise VolumeError(f'{kind} "{name}" has no key {key}')
            _check_inside(file)
            target = path / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data[key])
            with contextlib.suppress(OSError):
                target.chmod(0o400 if kind == "secret" else 0o444)


def volume_name(workspace: str) -> str:
    """The name of a workspace's volume: a name of a workspace may hold anything, and is no name of a folder."""
    return f"ws-{hashlib.sha256(workspace.encode()).hexdigest()[:5]}"


def _check_inside(path: str) -> None:
    try:
        beneath.names(path)
    except OSError:
        raise VolumeError(f"the path {path} must lie within its volume") from None
