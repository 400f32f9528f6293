"""Exceptions, each with the exit code that a command ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowdsl.diagnostics.model import Finding

EXIT_OK = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_CLUSTER = 3
EXIT_INTERNAL = 70
EXIT_CANCELLED = 130
"""128 and the number of SIGINT, as shells have it."""


class FlowError(Exception):
    """The user's input has findings. `diagnostics` holds all of them, warnings included."""

    exit_code = EXIT_FINDINGS

    def __init__(self, diagnostics: tuple[Finding, ...]) -> None:
        self.diagnostics = diagnostics
        super().__init__(_summary(diagnostics))


class UsageError(Exception):
    """A command was called wrongly: an unknown option, a file that is not there."""

    exit_code = EXIT_USAGE


class ClusterError(Exception):
    """A cluster refused, or could not be reached."""

    exit_code = EXIT_CLUSTER


class InternalError(Exception):
    """flowdsl itself is wrong; the message asks for a report."""

    exit_code = EXIT_INTERNAL


def _summary(diagnostics: tuple[Finding, ...]) -> str:
    """One line a finding, so that the exception reads well where nothing renders it (a REPL, a test)."""
    lines = []
    for item in diagnostics:
        where = f"{item.location}: " if item.location else ""
        hint = f" ({item.hint})" if item.hint else ""
        lines.append(f"{where}{item.severity.value}[{item.code}]: {item.message}{hint}")
    return "\n".join(lines)
