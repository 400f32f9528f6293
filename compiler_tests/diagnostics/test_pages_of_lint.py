"""Every page of a lint rule shows what it speaks of: its example is linted, and the finding is where `# here` stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from lint_cases import CODES, HERE, NO_TEXT, example, rendered
from lint_docs import PAGE, renewed

from flowdsl.linter.engine import Options, iterate, lint_sources
from flowdsl.linter.select import Selection
from flowdsl.yamlread.sources import Source, load

RENEW = "python compiler_tests/diagnostics/lint_cases.py writes it anew"
EVERYTHING = Options(selection=Selection(select=("ALL",)))


def told(text: str, options: Options = EVERYTHING) -> list[tuple[str, int]]:
    return [(place.code, place.line) for _, place in iterate(lint_sources([Source("x.yaml", text)], options))]


@pytest.mark.parametrize("code", [code for code in CODES if code not in NO_TEXT])
def test_the_example_shows_the_finding(code: str) -> None:
    text = example(code)
    marked = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith("# here")]
    lines = [line for found, line in told(text) if found == code]
    assert lines, f"{code} is not found, but {told(text)}"
    # FLOW405 is of a file that holds no document: there is no line to mark.
    assert lines == marked or code == "FLOW405", f"the page marks the lines {marked} with `# here`"


@pytest.mark.parametrize("hundred", ["2", "3", "4"])
def test_the_finding_as_it_is_printed(hundred: str) -> None:
    assert rendered(hundred) == (HERE / f"{hundred}xx.txt").read_text(encoding="utf-8"), RENEW


def test_the_lists_in_the_docs_are_the_rules() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert renewed(text) == text, RENEW
    assert text.count("<!-- rules: ") == 3


@pytest.mark.parametrize("code", [code for code in CODES if code[4] == "2"])
def test_an_admission_example_has_no_other_error(code: str) -> None:
    errors = {found for found, _ in told(example(code)) if found[4] == "2"}
    # A pipeline in a pipeline is alpha in itself.
    assert errors - {code} <= ({"FLOW205"} if code == "FLOW244" else set())


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"\x7fELF\0\0", "binary"), (b"a: \xff\xfe", "no UTF-8"), (b"#" * (16 * 2**20 + 1), "more than 16 MiB")],
)
def test_files_that_cannot_be_read(data: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_bytes(data)
    (document,) = lint_sources([load(file)], EVERYTHING)
    (place,) = document.shown
    assert place.code == "FLOW403"
    assert message in place.message
    assert not document.accepted
