"""Differences for people (text), for pull requests (Markdown) and for programs (JSON)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from flowdsl.diagnostics import escape
from flowdsl.diagnostics.escape import line, markdown, markdown_block, markdown_cell
from flowdsl.differ.model import Added, Changed, Difference, Impact, Removed
from flowdsl.differ.words import hide, label, text_lines, values

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
        lines.append(_painted(line(document), "1", color))
        for each in group:
            lines.append(_painted(f"  {_line(each)}", _COLORS[each.impact], color))
            lines += [f"      {line(told)}" for told in text_lines(each)]
        lines.append("")
    text = "\n".join([*lines, summary(found), ""]) if found else ""
    return text if color else escape.block(text)


def _line(found: Difference) -> str:
    told = values(found)
    why = f": {found.why}" if found.why else ""
    return line(f"{_SIGNS[found.change]} {label(found)}{': ' + told if told else ''}  ({found.impact.word}{why})")


def _painted(text: str, code: str, color: bool) -> str:
    return f"\033[{code}m{text}\033[0m" if color else text


def as_markdown(found: Sequence[Difference], title: str = "Tekton differences", *, limit: int = MARKDOWN_LIMIT) -> str:
    """A comment: the summary, a table for each document, scripts folded away. Cut below `limit` characters.

    `title` is Markdown: whoever puts names of others into it escapes them.
    """
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
        yield f"\n#### {markdown(document)}\n\n| | what | values |\n|---|---|---|\n"
        folded = []
        for each in group:
            why = f"<br>{markdown_cell(each.why)}" if each.why else ""
            told = markdown_cell(values(each))
            yield f"| {_ICONS[each.impact]} {each.change} | {markdown_cell(label(each))}{why} | {told} |\n"
            lines = text_lines(each)
            if lines:
                folded.append((label(each), lines))
        for name, lines in folded:
            body = markdown_block("\n".join(lines), "diff")
            yield f"\n<details><summary><code>{escape.markup(name)}</code></summary>\n\n{body}\n\n</details>\n"


def as_data(found: Iterable[Difference]) -> dict[str, object]:
    """The JSON contract: `summary` counts by impact, and `differences`."""
    items = list(found)
    return {
        "summary": {level.word: sum(each.impact is level for each in items) for level in reversed(Impact)},
        "differences": [_data(each) for each in items],
    }


def _data(found: Difference) -> dict[str, object]:
    data: dict[str, object] = {
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


def as_json(found: Iterable[Difference], more: Mapping[str, object] | None = None) -> str:
    """The same as text; `more` is what stands beside it."""
    return escape.json_text({**as_data(found), **(more or {})}, indent=2, default=str) + "\n"
