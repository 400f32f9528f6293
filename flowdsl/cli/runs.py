"""`flowdsl runs`: the runs that were kept on this machine."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowdsl.cli.output import is_gone
from flowdsl.cli.run import command_line, find_run, known_as
from flowdsl.cli.say import give, say
from flowdsl.diagnostics import UsageError, escape
from flowdsl.diagnostics.escape import line
from flowdsl.kinds.table import TASK_RUN
from flowdsl.library.run_settings import load_settings
from flowdsl.runner import beneath
from flowdsl.runner.store import RUNS, DamagedError, RunFolder, find_runs
from flowdsl.runner.store.journal import read_journal
from flowdsl.view.events import condition
from flowdsl.view.progress import duration

_EACH = 0.2
_MOST_AT_ONCE = 1 << 26  # bytes of a log that are held


def _root(given: str | None) -> Path:
    if given:
        return Path(given)
    settings = load_settings(Path.cwd())
    return settings.folder / settings.runs if settings.runs else RUNS


def list_runs(*, root: str | None, output: str) -> int:
    """Print a line for each run."""
    found = [_summary_or_damage(each) for each in find_runs(_root(root))]
    if output == "json":
        give(escape.json_text(found, indent=2), nl=True)
        return 0
    if not found:
        say(f"there are no runs in {_root(root)}", err=True)
    width = max((len(line(each["name"])) for each in found), default=0)
    for each in found:
        began = time.strftime("%Y-%m-%d %H:%M", time.localtime(each["created"]))
        say(f"{line(each['name']):<{width}}  {began}  {line(each['state']):<12} {line(each['message'])}")
    return 0


def _summary_or_damage(folder: RunFolder) -> dict[str, Any]:
    """One damaged run takes no other from the list."""
    try:
        return summary(folder)
    except (DamagedError, OSError) as damage:
        why = damage.why if isinstance(damage, DamagedError) else damage.strerror or str(damage)
        about = {"name": folder.path.name, "state": "Damaged", "message": why}
        return {**about, "created": folder.changed, "folder": str(folder.path)}


def summary(folder: RunFolder) -> dict[str, Any]:
    """Name, state and message of a run; `Interrupted` where its process is gone and it is not over."""
    found = condition(folder.pipeline_run())
    state = str(found.get("reason", "Started"))
    message = str(found.get("message", ""))
    if found.get("status") not in ("True", "False"):
        running = folder.is_running()
        state = "Running" if running else "Interrupted"
        done = len({entry.get("taskRun") for entry in read_journal(folder.path / "journal.jsonl")})
        again = f"; go on: {command_line()} run --resume {known_as(folder, _root(None))}"
        message = f"{done} TaskRuns are done" + ("" if running else again)
    return {
        "name": folder.name,
        "state": state,
        "message": message,
        "created": folder.about().get("created", 0.0),
        "folder": str(folder.path),
    }


def show_run(*, name: str, root: str | None, output: str) -> int:
    """Print one run."""
    folder = find_run(name, _root(root))
    document = folder.pipeline_run()
    if output == "json":
        give(escape.json_text(document, indent=2), nl=True)
        return 0
    about = summary(folder)
    status = document.get("status") or {}
    say(f"{line(about['name'])}  {line(about['state'])}: {line(about['message'])}")
    say(f"  folder {line(folder.path)}")
    runs = {each["metadata"]["name"]: each for each in folder.task_runs() if TASK_RUN.is_of(each)}
    damaged = set(folder.damaged())
    names = [each["name"] for each in status.get("childReferences") or ()] or [*runs, *sorted(damaged)]
    if names:
        say("tasks")
    width = max((len(line(each)) for each in names), default=0)
    for each in names:
        say(f"  {line(each):<{width}}  {line('damaged' if each in damaged else _told(runs.get(each)))}")
    for each in status.get("skippedTasks") or ():
        say(f"  {line(each['name']):<{width}}  skipped: {line(each['reason'])}")
    if status.get("results"):
        say("results")
        for result in status["results"]:
            say(f"  {line(result['name'])} = {_line(result['value'])}")
    return 0


def _told(document: Mapping[str, Any] | None) -> str:
    if document is None:
        return "not over"
    found, status = condition(document), document["status"]
    took = ""
    if status.get("startTime") and status.get("completionTime"):
        with contextlib.suppress(ValueError):
            took = f" in {duration(_seconds(status['completionTime']) - _seconds(status['startTime']))}"
    retries = len(status.get("retriesStatus") or ())
    again = f", {retries} retries" if retries else ""
    message = f": {found.get('message', '')}" if found.get("status") == "False" else ""
    return f"{found.get('reason', '')}{took}{again}{message}"


def _seconds(text: str) -> float:
    import datetime

    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def _line(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return line(text.strip().replace("\n", "⏎"))


def show_logs(*, name: str, tasks: tuple[str, ...], follow: bool, root: str | None) -> int:
    """Print the logs of a run's steps, those of one TaskRun after the other; with follow, as they come."""
    folder = find_run(name, _root(root))
    wanted = _wanted(folder, tasks)
    told: dict[Path, int] = {}
    while True:
        running = folder.is_running()
        printed = False
        for path in log_files(folder):
            if wanted is None or path.relative_to(folder.path / "work").parts[0] in wanted:
                printed = _print_new(folder, path, told) or printed
        if not follow or not running or is_gone():
            break
        if not printed:
            time.sleep(_EACH)
        wanted = _wanted(folder, tasks)
    if not told:
        say("there are no logs yet" if folder.is_running() else "there are no logs", err=True)
    return 0


def _wanted(folder: RunFolder, tasks: tuple[str, ...]) -> set[str] | None:
    """The TaskRuns of the tasks that are asked for. Raises UsageError for a name that is neither."""
    if not tasks:
        return None
    from flowdsl.runner.pipelinerun.naming import child_name

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
    return name.startswith(f"{start}-") and name.removeprefix(f"{start}-").isdigit()


def log_files(folder: RunFolder) -> list[Path]:
    """The log files of all TaskRuns, in the order in which they were begun."""
    work = folder.path / "work"
    found = [*work.glob("*/attempt-*/*.log"), *work.glob("*/*.log")]
    return sorted(found, key=lambda path: (path.lstat().st_mtime_ns, str(path)))


def _print_new(folder: RunFolder, path: Path, told: dict[Path, int]) -> bool:
    """Print what is new in a log file, each line with the step it is of."""
    parts = path.relative_to(folder.path / "work").parts
    attempt = f" {parts[1]}" if len(parts) > 2 else ""
    label = f"[{line(parts[0].removeprefix(folder.name + '-'))}{attempt} : {line(path.stem)}] "
    try:
        with open(beneath.open_file(folder.path, path.relative_to(folder.path).as_posix()), "rb") as file:
            file.seek(told.get(path, 0))
            data = file.read(_MOST_AT_ONCE)
    except OSError:
        return False
    told[path] = told.get(path, 0) + len(data)
    for each in data.decode(errors="replace").removesuffix("\n").split("\n") if data else ():
        say(label + escape.printed(each.rstrip("\r")))
    return bool(data)
