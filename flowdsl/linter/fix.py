"""`--fix`: the changes that mend findings, made of characters where they stand; all else of a file is kept.

A rule says what mends a finding (`diagnostics.fix`). Only what has one certain answer is made here: a mended file is
read and checked again before it is written, and a fix that does not lessen what is wrong is not made (`mend`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from flowdsl.check.pitfalls.written import Written, node_at, scalars
from flowdsl.diagnostics.fix import Change, Fix, Rename, Reorder
from flowdsl.linter.order import moved
from flowdsl.yamlread.documents import Document


@attrs.frozen
class Edit:
    """Text to replace: `old` stands at the place, and `new` comes in."""

    line: int
    column: int
    old: str
    new: str

    @property
    def end(self) -> tuple[int, int]:
        """The line and the column behind what is replaced."""
        rows = self.old.split("\n")
        return (self.line + len(rows) - 1, (self.column if len(rows) == 1 else 1) + len(rows[-1]))


def edits(found: Iterable[Document], text: str) -> list[Edit]:
    """The edits that mend what was told of a source's documents, as far as they are certain.

    Lines move only once nothing within them is left to mend.
    """
    fixes = [
        (document, finding.fix)
        for document in found
        for finding in document.shown
        if finding.fix is not None and finding.fix.safe
    ]
    others = [pair for pair in fixes if not _moves_lines(pair[1])]
    lines = lines_of(text)
    return _all(others, lines) or _all([pair for pair in fixes if _moves_lines(pair[1])], lines)


def _moves_lines(fix: Fix) -> bool:
    return any(isinstance(change, Reorder) for change in fix.changes)


def _all(fixes: Iterable[tuple[Document, Fix]], lines: list[str]) -> list[Edit]:
    return list(dict.fromkeys(edit for document, fix in fixes for edit in edits_of(fix, document.root, lines)))


def lines_of(text: str) -> list[str]:
    """The lines of a source as edits count them."""
    return text.split("\n")


def edits_of(fix: Fix, root: Written | None, lines: list[str]) -> list[Edit]:
    """The edits that a fix is in the lines of a source; none where they are not what it was made for."""
    if root is None:
        return []
    return [edit for change in fix.changes for edit in _edits(change, root, lines)]


def apply(text: str, changes: Iterable[Edit]) -> str:
    """The text with the edits made, from the end backwards so that places stay true."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    parts, end = [], len(text)
    for edit in sorted(set(changes), key=lambda each: (each.line, each.column), reverse=True):
        start = starts[edit.line - 1] + edit.column - 1
        parts += [text[start + len(edit.old) : end], edit.new]
        end = start
    return "".join([text[:end], *reversed(parts)])


def _edits(change: Change, root: Written, lines: list[str]) -> Iterator[Edit]:
    if isinstance(change, Reorder):
        move = moved(root, lines, change.order)
        if move is not None:
            first, before, after = move
            yield Edit(first + 1, 1, "\n".join(before), "\n".join(after))
        return
    if not change.path:
        return
    parent, last = node_at(root, change.path[:-1]), change.path[-1]
    if parent is None:
        return
    if isinstance(change, Rename):
        yield from _rename(parent, str(last), change.name, lines)
        return
    node = parent.child(last)
    for _, each in scalars(node) if node is not None else ():
        yield from _quote(each, lines)


def _rename(parent: Written, name: str, new: str, lines: list[str]) -> Iterator[Edit]:
    """The key, if it is really what stands there (it may be quoted or come from an alias)."""
    key = parent.key(name)
    if key is None or parent.key(new) is not None or key.line > len(lines):
        return
    line, column = lines[key.line - 1], key.column
    if line[column - 1 : column] in ("'", '"'):
        column += 1
    if line[column - 1 :].startswith(name):
        yield Edit(key.line, column, name, new)


def _quote(node: Written, lines: list[str]) -> Iterator[Edit]:
    """Quotes around what is written, unless something else stands there: an anchor, or a tag."""
    if node.line <= len(lines) and lines[node.line - 1].startswith(node.text, node.column - 1):
        # Two insertions: what is quoted may be a secret, and an edit goes into reports.
        yield Edit(node.line, node.column, "", '"')
        yield Edit(node.line, node.column + len(node.text), "", '"')
