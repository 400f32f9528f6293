"""The files and folders that a run made and a person may want to open: where they lie on this machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flowdsl.kinds import labels
from flowdsl.kube.conventions import WORKSPACE_PATH
from flowdsl.runner import beneath
from flowdsl.runner.store import RunFolder
from flowdsl.runner.store.shapes import PIPELINE_RUN, fits

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

# A line each below the run's last words: more than these nobody reads.
MOST = 10
_LONGEST = 1024  # characters of a value that may be a path


def made_files(folder: RunFolder, finished: shapes.PipelineRun) -> list[str]:
    """Lines `NAME: PATH`, those of the pipeline's own results first."""
    named, others = _found(folder, finished)
    lines = list(dict.fromkeys(f"{name}: {place}" for name, place in (*named, *others)))
    left = len(lines) - max(MOST, len(named))
    return [*lines[: max(MOST, len(named))], f"and {left} more in {folder.path / 'claims'}"] if left > 0 else lines


def files_by_name(folder: RunFolder, finished: shapes.PipelineRun) -> dict[str, Path]:
    """The same for programs, all of them: by the name of the pipeline's result, of others `TASK.RESULT`."""
    named, others = _found(folder, finished)
    return {name: Path(place) for name, place in (*named, *others)}


def _found(folder: RunFolder, finished: shapes.PipelineRun) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Name and place of what the pipeline's results are, and of what is left of its tasks'.

    Tekton has no type for files: a result of a task counts as one if its value is the path of a file that is there, in
    a claim that the task had as a workspace. It is taken from the workspace's root, or whole below its mount path.
    """
    claims = folder.path / "claims"
    if not claims.is_dir() or not any(claims.iterdir()):
        return [], []
    found = {}
    for task_run in _task_runs(folder, finished):
        task = (task_run["metadata"].get("labels") or {}).get(labels.PIPELINE_TASK, "")
        for result in task_run["status"].get("results") or ():
            place = _place(claims, task_run, result.get("value"))
            if place:
                found[f"$(tasks.{task}.results.{result['name']})"] = (f"{task}.{result['name']}", place)
    given = ((finished.get("status") or {}).get("pipelineSpec") or {}).get("results") or ()
    named = [
        (each["name"], found.pop(value)[1])
        for each in given
        if isinstance(value := each.get("value"), str) and value in found
    ]
    return named, list(found.values())


def _task_runs(folder: RunFolder, finished: shapes.PipelineRun) -> list[shapes.TaskRun]:
    """The TaskRuns that are part of the run as it ended, those of pipelines in it too.

    An earlier part of it may have left others: of a task that is skipped now, or that is not there any more.
    """
    kept = {each["metadata"]["name"]: each for each in folder.task_runs()}
    named: set[str] = set()
    runs = [finished]
    while runs:
        for reference in (runs.pop().get("status") or {}).get("childReferences") or ():
            child = kept.get(reference["name"])
            if child is not None and child["metadata"]["name"] not in named:
                named.add(child["metadata"]["name"])
                if fits(child, PIPELINE_RUN):
                    runs.append(cast("shapes.PipelineRun", child))
    return [each for name, each in kept.items() if name in named]


def _place(claims: Path, task_run: shapes.TaskRun, value: object) -> str:
    """Where the file or folder lies that a value names, a folder with `/` behind it; "" where there is none."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or "\0" in value:
        return ""
    for name, claim, sub_path in _roots(task_run):
        below = value[len(name) :].lstrip("/") if value.startswith(name + "/") else value
        try:
            # A task may have left a link to anywhere, also in the place of the sub-path; a value may have dots in it.
            root = claims / "/".join(beneath.names(claim))
            inside = root / beneath.real_path(root, sub_path)
            mode = os.lstat(inside / beneath.real_path(inside, below)).st_mode
        except OSError:
            continue
        if stat.S_ISREG(mode):
            return str(root / sub_path / below)
        # The workspace itself is a folder to any text that is a dot.
        if stat.S_ISDIR(mode) and below.strip("./"):
            return f"{root / sub_path / below}/"
    return ""


def _roots(task_run: shapes.TaskRun) -> Iterator[tuple[str, str, str]]:
    """The mount path, the claim and the sub-path of each workspace of a TaskRun that is on a claim."""
    declared = (task_run["status"].get("taskSpec") or {}).get("workspaces") or ()
    paths = {each["name"]: each.get("mountPath") for each in declared}
    for binding in task_run["spec"].get("workspaces") or ():
        claim = (binding.get("persistentVolumeClaim") or {}).get("claimName")
        if claim:
            mount = paths.get(binding["name"]) or f"{WORKSPACE_PATH}/{binding['name']}"
            yield mount.rstrip("/"), claim, (binding.get("subPath") or "").strip("/")
