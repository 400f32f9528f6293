"""Tell what happened, whatever happened: the task `report`.

It runs in `finally`, where Tekton skips a task that asks for a result which a failed or skipped task never made. So it
takes no results: only how the tasks ended, and the notes they left in the run's record, as many as there are.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import os
import platform
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from flowdsl import File, Workspace, task
from sonic_flow.settings import PYTHON

STYLE = """
:root { color-scheme: light dark; --line: #8883; --soft: #8881; --good: #1a7f37; --bad: #cf222e; --none: #77808c;
  --mouth: #d1495b; --sound: #3d7ea6; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72; --none: #9aa4b0; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 66rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } td, th { padding: .35rem .6rem;
  text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; } td:first-child { width: 12rem; } th.number, .number { text-align: right; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; } .id { color: var(--none); margin-top: 0; }
.method { color: var(--none); font-size: .85rem; } .hash { font: .85rem ui-monospace, monospace; }
.good, .bad, .none { font-weight: 600; } .good { color: var(--good); } .bad { color: var(--bad); }
.none { color: var(--none); } .verdict { font-size: 1.1rem; }
.note { border-left: 4px solid #d9a400; background: var(--soft); padding: .5rem .8rem; margin: 1rem 0; }
.stage { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; margin-top: 1rem; }
.stage > video { width: 24rem; max-width: 100%; border-radius: 8px; background: #000; }
.stage > div { flex: 1 1 22rem; min-width: 0; } .stage h2 { margin-top: 0; }
.strip { display: grid; grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr)); gap: .5rem; }
.strip figure { margin: 0; } .strip img { width: 100%; border-radius: 4px; display: block; }
figcaption { color: var(--none); font-size: .8rem; text-align: center; }
svg { width: 100%; height: auto; display: block; } svg text { font-size: 11px; fill: var(--none); }
.key { font-size: .85rem; margin: .3rem 0 0; } .key i { display: inline-block; width: 1.4em; height: .25em;
  vertical-align: middle; margin: 0 .4em 0 0; } .key span { margin-right: 1.2em; }
"""
LOOKS = {"Succeeded": "good", "Completed": "good", "Failed": "bad"}
NUMBERS = ("Value", "Limit", "Baseline", "Worse by")
EMBEDDED = 24 << 20  # bytes of a clip that the page still holds
NOTE, DEEPEST = 8 << 20, 20  # bytes of a note, and how deep what is in it may lie


class Report(NamedTuple):
    """The page for people and the same as JSON for machines."""

    page: File
    summary: File


@task(image=PYTHON, cpu="100m..500m", memory="64Mi..256Mi", timeout="5m")
def report(run: str, uid: str, status: str, tasks: list[str], record: Workspace) -> Report:
    """Write the report of a run.

    `tasks` holds one `name=status` for each task, `status` is the whole run's. `record` is where the tasks left
    inference.json, metrics.json, gate.json, the evaluator's whole answer (evaluation.json) and clip.mp4; a file that is
    missing or broken leaves a gap and fails nothing. The page is one file: the clip and its pictures are in it.
    """
    notes, gaps = {}, []
    for name in ("inference", "metrics", "gate"):
        notes[name], gap = load(record / f"{name}.json")
        gaps += [gap] if gap else []
    evaluation, _ = load(record / "evaluation.json")  # what an evaluator may add for people; most do not
    clip, gap = load_clip(record / "clip.mp4")
    gaps += [gap] if gap else []
    summary = {
        "run": run,
        "uid": uid,
        "status": status,
        "tasks": dict(entry.partition("=")[::2] for entry in tasks),
        "gaps": gaps,
        "clip": {"bytes": len(clip), "sha256": hashlib.sha256(clip).hexdigest()} if clip else {},
        "versions": {"evaluator": evaluation.get("version"), "report": f"Python {platform.python_version()}"},
        **notes,
    }
    page, data = Path("report.html").resolve(), Path("report.json").resolve()
    data.write_text(json.dumps(summary, indent=2, sort_keys=True) + "\n", "utf-8")
    page.write_text(render(summary, clip, evaluation), "utf-8")
    print("\n".join(lines(summary)))
    return Report(page, data)


def load(path: Path) -> tuple[dict[str, Any], str]:
    """What a task noted, and what is wrong with the note ("" where nothing is)."""
    try:
        content = read(path, NOTE)
        found = clean(json.loads(content)) if content is not None else None
    except FileNotFoundError:
        return {}, f"{path.name}: not written"
    except (OSError, ValueError, RecursionError) as error:
        return {}, f"{path.name}: unreadable ({clean(str(error))})"
    if content is None:
        return {}, f"{path.name}: more than {NOTE} bytes"
    return (found, "") if isinstance(found, dict) else ({}, f"{path.name}: not an object")


def read(path: Path, most: int) -> bytes | None:
    """What is in a file that another task left; None where that is too much. OSError for what is no plain file.

    Neither a link nor a pipe is followed: a task's folder may hold anything.
    """
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError("no plain file")
        content = file.read(most + 1)
    return content if len(content) <= most else None


def clean(value: Any, depth: int = 0) -> Any:
    """Data that can be written and shown whatever it was: printable text, finite numbers of some use, not too deep."""
    if isinstance(value, str):
        return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return value if abs(value) < 1e18 and math.isfinite(value) else None
    if depth >= DEEPEST:
        return "..."
    if isinstance(value, dict):
        return {clean(name): clean(item, depth + 1) for name, item in value.items()}
    return [clean(item, depth + 1) for item in value]


def load_clip(path: Path) -> tuple[bytes, str]:
    """The clip, and why there is none ("" where there is one)."""
    try:
        content = read(path, EMBEDDED)
        if content is None:
            return b"", f"{path.name}: {path.stat().st_size} bytes are too many for a page"
        return content, ""
    except FileNotFoundError:
        return b"", f"{path.name}: not written"
    except OSError as error:
        return b"", f"{path.name}: unreadable ({error})"


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
    return [" ".join(line.split("\n")) for line in told]  # a note's line end begins no line of the log


def render(summary: Mapping[str, Any], clip: bytes = b"", evaluation: Mapping[str, Any] | None = None) -> str:
    """The report as one HTML page without anything from elsewhere. All that comes from a run is escaped."""
    gate, inference, more = summary["gate"], summary["inference"], evaluation or {}
    passed = {"True": "good", "False": "bad"}.get(str(gate.get("passed")), "none")
    rows = measures(summary)
    versions, clip_hash = mapping(summary.get("versions")), mapping(summary.get("clip")).get("sha256")
    hashes = {**mapping(inference.get("sha256")), **({"video": clip_hash} if clip_hash else {})}
    parts = [
        f"<h1>{safe(summary['run'])} <span class={look(summary['status'])}>{safe(summary['status'])}</span></h1>",
        f"<p class=id>{safe(summary['uid'])}</p>",
        f"<p class='verdict {passed}'>Gate: {safe(gate.get('verdict', 'did not decide'))}</p>",
        stand_in(inference.get("service")),
        stage(clip, curves(mapping(more.get("curves")))),
        strip(listing(more.get("frames"))),
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
            "Evaluator's version": versions.get("evaluator"),
            "Report made by": versions.get("report"),
            "Speech, seconds": inference.get("speech_seconds"),
            "Inference, seconds": inference.get("elapsed_seconds"),
            "Evaluation, seconds": summary["metrics"].get("elapsed_seconds"),
            "Peak memory": mebibytes(inference.get("peak_memory_bytes")),
            "Clip": mebibytes(mapping(summary.get("clip")).get("bytes")),
        }),
        "<h2>SHA-256</h2>" if hashes else "",
        table(["File", "Hash"], [[cell(name), cell(value, "hash")] for name, value in hashes.items()]),
        bullets("Not known", summary["gaps"]),
    ]  # fmt: skip
    title = f"<title>{safe(summary['run'])}</title>"
    fits = "<meta name=viewport content='width=device-width'>"
    head = f"<!doctype html><html lang=en><meta charset=utf-8>{fits}{title}<style>{STYLE}</style>"
    return head + "\n".join(part for part in parts if part) + "</html>\n"


def stand_in(service: Any) -> str:
    """A plain word where the clip was not made by Sonic."""
    if "stand-in" not in str(service):
        return ""
    return f"<p class=note>This clip was not made by Sonic. It comes from {safe(service)}.</p>"


def stage(clip: bytes, chart: str) -> str:
    """The clip to play, and beside it how mouth and sound went together."""
    data = base64.b64encode(clip).decode()
    video = f'<video controls loop preload=auto src="data:video/mp4;base64,{data}"></video>' if clip else ""
    return f"<div class=stage>{video}{chart}</div>" if video or chart else ""


def strip(frames: list[Any]) -> str:
    """Pictures from the clip in a row. What is no base64 is left out."""
    figures = []
    for frame in frames[:16]:
        jpeg, seconds = mapping(frame).get("jpeg"), mapping(frame).get("seconds")
        try:
            base64.b64decode(str(jpeg), validate=True)
        except ValueError:
            continue
        image = f'<img alt="" src="data:image/jpeg;base64,{safe(jpeg)}"/>'
        figures.append(f"<figure>{image}<figcaption>{safe(shown(seconds))} s</figcaption></figure>")
    return f"<h2>Pictures</h2><div class=strip>{''.join(figures)}</div>" if figures else ""


def curves(found: Mapping[str, Any]) -> str:
    """The chart of mouth and sound over time; nothing where the evaluator gave none."""
    fps, lines = numbers([found.get("fps")]), []
    for name in ("sound", "mouth"):
        values = numbers(listing(found.get(name)))[:3000]
        if not fps or fps[0] < 1e-3 or len(values) < 2:
            return ""
        seconds = len(values) / fps[0]
        across = 540 / (len(values) - 1)
        path = " ".join(f"{40 + at * across:.1f},{150 - 130 * min(max(v, 0), 1):.1f}" for at, v in enumerate(values))
        lines.append(f'<polyline fill=none stroke="var(--{name})" stroke-width=2 points="{path}"/>')
    step = max(1, round(seconds / 6))
    ticks = "".join(
        f"<text x={40 + 540 * at / seconds:.1f} y=170 text-anchor=middle>{at} s</text>"
        for at in range(0, int(seconds) + 1, step)
    )
    axes = "<line x1=40 x2=580 y1=150 y2=150 stroke='var(--line)'/><text x=34 y=26 text-anchor=end>1</text>"
    axes += "<text x=34 y=154 text-anchor=end>0</text>"
    key = "<p class=key><span><i style='background:var(--mouth)'></i>mouth, how open</span>"
    key += "<span><i style='background:var(--sound)'></i>voice, how loud</span></p>"
    picture = f"<svg viewBox='0 0 590 176' role=img>{axes}{ticks}{''.join(lines)}</svg>"
    return f"<div><h2>Mouth and voice</h2>{picture}{key}</div>"


def numbers(values: Iterable[Any]) -> list[float]:
    """The finite numbers among the values."""
    return [float(v) for v in values if isinstance(v, (int, float)) and not isinstance(v, bool) and abs(v) < 1e9]


def mebibytes(count: Any) -> str | None:
    """A size for people."""
    return f"{count / (1 << 20):.1f} MiB ({count} bytes)" if isinstance(count, int) else None


def measure_row(row: Mapping[str, Any]) -> list[str]:
    """The cells of one measure."""
    change = row["change"]
    worse = f"{change:+.1%}" if isinstance(change, (int, float)) else shown(change)
    verdict = (row["reason"] or "ok", "bad" if row["reason"] else "good") if row["judged"] else ("not judged", "none")
    figures = [cell(shown(value), "number") for value in (row["value"], row["limit"], row["baseline"], worse)]
    return [cell(row["name"]), *figures, cell(row["method"], "method"), cell(*verdict)]


def pairs(title: str, values: Mapping[str, Any]) -> str:
    """A table of names and values; nothing where no value is known."""
    known = [[cell(name), cell(shown(value))] for name, value in values.items() if value is not None]
    return f"<h2>{safe(title)}</h2>" + table(["Name", "Is"], known) if known else ""


def bullets(title: str, entries: Iterable[Any]) -> str:
    """A list under a heading; nothing where it is empty."""
    items = "".join(f"<li>{safe(entry)}</li>" for entry in entries)
    return f"<h2>{safe(title)}</h2><ul>{items}</ul>" if items else ""


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """A table of cells; nothing without rows."""
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    names = "".join(f"<th{' class=number' if name in NUMBERS else ''}>{safe(name)}</th>" for name in head)
    return f"<div class=scroll><table><tr>{names}</tr>{body}</table></div>" if body else ""


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
    if isinstance(value, bool):
        return "yes" if value else "no"
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
