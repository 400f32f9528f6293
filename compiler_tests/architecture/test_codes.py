"""Codes, their pages and their tests belong together: none without the others."""

from __future__ import annotations

import re

import pytest
from source import ROOT, modules, strings_of_code

from flowdsl.diagnostics import catalog

CODE = re.compile(r"FLOW\d{3}\b")
SECTIONS = ["## What it means", "## Why it matters", "## Example", "## How to fix"]
TESTS = ROOT / "compiler_tests"
TEXTS = {".py", ".txt", ".md", ".yaml", ".yml", ".json"}


def raised() -> set[str]:
    """Codes in the code itself, docstrings and comments aside."""
    return {
        code for module in modules().values() for text in strings_of_code(module.tree) for code in CODE.findall(text)
    }


def mentioned() -> set[str]:
    """Codes anywhere in the source."""
    return {code for module in modules().values() for code in CODE.findall(module.path.read_text(encoding="utf-8"))}


def covered() -> set[str]:
    found: set[str] = set()
    for path in TESTS.rglob("*"):
        if path.suffix in TEXTS and path.is_file() and path.parent.name != "architecture":
            found.update(CODE.findall(path.read_text(encoding="utf-8")), CODE.findall(path.name))
    return found


def test_every_code_in_the_source_has_a_page() -> None:
    assert mentioned() - set(catalog.codes()) == set()


def test_every_page_is_of_a_code_in_use() -> None:
    assert set(catalog.codes()) - raised() == set()


def test_every_code_has_a_test() -> None:
    assert set(catalog.codes()) - covered() == set()


@pytest.mark.parametrize("code", catalog.codes())
def test_a_page_has_its_parts(code: str) -> None:
    lines = catalog.page(code).splitlines()
    assert re.fullmatch(rf"# {code}: \S.*", lines[0])
    assert [line for line in lines if line.startswith("## ")] == SECTIONS
    texts = re.split(r"^## .*$", catalog.page(code), flags=re.MULTILINE)[1:]
    assert all(text.strip() for text in texts), "a section is empty"
