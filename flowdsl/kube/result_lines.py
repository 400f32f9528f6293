"""The line by which a task's script writes one result: the compiler writes it, and others read in it what is sure."""

from __future__ import annotations

import re

WRITES_INT = "_flowdsl_int_out"
"""What writes an int, and fails for anything else."""
_INT = re.compile(rf'^ *\([^()\n]*, "([^"]+)", {WRITES_INT}\),$', re.MULTILINE)


def written(name: str, field: str, variable: str, encoder: str) -> str:
    """The line, of expressions: `variable` has the path of the result, `encoder` makes its text."""
    return f"            ({name}, {field}, {variable}, {encoder}),"


def whole_numbers(script: str) -> frozenset[str]:
    """The variables of the results that a script writes as ints, never as anything else."""
    return frozenset(_INT.findall(script))
