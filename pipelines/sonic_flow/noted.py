"""The notes of a run, as the report and MLflow want them. Whatever a note holds, reading it fails nothing."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path

from sonic_flow.measures import number
from sonic_flow.notes import load, load_clip, mapping
from sonic_flow.page import Summary
from sonic_flow.rating.noted import with_people


def summarised(
    run: str, uid: str, status: str, tasks: list[str], record: Path
) -> tuple[Summary, bytes, dict[str, object], dict[str, object]]:
    """What is known of a run, its clip, the evaluator's whole answer, and what was heard: all that the page shows.

    `tasks` has one `name=status` for each.
    """
    inference, metrics, gate = (load(record / f"{name}.json") for name in ("inference", "metrics", "gate"))
    evaluation, _ = load(record / "evaluation.json")  # what an evaluator may add for people; most do not
    heard, _ = load(record / "words.json")
    clip, gap = load_clip(record / "clip.mp4")
    summary = Summary(
        run=run,
        uid=uid,
        status=status,
        tasks={name: ended for name, _, ended in (entry.partition("=") for entry in tasks)},
        gaps=[each for each in (inference[1], metrics[1], gate[1], gap) if each],
        clip={"bytes": len(clip), "sha256": hashlib.sha256(clip).hexdigest()} if clip else {},
        versions={"evaluator": evaluation.get("version"), "report": f"Python {platform.python_version()}"},
        inference=inference[0],
        metrics=with_heard(with_people(metrics[0], record), heard),
        gate=gate[0],
    )
    return summary, clip, evaluation, heard


def with_heard(metrics: dict[str, object], heard: dict[str, object]) -> dict[str, object]:
    """The evaluator's note with the measure of `transcribe`, or the reason why there is none, beside its own."""
    found = {name: more for name in ("metrics", "not_made") if (more := mapping(heard.get(name)))}
    return {**metrics, **{name: {**mapping(metrics.get(name)), **more} for name, more in found.items()}}


def params_of(record: Path) -> dict[str, str]:
    """What the clip was made with, by name: the settings, and the model's image."""
    inference = load(record / "inference.json")[0]
    found = {f"settings.{name}": text(value) for name, value in mapping(inference.get("settings")).items()}
    return {**found, "model": str(inference["model"])} if "model" in inference else found


def measures_of(summary: Summary) -> dict[str, float]:
    """Every number of a run: its measures, and what making and measuring the clip took."""
    found = {name: number(value) for name, value in mapping(summary["metrics"].get("metrics")).items()}
    found["inference_seconds"] = number(summary["inference"].get("elapsed_seconds"))
    found["evaluation_seconds"] = number(summary["metrics"].get("elapsed_seconds"))
    found["peak_memory_bytes"] = number(summary["inference"].get("peak_memory_bytes"))
    return {name: value for name, value in found.items() if value is not None}


def tags_of(summary: Summary) -> dict[str, str]:
    """What a run is searched by: commit, image, test input, verdict, and how each task ended."""
    inference, metrics, gate = summary["inference"], summary["metrics"], summary["gate"]
    origin = mapping(metrics.get("origin"))
    image = str(inference.get("model", ""))
    known = {
        "flowdsl.run": summary["run"],
        "mlflow.source.name": "flowdsl/sonic",
        "mlflow.source.type": "JOB",
        "mlflow.source.git.commit": origin.get("revision"),
        "image": image,
        "image.digest": image.partition("@")[2],
        "service": inference.get("service"),
        "evaluator": metrics.get("evaluator"),
        "gate": gate.get("verdict"),
        "clip.sha256": summary["clip"].get("sha256"),
    }
    inputs = {f"assets.{name}.sha256": value for name, value in mapping(origin.get("inputs")).items()}
    tasks = {f"task.{name}": value for name, value in summary["tasks"].items()}
    return dict(worded({**known, **inputs, **tasks}))


def texts_of(record: Path) -> dict[str, str]:
    """What a version of the model says of itself: the source's commit, and what it was measured on."""
    origin = mapping(load(record / "metrics.json")[0].get("origin"))
    inputs = {f"assets.{name}.sha256": value for name, value in mapping(origin.get("inputs")).items()}
    return dict(worded({"commit": origin.get("revision"), **inputs}))


def worded(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Those of the values that say something, as one line of text each."""
    for name, value in values.items():
        if value is not None and str(value).strip():
            yield name, " ".join(str(value).split())


def text(value: object) -> str:
    """A value as JSON spells it, texts as they are."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)
