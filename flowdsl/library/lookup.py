"""Where Python looks for modules while a command is at work."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def import_paths() -> Iterator[None]:
    """While it lasts a file that was loaded can import what lies beside it, also late, in `local=`."""
    before = list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = before
