"""Tell what happened, whatever happened: the task `report`.

It runs in `finally`, where Tekton skips a task that asks for a result which a failed or skipped task never made. So it
takes no results: only how the tasks ended, and the notes they left in the run's record, as many as there are.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from flowdsl import File, Workspace, task
from sonic_tasks import PYTHON

STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --none: #8a8f98; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; } td, th { padding: .35rem .6rem; text-align: left;
  border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; } td:first-child { width: 12rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; } .id { color: var(--none); margin-top: 0; }
.good, .bad, .none { font-weight: 600; } .good { color: var(--good); } .bad { color: var(--bad); }
.none { color: var(--none); } .verdict { font-size: 1.1rem; }
"""
LOOKS = {"Succeeded": "good", "Completed": "good", "Failed": "bad"}


class Report(NamedTuple):
    """The page for people and the same as JSON for machines."""

    page: File
    summary: File


@task(image=PYTHON, cpu="100m..500m", memory="64Mi..256Mi", timeout="5m")
def report(run: str, uid: str, status: str, tasks: list[str], record: Workspace) -> Report:
    """Write the report of a run.

    `tasks` holds one `name=status` for each task, `status` is the whole run's. `record` is where the tasks left
    inference.json, metrics.json and gate.json; a file that is missing or broken leaves a gap and fails nothing.
    """
    notes, gaps = {}, []
    for name in ("inference", "metrics", "gate"):
        notes[name], gap = load(record / f"{name}.json")
        gaps += [gap] if gap else []
    summary = {
        "run": run,
        "uid": uid,
        "status": status,
        "tasks": dict(entry.partition("=")[::2] for entry in tasks),
        "gaps": gaps,
        **notes,
    }
    page, data = Path("report.html").resolve(), Path("report.json").resolve()
    data.write_text(json.dumps(summary, indent=2, sort_keys=True) + "\n", "utf-8")
    page.write_text(render(summary), "utf-8")
    print("\n".join(lines(summary)))
    return Report(page, data)


def load(path: Path) -> tuple[dict[str, Any], str]:
    """What a task noted, and what is wrong with the note ("" where nothing is)."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}, f"{path.name}: not written"
    except (OSError, ValueError) as error:
        return {}, f"{path.name}: unreadable ({error})"
    return (found, "") if isinstance(found, dict) else ({}, f"{path.name}: not an object")


def measures(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a measure: those the gate judged, then the others that were measured."""
    metrics = mapping(summary["metrics"].get("metrics"))
    checks = [check for check in listing(summary["gate"].get("checks")) if isinstance(check, dict)]
    judged = {str(check.get("metric")): check for check in checks}
    rows = []
    for name in [*judged, *(name for name in metrics if name not in judged)]:
        metric, check = mapping(metrics.get(name)), judged.get(name, {})
        row = {key: check.get(key) for key in ("limit", "baseline", "change", "reason")}
        rows.append({**row, "name": name, "value": metric.get("value"), "method": metric.get("method", "")})
        rows[-1]["judged"] = name in judged
    return rows


def lines(summary: Mapping[str, Any]) -> list[str]:
    """The report for the log."""
    told = [f"run {summary['run']}: {summary['status']}"]
    told += [f"  {name:<16} {shown_status(state)}" for name, state in summary["tasks"].items()]
    told += [f"  {row['name']:<16} {shown(row['value'])}  {row['reason'] or ''}".rstrip() for row in measures(summary)]
    told += [f"  warning: {warning}" for warning in listing(summary["inference"].get("warnings"))]
    told += [f"gate: {summary['gate'].get('verdict', 'did not decide')}"]
    return told


def render(summary: Mapping[str, Any]) -> str:
    """The report as one HTML page without anything from elsewhere. All that comes from a run is escaped."""
    gate, inference = summary["gate"], summary["inference"]
    passed = {True: "good", False: "bad"}.get(gate.get("passed"), "none")
    rows = measures(summary)
    parts = [
        f"<h1>{safe(summary['run'])} <span class={look(summary['status'])}>{safe(summary['status'])}</span></h1>",
        f"<p class=id>{safe(summary['uid'])}</p>",
        f"<p class='verdict {passed}'>Gate: {safe(gate.get('verdict', 'did not decide'))}</p>",
        "<h2>Measures</h2>" if rows else "",
        table(["Measure", "Value", "Limit", "Baseline", "Worse by", "Method", "Verdict"], map(measure_row, rows)),
        bullets("Warnings", listing(inference.get("warnings"))),
        "<h2>Tasks</h2>",
        table(["Task", "Status"], [[cell(n), cell(shown_status(s), look(s))] for n, s in summary["tasks"].items()]),
        pairs("Parameters", mapping(inference.get("parameters"))),
        pairs("Run", {
            "Model": inference.get("model"),
            "Service": inference.get("service"),
            "Evaluator": summary["metrics"].get("evaluator"),
            "Speech, seconds": inference.get("speech_seconds"),
            "Inference, seconds": inference.get("elapsed_seconds"),
            "Peak memory, bytes": inference.get("peak_memory_bytes"),
        }),
        bullets("Not known", summary["gaps"]),
    ]  # fmt: skip
    title = f"<title>{safe(summary['run'])}</title>"
    head = f"<!doctype html><html lang=en><meta charset=utf-8>{title}<style>{STYLE}</style>"
    return head + "\n".join(part for part in parts if part) + "</html>\n"


def measure_row(row: Mapping[str, Any]) -> list[str]:
    """The cells of one measure."""
    change = row["change"]
    worse = f"{change:+.1%}" if isinstance(change, (int, float)) else shown(change)
    verdict = (row["reason"] or "ok", "bad" if row["reason"] else "good") if row["judged"] else ("not judged", "none")
    numbers = [cell(shown(value), "number") for value in (row["value"], row["limit"], row["baseline"], worse)]
    return [cell(row["name"]), *numbers, cell(row["method"]), cell(*verdict)]


def pairs(title: str, values: Mapping[str, Any]) -> str:
    """A table of names and values; nothing where no value is known."""
    known = [[cell(name), cell(shown(value))] for name, value in values.items() if value is not None]
    return f"<h2>{safe(title)}</h2>" + table(["Name", "Value"], known) if known else ""


def bullets(title: str, entries: Iterable[Any]) -> str:
    """A list under a heading; nothing where it is empty."""
    items = "".join(f"<li>{safe(entry)}</li>" for entry in entries)
    return f"<h2>{safe(title)}</h2><ul>{items}</ul>" if items else ""


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """A table of cells; nothing without rows."""
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    return f"<table><tr>{''.join(f'<th>{safe(name)}</th>' for name in head)}</tr>{body}</table>" if body else ""


def cell(content: Any, look: str = "") -> str:
    """One table cell. `look` is a class of ours, never text from a run."""
    return f"<td class={look}>{safe(content)}</td>" if look else f"<td>{safe(content)}</td>"


def look(status: str) -> str:
    """The class that colours a status."""
    return LOOKS.get(status, "none")


def shown_status(status: str) -> str:
    """Tekton says None of a task that did not run."""
    return "did not run" if status == "None" else status


def shown(value: Any) -> str:
    """A value for people."""
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e15 else str(value)


def safe(content: Any) -> str:
    """Text that can't be markup."""
    return html.escape(str(content), quote=True)


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is an object, else an empty one: a note may hold anything."""
    return value if isinstance(value, dict) else {}


def listing(value: Any) -> list[Any]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []
