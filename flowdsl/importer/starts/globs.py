"""Patterns of branches, tags and files, back from the CEL that tests them."""

from __future__ import annotations

import re

from flowdsl.celgo.tree import Call, Many, Node
from flowdsl.celgo.uses import walk
from flowdsl.events.cel import regex_of
from flowdsl.importer.starts.cel_texts import text_of

_PARTS = re.compile(r"\(\?:\.\*/\)\?|\.\*|\[\^/\]\*|\[\^/\]|\\.|.", re.DOTALL)
_MEANT = {"(?:.*/)?": "**/", ".*": "**", "[^/]*": "*", "[^/]": "?"}


def glob_of(regex: str) -> str | None:
    """The pattern that a regular expression stands for; None where none is written so."""
    if not (regex.startswith("^") and regex.endswith("$")):
        return None
    found = "".join(
        _MEANT.get(each) or (each[1] if each.startswith("\\") else each) for each in _PARTS.findall(regex[1:-1])
    )
    return found if regex_of(found) == regex else None


def names_in(node: Node) -> tuple[str, ...]:
    """The names and patterns that an expression compares something with, in their order."""
    names, patterns = list[str](), list[str]()
    for each in walk(node):
        if not isinstance(each, Call):
            continue
        if each.function == "_==_" and (name := text_of(each.arguments[1])) is not None:
            names.append(name)
        if each.function == "@in" and isinstance(each.arguments[1], Many):
            names += [name for item in each.arguments[1].items if (name := text_of(item)) is not None]
        if each.function == "matches" and (regex := text_of(each.arguments[0])) is not None:
            patterns += [found for found in (glob_of(regex),) if found is not None]
    return (*names, *patterns)
