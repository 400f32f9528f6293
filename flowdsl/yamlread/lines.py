"""The lines of a YAML text, as YAML counts them."""

from __future__ import annotations

import re

# YAML 1.1, https://yaml.org/spec/1.1/#id871136: what libyaml and kubectl's reader take for the end of a line. Python's
# `splitlines` has more of them (a form feed, for one), `split("\n")` fewer: a comment that ends at a lone carriage
# return would go on, and places would be lines too high.
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def yaml_lines(text: str) -> list[str]:
    """The lines without their ends; the first is the one that places call line 1."""
    return _BREAK.split(text)
