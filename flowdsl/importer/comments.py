"""The comments of a YAML text, and which part of its documents each stands by."""

from __future__ import annotations

import re
from typing import Any

import attrs
import yaml

from flowdsl.yamlread.nodes import Node, Path

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COMMENT = re.compile(r"(?:^|(?<=\s))#(.*)")


def find_comments(text: str) -> list[tuple[int, str, bool]]:
    """(line, text, whether the line holds nothing else) of every comment; text that can't be read has none.

    libyaml keeps no comments, but says where every scalar is: a `#` outside of all of them begins a comment.
    """
    lines = text.split("\n")
    covered = _scalars(text, lines)
    found = []
    for number, line in enumerate(lines):
        if "#" not in line:
            continue
        spans = covered.get(number, [])
        for match in _COMMENT.finditer(line):
            if any(start <= match.start() < end for start, end in spans):
                continue
            said = match[1].rstrip("\r")
            found.append((number + 1, said[1:] if said.startswith(" ") else said, not line[: match.start()].strip()))
            break
    return found


def _scalars(text: str, lines: list[str]) -> dict[int, list[tuple[int, int]]]:
    spans: dict[int, list[tuple[int, int]]] = {}
    loader = _Loader(text)
    try:
        while loader.check_event():
            event = loader.get_event()
            if not isinstance(event, yaml.ScalarEvent):
                continue
            start: Any = event.start_mark
            end: Any = event.end_mark
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


def comments_of(roots: list[Node], text: str) -> list[Comments]:
    """The comments of each document of a text. What stands before a document belongs to it."""
    found = [Comments() for _ in roots]
    if not roots:
        return found
    every = find_comments(text)
    lines = [_lines(root) for root in roots]
    ends = [root.line for root in roots[1:]]
    for line, said, alone in every:
        index = sum(1 for end in ends if end <= line)
        if alone and not _below(lines[index], line) and index + 1 < len(roots) and _separated(text, line, ends[index]):
            index += 1
        found[index].by_path.append((_owner(lines[index], line, alone=alone), said))
    return found


def _separated(text: str, line: int, until: int) -> bool:
    """Whether the `---` before the next document comes before this line."""
    return not any(each.startswith("---") for each in text.split("\n")[line : until - 1])


def _below(lines: list[tuple[int, Path]], line: int) -> bool:
    return any(at > line for at, _ in lines)


def _lines(root: Node) -> list[tuple[int, Path]]:
    """(line, path of the innermost part of a list that begins or goes on there), in order."""
    found: list[tuple[int, Path]] = []
    stack: list[tuple[Node, Path, Path]] = [(root, (), ())]
    while stack:
        node, path, part = stack.pop()
        found.append((node.line, part))
        for name, (key, value) in (node.entries or {}).items():
            inner = (*path, name)
            first = (*inner, 0) if name in _LISTS and value.items else part
            found.append((key.line, first))
            stack.append((value, inner, part))
        for index, item in enumerate(node.items or ()):
            inner = (*path, index)
            stack.append((item, inner, inner if path and path[-1] in _LISTS else part))
    return sorted(found, key=lambda each: (each[0], len(each[1])))


def _owner(lines: list[tuple[int, Path]], line: int, *, alone: bool) -> Path:
    """A comment on a line of its own stands by what follows, one behind something by that."""
    if alone:
        following = [at for at, _ in lines if at > line]
        line = min(following) if following else line
    here = [path for at, path in lines if at == line] or [path for at, path in lines if at <= line][-1:]
    return max(here, key=len) if here else ()
