"""What a diagnostic is: a code, a severity, a place, a message, a hint."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator

import attrs

from flowdsl.diagnostics.errors import FlowError


class Severity(enum.Enum):
    """How bad a finding is: an `error` stops the compile, a `warning` and a `note` do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@attrs.frozen(order=True)
class Location:
    """A place in a file the user owns. Lines and columns count from 1; column 0 means the whole line."""

    file: str
    line: int
    column: int = 0

    def __str__(self) -> str:
        column = f":{self.column}" if self.column else ""
        return f"{self.file}:{self.line}{column}"


@attrs.frozen
class Diagnostic:
    """One finding.

    `path` is the field path in a Tekton document (`spec.tasks[0].params`) where there is one; `related` names other
    places that matter (the far end of an edge, the first of two definitions) with a few words each.
    """

    code: str
    severity: Severity
    message: str
    location: Location | None = None
    hint: str = ""
    path: str = ""
    related: tuple[tuple[str, Location], ...] = ()


@attrs.define
class Collector:
    """Gathers diagnostics so that a user sees all of them at once; the same finding is kept once."""

    items: list[Diagnostic] = attrs.field(factory=list)

    def error(
        self,
        code: str,
        message: str,
        location: Location | None = None,
        *,
        hint: str = "",
        path: str = "",
        related: tuple[tuple[str, Location], ...] = (),
    ) -> None:
        """Add an error."""
        self.add(Diagnostic(code, Severity.ERROR, message, location, hint, path, related))

    def warning(
        self,
        code: str,
        message: str,
        location: Location | None = None,
        *,
        hint: str = "",
        path: str = "",
        related: tuple[tuple[str, Location], ...] = (),
    ) -> None:
        """Add a warning."""
        self.add(Diagnostic(code, Severity.WARNING, message, location, hint, path, related))

    def add(self, diagnostic: Diagnostic) -> None:
        """Add one finding unless the very same one is there already."""
        if diagnostic not in self.items:
            self.items.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add several findings."""
        for diagnostic in diagnostics:
            self.add(diagnostic)

    @property
    def has_errors(self) -> bool:
        """Whether anything found is an error."""
        return any(item.severity is Severity.ERROR for item in self.items)

    def raise_if_errors(self) -> None:
        """Raise `FlowError` with everything gathered so far if any of it is an error."""
        if self.has_errors:
            raise FlowError(tuple(self.items))

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.items)
