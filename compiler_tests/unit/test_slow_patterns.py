"""A pattern that backtracks without end, in a condition that is decided again: it is given up, and passes no gate."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.decide import patterns
from flowdsl.decide.why import why_not
from flowdsl.decide.wire import Decision, decided

NAME, OTHER = ["value", "result.name", "text", "name"], ["value", "result.other", "text", "other"]
TEXTS = {"result.name": "a" * 60 + "b", "result.other": "v1-rc"}
SLOW = ["matches", NAME, ["is", "(a+)+"]]
QUICK, GROUPS = ["matches", OTHER, ["is", r"v[0-9]+-\w*"]], ["matches", OTHER, ["is", "v(1|2)-(rc)+"]]
LATE = "the answer of a pattern within 10 seconds is missing"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_PATIENCE", 0.3)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("test", [SLOW, ["not", SLOW], ["and", QUICK, SLOW], ["or", SLOW, ["not", GROUPS]]])
def test_what_takes_too_long_is_not_sure(test: list[Any]) -> None:
    held, unsure = decided(Decision("d", "", test), TEXTS)
    assert (held, LATE in unsure) == (False, True)
    assert f"{LATE}, which passes no gate" in "; ".join(why_not(Decision("d", "", test), "tag", TEXTS))


@pytest.mark.parametrize(
    ("test", "held", "why"),
    [
        (QUICK, True, []),
        (GROUPS, True, []),
        (["not", GROUPS], False, ["tag.other is v1-rc, the gate wants anything but a match of v(1|2)-(rc)+"]),
        (["and", GROUPS, ["matches", NAME, ["is", "(?:a|b){9}"]]], False, ["tag.name is aaaa"]),
        (["matches", ["value", "result.none", "text", "none"], ["is", "(a)"]], False, ["tag.none is missing, which"]),
    ],
)
def test_patterns_in_a_process_of_their_own_say_what_they_do_here(
    test: list[Any], *, held: bool, why: list[str]
) -> None:
    assert decided(Decision("d", "", test), TEXTS)[0] is held
    found = why_not(Decision("d", "", test), "tag", TEXTS)
    assert [text[: len(start)] for text, start in zip(found, why, strict=True)] == why
