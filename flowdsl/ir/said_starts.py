"""What starts a run, in words: for a picture, `explain`, and whoever reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import attrs

from flowdsl.ir.events import (
    Beginning,
    Compared,
    EventField,
    EventFilter,
    Every,
    Joined,
    Matching,
    Opposite,
    Scalar,
    Schedule,
    Start,
    Trigger,
    Truth,
    Within,
    called,
)
from flowdsl.ir.texts import as_text


@attrs.frozen
class SaidStart:
    """One of what starts a run: `what` is one line, `only` what has to hold besides, `params` as they were written."""

    kind: str
    name: str
    what: str
    only: tuple[str, ...]
    params: Mapping[str, str]
    location: str


def said(start: Start) -> SaidStart:
    """The words of one start."""
    params = {name: _value(value) for name, value in start.params.items()}
    if isinstance(start, Schedule):
        return SaidStart("schedule", called(start), _times(start), _times_only(start), params, str(start.location))
    what, only = _what(start), _only(start)
    return SaidStart(start.happening, called(start), what, only, params, str(start.location))


def _times(start: Schedule) -> str:
    return f"schedule {start.cron} ({start.timezone})"


def _times_only(start: Schedule) -> tuple[str, ...]:
    said = {
        "suspended: it starts nothing": start.suspend,
        "not while its last run goes on": start.overlap == "forbid",
    }
    return tuple(words for words, holds in said.items() if holds)


def _what(start: Trigger) -> str:
    where = _listed(start.branch)
    return {
        "push": f"push to {where or 'any branch'}",
        "tag": f"tag {_listed(start.tags) or 'of any name'}",
        "pull_request": f"pull request into {where or 'any branch'}",
        "webhook": f"webhook /{start.name}",
        "bucket": f"new object {start.bucket}/{start.prefix}*{start.suffix}",
    }[start.happening]


def _only(start: Trigger) -> tuple[str, ...]:
    said = (
        f"files changed: {_listed(start.paths)}" if start.paths else "",
        "" if start.draft is None else ("drafts alone" if start.draft else "no drafts"),
        f"from a fork only with the label {start.fork_label}" if start.fork_label else "",
        f"from a fork only once a maintainer comments {start.fork_comment}" if start.fork_comment else "",
        f"only if {filter_text(start.filter)}" if start.filter is not None else "",
        "ends older runs of the same branch" if start.cancel_in_progress else "",
        "" if start.verify else "the sender is not checked",
    )
    return tuple(words for words in said if words)


def _listed(patterns: tuple[str, ...]) -> str:
    return ", ".join(patterns)


def _value(value: object) -> str:
    if isinstance(value, EventField):
        return str(value)
    if isinstance(value, Joined):
        return "".join(f"{{{part}}}" if isinstance(part, EventField) else part for part in value.parts)
    text = as_text(value)
    return text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)


def filter_text(
    condition: EventFilter,
    field: Callable[[EventField], str] = str,
    constant: Callable[[Scalar], str] = repr,
) -> str:
    """A filter as it is written in Python; `field` and `constant` say how its parts are."""
    if isinstance(condition, Truth):
        return field(condition.field)
    if isinstance(condition, Compared):
        right = condition.right
        written = field(right) if isinstance(right, EventField) else constant(right)
        return f"{field(condition.left)} {condition.sign} {written}"
    if isinstance(condition, Within):
        return f"{field(condition.field)}.isin({', '.join(map(constant, condition.values))})"
    if isinstance(condition, Matching):
        return f"{field(condition.field)}.matches({constant(condition.pattern)})"
    if isinstance(condition, Beginning):
        return f"{field(condition.field)}.startswith({', '.join(map(constant, condition.prefixes))})"
    if isinstance(condition, Opposite):
        return f"~({filter_text(condition.part, field, constant)})"
    sign = " & " if isinstance(condition, Every) else " | "
    return sign.join(f"({filter_text(part, field, constant)})" for part in condition.parts)
