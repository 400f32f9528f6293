"""Where the rules put what they find in one document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import Finding, Path, Severity
from flowdsl.diagnostics.rule import Rule

if TYPE_CHECKING:
    from flowdsl.diagnostics.fix import Fix

__all__ = ["Finding", "Path", "Report"]


@attrs.define
class Report:
    """The findings of one document, in the order they were made, each once.

    Several rules may meet at one fault (Tekton checks some params three times over): the first finding of a code at a
    place stands.
    """

    items: dict[tuple[str, Path, str], Finding] = attrs.field(factory=dict)
    strict: bool = False
    """Whether what Kubernetes refuses is an error, too: for who is about to make the object."""
    mended: bool = False
    """Whether the decoder put something right: what was checked is then in the model alone."""
    guessed: set[Path] = attrs.field(factory=set)
    """Where the value of a misspelt field was taken for that of the field it is like: one mistake is told once."""
    undecoded: set[Path] = attrs.field(factory=set)
    """What could not be decoded, and all that it is in."""

    def add(self, rule: Rule, path: Path, message: str, hint: str = "", fix: Fix | None = None, part: str = "") -> None:
        """Note a case of a rule at a field, or at a part of its text, unless it is there already."""
        severity = Severity.ERROR if rule.refused and self.strict else rule.severity
        if severity is Severity.ERROR and self.guessed and self._is_guessed(path):
            return
        key = (rule.code, path, message)
        if key not in self.items:
            self.items[key] = Finding(rule.code, severity, message, None, hint, path, fix=fix, part=part)

    def _is_guessed(self, path: Path) -> bool:
        return any(path[:length] in self.guessed for length in range(len(path) + 1))

    def lose(self, path: Path) -> None:
        """Note that what is at a path can't be decoded."""
        self.undecoded.update(path[:length] for length in range(len(path) + 1))

    def broken(self, path: Path) -> bool:
        """Whether something at a path or below it can't be decoded, so that what is missed there may be in it."""
        return path in self.undecoded

    @property
    def findings(self) -> list[Finding]:
        """All findings."""
        return list(self.items.values())

    @property
    def accepted(self) -> bool:
        """Whether no finding is an error."""
        return all(item.severity is not Severity.ERROR for item in self.items.values())
