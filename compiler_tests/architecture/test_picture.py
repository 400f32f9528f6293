"""The picture of docs/architecture.md shows the house as it is: every package, and each import downward or to the left."""

from __future__ import annotations

import re

import picture
from source import ROOT, area, modules
from test_imports import COMMAND_LINE, EVERYTHING, FACADE, MAY_IMPORT

RENEW = "run `python compiler_tests/architecture/picture.py`"
WHERE = {name: (n, m) for n, (_, rooms) in enumerate(picture.FLOORS) for m, (name, _) in enumerate(rooms)}


def test_every_package_has_its_room() -> None:
    packages = {area(name) for name in modules() if name not in FACADE} - COMMAND_LINE | {EVERYTHING}
    assert set(WHERE) == packages, "add it to FLOORS in compiler_tests/architecture/picture.py"


def test_imports_point_down_or_left_in_the_picture() -> None:
    upward = []
    for package, allowed in MAY_IMPORT.items():
        for other in allowed - {package}:
            (floor, room), (below, left) = WHERE[package], WHERE[other]
            if below < floor or (below == floor and left > room):
                upward.append(f"{package} imports {other}")
    assert upward == []


def test_the_picture_is_the_one_drawn() -> None:
    assert picture.HOME.read_text(encoding="utf-8") == picture.draw(), RENEW


def test_the_page_names_files_that_are_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:flowdsl|compiler_tests)/[\w./]+)`", text))
    assert len(named) > 10
    assert {name for name in named if not (ROOT / name).exists()} == set()
