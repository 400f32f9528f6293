"""The report as one HTML page without anything from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypedDict

from sonic_flow.markup import bullets, cell, pairs, safe, shown, table
from sonic_flow.measures import left_out
from sonic_flow.notes import listing, mapping, numbers
from sonic_flow.page_style import STYLE
from sonic_flow.timeline import STYLE as AXIS
from sonic_flow.timeline import timeline, track

LOOKS = {"Succeeded": "good", "Completed": "good", "Failed": "bad"}
LIMITS = {"lower": "≤ {}", "higher": "≥ {}", "zero": "±{}"}
FRAMES, POINTS = 16, 3000
"""How many pictures and values of a curve are shown, whatever the evaluator sends."""


class Summary(TypedDict):
    """What is known of a run: `report.json`. The last three are the notes of the tasks, as they left them."""

    run: str
    uid: str
    status: str
    tasks: dict[str, str]
    gaps: list[str]
    clip: dict[str, object]
    versions: dict[str, object]
    inference: dict[str, object]
    metrics: dict[str, object]
    gate: dict[str, object]


@dataclass(frozen=True)
class Row:
    """One measure, and what the gate made of it: `check` is empty where it has no rule."""

    name: str
    metric: Mapping[str, object]
    check: Mapping[str, object]

    def value(self) -> str:
        """The value, or that there is none: a measure with a rule that is missing stops the clip."""
        value = self.metric.get("value")
        return "missing" if value is None else shown(value)

    def limit(self) -> str:
        """The limit, with the side on which it is good."""
        limit = self.check.get("limit")
        return "none" if limit is None else LIMITS.get(str(self.check.get("better")), "{}").format(shown(limit))

    def baseline(self) -> str:
        """The baseline's value."""
        value = self.check.get("baseline")
        return "none" if value is None else shown(value)

    def difference(self) -> str:
        """How the value compares with the baseline's, in words."""
        return str(self.check.get("difference") or "not compared")

    def verdict(self) -> tuple[str, str]:
        """The gate's word on it, and how that looks."""
        if not self.check:
            return "no rule", "none"
        reason = self.check.get("reason")
        return (str(reason), "bad") if reason else ("ok", "good")


def rows(summary: Summary) -> list[Row]:
    """One row a measure: those the gate judged, then the others that were measured."""
    metrics = mapping(summary["metrics"].get("metrics"))
    checks = [check for check in listing(summary["gate"].get("checks")) if isinstance(check, dict)]
    judged = {str(check.get("metric")): check for check in checks}
    names = [*judged, *(name for name in metrics if name not in judged)]
    return [Row(name, mapping(metrics.get(name)), judged.get(name, {})) for name in names]


def notices(summary: Summary) -> Iterator[str]:
    """What is to be said of the measures as a whole: what they are compared with, and which were not made and why."""
    baseline = summary["gate"].get("baseline")
    if isinstance(baseline, dict):
        yield f"baseline: {baseline.get('told')}"
    elif summary["gate"]:
        yield "baseline: none, only limits count"
    not_made = mapping(summary["metrics"].get("not_made"))
    if people := summary["metrics"].get("people"):
        yield f"people: {people}"
    if not_made:
        yield f"not made: {left_out(not_made)}"


NONE: Mapping[str, object] = {}


def render(
    summary: Summary,
    clip: bytes = b"",
    evaluation: Mapping[str, object] | None = None,
    heard: Mapping[str, object] = NONE,
) -> str:
    """The page. `evaluation` is the evaluator's whole answer: pictures and curves, where it gave them.

    `heard` is the note of `transcribe`: where it has words, they stand with the pictures on one axis of time.
    """
    gate, inference, more = summary["gate"], summary["inference"], evaluation or {}
    passed = {"True": "good", "False": "bad"}.get(str(gate.get("passed")), "none")
    parts = [
        f"<h1>{safe(summary['run'])} <span class={look(summary['status'])}>{safe(summary['status'])}</span></h1>",
        f"<p class=id>{safe(summary['uid'])}</p>",
        f"<p class='verdict {passed}'>Gate: {safe(gate.get('verdict', 'did not decide'))}</p>",
        stand_in(inference.get("service")),
        stage(clip, curves(mapping(more.get("curves"))), track(heard)),
        (along := timeline(heard, more)),
        "" if along else strip(listing(more.get("frames"))),
        measures(summary),
        bullets("Warnings", listing(inference.get("warnings"))),
        "<h2>Tasks</h2>",
        table(["Task", "Status"], [[cell(n), cell(shown_status(s), look(s))] for n, s in summary["tasks"].items()]),
        pairs("Settings", mapping(inference.get("settings"))),
        pairs("Run", facts(summary)),
        hashes(summary),
        bullets("Not known", summary["gaps"]),
    ]
    head = f"<title>{safe(summary['run'])}</title><meta name=viewport content='width=device-width'>"
    start = f"<!doctype html><html lang=en><meta charset=utf-8>{head}<style>{STYLE}{AXIS if along else ''}</style>"
    return start + "\n".join(part for part in parts if part) + "</html>\n"


def measures(summary: Summary) -> str:
    """The table of measures with its notices. What nothing was compared with has no columns for it."""
    found, said = rows(summary), [f"{text[0].upper()}{text[1:]}." for text in notices(summary)]
    if not found and not said:
        return ""
    compared = any(row.check.get("baseline") is not None for row in found)
    names = ["Measure", "Value", "Limit", *(["Baseline", "Against it"] if compared else []), "Method", "Verdict"]
    body = []
    for row in found:
        change = cell(row.difference(), "change" if row.check.get("change") is not None else "")
        beside = [cell(row.baseline(), "number"), change] if compared else []
        figures = [cell(row.value(), "number"), cell(row.limit(), "number"), *beside]
        method = cell(row.metric.get("method") or "not known", "method")
        body.append([cell(row.name, "name" if len(row.name) < 40 else ""), *figures, method, cell(*row.verdict())])
    return "<h2>Measures</h2>" + table(names, body) + "".join(f"<p class=said>{safe(text)}</p>" for text in said)


def facts(summary: Summary) -> dict[str, object]:
    """What made the clip and measured it, and what that took."""
    inference, metrics = summary["inference"], summary["metrics"]
    return {
        "Model": inference.get("model"),
        "Source": mapping(metrics.get("origin")).get("revision"),
        "Service": inference.get("service"),
        "Evaluator": metrics.get("evaluator"),
        "Evaluator's version": summary["versions"].get("evaluator"),
        "Report made by": summary["versions"].get("report"),
        "Speech, seconds": inference.get("speech_seconds"),
        "Inference, seconds": inference.get("elapsed_seconds"),
        "Evaluation, seconds": metrics.get("elapsed_seconds"),
        "Peak memory": mebibytes(inference.get("peak_memory_bytes")),
        "Clip": mebibytes(summary["clip"].get("bytes")),
    }


def hashes(summary: Summary) -> str:
    """The SHA-256 of what went in and came out."""
    known = dict(mapping(summary["inference"].get("sha256")))
    if summary["clip"].get("sha256"):
        known["video"] = summary["clip"]["sha256"]
    body = [[cell(name), cell(value, "hash")] for name, value in known.items()]
    return "<h2>SHA-256</h2>" + table(["File", "Hash"], body) if body else ""


def stand_in(service: object) -> str:
    """A plain word where the clip was not made by Sonic."""
    if "stand-in" not in str(service):
        return ""
    return f"<p class=note>This clip was not made by Sonic. It comes from {safe(service)}.</p>"


def stage(clip: bytes, chart: str, subtitles: str = "") -> str:
    """The clip to play, and beside it how mouth and sound went together."""
    data = base64.b64encode(clip).decode()
    video = f'<video controls loop preload=auto src="data:video/mp4;base64,{data}">{subtitles}</video>' if clip else ""
    return f"<div class=stage>{video}{chart}</div>" if video or chart else ""


def strip(frames: list[object]) -> str:
    """Pictures from the clip in a row. What is no base64 is left out."""
    figures = []
    for frame in frames[:FRAMES]:
        jpeg, seconds = mapping(frame).get("jpeg"), mapping(frame).get("seconds")
        try:
            base64.b64decode(str(jpeg), validate=True)
        except ValueError:
            continue
        image = f'<img alt="" src="data:image/jpeg;base64,{safe(jpeg)}"/>'
        figures.append(f"<figure>{image}<figcaption>{safe(shown(seconds))} s</figcaption></figure>")
    return f"<h2>Pictures</h2><div class=strip>{''.join(figures)}</div>" if figures else ""


def curves(found: Mapping[str, object]) -> str:
    """The chart of mouth and sound over time; nothing where the evaluator gave none."""
    fps, lines = numbers([found.get("fps")]), []
    for name in ("sound", "mouth"):
        values = numbers(listing(found.get(name)))[:POINTS]
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


def mebibytes(count: object) -> str | None:
    """A size for people."""
    return f"{count / (1 << 20):.1f} MiB ({count} bytes)" if isinstance(count, int) else None


def look(status: str) -> str:
    """The class that colours a status."""
    return LOOKS.get(status, "none")


def shown_status(status: str) -> str:
    """Tekton says None of a task that did not run."""
    return "did not run" if status == "None" else status
