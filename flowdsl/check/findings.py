"""Where the rules put what they find in one document."""

from __future__ import annotations

import attrs

from flowdsl.diagnostics import Finding, Path, Severity

__all__ = ["Finding", "Path", "Report"]

_UNDECODED = frozenset({"FLOW200", "FLOW201"})


@attrs.define
class Report:
    """The findings of one document, in the order they were made, each once.

    Several rules may meet at one fault (Tekton checks some params three times over): the first finding of a code at a
    place stands.
    """

    items: dict[tuple[str, Path, str], Finding] = attrs.field(factory=dict)
    mended: bool = False
    """Whether the decoder put something right: what was checked is then in the model alone."""
    guessed: set[Path] = attrs.field(factory=set)
    """Where the value of a misspelt field was taken for that of the field it is like: one mistake is told once."""
    undecoded: set[Path] = attrs.field(factory=set)
    """What could not be decoded, and all that it is in."""

    def error(self, code: str, path: Path, message: str, hint: str = "") -> None:
        """What admission rejects."""
        if self.guessed and any(path[:length] in self.guessed for length in range(len(path) + 1)):
            return
        if code in _UNDECODED:
            self.undecoded.update(path[:length] for length in range(len(path) + 1))
        self.items.setdefault((code, path, message), Finding(code, Severity.ERROR, message, None, hint, path))

    def warning(self, code: str, path: Path, message: str, hint: str = "") -> None:
        """What admission accepts and the cluster regrets."""
        self.items.setdefault((code, path, message), Finding(code, Severity.WARNING, message, None, hint, path))

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
