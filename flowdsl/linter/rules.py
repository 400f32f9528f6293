"""The rules that lint tells of, and what a user calls them: a code, the beginning of one, a name."""

from __future__ import annotations

from collections.abc import Iterable

import flowdsl.kinds
from flowdsl.check.rules import RULES as _CHECKS
from flowdsl.diagnostics import UsageError, catalog
from flowdsl.diagnostics.near import near
from flowdsl.diagnostics.rule import registry
from flowdsl.yamlread import rules as reading

RULES = {**registry((flowdsl.kinds, reading)), **_CHECKS}
"""Every rule by its code: those over documents, and what reading finds."""


def length(code: str, word: str) -> int:
    """How much of a code a word stands for: the longer wins; -1 where it stands for others, 0 for `ALL`."""
    if word.upper() == "ALL":
        return 0
    if code.startswith(word.upper()):
        return len(word)
    rule = RULES.get(code)
    return len(code) if rule is not None and rule.name == word.lower() else -1


def words(given: Iterable[str]) -> tuple[str, ...]:
    """The words as given. Raises UsageError for one that stands for no code."""
    found = tuple(given)
    for word in found:
        if not any(length(code, word) >= 0 for code in catalog.codes()):
            names = [rule.name for rule in RULES.values()]
            close = near(word.lower(), names) or near(word.upper(), RULES)
            hint = f"did you mean {close}?" if close else "a rule is named by its code, its beginning, or its name"
            raise UsageError(f"there is no rule {word!r}; {hint}")
    return found
