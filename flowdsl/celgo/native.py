"""CEL's values as JSON, by the rules of protobuf that cel-go's ConvertToNative follows.

https://github.com/google/cel-go/tree/v0.30.0/common/types
"""

from __future__ import annotations

import base64
import datetime
import math
from typing import Any

from .times import duration_text, timestamp_text
from .tree import CelError
from .values import kind

_SAFE = 2**53 - 1
"""The largest whole number that JSON is trusted with; a larger one becomes a text."""


def native(value: Any) -> Any:
    """A value as plain data for JSON: its numbers are doubles. Raises CelError for what has no counterpart there."""
    if isinstance(value, list):
        return [native(each) for each in value]
    if isinstance(value, dict):
        if any(not isinstance(key, str) for key in value):
            raise CelError("unsupported type conversion: a key that is no string")
        return {key: native(each) for key, each in value.items()}
    if value is None or isinstance(value, bool) or type(value) is str:
        return value
    if isinstance(value, int):
        return float(value) if abs(value) <= _SAFE else str(int(value))
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return timestamp_text(value)
    if isinstance(value, datetime.timedelta):
        return duration_text(value)
    raise CelError(f"unsupported type conversion: {value if isinstance(value, float) else kind(value)} to JSON")
