"""The examples that users copy: clean under lint, told by their docstring, and each task a function one can call."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from flowdsl.library.lint_python import lint_python
from flowdsl.linter.engine import Options, iterate

FOLDER = Path(__file__).parents[2] / "pipelines" / "examples"
EXAMPLES = sorted(FOLDER.rglob("*.py"))


def test_there_are_enough() -> None:
    assert len(EXAMPLES) >= 25


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_lint_finds_nothing(path: Path) -> None:
    target = f"{path}:{path.stem}" if path.stem == "subpipeline" else str(path)
    found = lint_python(target, Options())
    assert found
    assert [f"{place.code} {place.message}" for _, place in iterate(found)] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_says_what_it_shows_and_runs_as_a_program(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert len(ast.get_docstring(tree) or "") > 40
    last = tree.body[-1]
    assert isinstance(last, ast.If)
    assert ast.unparse(last.test) == "__name__ == '__main__'"


def test_no_name_hides_a_module_of_python() -> None:
    # Whoever runs an example has its folder first on the path.
    assert {path.stem for path in EXAMPLES} & set(sys.stdlib_module_names) == set()
