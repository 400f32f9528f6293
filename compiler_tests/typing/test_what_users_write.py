"""What users write, under both checkers: what is right is clean, and each line that is marked red is red."""

from __future__ import annotations

import runpy
from pathlib import Path

import checkers
import pytest

from flowdsl import Pipeline
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import Severity

FILES = sorted(checkers.USERS.glob("*.py"))


@pytest.mark.parametrize("checker", [checkers.mypy, checkers.pyright])
def test_red_where_marked_and_nowhere_else(checker: checkers.Checker) -> None:
    found = checker(FILES)
    expected = checkers.marks(checker.__name__, FILES)
    assert expected, "no line is marked"
    assert {each: said for each, said in found.items() if each not in expected} == {}, "red, and not marked"
    assert expected - set(found) == set(), "marked, and not red"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_right_compiles(file: Path) -> None:
    """Beside what is marked red, which stands in functions named `wrong...`."""
    found = [each for each in runpy.run_path(str(file)).values() if isinstance(each, Pipeline)]
    right = [each for each in found if not each.name.startswith("wrong")]
    assert right
    for each in right:
        compiled = compile_pipeline(each, CompileOptions(params={}))
        assert [told for told in compiled.diagnostics if told.severity is Severity.ERROR] == []
