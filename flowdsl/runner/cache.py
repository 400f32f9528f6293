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
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.decide.wire import decided_again, decisions_of, without_decisions, without_given
from flowdsl.kube.conventions import CACHE, OUTPUTS
from flowdsl.kube.source_lines import in_documents
from flowdsl.packages.lockfile import Resolution
from flowdsl.runner import beneath, removal, trees
from flowdsl.runner.contract import BoundWorkspace
from flowdsl.runner.modes import make_folder, write_file
from flowdsl.runner.packages import calls_in
from flowdsl.runner.store.shapes import STATUS, fits

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_MOST = 1 << 24  # bytes of a status that are read

_HOLDERS = frozenset({"steps", "sidecars", "stepTemplate"})

NO_PLAN: Mapping[str, Resolution] = MappingProxyType({})


def wanted(task_run: shapes.TaskRun) -> bool:
    """Whether the task opted in."""
    return (task_run["metadata"].get("annotations") or {}).get(CACHE) == "true"


def key_of(
    task_run: shapes.TaskRun,
    workspaces: Sequence[BoundWorkspace],
    plan: Mapping[str, Resolution] = NO_PLAN,
    config_map: Callable[[str], Mapping[str, bytes]] = lambda name: {},
) -> str:
    """The key of a TaskRun: a hash of its spec's own fields and of the content of every file it is given.

    The spec has the packages of the image; `plan` has those of this machine, by the key of a script's own. Conditions
    that the task decides are no part of it, nor what they compare with, nor where code stands in the user's files.
    `config_map` gives what a ConfigMap holds: code, where it is large, comes as a volume of one.
    """
    spec = task_run["spec"]
    installed = sorted({plan[call.key].key for call in calls_in(spec.get("taskSpec")) if call.key in plan})
    fields = {name: spec.get(name) for name in ("taskSpec", "params", "stepSpecs", "sidecarSpecs", "computeResources")}
    # What others decide by the results is nothing that these depend on.
    if decisions := decisions_of(spec.get("taskSpec")):
        fields["taskSpec"] = without_decisions(spec.get("taskSpec") or {}, decisions)
        fields["params"] = without_given(spec.get("params"))
    fields = {name: in_documents(each) for name, each in fields.items()}
    text = json.dumps(fields, sort_keys=True)
    if "resourceFieldRef" not in text:  # else a step sees how much it has
        text = json.dumps(_without_amounts(fields), sort_keys=True)
    digest = hashlib.sha256(text.encode())
    digest.update("".join(installed).encode())
    for name, data in _config_maps(spec.get("taskSpec"), config_map):
        for key in sorted(data):
            digest.update(f"\0{name}\0{key}\0{len(data[key])}\0".encode())
            digest.update(data[key])
    params = {param["name"]: param["value"] for param in spec.get("params") or ()}
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


def _config_maps(
    spec: shapes.TaskSpec | None, config_map: Callable[[str], Mapping[str, bytes]]
) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    """The ConfigMaps that volumes name, with what they hold; one that is not there fails the TaskRun later."""
    for volume in (spec or {}).get("volumes") or ():
        name = (volume.get("configMap") or {}).get("name") or ""
        with contextlib.suppress(LookupError):
            yield name, config_map(name)


def _without_amounts(fields: dict[str, object]) -> dict[str, object]:
    """The fields without how much CPU and memory there is: a use that asks for more of them gives the same."""
    found, spec = _container(fields), fields.get("taskSpec")
    if isinstance(spec, Mapping):
        found["taskSpec"] = {name: _containers(value) if name in _HOLDERS else value for name, value in spec.items()}
    return {
        name: _containers(value) if name in ("stepSpecs", "sidecarSpecs") else value for name, value in found.items()
    }


def _containers(value: object) -> object:
    if isinstance(value, list):
        return [_container(each) if isinstance(each, Mapping) else each for each in value]
    return _container(value) if isinstance(value, Mapping) else value


def _container(fields: Mapping[str, object]) -> dict[str, object]:
    asked = fields.get("computeResources")
    found = {name: value for name, value in fields.items() if name != "computeResources"}
    if isinstance(asked, Mapping):
        kept = {name: others for name, held in asked.items() if (others := _others(held))}
        if kept:
            found["computeResources"] = kept
    return found


def _others(amounts: object) -> object:
    """What is asked for beside CPU and memory, such as GPUs."""
    if not isinstance(amounts, Mapping):
        return amounts
    return {name: amount for name, amount in amounts.items() if name not in ("cpu", "memory")}


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
