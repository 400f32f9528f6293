"""Where a key stands in TOML: Python's reader gives values without their lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

_KEY = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_PATH = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_HEADER = re.compile(rf"[ \t]*\[\[?[ \t]*({_PATH})[ \t]*\]\]?")
_ASSIGNED = re.compile(rf"[ \t]*({_PATH})[ \t]*=")
_PART = re.compile(_KEY)


def line_of(text: str, path: Sequence[str]) -> int:
    """The line of a key by its path from the top, or of the nearest that holds it; 1 where nothing of it is found.

    What stands within an inline table is at the line of the key that has the table.
    """
    found, depth = 1, 0
    table: list[str] = []
    quotes = ""
    for number, line in enumerate(text.splitlines(), 1):
        if quotes:  # within a text of several lines
            quotes = "" if line.count(quotes) % 2 else quotes
            continue
        header, assigned = _HEADER.match(line), _ASSIGNED.match(line)
        if header:
            table = here = _parts(header[1])
        elif assigned:
            here = [*table, *_parts(assigned[1])]
            quotes = next((each for each in ('"""', "'''") if line.count(each) % 2), "")
        else:
            continue
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(here, path, strict=False)))
        if common > depth:
            found, depth = number, common
    return found


def _parts(path: str) -> list[str]:
    return [_plain(each) for each in _PART.findall(path)]


def _plain(key: str) -> str:
    return key[1:-1] if key[:1] in ("'", '"') else key
