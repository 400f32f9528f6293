"""Tell what happened, whatever happened: the task `report`.

It runs in `finally`, where Tekton skips a task that asks for a result which a failed or skipped task never made. So it
takes no results: only how the tasks ended, and the notes they left in the run's record, as many as there are.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from flowdsl import File, Workspace, task
from sonic_flow.files import write_json
from sonic_flow.noted import summarised
from sonic_flow.notes import listing
from sonic_flow.page import Summary, notices, render, rows, shown_status
from sonic_flow.settings import PYTHON


class Report(NamedTuple):
    """The page for people and the same as JSON for machines."""

    page: File
    summary: File


@task(image=PYTHON, cpu="100m..500m", memory="64Mi..256Mi", timeout="5m")
def report(run: str, uid: str, status: str, tasks: list[str], record: Workspace) -> Report:
    """Write the report of a run.

    `tasks` holds one `name=status` for each task, `status` is the whole run's. `record` is where the tasks left
    inference.json, metrics.json, words.json, rating.json, gate.json, the evaluator's whole answer (evaluation.json) and
    clip.mp4; a file that is missing or broken leaves a gap and fails nothing. The page is one file: the clip and its
    pictures are in it.
    """
    known = summarised(run, uid, status, tasks, record)
    summary = known[0]
    page, data = Path("report.html").resolve(), Path("report.json").resolve()
    write_json(data, summary)
    page.write_text(render(*known), "utf-8")
    print("\n".join(lines(summary)))
    return Report(page, data)


def lines(summary: Summary) -> list[str]:
    """The report for the log."""
    told = [f"run {summary['run']}: {summary['status']}"]
    told += [f"  {name:<16} {shown_status(state)}" for name, state in summary["tasks"].items()]
    for row in rows(summary):
        compared = f", {row.difference()}" if row.check.get("difference") else ""
        told.append(f"  {row.name:<18} {row.value()}{compared}  {row.check.get('reason') or ''}".rstrip())
    told += [f"  {notice}" for notice in notices(summary)]
    told += [f"  warning: {warning}" for warning in listing(summary["inference"].get("warnings"))]
    told += [f"gate: {summary['gate'].get('verdict', 'did not decide')}"]
    return [" ".join(line.split("\n")) for line in told]  # a note's line end begins no line of the log
