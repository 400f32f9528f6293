"""A run as HTML, for notebooks: a table of its tasks, what it gave below it. Whatever others wrote is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from flowdsl.diagnostics.escape import markup

_COLORS = {
    "succeeded": "#1a7f37",
    "restored": "#1a7f37",
    "failed": "#cf222e",
    "ignored": "#9a6700",
    "cancelled": "#8250df",
    "running": "#0969da",
    "queued": "#9a6700",
}
_GREY = "#6e7781"
_CELL = "text-align:left;padding:1px 12px 1px 0"
_MOST = 2000  # rows of a table; a browser has no use for more


@attrs.frozen
class TaskRow:
    """A line of the table: `state` in the words of `flowdsl.view.events`, `took` and `told` for people."""

    name: str
    state: str
    took: str = ""
    told: str = ""


def run_html(title: str, state: str, rows: Iterable[TaskRow], values: Mapping[str, object] | None = None) -> str:
    """The whole: how the run is, its tasks, and values by name, such as its results."""
    every = list(rows)
    lines = [_row(each) for each in every[:_MOST]]
    if len(every) > _MOST:
        lines.append(f'<tr><td colspan="4" style="{_CELL}">… {len(every) - _MOST} more</td></tr>')
    given = [
        f'<tr><td style="{_CELL}"><code>{markup(name)}</code></td><td style="{_CELL}">{_value(value)}</td></tr>'
        for name, value in (values or {}).items()
    ]
    below = f'<table style="border:0">{"".join(given)}</table>' if given else ""
    return (
        f'<div class="flowdsl-run"><b>{markup(title)}</b> {_state(state)}'
        f'<table style="border:0">{"".join(lines)}</table>{below}</div>'
    )


def text_html(text: str) -> str:
    """Text of several lines."""
    lines = "\n".join(map(markup, text.split("\n")))
    return f"<pre>{lines}</pre>"


def _row(row: TaskRow) -> str:
    cells = (markup(row.name), _state(row.state), markup(row.took), f"<code>{markup(row.told)}</code>")
    columns = [f'<td style="{_CELL}">{each}</td>' for each in cells]
    return f"<tr>{''.join(columns)}</tr>"


def _state(state: str) -> str:
    return f'<span style="color:{_COLORS.get(state.lower(), _GREY)}">{markup(state)}</span>'


def _value(value: object) -> str:
    text = str(value)
    return markup(text if len(text) <= 1000 else f"{text[:1000]}…")
