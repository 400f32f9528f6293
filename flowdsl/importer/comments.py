"""The comments of a YAML text, and which part of its documents each stands by."""

from __future__ import annotations

import re
from bisect import bisect_right

import attrs
import yaml

from flowdsl.diagnostics import Path
from flowdsl.yamlread.events import events
from flowdsl.yamlread.lines import yaml_lines
from flowdsl.yamlread.nodes import Node

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#(.*)", re.DOTALL)


def find_comments(text: str) -> list[tuple[int, str, bool]]:
    """(line, text, whether the line holds nothing else) of every comment; text that can't be read has none.

    libyaml keeps no comments, but says where every scalar is: a `#` outside of all of them begins a comment.
    """
    lines = yaml_lines(text)
    # Text is read once more for this: not where no `#` can begin a comment, as in JSON or behind `"` of a script.
    likely = {number: line for number, line in enumerate(lines) if "#" in line and _COMMENT.search(line)}
    covered = _scalars(text, lines) if likely else {}
    found = []
    for number, line in likely.items():
        spans = covered.get(number, [])
        for match in _COMMENT.finditer(line):
            if any(start <= match.start() < end for start, end in spans):
                continue
            said = match[1]
            found.append((number + 1, said[1:] if said.startswith(" ") else said, not line[: match.start()].strip()))
            break
    return found


def _scalars(text: str, lines: list[str]) -> dict[int, list[tuple[int, int]]]:
    spans: dict[int, list[tuple[int, int]]] = {}
    loader = events(text)
    try:
        while loader.check_event():
            event = loader.get_event()
            if not isinstance(event, yaml.ScalarEvent):
                continue
            start, end = event.start_mark, event.end_mark
            if start is None or end is None:
                continue
            literal = event.style in ("|", ">")
            for line in range(start.line, end.line + 1):
                # The header of a block scalar may have a comment behind it.
                first = start.column if line == start.line else 0
                last = end.column if line == end.line else len(lines[line]) if line < len(lines) else 0
                if not (literal and line == start.line):
                    spans.setdefault(line, []).append((first, last))
    except yaml.YAMLError:
        return spans
    finally:
        loader.dispose()
    return spans


_LISTS = frozenset({"params", "workspaces", "results", "steps", "sidecars", "volumes", "tasks", "finally"})


@attrs.define
class Comments:
    """Comments by the path of the part they stand by; `take` hands out each once."""

    by_path: list[tuple[Path, str]] = attrs.field(factory=list)

    def take(self, path: Path) -> tuple[str, ...]:
        """The comments of a part and of everything in it that are still there."""
        size = len(path)
        found = tuple(text for at, text in self.by_path if at[:size] == path)
        if found:
            self.by_path = [(at, text) for at, text in self.by_path if at[:size] != path]
        return found


@attrs.frozen
class _Parts:
    """Where the parts of a document begin: `lines` in order, and by line the innermost part there."""

    lines: list[int]
    innermost: dict[int, Path]

    def owner(self, line: int, *, alone: bool) -> Path:
        """A comment on a line of its own stands by what follows, one behind something by that."""
        at = bisect_right(self.lines, line)
        if alone and at < len(self.lines):
            return self.innermost[self.lines[at]]
        return self.innermost[self.lines[max(at - 1, 0)]]


def comments_of(roots: list[Node], text: str) -> list[Comments]:
    """The comments of each document of a text. What stands before a document belongs to it."""
    found = [Comments() for _ in roots]
    every = find_comments(text) if roots else []
    if not every:
        return found
    parts = [_parts(root) for root in roots]
    begins = [root.line for root in roots[1:]]
    marks = [number for number, line in enumerate(yaml_lines(text), 1) if line.startswith("---")]
    for line, said, alone in every:
        index = bisect_right(begins, line)
        last = index == len(begins)
        # Between the last line of a document and the next, the `---` says whose a comment is.
        if alone and not last and line > parts[index].lines[-1] and not _marked(marks, line, begins[index]):
            index += 1
        found[index].by_path.append((parts[index].owner(line, alone=alone), said))
    return found


def _marked(marks: list[int], line: int, until: int) -> bool:
    """Whether a `---` stands between a line and another."""
    return bisect_right(marks, until) > bisect_right(marks, line)


def _parts(root: Node) -> _Parts:
    innermost: dict[int, Path] = {}
    stack: list[tuple[Node, Path, Path]] = [(root, (), ())]

    def begins(line: int, part: Path) -> None:
        if len(part) >= len(innermost.get(line, ())):
            innermost[line] = part

    while stack:
        node, path, part = stack.pop()
        begins(node.line, part)
        for name, (key, value) in (node.entries or {}).items():
            inner = (*path, name)
            # The comment above `steps:` is best read above the first of them.
            begins(key.line, (*inner, 0) if name in _LISTS and value.items else part)
            stack.append((value, inner, part))
        for index, item in enumerate(node.items or ()):
            inner = (*path, index)
            stack.append((item, inner, inner if path and path[-1] in _LISTS else part))
    return _Parts(sorted(innermost), innermost)
