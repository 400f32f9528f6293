"""`[tool.flowdsl.run]` in pyproject.toml: how this project runs on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.project import find, section

_KEYS = {"tasks": dict, "jobs": int, "gpu": str, "executor": str, "runs": str}


@attrs.frozen
class RunSettings:
    """What the project wants; the command line goes before it. `tasks` are files by name of a Task or a reference."""

    tasks: Mapping[str, str] = attrs.field(factory=dict)
    jobs: int | None = None
    gpu: str = ""
    executor: str = ""
    runs: str = ""
    folder: Path = Path()


def load_settings(start: Path) -> RunSettings:
    """The settings of the nearest pyproject.toml. Raises UsageError for what they can't mean."""
    path = find(start)
    if path is None:
        return RunSettings()
    table = section(path, "run")
    for key, value in table.items():
        if key not in _KEYS:
            raise UsageError(f"{path}: tool.flowdsl.run has no setting {key!r}; there are {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]):
            raise UsageError(f"{path}: tool.flowdsl.run.{key} takes {_KEYS[key].__name__}, got {value!r}")
    for name, file in table.get("tasks", {}).items():
        if not isinstance(file, str):
            raise UsageError(
                f'{path}: tool.flowdsl.run.tasks.{name} names a file: "stand_ins.py:{name}" or "{name}.yaml"'
            )
    return RunSettings(**table, folder=path.parent)
