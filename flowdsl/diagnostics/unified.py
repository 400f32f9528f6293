"""Two texts as a unified diff, in a time that grows as they do: difflib's own grows with the square of long texts."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

Opcode: TypeAlias = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]
"""What difflib calls so: what happened to which lines of the one text, and which of the other are there for them."""

_SMALL = 1_000_000
"""Lines of one text times lines of the other, up to which difflib compares them as they are."""
_GAP = 100_000
"""The same between two lines that stay: what is larger is told as replaced."""


def unified(before: Sequence[str], after: Sequence[str], old: str = "", new: str = "") -> Iterator[str]:
    """The lines of a unified diff as `difflib.unified_diff` gives them; `old` and `new` are its headings.

    Long texts are matched at the lines that stand in each of them once and in the same order, and between those as
    short ones are (Bram Cohen's patience diff).
    """
    if len(before) * len(after) <= _SMALL:
        yield from difflib.unified_diff(before, after, old, new)
        return
    groups = list(_Matched(list(_opcodes(before, after))).get_grouped_opcodes())
    if groups:
        yield from (f"--- {old}\n", f"+++ {new}\n")
    for group in groups:
        (_, i1, _, j1, _), (_, _, i2, _, j2) = group[0], group[-1]
        yield f"@@ -{_range(i1, i2)} +{_range(j1, j2)} @@\n"
        for tag, start, end, other, last in group:
            if tag == "equal":
                yield from (f" {line}" for line in before[start:end])
            else:
                yield from (f"-{line}" for line in before[start:end])
                yield from (f"+{line}" for line in after[other:last])


class _Matched(difflib.SequenceMatcher[str]):
    """Texts that are matched already, for difflib to make hunks of."""

    def __init__(self, opcodes: list[Opcode]) -> None:
        super().__init__(None, "", "")
        self._matched = opcodes

    def get_opcodes(self) -> list[Opcode]:
        """As they were given."""
        return self._matched


def _range(start: int, end: int) -> str:
    length = end - start
    return f"{start + 1}" if length == 1 else f"{start + bool(length)},{length}"


def _opcodes(before: Sequence[str], after: Sequence[str]) -> Iterator[Opcode]:
    """difflib's opcodes: equal and unequal stretches in turns."""
    i = j = 0
    for start, other, length in _runs(before, after):
        if i < start or j < other:
            yield _unequal(i, start, j, other)
        i, j = start + length, other + length
        yield "equal", start, i, other, j
    if i < len(before) or j < len(after):
        yield _unequal(i, len(before), j, len(after))


def _unequal(i: int, start: int, j: int, other: int) -> Opcode:
    return ("replace" if i < start and j < other else "delete" if i < start else "insert"), i, start, j, other


def _runs(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """The stretches that are the same, each as long as it is: where it begins in both, and its lines."""
    start = other = length = 0
    for i, j, size in _same(before, after):
        if size and (i, j) == (start + length, other + length):
            length += size
        elif size:
            if length:
                yield start, other, length
            start, other, length = i, j, size
    if length:
        yield start, other, length


def _same(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    i = j = 0
    for start, other in [*_anchors(before, after), (len(before), len(after))]:
        # What stands before and after the change is the same in most gaps, and takes no comparison.
        head = _common(before, after, i, j, start, other)
        yield i, j, head
        i, j = i + head, j + head
        tail = _common_end(before, after, i, j, start, other)
        end, last = start - tail, other - tail
        if (end - i) * (last - j) <= _GAP:
            for block in difflib.SequenceMatcher(None, before[i:end], after[j:last], False).get_matching_blocks():
                yield i + block.a, j + block.b, block.size
        yield end, last, tail
        if start < len(before) and other < len(after):
            yield start, other, 1
        i, j = start + 1, other + 1


def _common(before: Sequence[str], after: Sequence[str], i: int, j: int, start: int, other: int) -> int:
    length = 0
    while i + length < start and j + length < other and before[i + length] == after[j + length]:
        length += 1
    return length


def _common_end(before: Sequence[str], after: Sequence[str], i: int, j: int, start: int, other: int) -> int:
    length = 0
    while i < start - length and j < other - length and before[start - length - 1] == after[other - length - 1]:
        length += 1
    return length


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """The lines that stand once in each, as many as keep their order: the longest rising row of their places."""
    once, there = Counter(before), Counter(after)
    places = {line: place for place, line in enumerate(after) if there[line] == 1}
    pairs = [(i, places[line]) for i, line in enumerate(before) if once[line] == 1 and line in places]
    ends: list[int] = []
    last: list[int] = []
    links: list[int] = []
    for number, (_, j) in enumerate(pairs):
        row = bisect_left(ends, j)
        links.append(last[row - 1] if row else -1)
        ends[row : row + 1] = [j]
        last[row : row + 1] = [number]
    found: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        found.append(pairs[number])
        number = links[number]
    return found[::-1]
