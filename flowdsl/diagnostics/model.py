"""What a finding is: a code, a severity, a message and a hint; its place in text, its place in a document; a fix."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics.errors import FlowError
from flowdsl.diagnostics.frozen import frozen
from flowdsl.diagnostics.paths import Path, field_path

if TYPE_CHECKING:
    from flowdsl.diagnostics.fix import Fix


class Severity(str, enum.Enum):
    """How bad a finding is: an `error` stops the compile, a `warning` and a `note` do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    def __str__(self) -> str:
        return str(self.value)


@frozen(order=True)
class Location:
    """A place in a file the user owns. Lines and columns count from 1; column 0 means the whole line.

    Line 0 is a file that has no lines to point into.
    """

    file: str
    line: int
    column: int = 0

    def __str__(self) -> str:
        column = f":{self.column}" if self.column else ""
        return f"{self.file}:{self.line}{column}"


@frozen
class Finding:
    """One thing that was found, by whichever part of flowdsl.

    `location` is the line it stands at, in YAML or in Python; `path` leads to the field of a document, where it is
    about one (a rule about something absent names where it is missed), and `subject` says which document that is, where
    it is not plain (`Task fetch`). `related` names other places that matter (the far end of an edge, the first of two
    definitions) with a few words each. `fix` mends it, where its rule knows how. `part` is what it is about in a text
    of many lines, such as a script; "" where that is all of it.
    """

    code: str
    severity: Severity
    message: str
    location: Location | None = None
    hint: str = ""
    path: Path = ()
    subject: str = ""
    related: tuple[tuple[str, Location], ...] = ()
    fix: Fix | None = None
    part: str = ""

    @property
    def where(self) -> str:
        """The path as Tekton writes it: `spec.steps[0].image`."""
        return field_path(self.path)

    @property
    def field(self) -> str:
        """The document and the path in it, as far as they are known: `Task fetch spec.steps[0].image`."""
        return " ".join(part for part in (self.subject, self.where) if part)

    @property
    def file(self) -> str:
        """The file it stands in; "" without a location."""
        return self.location.file if self.location else ""

    @property
    def line(self) -> int:
        """The line it stands at, from 1; 0 where there is no line to point to."""
        return self.location.line if self.location else 0

    @property
    def column(self) -> int:
        """The column it stands at, from 1; 0 for the whole line."""
        return self.location.column if self.location else 0

    def at(self, location: Location, subject: str = "") -> Finding:
        """The same finding at a place."""
        # Spelt out, since `attrs.evolve` takes ten times as long.
        return Finding(
            self.code,
            self.severity,
            self.message,
            location,
            self.hint,
            self.path,
            subject or self.subject,
            self.related,
            self.fix,
            self.part,
        )


@attrs.define
class Collector:
    """Gathers findings so that a user sees all of them at once; the same finding is kept once."""

    items: list[Finding] = attrs.field(factory=list)

    def error(
        self,
        code: str,
        message: str,
        location: Location | None = None,
        *,
        hint: str = "",
        related: tuple[tuple[str, Location], ...] = (),
    ) -> None:
        """Add an error."""
        self.add(Finding(code, Severity.ERROR, message, location, hint, related=related))

    def warning(
        self,
        code: str,
        message: str,
        location: Location | None = None,
        *,
        hint: str = "",
        related: tuple[tuple[str, Location], ...] = (),
    ) -> None:
        """Add a warning."""
        self.add(Finding(code, Severity.WARNING, message, location, hint, related=related))

    def add(self, finding: Finding) -> None:
        """Add one finding unless the very same one is there already."""
        if finding not in self.items:
            self.items.append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add several findings."""
        for finding in findings:
            self.add(finding)

    @property
    def has_errors(self) -> bool:
        """Whether anything found is an error."""
        return bool(self.items) and any(item.severity is Severity.ERROR for item in self.items)

    def raise_if_errors(self) -> None:
        """Raise `FlowError` with everything gathered so far if any of it is an error."""
        if self.has_errors:
            raise FlowError(tuple(self.items))

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)
