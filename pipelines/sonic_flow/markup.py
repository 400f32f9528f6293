"""Pieces of an HTML page. All text that comes from a run is escaped here, and nowhere else."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

NUMBERS = ("Value", "Limit", "Baseline")
"""The columns that are set as numbers."""


def pairs(title: str, values: Mapping[str, object]) -> str:
    """A table of names and values; nothing where no value is known."""
    known = [[cell(name), cell(shown(value))] for name, value in values.items() if value is not None]
    return f"<h2>{safe(title)}</h2>" + table(["Name", "Is"], known) if known else ""


def bullets(title: str, entries: Iterable[object]) -> str:
    """A list under a heading; nothing where it is empty."""
    items = "".join(f"<li>{safe(entry)}</li>" for entry in entries)
    return f"<h2>{safe(title)}</h2><ul>{items}</ul>" if items else ""


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """A table of cells; nothing without rows."""
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    names = "".join(f"<th{' class=number' if name in NUMBERS else ''}>{safe(name)}</th>" for name in head)
    return f"<div class=scroll><table><tr>{names}</tr>{body}</table></div>" if body else ""


def cell(content: object, look: str = "") -> str:
    """One table cell. `look` is a class of ours, never text from a run."""
    return f"<td class={look}>{safe(content)}</td>" if look else f"<td>{safe(content)}</td>"


def shown(value: object) -> str:
    """A value for people."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e15 else str(value)


def safe(content: object) -> str:
    """Text that can't be markup."""
    return html.escape(str(content), quote=True)
