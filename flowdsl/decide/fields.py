"""Fields of data that travels as JSON, which conditions look at: a threshold in an object of thresholds.

The function becomes part of scripts: it is for Python 3.8 and its library alone.
"""

from __future__ import annotations

from typing import Any


def _flowdsl_inner(text: Any, steps: Any) -> str | None:
    """The text of a field, as a result or param of its own would have it; None where there is no such field."""
    import json

    try:
        value = json.loads(text)
        for step in steps:
            value = value[step]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return value if value is None or isinstance(value, str) else json.dumps(value)
