"""Two kept runs side by side: what they were given, what their tasks gave, and the clips that they made."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import attrs

from flowdsl.kinds import labels
from flowdsl.kinds.table import CUSTOM_RUN, TASK_RUN
from flowdsl.library.kept_runs import ends_of_tasks, summary
from flowdsl.runner import beneath
from flowdsl.runner.made_files import files_by_name

if TYPE_CHECKING:
    from flowdsl.runner.store import RunFolder

CLIPS = {".mp4": "video/mp4", ".webm": "video/webm"}
"""What a browser plays, by the end of a file's name."""
LARGEST = 32 << 20
"""Bytes of a clip that a page still holds."""
_DEEPEST = 6  # how deep what a result holds is taken apart; deeper it is one text
_MOST = 2000  # lines of a section; a terminal and a browser have no use for more


class Line(TypedDict):
    """One thing of two runs: None where a run lacks it. `change` is the second's less the first's, as a share of the
    first's size; None where they are no numbers, or there is no such share."""

    name: str
    first: str | None
    second: str | None
    change: float | None


class Side(TypedDict):
    """One of the runs. `began` is in seconds since the epoch."""

    name: str
    state: str
    message: str
    began: float


@attrs.frozen
class Clip:
    """A clip that a run made, or why it can't be shown."""

    name: str
    kind: str
    content: bytes = attrs.field(repr=False)
    lacking: str = ""


@attrs.frozen
class Section:
    """What two runs share and where they differ, by name: `differing` and `same` count all of it.

    `lines` are at most 2,000: where there are more, those in which the runs differ come first.
    """

    lines: list[Line]
    differing: int
    same: int

    @property
    def left_out(self) -> int:
        """How many lines there are that `lines` has not."""
        return self.differing + self.same - len(self.lines)


@attrs.frozen
class Compared:
    """Two runs. `params` were given, `results` came of tasks (measures, commits), `tasks` says how they ended."""

    sides: tuple[Side, Side]
    params: Section
    results: Section
    tasks: Section


def compare_runs(first: RunFolder, second: RunFolder) -> Compared:
    """Compare two kept runs. Raises DamagedError for one that can't be read."""
    folders = (first, second)
    params, results = (tuple(map(each, folders)) for each in (_params, _results))
    tasks = tuple(map(_tasks, folders))
    one, other = map(_side, folders)
    return Compared((one, other), _section(*params), _section(*results), _section(*tasks))


def differing(lines: Iterable[Line]) -> list[Line]:
    """Those in which the runs differ."""
    return [each for each in lines if not _is_same(each)]


def clips(folder: RunFolder) -> Iterator[Clip]:
    """The clips among the files that a run's results name, each read when it is asked for."""
    for name, path in files_by_name(folder, folder.pipeline_run()).items():
        if path.suffix.lower() in CLIPS:
            yield _clip(folder, name, path)


def _clip(folder: RunFolder, name: str, path: Path) -> Clip:
    kind = CLIPS[path.suffix.lower()]
    try:
        below = path.relative_to(folder.path).as_posix()
        with open(beneath.open_file(folder.path, below), "rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        return Clip(name, kind, b"", getattr(error, "strerror", None) or str(error))
    if len(content) > LARGEST:
        return Clip(name, kind, b"", f"it has more than {LARGEST >> 20} MiB")
    return Clip(name, kind, content)


def _side(folder: RunFolder) -> Side:
    about = summary(folder)
    return {"name": about["name"], "state": about["state"], "message": about["message"], "began": about["created"]}


def _params(folder: RunFolder) -> dict[str, str]:
    """What the run was given, structures taken apart; a param that it was not given has the pipeline's default."""
    document = folder.pipeline_run()
    spec = (document.get("status") or {}).get("pipelineSpec") or {}
    values: dict[str, object] = {
        str(each["name"]): each["default"] for each in spec.get("params") or () if "default" in each
    }
    values.update({str(each["name"]): each.get("value") for each in document["spec"].get("params") or ()})
    return dict(_parts_of(values))


def _results(folder: RunFolder) -> dict[str, str]:
    """What the tasks gave, by `TASK.RESULT`, structures taken apart."""
    values = {}
    for run in folder.task_runs():
        if TASK_RUN.is_of(run) or CUSTOM_RUN.is_of(run):
            task = (run["metadata"].get("labels") or {}).get(labels.PIPELINE_TASK, run["metadata"]["name"])
            values.update({f"{task}.{each['name']}": each["value"] for each in run["status"].get("results") or ()})
    return dict(_parts_of(values))


def _tasks(folder: RunFolder) -> dict[str, str]:
    prefix = f"{folder.name}-"
    return {name.removeprefix(prefix): words for name, words in ends_of_tasks(folder, []).items()}


def _parts_of(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        yield from _parts(name, _structured(value), 0)


def _structured(value: object) -> object:
    """What a text holds that is an object or a list in JSON; any other value as it is."""
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _parts(name: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    """A value as lines: those of an object's fields."""
    if isinstance(value, dict) and value and depth < _DEEPEST:
        for key, each in value.items():
            yield from _parts(f"{name}.{key}", each, depth + 1)
    else:
        yield name, value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _section(first: Mapping[str, str], second: Mapping[str, str]) -> Section:
    lines = [_line(name, first.get(name), second.get(name)) for name in dict.fromkeys([*first, *second])]
    other = differing(lines)
    shown = lines if len(lines) <= _MOST else sorted(lines, key=_is_same)[:_MOST]
    return Section(shown, len(other), len(lines) - len(other))


def _is_same(each: Line) -> bool:
    return each["first"] == each["second"]


def _line(name: str, first: str | None, second: str | None) -> Line:
    return {"name": name, "first": first, "second": second, "change": _change(first, second)}


def _change(first: str | None, second: str | None) -> float | None:
    before, after = _number(first), _number(second)
    if before is None or after is None or before == after or not before:
        return None
    share = (after - before) / abs(before)
    return share if math.isfinite(share) else None


def _number(text: str | None) -> float | None:
    """The finite number that a text is; a word as `nan` and an id as `1_000` are none."""
    if text is None or len(text) > 40 or not text.isascii() or "_" in text:
        return None
    if not text.lstrip("-").replace(".", "", 1)[:1].isdigit():
        return None
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
