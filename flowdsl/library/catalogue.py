"""Every rule that flowdsl has, and its page: for `flowdsl explain`, the documentation and the tests."""

from __future__ import annotations

from types import MappingProxyType

from flowdsl.compiler import rules as compiler
from flowdsl.diagnostics import catalog
from flowdsl.diagnostics.near import near
from flowdsl.diagnostics.rule import Rule, registry
from flowdsl.emit import rules as emit
from flowdsl.frontend import rules as frontend
from flowdsl.importer import rules as importer
from flowdsl.library import rules as library
from flowdsl.linter.rules import RULES as _LINT
from flowdsl.packages import rules as packages
from flowdsl.passes import rules as passes
from flowdsl.worlds import rules as worlds

RULES = MappingProxyType(
    dict(sorted({**_LINT, **registry((frontend, packages, passes, compiler, emit, importer, library, worlds))}.items()))
)
"""Every rule by its code, in order."""


def find(word: str) -> Rule:
    """A rule by its code or its name, in capitals or not. Raises KeyError."""
    named = {rule.name: rule for rule in RULES.values()}
    return named.get(word.lower()) or RULES[word.upper()]


def close(word: str) -> str:
    """The code or the name that a word is like; "" for none."""
    names = [rule.name for rule in RULES.values()]
    return near(word.upper(), RULES) or near(word.lower(), names)


def page(code: str) -> str:
    """The page of a code or a rule's name. Raises KeyError."""
    return catalog.page(find(code))
