"""What the files of a run hold, as far as it is read again: any other content is damage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from flowdsl.diagnostics import UsageError

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

# A mapping's keys with what they hold, a list's one element, or a type. A key with `!` must be there.
Shape: TypeAlias = "type | tuple[type, ...] | list[Shape] | dict[str, Shape]"

CONDITIONS: Shape = [{"type!": str, "status!": str, "reason!": str, "message": str}]
STATUS: Shape = {
    "conditions": CONDITIONS,
    "startTime": str,
    "completionTime": str,
    "results": [{"name!": str}],
    "retriesStatus": [dict],
    "taskSpec": {"workspaces": [{"name!": str, "mountPath": str}]},
}
TASK_RUN: Shape = {
    "kind": str,
    "metadata!": {"name!": str, "labels": dict, "annotations": dict},
    "spec": {"workspaces": [{"name!": str, "subPath": str, "persistentVolumeClaim": {"claimName": str}}]},
    "status!": STATUS,
}
PIPELINE_RUN: Shape = {
    "metadata!": {"name!": str},
    "spec": dict,
    "status": {
        "conditions": CONDITIONS,
        "childReferences": [{"name!": str}],
        "skippedTasks": [{"name!": str, "reason!": str}],
        "results": [{"name!": str}],
        "pipelineSpec": dict,
    },
}
ABOUT: Shape = {
    "name": str,
    "created": (int, float),
    "source": [str],
    "only": [str],
    "set": [str],
    "ports": dict,
    "folder": str,
    "values": dict,
    "profile": str,
    "alpha": [str],
}
ENTRY: Shape = {
    "taskRun!": str,
    "task": str,
    "status!": STATUS,
    "execution": str,
    "inputs": dict,
    "after": dict,
    "again": str,
}


class About(TypedDict, total=False):
    """Where a run came from, as `run.json` has it: `ABOUT`.

    Relative files of `source` are relative to `folder`. A run of a version that kept no inputs has no `values`.
    """

    name: str
    created: float
    source: list[str]
    only: list[str]
    set: list[str]
    ports: dict[str, int]
    folder: str
    values: dict[str, str]
    profile: str
    alpha: list[str]


class Entry(TypedDict, total=False):
    """A TaskRun that is over, as a line of the journal has it: `ENTRY`. `masked`: a result of it was masked.

    `execution`, `inputs` and `after` are its basis; `again` says why it is to run once more.
    """

    taskRun: str
    task: str
    status: shapes.TaskRunStatus
    masked: bool
    execution: str
    inputs: dict[str, str]
    after: dict[str, str]
    again: str


class DamagedError(UsageError):
    """A file of a run that does not hold what it should."""

    def __init__(self, folder: Path, name: str, why: str) -> None:
        self.why = f"{name}: {why}"
        super().__init__(f"run {folder.name} is damaged: {self.why}")


def fits(value: object, shape: Shape) -> bool:
    """Whether a value read from a file has the shape; what more there is in it does not count."""
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(one, shape[0]) for one in value)
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(_field(value, key, inner) for key, inner in shape.items())
    return isinstance(value, shape)


def _field(value: Mapping[str, object], key: str, shape: Shape) -> bool:
    found = value.get(key.rstrip("!"))
    return not key.endswith("!") if found is None else fits(found, shape)
