"""Differences for people (text), for pull requests (Markdown) and for programs (JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from flowdsl.diff.model import Added, Changed, Difference, Impact, Removed
from flowdsl.diff.words import hide, label, text_lines, values

MARKDOWN_LIMIT = 65_000
"""Characters: a comment of GitHub has 65,536 at most."""
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_ICONS = {Impact.BREAKING: "🔴", Impact.BEHAVIOURAL: "🟡", Impact.COSMETIC: "⚪"}
_COLORS = {Impact.BREAKING: "31", Impact.BEHAVIOURAL: "33", Impact.COSMETIC: "90"}


def summary(found: Sequence[Difference]) -> str:
    """How many there are of each impact."""
    counts = [(level, sum(each.impact is level for each in found)) for level in reversed(Impact)]
    return ", ".join(f"{number} {level.word}" for level, number in counts if number) or "no differences"


def as_text(found: Sequence[Difference], *, color: bool = False) -> str:
    """A block for each document, a line for each difference, the diff within scripts below it; "" for none."""
    lines = []
    for document, group in groupby(found, key=lambda each: each.document):
        lines.append(_painted(str(document), "1", color))
        for each in group:
            lines.append(_painted(f"  {_line(each)}", _COLORS[each.impact], color))
            lines += [f"      {line}" for line in text_lines(each)]
        lines.append("")
    return "\n".join([*lines, summary(found), ""]) if found else ""


def _line(found: Difference) -> str:
    told = values(found)
    why = f": {found.why}" if found.why else ""
    return f"{_SIGNS[found.change]} {label(found)}{': ' + told if told else ''}  ({found.impact.word}{why})"


def _painted(text: str, code: str, color: bool) -> str:
    return f"\033[{code}m{text}\033[0m" if color else text


def as_markdown(found: Sequence[Difference], title: str = "Tekton differences", *, limit: int = MARKDOWN_LIMIT) -> str:
    """A comment: the summary, a table for each document, scripts folded away. Cut below `limit` characters."""
    head = f"### {title}\n\n"
    if not found:
        return f"{head}No differences in meaning.\n"
    text = f"{head}**{summary(found)}**\n"
    for block in _blocks(found):
        if len(text) + len(block) > limit:
            return f"{text}\n_The rest is too long for a comment: run `flowdsl diff` to see it._\n"
        text += block
    return text


def _blocks(found: Sequence[Difference]) -> Iterator[str]:
    for document, group in groupby(found, key=lambda each: each.document):
        yield f"\n#### {document.kind} `{document.name}`\n\n| | what | values |\n|---|---|---|\n"
        folded = []
        for each in group:
            why = f"<br>{_cell(each.why)}" if each.why else ""
            told = _code(values(each))
            yield f"| {_ICONS[each.impact]} {each.change} | {_cell(label(each))}{why} | {told} |\n"
            lines = text_lines(each)
            if lines:
                folded.append((label(each), lines))
        for name, lines in folded:
            body = "\n".join(lines)
            fence = "`" * (max((len(run) for run in _runs(body)), default=2) + 1)
            fence = fence if len(fence) >= 3 else "```"
            yield f"\n<details><summary>{_cell(name)}</summary>\n\n{fence}diff\n{body}\n{fence}\n\n</details>\n"


def _runs(text: str) -> list[str]:
    return ["".join(group) for char, group in groupby(text) if char == "`"]


def _cell(text: str) -> str:
    for char, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "\\|"), ("\n", " "), ("@", "@\u200b")):
        text = text.replace(char, safe)
    return text


def _code(text: str) -> str:
    """Values as code: nothing in them is markup, mentions nobody, ends the cell."""
    if not text:
        return ""
    fence = "`" * (max((len(run) for run in _runs(text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    line = text.replace("|", "\\|").replace("\n", " ")
    return f"{fence}{pad}{line}{pad}{fence}"


def as_data(found: Iterable[Difference]) -> dict[str, Any]:
    """The JSON contract: `summary` counts by impact, and `differences`."""
    items = list(found)
    return {
        "summary": {level.word: sum(each.impact is level for each in items) for level in reversed(Impact)},
        "differences": [_data(each) for each in items],
    }


def _data(found: Difference) -> dict[str, Any]:
    data: dict[str, Any] = {
        "document": {
            "kind": found.document.kind,
            "name": found.document.name,
            "namespace": found.document.namespace,
        },
        "change": found.change,
        "subject": found.subject.kind,
        "path": list(found.subject.path),
        "impact": found.impact.word,
        "message": label(found),
        "why": found.why,
    }
    if isinstance(found, (Removed, Changed)):
        data["before"] = hide(found, found.before)
    if isinstance(found, (Added, Changed)):
        data["after"] = hide(found, found.after)
    return data


def as_json(found: Iterable[Difference]) -> str:
    """The same as text."""
    return json.dumps(as_data(found), indent=2, ensure_ascii=False, default=str) + "\n"
