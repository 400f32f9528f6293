"""The unified diff of long texts: right, and in a time that grows as they do."""

from __future__ import annotations

import difflib
import random

import pytest

from flowdsl.diagnostics import unified as home
from flowdsl.diagnostics.unified import unified

LINES = [f"line {number}\n" for number in range(40)]


def patched(before: list[str], lines: list[str]) -> list[str]:
    """What `patch` makes of a text: each hunk is found at its place, and all that it keeps stands there."""
    made: list[str] = []
    at = 0
    for each in lines[2:]:
        if each.startswith("@@"):
            start, _, length = each.split()[1][1:].partition(",")
            place = int(start) - (length != "0")
            made += before[at:place]
            at = place
            continue
        sign, text = each[0], each[1:]
        if sign in " -":
            assert before[at] == text
            at += 1
        if sign in " +":
            made.append(text)
    return made + before[at:]


@pytest.mark.parametrize("seed", range(60))
def test_a_long_text_becomes_the_other_by_its_diff(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "_SMALL", -1)
    monkeypatch.setattr(home, "_GAP", seed % 4 * 20)
    draw = random.Random(seed)
    before = [draw.choice(LINES) for _ in range(draw.randrange(60))]
    after = [line for line in before if draw.random() > 0.1]
    for _ in range(draw.randrange(8)):
        after.insert(draw.randrange(len(after) + 1), draw.choice([*LINES, "new\n"]))
    lines = list(unified(before, after, "old", "new"))
    assert patched(before, lines) == after
    assert bool(lines) == (before != after)


def test_what_one_line_of_each_paragraph_changes_is_told_as_difflib_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def text(word: str) -> list[str]:
        return [line for at in range(30) for line in (f"name: {at}\n", "a: 1\n", "b: 2\n", f"{word}: {at}\n", "c: 3\n")]

    before, after = text("old"), text("new")
    wanted = list(difflib.unified_diff(before, after, "x", "y"))
    monkeypatch.setattr(home, "_SMALL", -1)
    assert list(unified(before, after, "x", "y")) == wanted


def test_long_texts_in_which_no_line_stands_once_keep_what_is_the_same_at_both_ends() -> None:
    before = ["- a: 1\n", "  b: 2\n"] * 600
    after = [*before[:100], "  c: 3\n", "  c: 3\n", *before[100:]]
    assert len(before) * len(after) > home._SMALL
    changed = [each for each in unified(before, after, "old", "new") if each[0] in "+-"][2:]
    assert changed == ["+  c: 3\n", "+  c: 3\n"]


def test_short_texts_are_difflibs() -> None:
    assert list(unified(["a\n"], ["b\n"], "x", "y")) == list(difflib.unified_diff(["a\n"], ["b\n"], "x", "y"))
    assert list(unified(["a\n"], ["a\n"], "x", "y")) == []
