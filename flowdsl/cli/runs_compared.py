"""Two kept runs, compared: printed, and written as a page."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from flowdsl.cli.say import give, say
from flowdsl.diagnostics import escape
from flowdsl.diagnostics.errors import EXIT_OK
from flowdsl.diagnostics.escape import line
from flowdsl.emit.files import write_files
from flowdsl.library.kept_runs import root_of
from flowdsl.library.run_sources import find_run
from flowdsl.library.runs_compared import Line, Section, clips, compare_runs, differing
from flowdsl.view.compared import page

if TYPE_CHECKING:
    from flowdsl.runner.store import RunFolder

_WIDE = 60  # characters of a value on a line of the terminal


def compare(*, first: str, second: str, root: str | None, output: str, target: str | None) -> int:
    """Print where two runs differ; with `target` write the page there."""
    folders = (find_run(first, root_of(root)), find_run(second, root_of(root)))
    found = compare_runs(*folders)
    sections = {"Params": found.params, "Results": found.results, "Tasks": found.tasks}
    if target is not None:
        sides = [{**each, "began": _moment(each["began"])} for each in found.sides]
        rows = {title: [_row(each) for each in section.lines] for title, section in sections.items()}
        hidden = {title: _left_out(section) for title, section in sections.items()}
        shown = [_first_clip(each) for each in folders]
        write_files({Path(target): page(sides, shown, rows, hidden).encode()})
    if output == "json":
        lines = {title.lower(): section.lines for title, section in sections.items()}
        left_out = {title.lower(): section.left_out for title, section in sections.items()}
        told = {"runs": found.sides, **lines, "left_out": left_out}
        give(escape.json_text(told, indent=2), nl=True)
        return EXIT_OK
    for side in found.sides:
        say(f"{line(side['name'])}  {_moment(side['began'])}  {line(side['state'])}: {line(side['message'])}")
    for title, section in sections.items():
        count, other = section.differing + section.same, differing(section.lines)
        say(f"{title.lower()}: {section.differing} of {count} differ" if count else f"{title.lower()}: none")
        for each in other:
            name, before, after, change = _row(each)
            say(f"  {line(name)}: {_short(before)} -> {_short(after)}{f'  ({change})' if change else ''}")
        if len(other) < section.differing:
            say(f"  … {section.differing - len(other)} more differ")
    if target is not None:
        say(f"wrote {line(target)}", err=True)
    return EXIT_OK


def _row(each: Line) -> tuple[str, str | None, str | None, str]:
    change = "" if each["change"] is None else f"{each['change']:+.1%}"
    return each["name"], each["first"], each["second"], change


def _left_out(section: Section) -> str:
    """What the page says of the lines that it has not; empty where it has all."""
    hidden = section.differing - len(differing(section.lines))
    return f"… {section.left_out} more, {hidden} of which differ" if section.left_out else ""


def _short(value: str | None) -> str:
    if value is None:
        return "none"
    shown = line(value)
    return shown if len(shown) <= _WIDE else f"{shown[:_WIDE]}…"


def _moment(began: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(began))


def _first_clip(folder: RunFolder) -> tuple[str, str, bytes, str]:
    for each in clips(folder):
        return each.kind, each.name, each.content, each.lacking
    return "", "", b"", "this run's results name no clip (.mp4, .webm)"
