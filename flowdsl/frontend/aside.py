"""While the user's own code runs: what it prints is no part of what a command writes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """What is printed goes to standard error: `compile -o -` and its like write a document to standard output."""
    with contextlib.redirect_stdout(sys.stderr):
        yield
