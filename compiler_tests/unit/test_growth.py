"""No command's work grows faster than what it is given. Counted in calls; benchmarks/growth.py has the seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from counted import calls

from flowdsl.check.usage import name_hint
from flowdsl.diagnostics.near import Names
from flowdsl.diagnostics.unified import unified
from flowdsl.differ.renames import renamed_tasks
from flowdsl.emit import write_files
from flowdsl.library.import_files import stale_module
from flowdsl.linter.engine import Options, lint_sources
from flowdsl.linter.fix import edits
from flowdsl.linter.mend import mend
from flowdsl.linter.report import as_sarif, as_text
from flowdsl.yamlread.sources import Source

SMALL, TIMES = 30, 10


def grows_as_its_input(work: Callable[[int], Callable[[], object]]) -> None:
    """`work` prepares what is counted for a size. What loads on first use is not counted."""
    work(SMALL)()
    few, many = calls(work(SMALL)), calls(work(SMALL * TIMES))
    assert few > SMALL
    assert many <= 1.15 * TIMES * few


def test_files_of_one_set(tmp_path: Path) -> None:
    def written(number: int) -> Callable[[], object]:
        folder = tmp_path / str(number)
        return lambda: write_files({folder / f"{each}.yaml": b"a" for each in range(number)})

    grows_as_its_input(written)


def lines(word: str, number: int) -> list[str]:
    """Long enough not to be compared as a short text."""
    return [part for at in range(number * 50) for part in (f"name: {at}\n", "a: 1\n", f"{word}: x\n")]


def test_a_unified_diff_of_what_changes_everywhere() -> None:
    def compared(number: int) -> Callable[[], object]:
        before, after = lines("old", number), lines("new", number)
        return lambda: list(unified(before, after))

    grows_as_its_input(compared)


def test_how_an_imported_module_differs_from_what_is_there(tmp_path: Path) -> None:
    def compared(number: int) -> Callable[[], object]:
        there = tmp_path / f"{number}.py"
        there.write_text("".join(lines("old", number)))
        text = "".join(lines("new", number))
        return lambda: stale_module(text, there)

    grows_as_its_input(compared)


def test_a_chain_of_renamed_tasks() -> None:
    def spec(name: str, number: int) -> dict[str, object]:
        tasks = [
            {"name": f"{name}-{at}", "taskRef": {"name": f"t-{at}"}, "runAfter": [f"{name}-{at - 1}"] if at else []}
            for at in range(number)
        ]
        return {"tasks": tasks}

    def compared(number: int) -> Callable[[], object]:
        old, new = spec("old", number), spec("new", number)
        assert renamed_tasks(old, new) == (new, {f"old-{at}": f"new-{at}" for at in range(number)})
        return lambda: renamed_tasks(old, new)

    grows_as_its_input(compared)


def faulty(number: int) -> Source:
    """As many Tasks in one file, each with a misspelt field and a number where text belongs."""
    task = (
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t-%d}\nspec:\n  steps:\n  - imagee: a\n    name: 1\n"
    )
    return Source("a.yaml", "---\n".join(task % at for at in range(number)))


class Split(str):
    """A text that knows how often it was split: that is one call, however long the text is."""

    times = 0

    def split(self, *given: Any) -> list[str]:
        type(self).times += 1
        return super().split(*given)


@pytest.mark.parametrize("number", [3, 30])
def test_the_lines_of_a_file_are_found_once_and_not_for_each_finding(number: int) -> None:
    source = faulty(number)
    found = lint_sources([source], Options())
    for work in (lambda text: edits(found, text), lambda text: as_sarif(found, "", {source.name: text})):
        Split.times = 0
        assert work(Split(source.text))
        assert Split.times == 1


def test_what_is_wrong_with_every_document_of_a_file() -> None:
    def told(number: int) -> Callable[[], object]:
        source = faulty(number)

        def work() -> None:
            found = lint_sources([source], Options())
            assert as_text(found, {source.name: source.text}).count("error[") >= number
            assert as_sarif(found, "", {source.name: source.text}).count('"deletedRegion"') >= number

        return work

    grows_as_its_input(told)


def test_hints_for_names_that_are_almost_there() -> None:
    """There are more of them than are compared one by one."""

    def hinted(number: int) -> Callable[[], object]:
        names = [f"t-{at}" for at in range(number * 20)]

        def work() -> None:
            known = Names(names)
            assert all(name_hint(f"t{name}", known) == f"did you mean {name!r}?" for name in names)
            assert name_hint("unheard", known).startswith("params here: t-0, ")

        return work

    grows_as_its_input(hinted)


def test_mending_every_document_of_a_file() -> None:
    def mended(number: int) -> Callable[[], object]:
        source = faulty(number)
        found = lint_sources([source], Options())

        def work() -> None:
            assert mend(source, found, Options()).text.count("- image: a") == number

        return work

    grows_as_its_input(mended)
