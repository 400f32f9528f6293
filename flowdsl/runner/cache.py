"""What a task gave before for the same code, image, params and input files: opted in to with `@task(cache=True)`.

An entry is a folder named by its key: `status.json`, and `outputs/` with the files the task handed on. Only TaskRuns
that succeeded are kept. Secrets are no part of a key, nor are the objects that steps read by environment; ConfigMaps
that are volumes are.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.decide.wire import decided_again, decisions_of
from flowdsl.kube.conventions import CACHE, OUTPUTS
from flowdsl.packages.lockfile import Resolution
from flowdsl.runner import beneath, removal, trees
from flowdsl.runner.contract import BoundWorkspace
from flowdsl.runner.inputs import NO_PLAN, inputs_of
from flowdsl.runner.modes import make_folder, write_file
from flowdsl.runner.store.shapes import STATUS, fits

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_MOST = 1 << 24  # bytes of a status that are read


def wanted(task_run: shapes.TaskRun) -> bool:
    """Whether the task opted in."""
    return (task_run["metadata"].get("annotations") or {}).get(CACHE) == "true"


def key_of(
    task_run: shapes.TaskRun,
    workspaces: Sequence[BoundWorkspace],
    plan: Mapping[str, Resolution] = NO_PLAN,
    config_map: Callable[[str], Mapping[str, bytes]] = lambda name: {},
) -> str:
    """The key of a TaskRun: a hash of its inputs (`inputs_of`) and of the content of every file it is given."""
    inputs = inputs_of(task_run, plan, config_map)
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode())
    params = {param["name"]: param["value"] for param in task_run["spec"].get("params") or ()}
    for space in sorted(workspaces, key=lambda each: each.name):
        if space.name == OUTPUTS:
            continue
        # A File param has the name of its workspace, and says which file of it is meant, or which files.
        value = params.get(space.name)
        paths = value if isinstance(value, list) and value else [value if isinstance(value, str) else ""]
        digest.update(f"\0{space.name}\0".encode())
        for path in paths:
            for name, content in _files(space.path, path):
                digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
                digest.update(content)
    return digest.hexdigest()


def decided_now(task_run: shapes.TaskRun, status: shapes.TaskRunStatus) -> shapes.TaskRunStatus:
    """A status from before, with what its results say to the conditions and thresholds of today."""
    spec = task_run["spec"]
    decisions = decisions_of(spec.get("taskSpec"))
    if not decisions:
        return status
    params = {param["name"]: param["value"] for param in spec.get("params") or ()}
    results = decided_again(decisions, status.get("results") or (), params)
    return {**status, "results": cast("list[shapes.TaskRunResult]", results)}


def _files(root: Path, path: str) -> list[tuple[str, bytes]]:
    """Name and hash of every file of a path below a workspace; of the whole workspace where the path is none of it."""
    if path:
        with contextlib.suppress(OSError):
            return list(trees.hashes(root, path))
    return list(trees.hashes(root))


@attrs.frozen
class Cache:
    """The entries of a project."""

    root: Path
    plan: Mapping[str, Resolution] = NO_PLAN
    """The packages of this machine, by the key of a script's own."""

    def find(self, key: str, workspaces: Sequence[BoundWorkspace]) -> shapes.TaskRunStatus | None:
        """The status kept under a key, its files put in place; None where there is none."""
        entry = self.root / key
        try:
            status = json.loads(beneath.read(entry, "status.json", _MOST).decode())
        except OSError:
            return None
        except (ValueError, RecursionError):
            status = None
        if not fits(status, STATUS):
            # Else it would stand in the way of a whole one for ever.
            removal.remove(entry)
            return None
        target = _outputs(workspaces)
        if (entry / OUTPUTS).is_dir() and target is not None:
            try:
                trees.copy(entry / OUTPUTS, target)
            except OSError:
                return None
        return cast("shapes.TaskRunStatus", status)

    def keep(self, key: str, status: shapes.TaskRunStatus, workspaces: Sequence[BoundWorkspace]) -> None:
        """Keep what a TaskRun gave. An entry appears whole; of two at once the first stays."""
        temporary = self.root / f".{key}.{uuid.uuid4().hex}"
        try:
            make_folder(temporary)
            source = _outputs(workspaces)
            if source is not None and source.is_dir():
                trees.copy(source, temporary / OUTPUTS)
            write_file(temporary / "status.json", json.dumps(status).encode())
            os.rename(temporary, self.root / key)
        except OSError:
            removal.remove(temporary)


def _outputs(workspaces: Sequence[BoundWorkspace]) -> Path | None:
    return next((space.path for space in workspaces if space.name == OUTPUTS and not space.read_only), None)
