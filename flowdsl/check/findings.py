"""What a rule reports: a finding at a field of the document, gathered in a report."""

from __future__ import annotations

from typing import Literal

import attrs

Path = tuple["int | str", ...]
Severity = Literal["error", "warning"]
_UNDECODED = frozenset({"FLOW200", "FLOW201"})


@attrs.frozen
class Finding:
    """One thing a rule found in one document.

    `path` leads to the node, as keys and indexes from the document's root; a rule about something absent names where it
    is missed. An `error` is what Tekton's admission rejects, a `warning` what it lets through and a cluster regrets.
    """

    code: str
    severity: Severity
    path: Path
    message: str
    hint: str = ""

    @property
    def where(self) -> str:
        """The path as Tekton writes it: `spec.steps[0].image`."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
        return text


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
        self.items.setdefault((code, path, message), Finding(code, "error", path, message, hint))

    def warning(self, code: str, path: Path, message: str, hint: str = "") -> None:
        """What admission accepts and the cluster regrets."""
        self.items.setdefault((code, path, message), Finding(code, "warning", path, message, hint))

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
        return all(item.severity != "error" for item in self.items.values())
