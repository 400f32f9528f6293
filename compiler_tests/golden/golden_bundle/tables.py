"""What the package's files say."""

from __future__ import annotations

import csv
from importlib.resources import files

from .marks import MARK


def unused() -> int:
    """A module that reads files travels whole."""
    return 1


def look_up(word: str) -> str:
    """The second column of a word's row, marked as a file of bytes has it."""
    rows = csv.reader((files(__package__) / "table.csv").read_text("utf-8").splitlines())
    found = {row[0]: row[1] for row in rows}
    mark = (files(__package__) / "mark.bin").read_bytes()
    return f"{found[word]} {mark.hex()} {MARK}"
