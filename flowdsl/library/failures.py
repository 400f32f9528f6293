"""Why a TaskRun of a kept run failed, by what its script has said, and whether the file it names is still the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flowdsl.diagnostics import project
from flowdsl.kube.source_lines import row_at
from flowdsl.runner import beneath
from flowdsl.runner.store import RunFolder
from flowdsl.view.said import said

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import TaskRun, TaskRunStatus

_TAIL = 1 << 16  # bytes at the end of a log that are looked at
_FILE_MOST = 1 << 22
_PLACE = re.compile(r"(?P<path>[^:]+\.py):(?P<line>[0-9]{1,7}): ")


def failure_of(folder: RunFolder, document: TaskRun) -> str:
    """`jobs/train.py:31: ValueError: …` of a TaskRun that failed; "" where its script has not said why.

    The place is that of the file as it was; it is said where another text stands there now.
    """
    why = next(filter(None, (_said(folder, path) for path in _logs(folder, document))), "")
    match = _PLACE.match(why)
    if match is None:
        return why
    before = _row(document, match["path"], int(match["line"]))
    now = _line(_project(folder), match["path"], int(match["line"]))
    changed = bool(before) and now is not None and before not in now
    return f"{why}, and {match['path']} has changed since" if changed else why


def _logs(folder: RunFolder, document: TaskRun) -> Iterator[Path]:
    """The logs of the steps that failed, of the last attempt."""
    work = folder.path / "work" / str(document["metadata"]["name"])
    home = max(work.glob("attempt-*"), key=lambda path: (len(path.name), path.name), default=work)
    for step in _ran(document).get("steps") or ():
        if (step.get("terminated") or {}).get("exitCode"):
            yield home / f"{step.get('name')}.log"


def _ran(document: TaskRun) -> TaskRunStatus:
    """What ran: of a custom task its stand-in, which its CustomRun holds among the extra fields."""
    status = document["status"]
    extra = cast("Mapping[str, object]", status).get("extraFields")
    return cast("TaskRunStatus", extra) if isinstance(extra, dict) else status


def _said(folder: RunFolder, path: Path) -> str:
    try:
        with open(beneath.open_file(folder.path, path.relative_to(folder.path).as_posix()), "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL))
            text = file.read(_TAIL).decode(errors="replace")
    except (OSError, ValueError):
        return ""
    return next((why for each in reversed(text.split("\n")) if (why := said(each.rstrip("\r")))), "")


def _row(document: TaskRun, path: str, line: int) -> str:
    """What stood at a place of the user's files, by the script; "" where it doesn't say."""
    spec = _ran(document).get("taskSpec") or document["spec"].get("taskSpec") or {}
    scripts = (str(step.get("script") or "") for step in spec.get("steps") or ())
    return next(filter(None, (row_at(script, path, line) for script in scripts)), "").strip()


def _project(folder: RunFolder) -> Path:
    """Where the paths of a run start from: the project that its folder lies in."""
    found = project.find(folder.path.resolve())
    return found.parent if found is not None else Path.cwd()


def _line(root: Path, path: str, number: int) -> str | None:
    try:
        lines = beneath.read(root, path, _FILE_MOST).decode("utf-8", "replace").split("\n")
    except (OSError, ValueError):
        return None
    return lines[number - 1] if number <= len(lines) else ""
