"""`--set PARAM=VALUE`, as every command that takes values reads it."""

from __future__ import annotations

from flowdsl.diagnostics import UsageError


def assignments(values: tuple[str, ...]) -> dict[str, str]:
    """`PARAM=VALUE` texts by param. Raises UsageError."""
    found = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--set takes PARAM=VALUE, got {text!r}")
        found[name] = value
    return found
