"""How a finding can be mended: an object that its rule makes, which knows the document and not yet its text.

Rules load this with the first finding of theirs that can be mended.
"""

from __future__ import annotations

from typing import TypeAlias

import attrs

from flowdsl.diagnostics.paths import Path, field_path


@attrs.frozen
class Rename:
    """The field at a path gets another name, unless there is one of that name beside it."""

    path: Path
    name: str

    def as_data(self) -> dict[str, object]:
        """For JSON."""
        return {"path": field_path(self.path), "rename": self.name}


@attrs.frozen
class Quote:
    """What stands at a path, or right within it, gets quotes where YAML reads it as no text."""

    path: Path

    def as_data(self) -> dict[str, object]:
        """For JSON."""
        return {"path": field_path(self.path), "quote": True}


@attrs.frozen
class Reorder:
    """The document's own fields get an order; those that are not named come last, as they stand."""

    order: tuple[str, ...]

    def as_data(self) -> dict[str, object]:
        """For JSON."""
        return {"path": "", "order": list(self.order)}


Change: TypeAlias = "Rename | Quote | Reorder"


@attrs.frozen
class Fix:
    """What mends a finding: in words, and as changes of the document.

    `safe`: there is no other answer, so that `lint --fix` makes it by itself.
    """

    title: str
    changes: tuple[Change, ...]
    safe: bool = True

    def as_data(self) -> dict[str, object]:
        """For JSON."""
        return {"title": self.title, "safe": self.safe, "changes": [each.as_data() for each in self.changes]}


def quoted(path: Path) -> Fix:
    """What is written at a path is meant as text."""
    return Fix("quote what is meant as text", (Quote(path),))


def renamed(path: Path, name: str, *, safe: bool = True) -> Fix:
    """The field at a path is called otherwise."""
    return Fix(f"rename it to {name!r}", (Rename(path, name),), safe)
