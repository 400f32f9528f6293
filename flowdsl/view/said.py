"""What scripts of flowdsl's print about the user's code: where it is laid out, and why it failed."""

from __future__ import annotations

import re

_FOLDER = re.compile(r"/flowdsl-[a-z0-9_]{8}/(?:task|mods)/")
_BEFORE = frozenset(" \t\"'()[]<>=,:;")
_LONGEST = 256  # of the path to the folder that code is laid out in
_SAID = re.compile(r"flowdsl: (?:[a-z0-9][a-z0-9.-]{0,62}: )?(?P<why>\S.*)")
_MOST = 300


def plain(text: str) -> str:
    """A line of a log that names the user's files by their paths in the project, not where the step laid them out.

    `File "/tekton/home/flowdsl-9eksei08/task/jobs/train.py", line 31` becomes `File "jobs/train.py", line 31`.
    """
    if "/flowdsl-" not in text:
        return text
    parts, end = [], 0
    for match in _FOLDER.finditer(text):
        start, least = match.start(), max(end, match.start() - _LONGEST)
        while start > least and text[start - 1] not in _BEFORE:
            start -= 1
        parts.append(text[end:start])
        end = match.end()
    return "".join([*parts, text[end:]])


def said(text: str) -> str:
    """Why a script failed, where the line is the last one that it then prints: `jobs/train.py:31: ValueError: …`."""
    match = _SAID.match(text) if text.startswith("flowdsl: ") else None
    if match is None:
        return ""
    why = match["why"].rstrip()
    return why if len(why) <= _MOST else why[: _MOST - 1] + "…"
