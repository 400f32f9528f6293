"""Of this module, one name travels."""

from __future__ import annotations

OTHER = "not needed"


MARK = "!"


def also_unused() -> str:
    """Stays behind."""
    return OTHER
