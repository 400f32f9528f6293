"""Files that tasks read and write, and how a task ends that can't go on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NoReturn

BLOCK = 1 << 20


def stop(message: str) -> NoReturn:
    """Fail the task with one line in its log."""
    raise SystemExit(f"error: {message}") from None


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(BLOCK), b""):
            digest.update(block)
    return digest.hexdigest()


def write_json(path: Path, content: object) -> None:
    """Write data for the tasks that come later, and for people."""
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", "utf-8")
