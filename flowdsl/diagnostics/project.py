"""`[tool.flowdsl.…]` in pyproject.toml, for all who have settings there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flowdsl.diagnostics.errors import UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.diagnostics.reading import NotReadError, read_file

PROFILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
"""What a profile may be called: it is a part of the names of files (train.prod.yaml)."""
_MOST = 1024 * 1024
"""Bytes of a pyproject.toml: the largest that are in use have a tenth of it."""


def find(start: Path) -> Path | None:
    """The nearest pyproject.toml at or above a folder."""
    return next(
        (each / "pyproject.toml" for each in (start, *start.parents) if (each / "pyproject.toml").is_file()), None
    )


def section(path: Path, name: str) -> dict[str, Any]:
    """The table `tool.flowdsl.NAME`; empty where there is none. Raises UsageError for a file that can't be read."""
    table: Any = _read(path)
    for depth, part in enumerate(("tool", "flowdsl", name)):
        table = table.get(part, {})
        if not isinstance(table, dict):
            above = ".".join(("tool", "flowdsl", name)[: depth + 1])
            raise UsageError(f"{line(path)}: {above} must be a table")
    return dict(table)


def read_text(path: Path) -> str:
    """The text of a pyproject.toml. Raises UsageError for a file that can't be read."""
    try:
        return read_file(path, _MOST).decode()
    except NotReadError as error:
        raise UsageError(f"{line(path)}: {error.words}; {error.hint}") from error
    except ValueError as error:
        raise UsageError(f"{line(path)} can't be read: it is no UTF-8") from error


def tables(text: str, file: str) -> dict[str, object]:
    """The table `tool.flowdsl` of a pyproject.toml's text; empty where there is none. Raises UsageError."""
    table: object = _loaded(text, file)
    for depth, part in enumerate(("tool", "flowdsl")):
        table = table.get(part, {}) if isinstance(table, dict) else table
        if not isinstance(table, dict):
            raise UsageError(f"{line(file)}: {'.'.join(('tool', 'flowdsl')[: depth + 1])} must be a table")
    return table if isinstance(table, dict) else {}


def _read(path: Path) -> dict[str, Any]:
    return _loaded(read_text(path), str(path))


def _loaded(text: str, file: str) -> dict[str, Any]:
    from flowdsl.diagnostics import toml

    try:
        return toml.loads(text)
    except toml.TOMLDecodeError as error:
        raise UsageError(f"{line(file)} can't be read: {error}") from error
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits, lists in lists without end.
        raise UsageError(f"{line(file)} can't be read: it is no TOML that a person wrote") from error
