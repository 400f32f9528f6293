"""Read the notes that tasks leave in a run's record: whatever is in one, reading it fails nothing."""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Iterable
from pathlib import Path

NOTE = 8 << 20
"""Bytes of a note that are read."""
DEEPEST = 20
"""How deep what is in a note may lie."""
EMBEDDED = 24 << 20
"""Bytes of a clip that a page still holds."""


def load(path: Path) -> tuple[dict[str, object], str]:
    """What a task noted, and what is wrong with the note ("" where nothing is)."""
    try:
        content = read(path, NOTE)
        found = clean(json.loads(content)) if content is not None else None
    except FileNotFoundError:
        return {}, f"{path.name}: not written"
    except (OSError, ValueError, RecursionError) as error:
        return {}, f"{path.name}: unreadable ({clean(str(error))})"
    if content is None:
        return {}, f"{path.name}: more than {NOTE} bytes"
    return (found, "") if isinstance(found, dict) else ({}, f"{path.name}: not an object")


def read(path: Path, most: int) -> bytes | None:
    """What is in a file that another task left; None where that is too much. OSError for what is no plain file.

    Neither a link nor a pipe is followed: a task's folder may hold anything.
    """
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError("no plain file")
        content = file.read(most + 1)
    return content if len(content) <= most else None


def clean(value: object, depth: int = 0) -> object:
    """Data that can be written and shown whatever it was: printable text, finite numbers of some use, not too deep."""
    if isinstance(value, str):
        return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return value if abs(value) < 1e18 and math.isfinite(value) else None
    if depth >= DEEPEST:
        return "..."
    if isinstance(value, dict):
        return {str(clean(name)): clean(item, depth + 1) for name, item in value.items()}
    return [clean(item, depth + 1) for item in value] if isinstance(value, list) else clean(str(value))


def load_clip(path: Path) -> tuple[bytes, str]:
    """The clip, and why there is none ("" where there is one)."""
    try:
        content = read(path, EMBEDDED)
        if content is None:
            return b"", f"{path.name}: {path.stat().st_size} bytes are too many for a page"
        return content, ""
    except FileNotFoundError:
        return b"", f"{path.name}: not written"
    except OSError as error:
        return b"", f"{path.name}: unreadable ({error})"


def mapping(value: object) -> dict[str, object]:
    """The value where it is an object, else an empty one: a note may hold anything."""
    return value if isinstance(value, dict) else {}


def listing(value: object) -> list[object]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def numbers(values: Iterable[object]) -> list[float]:
    """The finite numbers among the values."""
    return [float(v) for v in values if isinstance(v, (int, float)) and not isinstance(v, bool) and abs(v) < 1e9]
