"""Mending a source in rounds: a field that was misspelt brings its own fields to light."""

from __future__ import annotations

import attrs

from flowdsl.diagnostics import Severity
from flowdsl.linter.engine import Options, lint_sources
from flowdsl.linter.fix import apply, edits
from flowdsl.yamlread.documents import Document
from flowdsl.yamlread.sources import Source

_ROUNDS = 5


def mend(source: Source, found: list[Document], options: Options) -> Source:
    """The source with everything mended that is certain; a round that does not lessen the errors is undone."""
    for _ in range(_ROUNDS):
        text = apply(source.text, edits(found, source.text))
        if text == source.text:
            return source
        after = attrs.evolve(source, text=text)
        again = lint_sources([after], options)
        if _weight(again) >= _weight(found):
            return source
        source, found = after, again
    return source


def _weight(found: list[Document]) -> int:
    """How much is wrong: an error counts more than any number of warnings that mending it brings to light."""
    return sum(1000 if each.severity is Severity.ERROR else 1 for document in found for each in document.findings)
