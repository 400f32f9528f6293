"""What Go takes for a regular expression; the conformance tier compares thousands with Go's own compiler."""

from __future__ import annotations

import pytest

from flowdsl.kube.go_regexp import regexp_error

FINE = (
    *("", "a", "^a*$", "a|", "()", "(?i)a", "(?i:a)", "(?P<n>a)", "(?<n>a)", "a*?", "a{2}", "a{2,}?", "a{,2}", "{", "a{01}"),
    *("[]a]", "[^]a]", "[a-z-]", "[[:alpha:]]", "[[:^digit:]_]", r"\pL", r"\p{Greek}", r"\P{^Lu}", r"\x41", r"\x{10FFFF}"),
    *(r"\Qa(*\E+", r"\Qa(", r"\017", r"\_", r"[\d-z]", "^*", "a(?i)*", "((a{30}){33})", "(?P<n>a)(?P<n>b)", r"\pZq", "é+"),
)  # fmt: skip
WRONG = (
    *("*", "a**", "a+*", "(", ")", "(a", "[", "[]", "[a", "[z-a]", "[[:nope:]]", "(?=a)", "(?!a)", "(?<=a)", "(?P=n)", "(?x)"),
    *("(?P<>a)", r"a\1", r"\8", r"\Z", r"\C", "\\", r"\pQ", r"\p{nope}", r"[a-\d]", r"\x{110000}", r"\xg"),
    *("a{1001}", "a{2,1}", "(a{40}){30}", "(?i)*", "|*", "(*a)"),
)  # fmt: skip


@pytest.mark.parametrize("pattern", FINE)
def test_taken(pattern: str) -> None:
    assert regexp_error(pattern) is None


@pytest.mark.parametrize("pattern", WRONG)
def test_refused(pattern: str) -> None:
    assert regexp_error(pattern)
