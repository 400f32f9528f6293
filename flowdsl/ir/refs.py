"""Finding references in text: `$(tasks.NAME.results.RESULT)` and its relatives (Tekton's docs/variables.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flowdsl.ir.nodes import Condition, Node, Text

_RESULT = re.compile(r"\$\(tasks\.([^.()]+)\.results\.([^()\[.]+)")
_STATUS = re.compile(r"\$\(tasks\.([^.()]+)\.(?:status|reason)\)")


def strings(value: Text) -> Iterator[str]:
    """Every string of a value: itself, an array's elements, an object's values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value.values()
    else:
        yield from value


def result_refs(value: Text) -> Iterator[tuple[str, str]]:
    """The (task, result) pairs that a value refers to."""
    for text in strings(value):
        if "$(tasks." in text:
            for match in _RESULT.finditer(text):
                yield match[1], match[2]


def uses_status(text: str) -> bool:
    """Whether a text refers to how a task, or all of them, ended."""
    return "$(tasks.status)" in text or _STATUS.search(text) is not None


def condition_texts(condition: Condition) -> Iterator[str]:
    """Every text of a `when` expression that can hold a reference."""
    yield condition.input
    yield from condition.values
    yield condition.cel


def argument_refs(node: Node) -> Iterator[tuple[str, str]]:
    """The results a node's params and matrix take: an edge that carries data."""
    for value in node.arguments.values():
        yield from result_refs(value)
    for value in node.matrix.values():
        yield from result_refs(value)
    for _, params in node.include:
        yield from result_refs(params)
    for use in node.bindings.values():
        yield from result_refs(use.sub_path)


def condition_refs(node: Node) -> Iterator[tuple[Condition, str, str]]:
    """The results a node's `when` looks at, each with the condition that does."""
    for condition in node.when:
        for text in condition_texts(condition):
            for task, result in result_refs(text):
                yield condition, task, result
