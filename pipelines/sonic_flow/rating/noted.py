"""What the gate and the report take of people's ratings: the note that the task `keep_rating` left."""

from __future__ import annotations

from pathlib import Path

from sonic_flow.measures import OF_PEOPLE, Measure, method, number
from sonic_flow.notes import load, mapping

OFF = "off"
"""The value of `rating` by which nobody is asked."""


def with_people(metrics: dict[str, object], record: Path) -> dict[str, object]:
    """The evaluator's note with what people said beside it: `people` has that in words. Unchanged without a note."""
    note, _ = load(record / "rating.json")
    if not note:
        return metrics
    measures = {**mapping(metrics.get("metrics")), **noted(record)}
    return {**metrics, "metrics": measures, "people": str(note.get("told", ""))}


def noted(record: Path, *, asked: bool = True) -> dict[str, Measure]:
    """What people said; nothing where nobody was asked, or too few came: a measure that is missing stops the clip."""
    note, _ = load(record / "rating.json") if asked else ({}, "")
    found: dict[str, Measure] = {}
    for name, metric in mapping(note.get("metrics")).items():
        if name in OF_PEOPLE and (value := number(metric)) is not None:
            found[name] = {"value": value, "method": method(metric)}
    return found
