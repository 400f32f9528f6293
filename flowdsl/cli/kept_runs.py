"""The runs that were kept, printed: a list, one of them, what its steps printed."""

from __future__ import annotations

import json
import time
from pathlib import Path

from flowdsl.cli.output import is_gone
from flowdsl.cli.say import give, say
from flowdsl.diagnostics import escape
from flowdsl.diagnostics.errors import EXIT_OK
from flowdsl.diagnostics.escape import line
from flowdsl.library import kept_runs
from flowdsl.library.kept_runs import root_of
from flowdsl.library.run_sources import find_run
from flowdsl.runner.store import RunFolder
from flowdsl.view.said import plain

_EACH = 0.2


def list_runs(*, root: str | None, output: str) -> int:
    """Print a line for each run."""
    found = kept_runs.summaries(root_of(root))
    if output == "json":
        give(escape.json_text(found, indent=2), nl=True)
        return EXIT_OK
    if not found:
        say(f"there are no runs in {root_of(root)}", err=True)
    width = max((len(line(each["name"])) for each in found), default=0)
    for each in found:
        began = time.strftime("%Y-%m-%d %H:%M", time.localtime(each["created"]))
        say(f"{line(each['name']):<{width}}  {began}  {line(each['state']):<12} {line(each['message'])}")
    return EXIT_OK


def show_run(*, name: str, root: str | None, output: str) -> int:
    """Print one run."""
    folder = find_run(name, root_of(root))
    document = folder.pipeline_run()
    why = kept_runs.stopped(folder.task_runs, document)
    if output == "json":
        give(escape.json_text({**document, **({"stopped": why} if why else {})}, indent=2), nl=True)
        return EXIT_OK
    about = kept_runs.summary(folder)
    status = document.get("status") or {}
    say(f"{line(about['name'])}  {line(about['state'])}: {line(about['message'])}")
    say(f"  folder {line(folder.path)}")
    ends = kept_runs.ends_of_tasks(folder, [each["name"] for each in status.get("childReferences") or ()])
    if ends:
        say("tasks")
    width = max((len(line(each)) for each in ends), default=0)
    for each, words in ends.items():
        say(f"  {line(each):<{width}}  {line(words)}")
    for skipped in status.get("skippedTasks") or ():
        told = why.get(skipped["name"], skipped["reason"])
        say(f"  {line(skipped['name']):<{width}}  skipped: {line(told)}")
    results = status.get("results")
    if results:
        say("results")
        for result in results:
            say(f"  {line(result['name'])} = {_line(result['value'])}")
    return EXIT_OK


def _line(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return line(text.strip().replace("\n", "⏎"))


def show_logs(*, name: str, tasks: tuple[str, ...], follow: bool, root: str | None) -> int:
    """Print the logs of a run's steps, those of one TaskRun after the other; with follow, as they come."""
    folder = find_run(name, root_of(root))
    wanted = kept_runs.task_runs_of(folder, tasks)
    told: dict[Path, int] = {}
    while True:
        running = folder.is_running()
        printed = False
        for path in kept_runs.log_files(folder):
            if wanted is None or path.relative_to(folder.path / "work").parts[0] in wanted:
                printed = _print_new(folder, path, told) or printed
        if not follow or not running or is_gone():
            break
        if not printed:
            time.sleep(_EACH)
        wanted = kept_runs.task_runs_of(folder, tasks)
    if not told:
        say("there are no logs yet" if folder.is_running() else "there are no logs", err=True)
    return EXIT_OK


def _print_new(folder: RunFolder, path: Path, told: dict[Path, int]) -> bool:
    """Print what is new in a log file, each line with the step it is of."""
    parts = path.relative_to(folder.path / "work").parts
    attempt = f" {parts[1]}" if len(parts) > 2 else ""
    label = f"[{line(parts[0].removeprefix(folder.name + '-'))}{attempt} : {line(path.stem)}] "
    lines = kept_runs.new_lines(folder, path, told)
    for each in lines:
        say(label + escape.printed(plain(each.rstrip("\r"))))
    return bool(lines)
