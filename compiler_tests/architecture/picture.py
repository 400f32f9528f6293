"""The picture of docs/architecture.md: the packages as floors of a house. `python compiler_tests/architecture/picture.py`."""

from __future__ import annotations

from html import escape
from pathlib import Path

HOME = Path(__file__).parents[2] / "docs" / "pictures" / "architecture.svg"
WIDTH, FLOOR, GAP, LEFT = 1040, 74, 12, 120

# Floors from the roof down: what a floor is for, and its rooms with a few words each.
FLOORS: list[tuple[str, list[tuple[str, str]]]] = [
    (
        "commands",
        [
            ("cli", "options and printing, a file a command"),
            ("testing", "a pytest plugin: fakes, coverage of branches"),
        ],
    ),
    ("programs", [("library", "load, compile, lint, diff, import_yaml, run, apply, submit")]),
    (
        "uses",
        [
            ("importer", "YAML → Python"),
            ("differ", "by meaning"),
            ("linter", "files, fixes, reports"),
            ("runner", "Tekton's semantics here"),
            ("kubeclient", "a cluster's API"),
        ],
    ),
    ("order", [("compiler", "the stages in order: trace, slice, passes, lower, check, write")]),
    (
        "stages",
        [
            ("frontend", "decorators, trace, slices"),
            ("passes", "IR → IR"),
            ("lower", "IR → fields"),
            ("emit", "fields → bytes"),
            ("yamlread", "bytes → fields, places"),
            ("view", "how a run looks"),
        ],
    ),
    (
        "facts",
        [
            ("graph", "the DAG, pictures"),
            ("check", "admission, pitfalls: the rules"),
            ("machine", "what a run decides"),
            ("worlds", "all that runs can come to"),
            ("events", "what starts a run"),
        ],
    ),
    (
        "values",
        [("ir", "frozen attrs: what was traced"), ("kinds", "models of the API's objects, a table of all kinds")],
    ),
    (
        "words",
        [
            ("kube", "names, quantities, durations, conventions"),
            ("celgo", "filters of events"),
            ("packages", "requirements, locks"),
            ("decide", "conditions, evaluated"),
        ],
    ),
    ("ground", [("diagnostics", "findings, codes and their pages, exit codes, escapes")]),
]
STYLE = """
.page { fill: #ffffff } .room { fill: #eef2ff; stroke: #4f46e5; stroke-width: 1.2 } .name { font: 600 17px sans-serif; fill: #1e1b4b }
.about { font: 13px sans-serif; fill: #374151 } .side { font: italic 14px sans-serif; fill: #6b7280 } .down { stroke: #6b7280; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
.page { fill: #0f172a } .room { fill: #1e1b4b; stroke: #a5b4fc } .name { fill: #e0e7ff } .about { fill: #cbd5e1 }
.side { fill: #94a3b8 } .down { stroke: #94a3b8 } }
"""


def _room(x: float, y: float, width: float, name: str, about: str) -> str:
    middle = x + width / 2
    # Long words go on two lines in a narrow room.
    lines = [about]
    if len(about) * 6.4 > width - 16 and " " in about:
        cut = about.rfind(" ", 0, len(about) // 2 + 6)
        lines = [about[:cut], about[cut + 1 :]]
    texts = "".join(
        f'<text class="about" x="{middle:.0f}" y="{y + 42 + 16 * n:.0f}" text-anchor="middle">{escape(line)}</text>'
        for n, line in enumerate(lines)
    )
    return (
        f'<rect class="room" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{FLOOR}" rx="8"/>'
        f'<text class="name" x="{middle:.0f}" y="{y + 24:.0f}" text-anchor="middle">{escape(name)}</text>{texts}'
    )


def _floor(y: float, about: str, rooms: list[tuple[str, str]]) -> str:
    width = (WIDTH - LEFT - 20 - GAP * (len(rooms) - 1)) / len(rooms)
    drawn = [_room(LEFT + n * (width + GAP), y, width, *room) for n, room in enumerate(rooms)]
    return f'<text class="side" x="40" y="{y + FLOOR / 2 + 5:.0f}">{escape(about)}</text>' + "".join(drawn)


def draw() -> str:
    """The picture as SVG text."""
    height = 20 + len(FLOORS) * (FLOOR + GAP) + 30
    floors = [_floor(20 + n * (FLOOR + GAP), *floor) for n, floor in enumerate(FLOORS)]
    arrow = (
        f'<line class="down" x1="20" y1="24" x2="20" y2="{height - 50}"/>'
        f'<path class="down" fill="none" d="M14 {height - 60} L20 {height - 50} L26 {height - 60}"/>'
        f'<text class="side" x="12" y="{height - 14}">every import points downward, or to the left on one floor; '
        "the rooms under “uses” know nothing of each other</text>"
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="flowdsl, floor by floor">'
    body = "\n".join([f'<rect class="page" width="{WIDTH}" height="{height}"/>', *floors, arrow])
    return f"{head}\n<style>{STYLE}</style>\n{body}\n</svg>\n"


if __name__ == "__main__":
    HOME.parent.mkdir(exist_ok=True)
    HOME.write_text(draw(), encoding="utf-8")
