"""Words with times: how far they are from the known text, and as subtitles. Pure functions, of Python alone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypedDict

from sonic_flow.notes import clean, listing, mapping, numbers

MOST = 1500
"""Words that a clip, or a known text, has at most: they are compared each with each."""
LONGEST = 80
"""Characters of a word that are kept."""
LINE, SPAN, PAUSE = 42, 5.0, 0.6
"""A subtitle's characters and seconds at most, and the seconds of silence after which a new one begins."""
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


class Word(TypedDict):
    """A word as it was heard, from `start` to `end` in seconds of the clip."""

    word: str
    start: float
    end: float


class Step(NamedTuple):
    """One step from the known text to what was heard: a word of the one, of the other, or of both.

    `word` is the number of the word that was heard; None for one that was not.
    """

    kind: Literal["same", "other", "missing", "added"]
    known: str
    heard: str
    word: int | None


class Subtitle(NamedTuple):
    """A line of subtitles, with its time in seconds."""

    start: float
    end: float
    text: str


def words_of(answer: Mapping[str, object], seconds: float) -> list[Word]:
    """The words of a transcription (`SERVICE.md`), in order; those without a time within the clip are left out.

    Of more than `MOST` there are one too many, and no more.
    """
    found = listing(answer.get("words"))
    if not found:
        found = [each for segment in listing(answer.get("segments")) for each in listing(mapping(segment).get("words"))]
    words: list[Word] = []
    for each in map(mapping, found):
        if len(words) > MOST:
            break
        text, times = " ".join(str(each.get("word", "")).split()), numbers([each.get("start"), each.get("end")])
        if text and len(times) == 2 and -0.5 <= times[0] <= times[1] <= seconds + 1:
            shown = str(clean(text))[:LONGEST]
            words.append(Word(word=shown, start=round(max(times[0], 0.0), 3), end=round(min(times[1], seconds), 3)))
    return sorted(words, key=lambda word: word["start"])


def plain(text: str) -> list[str]:
    """The words of a text as they are compared: without case and punctuation."""
    return [found.replace("\u2019", "'") for found in _WORD.findall(text.casefold())]


def spoken(words: Sequence[Word]) -> list[tuple[str, int]]:
    """What was heard as it is compared, each with the number of its word: a recogniser may put several into one."""
    return [(each, number) for number, word in enumerate(words) for each in plain(word["word"])]


def steps(known: Sequence[str], words: Sequence[Word]) -> list[Step]:
    """The shortest way from the known text to what was heard (Levenshtein's distance over words).

    `known` is as `plain` gives it. Of several words in one, "3 times", each counts. Raises ValueError for more than
    `MOST` on either side: time and memory grow with their product.
    """
    said = spoken(words)
    if len(known) > MOST or len(said) > MOST:
        raise ValueError(f"{len(known)} known and {len(said)} heard words are too many: {MOST} of each at most")
    heard = [each for each, _ in said]
    rows = [list(range(len(heard) + 1))]
    for place, wanted in enumerate(known, 1):
        before, row = rows[-1], [place]
        for at, given in enumerate(heard, 1):
            row.append(min(before[at - 1] + (wanted != given), before[at] + 1, row[at - 1] + 1))
        rows.append(row)
    return list(_back(rows, known, said))[::-1]


def _back(rows: list[list[int]], known: Sequence[str], said: Sequence[tuple[str, int]]) -> Iterator[Step]:
    place, at = len(known), len(said)
    while place or at:
        here = rows[place][at]
        wanted, (given, number) = known[place - 1] if place else "", said[at - 1] if at else ("", 0)
        if place and at and here == rows[place - 1][at - 1] + (wanted != given):
            place, at = place - 1, at - 1
            yield Step("same" if wanted == given else "other", wanted, given, number)
        elif at and here == rows[place][at - 1] + 1:
            at -= 1
            yield Step("added", "", given, number)
        else:
            place -= 1
            yield Step("missing", wanted, "", None)


def error_rate(found: Sequence[Step]) -> float:
    """The word error rate: what differs, as a share of the known words. It may be above 1."""
    known = sum(step.kind != "added" for step in found)
    return sum(step.kind != "same" for step in found) / known


def subtitles(words: Sequence[Word]) -> list[Subtitle]:
    """The words as lines that can be read: a new one after a pause, and before it grows too long."""
    lines: list[Subtitle] = []
    for word in words:
        last = lines[-1] if lines else None
        if (
            last is not None
            and word["start"] - last.end < PAUSE
            and word["end"] - last.start <= SPAN
            and len(last.text) + len(word["word"]) < LINE
        ):
            lines[-1] = Subtitle(last.start, word["end"], f"{last.text} {word['word']}")
        else:
            lines.append(Subtitle(word["start"], max(word["end"], word["start"] + 0.1), word["word"]))
    return lines


def webvtt(lines: Sequence[Subtitle]) -> str:
    """WebVTT (https://www.w3.org/TR/webvtt1/): nothing in a word can be a tag, or end a line."""
    cues = (f"{_clock(line.start)} --> {_clock(line.end)}\n{html.escape(line.text, quote=False)}\n" for line in lines)
    return "\n".join(["WEBVTT\n", *cues])


def srt(lines: Sequence[Subtitle]) -> str:
    """SubRip, which has no escapes: signs that players read as tags are replaced by their like."""
    table = str.maketrans({"<": "\u2039", ">": "\u203a", "{": "(", "}": ")"})
    cues = (
        f"{number}\n{_clock(line.start, ',')} --> {_clock(line.end, ',')}\n{line.text.translate(table)}\n"
        for number, line in enumerate(lines, 1)
    )
    return "\n".join(cues)


def _clock(seconds: float, sign: str = ".") -> str:
    thousandths = round(seconds * 1000)
    whole, rest = divmod(thousandths, 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{sign}{rest:03}"
