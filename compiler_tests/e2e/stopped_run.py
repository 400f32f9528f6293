"""The picture of docs/gates.md, a run that its gate stopped: `python compiler_tests/e2e/stopped_run.py` draws it."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
HOME = DOCS / "pictures" / "stopped-run.svg"
LINE, EDGE, CHARACTER = 22, 26, 8.43
COLOURS = {"skipped": "#f2c55c", "did not run": "#ff8f87", "does not hold": "#ff8f87", "succeeded": "#8fdc9a"}
STYLE = (
    "text { font: 14px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; white-space: pre; fill: #d7dce5 }"
)


def shown() -> list[str]:
    """What the first sample of the page prints when it runs: durations, which differ, are 0.2s."""
    sample = (DOCS / "gates.md").read_text("utf-8").partition('title="release.py"\n')[2].partition("```")[0]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "release.py").write_text(sample)
        command = [sys.executable, "release.py", "run", "--name", "it", "--jobs", "1", "--no-logs"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    text = re.sub(r"after [0-9.]+s", "after 0.2s", done.stdout)
    return ["$ python release.py run --name it --no-logs", *text.rstrip().splitlines()]


def drawn(lines: list[str]) -> str:
    """The lines as a terminal shows them."""
    width = round(2 * EDGE + CHARACTER * max(map(len, lines)))
    height = 2 * EDGE + LINE * len(lines)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">',
        f"<title>A run that its gate stopped</title><style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" rx="10" fill="#1d2330"/>',
    ]
    for number, line in enumerate(lines):
        colour = next((colour for word, colour in COLOURS.items() if word in line), "")
        fill = f' style="fill: {colour}"' if colour else ""
        parts.append(f'<text x="{EDGE}" y="{EDGE + LINE * number + 16}"{fill}>{escape(line)}</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    HOME.write_text(drawn(shown()), "utf-8")
