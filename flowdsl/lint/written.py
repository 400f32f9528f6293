"""What only the text of a file shows: values that a cluster reads as another text than the one that is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.check.findings import Path, Report
from flowdsl.check.pitfalls.values import values_at
from flowdsl.tekton.values import decoded, kind_of
from flowdsl.yamlread.nodes import Node, Plain


def check_written(raw: dict[str, Any], root: Node, report: Report) -> None:
    """FLOW330: `1.10` is the text 1.1, `yes` is true, `0755` is 493: YAML reads a number before Tekton reads text."""
    for found in values_at(raw):
        node = node_at(root, found.path)
        if node is None or (node.items is not None and kind_of(found.value) != "array"):
            continue  # FLOW331 tells of a list that is one text
        for where, each in scalars(node, found.path):
            text = str(decoded(each.value))
            if text != each.text:
                shown = f"the text {text!r}" if text else "an empty text"
                message = f"{each.text} is read as {shown}"
                report.warning("FLOW330", where, message, f'quote it if it is meant as it is written: "{each.text}"')


def node_at(root: Node, path: Path) -> Node | None:
    """The node at a path; None where there is none."""
    node: Node | None = root
    for part in path:
        node = node.child(part) if node is not None else None
    return node


def scalars(node: Node, path: Path = ()) -> Iterator[tuple[Path, Plain]]:
    """A node, or those right within it, that are numbers, booleans or null, where something is written for them."""
    if isinstance(node, Plain):
        if node.text:
            yield path, node
        return
    for index, each in enumerate(node.items or ()):
        if isinstance(each, Plain) and each.text:
            yield (*path, index), each
    for key, (_, each) in (node.entries or {}).items():
        if isinstance(each, Plain) and each.text:
            yield (*path, key), each
