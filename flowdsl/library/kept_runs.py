"""The runs that were kept on this machine: what became of each, and what their steps printed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast

from flowdsl.diagnostics import UsageError
from flowdsl.kinds.table import CUSTOM_RUN, TASK_RUN
from flowdsl.library.failures import failure_of
from flowdsl.library.records import moment
from flowdsl.library.run_folders import command_line, known_as, runs_root
from flowdsl.machine.naming import child_name
from flowdsl.runner import beneath
from flowdsl.runner.gates import stopped
from flowdsl.runner.store import DamagedError, RunFolder, find_runs
from flowdsl.runner.store.journal import JOURNAL, read_journal
from flowdsl.view.events import condition
from flowdsl.view.progress import duration

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import TaskRun

__all__ = [
    "Summary",
    "ends_of_tasks",
    "log_files",
    "new_lines",
    "root_of",
    "stopped",
    "summaries",
    "summary",
    "task_runs_of",
]

_MOST_AT_ONCE = 1 << 26  # bytes of a log that are held


class Summary(TypedDict):
    """A run in short. `created` is in seconds since the epoch; `state` is the reason of the run's condition, Running,
    Interrupted or Damaged."""

    name: str
    state: str
    message: str
    created: float
    folder: str


def root_of(given: str | None) -> Path:
    """The folder of all runs: the one that is given, or the project's."""
    return Path(given) if given else runs_root()


def summaries(root: Path) -> list[Summary]:
    """Of every run, the newest first."""
    return [_summary_or_damage(each) for each in find_runs(root)]


def _summary_or_damage(folder: RunFolder) -> Summary:
    """One damaged run takes no other from the list."""
    try:
        return summary(folder)
    except (DamagedError, OSError) as damage:
        why = damage.why if isinstance(damage, DamagedError) else damage.strerror or str(damage)
        return {
            "name": folder.path.name,
            "state": "Damaged",
            "message": why,
            "created": folder.changed,
            "folder": str(folder.path),
        }


def summary(folder: RunFolder) -> Summary:
    """Of one run; `Interrupted` where its process is gone and it is not over. Raises DamagedError."""
    found = condition(folder.pipeline_run())
    state = str(found.get("reason", "Started"))
    message = str(found.get("message", ""))
    if found.get("status") not in ("True", "False"):
        running = folder.is_running()
        state = "Running" if running else "Interrupted"
        done = len({entry.get("taskRun") for entry in read_journal(folder.path / JOURNAL)})
        again = f"; go on: {command_line()} run --resume {known_as(folder, runs_root())}"
        message = f"{done} TaskRuns are done" + ("" if running else again)
    return {
        "name": folder.name,
        "state": state,
        "message": message,
        "created": folder.about().get("created", 0.0),
        "folder": str(folder.path),
    }


def ends_of_tasks(folder: RunFolder, names: list[str]) -> dict[str, str]:
    """How each TaskRun ended, in words; the names are those of the run's children, or empty: all that are there."""
    runs = {
        str(each["metadata"]["name"]): each
        for each in folder.task_runs()
        if TASK_RUN.is_of(each) or CUSTOM_RUN.is_of(each)
    }
    damaged = set(folder.damaged())
    wanted = names or [*runs, *sorted(damaged)]
    return {each: "damaged" if each in damaged else _ended(folder, runs.get(each)) for each in wanted}


def _ended(folder: RunFolder, document: TaskRun | None) -> str:
    if document is None:
        return "not over"
    found, status = condition(cast("Mapping[str, object]", document)), document["status"]
    began, ended = moment(status.get("startTime")), moment(status.get("completionTime"))
    took = f" in {duration(ended - began)}" if began is not None and ended is not None else ""
    retries = len(status.get("retriesStatus") or ())
    again = f", {retries} retries" if retries else ""
    if found.get("status") != "False":
        return f"{found.get('reason', '')}{took}{again}"
    why, message = failure_of(folder, document), str(found.get("message", ""))
    return f"{found.get('reason', '')}{took}{again}: {f'{why} ({message})' if why else message}"


def task_runs_of(folder: RunFolder, tasks: tuple[str, ...]) -> set[str] | None:
    """The TaskRuns of the tasks that are asked for; None for all. Raises UsageError for a name that is neither."""
    if not tasks:
        return None
    known = {path.name for path in (folder.path / "work").iterdir()} if (folder.path / "work").is_dir() else set()
    found = set()
    for task in tasks:
        start = child_name(folder.name, f"-{task}")
        mine = {each for each in known if each in (task, start) or _numbered(each, start)}
        if not mine:
            raise UsageError(
                f"run {folder.name} has no logs of {task!r}; it has TaskRuns {', '.join(sorted(known)) or 'none'}"
            )
        found |= mine
    return found


def _numbered(name: str, start: str) -> bool:
    number = name.removeprefix(f"{start}-")
    return number != name and number.isascii() and number.isdigit()


def log_files(folder: RunFolder) -> list[Path]:
    """The log files of all TaskRuns, in the order in which they were begun."""
    work = folder.path / "work"
    found = [*work.glob("*/attempt-*/*.log"), *work.glob("*/*.log")]
    return sorted(found, key=lambda path: (path.lstat().st_mtime_ns, str(path)))


def new_lines(folder: RunFolder, path: Path, told: dict[Path, int]) -> list[str]:
    """What is new in a log file since `told`, which is brought up to date; no more than is sensible at once."""
    try:
        with open(beneath.open_file(folder.path, path.relative_to(folder.path).as_posix()), "rb") as file:
            file.seek(told.get(path, 0))
            data = file.read(_MOST_AT_ONCE)
    except OSError:
        return []
    told[path] = told.get(path, 0) + len(data)
    return data.decode(errors="replace").removesuffix("\n").split("\n") if data else []
