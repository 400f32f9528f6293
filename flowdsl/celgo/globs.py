"""Globs as github.com/gobwas/glob v0.2.3 compiles them without separators: `*` goes past a slash."""

from __future__ import annotations

import functools
import re

from .tree import CelError, CelLimitError

_PART = re.compile(r"\\.|\[!?[^\]\\]-[^\]\\]\]|\[!?(?:\\.|[^\]\\])+\]|\*+|.", re.DOTALL)
_MOST = 40
"""Wildcards of one glob: Python's engine tries them against each other."""


@functools.lru_cache(maxsize=256)
def glob_regex(glob: str) -> re.Pattern[str]:
    """A glob as a pattern for the whole of a text. Raises CelError for what is none."""
    made, depth, stars = "", 0, 0
    for part in (found[0] for found in _PART.finditer(glob)):
        sign = part[0]
        if sign == "*":
            made, stars = made + ".*", stars + 1
        elif part == "?":
            made += "."
        elif sign == "[":
            made += _signs(part)
        elif part == "{":
            made, depth = made + "(?:", depth + 1
        elif part == "}" and depth:
            made, depth = made + ")", depth - 1
        elif part == "," and depth:
            made += "|"
        elif part == "\\":  # the last sign
            continue
        else:
            made += re.escape(part[1:] if sign == "\\" else part)
    made += ")" * depth
    if stars > _MOST:
        raise CelLimitError("a glob of so many '*' is not tried here")
    # Wildcards in a row are one, whatever stands for nothing between them.
    return re.compile(made, re.DOTALL)


def _signs(part: str) -> str:
    if len(part) == 1:
        raise CelError("a '[' is not closed")
    inner = part[1:-1]
    turned = inner.startswith("!")
    inner = inner[1:] if turned else inner
    if not inner:
        raise CelError(f"{part!r} has no signs")
    if len(inner) == 3 and inner[1] == "-":
        if inner[0] > inner[2]:
            raise CelError(f"{inner!r} begins behind its end")
        inner = f"{re.escape(inner[0])}-{re.escape(inner[2])}"
    elif inner[:-2].find("-") == 1:
        raise CelError(f"{part!r} goes on behind its range")
    else:
        inner = re.escape(re.sub(r"\\(.)", r"\1", inner))
    return f"[{'^' if turned else ''}{inner}]"
