"""The targets that a compile gives what starts a pipeline to."""

from __future__ import annotations

from collections.abc import Iterable

from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.ir.settings import EVENT_TARGETS as TARGETS


def targets(asked: Iterable[str]) -> tuple[str, ...]:
    """The targets by their names, several with commas between, each once. Raises UsageError."""
    names = [name.strip() for each in asked for name in each.split(",")]
    for name in names:
        if name not in TARGETS:
            there = f"there is: {', '.join(TARGETS)}"
            raise UsageError(f"{name!r} is nothing that events are written for; {did_you_mean(name, TARGETS, there)}")
    return tuple(dict.fromkeys(names))
