"""What users write, under both checkers: what is right is clean, and each line that is marked red is red."""

from __future__ import annotations

import checkers
import pytest

FILES = sorted(checkers.USERS.glob("*.py"))


@pytest.mark.parametrize("checker", [checkers.mypy, checkers.pyright])
def test_red_where_marked_and_nowhere_else(checker: checkers.Checker) -> None:
    found = checker(FILES)
    expected = checkers.marks(checker.__name__, FILES)
    assert expected, "no line is marked"
    assert {each: said for each, said in found.items() if each not in expected} == {}, "red, and not marked"
    assert expected - set(found) == set(), "marked, and not red"
