"""Diagnostics as text for people and as plain data for machines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from flowdsl.diagnostics.escape import line
from flowdsl.diagnostics.model import Finding, Location, Severity
from flowdsl.diagnostics.reading import NotReadError, read_file

SourceLine = Callable[[str, int], "str | None"]
"""The text of a line of a file, or None where there is none to show (a REPL, a deleted file, a secret)."""

WIDEST = 400
"""Characters of a source line that are shown: a generated file can be one line."""

# What Python takes for the end of a line. `splitlines` has more of them, a form feed for one.
_BREAK = re.compile("\r\n|[\n\r]")


def python_lines(text: str) -> list[str]:
    """The lines of a Python source without their ends, as tracebacks count them."""
    return _BREAK.split(text)


def source_line(file: str, line: int) -> str | None:
    """A line of a Python file on disk."""
    try:
        lines = python_lines(read_file(file).decode("utf-8", "replace"))
    except NotReadError:
        return None
    return lines[line - 1] if 1 <= line <= len(lines) else None


def render(diagnostics: Iterable[Finding], read: SourceLine = source_line) -> str:
    """All findings as text, sorted by place, with the source line of each and a closing count."""
    items = sorted(diagnostics, key=_order)
    if not items:
        return ""
    blocks = [render_one(item, read) for item in items]
    return "\n\n".join([*blocks, count(items)]) + "\n"


def render_one(item: Finding, read: SourceLine = source_line) -> str:
    """One finding as text."""
    lines = [f"{item.severity.value}[{item.code}]: {line(item.message)}"]
    if item.location:
        lines += _excerpt(item.location, read)
    if item.field:
        lines.append(f"  = at: {line(item.field)}")
    for words, place in item.related:
        lines.append(f"  = {line(words)}: {line(place)}")
    if item.hint:
        lines.append(f"  = hint: {line(item.hint)}")
    return "\n".join(lines)


def count(items: Iterable[Finding]) -> str:
    """The closing line: `2 errors, 1 warning`."""
    parts = []
    found = list(items)
    for severity in Severity:
        number = sum(item.severity is severity for item in found)
        if number:
            parts.append(f"{number} {severity.value}{'s' if number > 1 else ''}")
    return "found " + ", ".join(parts)


def as_data(item: Finding) -> dict[str, object]:
    """One finding as JSON-ready data."""
    place = item.location
    data: dict[str, object] = {
        "code": item.code,
        "severity": item.severity.value,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "path": item.field,
        "message": item.message,
        "hint": item.hint,
    }
    return data if item.fix is None else {**data, "fix": item.fix.as_data()}


def _order(item: Finding) -> tuple[str, int, int, str, str]:
    place = item.location or Location("", 0)
    return (place.file, place.line, place.column, item.code, item.message)


def _excerpt(place: Location, read: SourceLine) -> list[str]:
    lines = [f"  --> {line(place)}"]
    source = read(place.file, place.line)
    if source is None:
        return lines
    text, column = _around(source.rstrip(), place.column)
    number = str(place.line)
    margin = " " * len(number)
    lines += [f" {margin} |", f" {number} | {line(text)}"]
    if column:
        # Tabs are kept so that the caret stands under its character whatever the terminal's tab width.
        lead = "".join("\t" if char == "\t" else " " for char in line(text[: column - 1]))
        lines.append(f" {margin} | {lead}^")
    return lines


def _around(text: str, column: int) -> tuple[str, int]:
    """What is shown of a line, and where the column is in that: of one that is too long the part around the column."""
    if len(text) <= WIDEST:
        return text, column
    first = min(max(column - 1 - WIDEST // 2, 0), len(text) - WIDEST)
    before, after = "…" if first else "", "…" if first + WIDEST < len(text) else ""
    return f"{before}{text[first : first + WIDEST]}{after}", column and column - first + len(before)
