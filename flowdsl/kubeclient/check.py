"""What is said of a cluster: one thing that was looked at."""

from __future__ import annotations

import attrs

OK, WARNING, ERROR = "ok", "warning", "error"


@attrs.frozen
class Check:
    """One thing that was looked at."""

    level: str
    text: str
    hint: str = ""
