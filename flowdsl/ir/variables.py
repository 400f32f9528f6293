"""The environment that carries parameters and results between Tekton and a task's process."""

from __future__ import annotations

import re
from functools import lru_cache

PARAM, RESULT = "PARAM", "RESULT"
OUTPUT_ROOT = "FLOWDSL_OUTPUT_ROOT"
OUTPUT_DIR = "FLOWDSL_OUTPUT_DIR"
ARRAY_MARK = "--flowdsl-array="


@lru_cache(maxsize=512)
def variable(prefix: str, name: str) -> str:
    """The environment variable that carries a parameter (`PARAM_STEPS`), its property, or a result's path."""
    return f"{prefix}_{re.sub(r'[^A-Za-z0-9]', '_', name).upper()}"
