"""Patterns that may take longer than anybody waits: they are tried by a Python of their own, for some seconds.

In a run the task tries them, which has a timeout and can be cancelled; what is decided again here has neither.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from flowdsl.decide.evaluate import _flowdsl_operand

_PATIENCE = 10
"""Seconds."""
_LATE = ["value", "", "text", f"the answer of a pattern within {_PATIENCE} seconds"]
_PROGRAM = """\
import json, re, signal, sys
signal.alarm(60)  # should nobody be left who waits
print(json.dumps([re.fullmatch(pattern, text) is not None for pattern, text in json.load(sys.stdin)]))
"""
_QUICK, _SHORT = 3, 300
"""Patterns with so many repetitions and no group, and texts of so many characters, are done in no time."""


def settled(test: Any, texts: Mapping[str, Any]) -> Any:
    """A condition in which no pattern is left that might take long: what came of it stands in its place.

    What took too long is neither true nor false, and is named. Raises what the evaluator raises.
    """
    slow = dict.fromkeys(pair for pair in _pairs(test, texts) if not _is_quick(*pair))
    return _placed(test, texts, _tried(list(slow))) if slow else test


def _pairs(test: Any, texts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if test[0] in ("and", "or", "not"):
        for part in test[1:]:
            yield from _pairs(part, texts)
    elif (pair := _pair(test, texts)) is not None:
        yield pair


def _pair(test: Any, texts: Mapping[str, Any]) -> tuple[str, str] | None:
    """The pattern and the text of a test; None where it has none, or they are not there."""
    if test[0] != "matches":
        return None
    text, pattern = (_flowdsl_operand(part, texts, []) for part in test[1:])
    return (pattern, text) if isinstance(pattern, str) and isinstance(text, str) else None


def _is_quick(pattern: str, text: str) -> bool:
    return len(text) <= _SHORT and "(" not in pattern and sum(map(pattern.count, "*+?{")) <= _QUICK


def _tried(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], bool]:
    """What came of each; nothing where one took too long."""
    for pattern, _ in pairs:
        re.compile(pattern)
    # Not at the top: whoever compiles decides nothing.
    import subprocess

    command, given = [sys.executable, "-I", "-S", "-c", _PROGRAM], json.dumps(pairs).encode()
    try:
        ended = subprocess.run(command, input=given, capture_output=True, check=False, timeout=_PATIENCE)
        return dict(zip(pairs, json.loads(ended.stdout), strict=True))
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}


def _placed(test: Any, texts: Mapping[str, Any], found: Mapping[tuple[str, str], bool]) -> Any:
    if test[0] in ("and", "or", "not"):
        return [test[0], *(_placed(part, texts, found) for part in test[1:])]
    pair = _pair(test, texts)
    if pair is None or _is_quick(*pair):
        return test
    return ["true", ["is", found[pair]] if pair in found else _LATE]
