"""What the examples with packages need of a machine: a lock that has it, and an index to install from."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path

import pytest

from flowdsl.packages.lockfile import lock_path, read_lock
from flowdsl.packages.targets import this_machine


def can_install(path: Path) -> None:
    """Skip, with the reason, where the packages of a pipeline file can't be had; nothing for one without packages."""
    locked = read_lock(lock_path(path))
    if locked is None:
        return
    if this_machine() not in {each.target for each in locked}:
        pytest.skip(f"its packages are not locked for {this_machine()}")
    if reason := no_index():
        pytest.skip(f"PyPI, or the index that pip is set to, can't be reached: {reason}")


@functools.cache
def no_index() -> str:
    """Why pip can't ask its index; "" where it can."""
    command = [sys.executable, "-m", "pip", "index", "versions", "numpy", "--retries", "1", "--timeout", "10"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    return "" if asked.returncode == 0 else (asked.stderr.strip().splitlines() or ["pip says nothing"])[-1]
