"""Regular expressions as Go's: RE2 where it is installed, else Python's own for what both read alike.

Python's take exponential time for some patterns; RE2 never does. https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import functools
import importlib
import re
from typing import Any

from flowdsl.kube.go_regexp import regexp_error

from .tree import CelError, CelLimitError

_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|\[:\^?[a-z]*:\]|[^\]\\])*\]|\$", re.DOTALL)
_GROUP = re.compile(r"\((?:\?(?:[a-zA-Z-]*:|P?<\w+>))?([^()]*)\)([*+{]?)")
_REPEATS = re.compile(r"[*+?{|]")
_UNBOUNDED = re.compile(r"[*+]|\{[0-9]+,\}")
_MOST = 10**10
"""Steps of Python's matcher at the worst."""


def compiled(pattern: str, text: str) -> Any:
    """A pattern with `search` and `sub`, for a text. Raises CelError for what Go doesn't take, CelLimitError."""
    found, unbounded = _read(pattern)
    if unbounded and len(text) ** unbounded > _MOST:
        raise CelLimitError(f"a regular expression may take too long here, without google-re2: {pattern[:80]!r}")
    return found


@functools.lru_cache(maxsize=256)
def _read(pattern: str) -> tuple[Any, int]:
    """A pattern, and how many of its repeats have no end; 0 where they take no time."""
    if problem := regexp_error(pattern):
        raise CelError(f"error parsing regexp: {problem}")
    try:
        re2 = importlib.import_module("re2")
    except ImportError:
        return _pythons(pattern)
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options), 0
    except re2.error as error:
        raise CelError(f"error parsing regexp: {error}") from None


def _pythons(pattern: str) -> tuple[re.Pattern[str], int]:
    plain = _PART.sub("x", pattern)
    lines = re.search(r"\(\?[a-zA-Z]*m", plain)
    if "[:" in pattern or "{," in plain or _nests(plain):
        raise CelLimitError(f"a regular expression wants google-re2 here: {pattern[:80]!r}")

    def written(found: re.Match[str]) -> str:
        # `$` is the end of the text alone, where `(?m)` does not say otherwise.
        return {"$": "$" if lines else r"\Z", r"\z": r"\Z"}.get(found[0], found[0])

    try:
        return re.compile(_PART.sub(written, pattern), re.ASCII), max(1, len(_UNBOUNDED.findall(plain)))
    except (re.error, RecursionError, OverflowError):
        raise CelLimitError(f"a regular expression wants google-re2 here: {pattern[:80]!r}") from None


def _nests(plain: str) -> bool:
    """Whether a repeated group has in it what repeats or chooses: that may take exponential time."""
    while found := _GROUP.search(plain):
        inner = "?" if _REPEATS.search(found[1]) else ""
        if found[2] and inner:
            return True
        plain = f"{plain[: found.start()]}x{inner}{found[2]}{plain[found.end() :]}"
    return False
