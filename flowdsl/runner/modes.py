"""Files and folders that only this user can read, whatever the umask: what a run keeps is nobody else's."""

from __future__ import annotations

import os
from pathlib import Path

FILE = 0o600
FOLDER = 0o700


def make_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing. One that is there stays as it is."""
    try:
        os.mkdir(path, FOLDER)
    except FileNotFoundError:
        make_folder(path.parent)
        make_folder(path)
    except FileExistsError:
        if not path.is_dir():
            raise
    else:
        # The umask may have taken rights away from us.
        os.chmod(path, FOLDER)


def open_file(path: Path, flags: int) -> int:
    """Open a file to write, made where there is none; the descriptor."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, FILE)
    os.fchmod(descriptor, FILE)
    return descriptor


def write_file(path: Path, data: bytes) -> None:
    """Write a whole file."""
    with os.fdopen(open_file(path, os.O_WRONLY | os.O_TRUNC), "wb") as file:
        file.write(data)
