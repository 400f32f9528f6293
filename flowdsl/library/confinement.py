"""What steps of a local run may reach: what stays readable to them, and the refusal to run them unconfined as root."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flowdsl.diagnostics import FlowError
from flowdsl.diagnostics.errors import EXIT_USAGE
from flowdsl.library.rules import UNCONFINED_ROOT

if TYPE_CHECKING:
    from flowdsl.runner.taskrun import Runner, Sight


class UnconfinedError(FlowError):
    """The run would hand the machine to its steps, and nobody has said that it may. Nothing was run."""

    exit_code = EXIT_USAGE


def sight_of(
    source: Sequence[str],
    project: Path | None,
    values: Iterable[str],
    hide: Sequence[Path],
    environment: Mapping[str, str],
) -> Sight:
    """What steps see: the project (its folder, and those of the files that are run) and what the user's values name.

    `hide` are the runs' own folders: their journals and results are no step's business.
    """
    from flowdsl.runner.taskrun import Sight

    folders = [_folder(each) for each in source]
    home = Path(environment.get("HOME") or "/nonexistent")
    around = [one for one in (project, Path.cwd()) if one is not None and not _is_above(one, home)]
    return Sight(keep=[*folders, *around, *_paths(values)], hide=hide, environ=environment)


def check_confined(task_runner: Runner, unconfined: bool) -> str:
    """What to tell of the confinement of the steps, empty where there is nothing to tell. Raises UnconfinedError."""
    host = task_runner.executor.host()
    if host.images or host.confined:
        return ""
    told = task_runner.describe()
    if os.geteuid() == 0 and not unconfined:
        message = f"as root, steps of this run could read and change everything on this machine ({told})"
        hint = (
            "run as a user without rights over this machine, or in containers with --executor docker or podman; "
            "--unconfined runs it as it is, for steps that you trust like your own shell"
        )
        raise UnconfinedError((UNCONFINED_ROOT.finding(message, hint=hint),))
    return told


def _folder(source: str) -> Path:
    """The folder of a file that is run; `PIPELINE` may follow the file's name."""
    path = Path(source if os.path.exists(source) else source.rpartition(":")[0] or source)
    return path if path.is_dir() else path.absolute().parent


def _is_above(folder: Path, home: Path) -> bool:
    real = folder.resolve()
    return home.resolve().is_relative_to(real)


def _paths(values: Iterable[str]) -> Iterator[Path]:
    """Files and folders that the user's own values name, as a repository to clone."""
    for value in values:
        path = value.removeprefix("file://")
        if path.startswith("/") and "\0" not in path and os.path.exists(path):
            yield Path(path)
