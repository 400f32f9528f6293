"""`--fix`: mends what has one certain answer, by replacing characters where they stand; all else of the file is kept.

Certain are: the name of a field (a typo with one near name, another case, what v1beta1 called it), a number or boolean
where text belongs (quoted), and the order of a document's own fields (`order`). A mended file is read and checked again
before it is written; a fix that does not lessen what is wrong is not made.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import attrs

from flowdsl.check import Finding
from flowdsl.check.decoding import FIELD_IN_ANOTHER_CASE, NUMBER_FOR_TEXT, UNKNOWN_FIELD
from flowdsl.check.params import PARAM_DECLARATION
from flowdsl.check.pitfalls.values import LIST_AS_ONE_TEXT
from flowdsl.check.pitfalls.written import READ_AS_ANOTHER_TEXT, Written, node_at, scalars
from flowdsl.kinds.decode import FORMER
from flowdsl.yamlread.documents import Document

_SIMILAR = 0.75
_QUOTED = frozenset({NUMBER_FOR_TEXT.code, READ_AS_ANOTHER_TEXT.code, LIST_AS_ONE_TEXT.code})


@attrs.frozen
class Edit:
    """Characters of one line to replace: `old` stands at the place, and `new` comes in."""

    line: int
    column: int
    old: str
    new: str


def edits(document: Document, text: str) -> list[Edit]:
    """The edits that mend a document's findings."""
    if document.root is None:
        return []
    lines = text.split("\n")
    found = [edit for each in document.shown for edit in _edits(each, document.root, lines)]
    return list(dict.fromkeys(edit for edit in found if edit is not None))


def apply(text: str, changes: Iterable[Edit]) -> str:
    """The text with the edits made, from the end backwards so that places stay true."""
    lines = text.split("\n")
    for edit in sorted(set(changes), key=lambda each: (each.line, each.column), reverse=True):
        line = lines[edit.line - 1]
        start = edit.column - 1
        lines[edit.line - 1] = line[:start] + edit.new + line[start + len(edit.old) :]
    return "\n".join(lines)


def _edits(finding: Finding, root: Written, lines: list[str]) -> list[Edit | None]:
    last = finding.path[-1] if finding.path else None
    parent = node_at(root, finding.path[:-1])
    if parent is None or last is None:
        return []
    if finding.code in (UNKNOWN_FIELD.code, FIELD_IN_ANOTHER_CASE.code) and isinstance(last, str):
        return [_rename(finding, parent, last, lines)]
    node = parent.child(last)
    quotable = finding.code in _QUOTED or (
        finding.code == PARAM_DECLARATION.code and node is not None and _wants(parent, node)
    )
    if quotable and node is not None:
        return [_quote(each, lines) for _, each in scalars(node)]
    return []


def _wants(declared: Written, value: Written) -> bool:
    """Whether a default is of its declared type but for what is not quoted in it."""
    kind = declared.child("type")
    wanted = kind.value if kind is not None else ""
    return (wanted == "array" and value.items is not None) or (wanted == "object" and value.entries is not None)


def _rename(finding: Finding, parent: Written, name: str, lines: list[str]) -> Edit | None:
    key = parent.key(name)
    new = _suggested(finding)
    if key is None or not new or parent.key(new) is not None:
        return None
    if finding.code == UNKNOWN_FIELD.code and FORMER.get(name) != new and _unlike(name, new):
        return None
    return _at(key, name, new, lines)


def _unlike(name: str, new: str) -> bool:
    return difflib.SequenceMatcher(None, name.lower(), new.lower()).ratio() < _SIMILAR


def _suggested(finding: Finding) -> str:
    """The right name, which the finding quotes in its hint (a typo) or in its message (another case)."""
    text = finding.hint if finding.code == UNKNOWN_FIELD.code else finding.message
    parts = text.split("'")
    return parts[1] if len(parts) == 3 else ""


def _quote(node: Written, lines: list[str]) -> Edit | None:
    """Quotes around what is written, unless something else stands there: an anchor, or a tag."""
    if node.line > len(lines) or not lines[node.line - 1].startswith(node.text, node.column - 1):
        return None
    return Edit(node.line, node.column, node.text, f'"{node.text}"')


def _at(node: Written, old: str, new: str, lines: list[str]) -> Edit | None:
    """The edit, if the text at the place is really what is to go (a key may be quoted or come from an alias)."""
    if node.line > len(lines):
        return None
    line, column = lines[node.line - 1], node.column
    if line[column - 1 : column] in ("'", '"'):
        column += 1
    return Edit(node.line, column, old, new) if line[column - 1 :].startswith(old) else None
