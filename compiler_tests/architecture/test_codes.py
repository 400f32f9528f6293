"""Codes, their rules, their pages and their tests belong together: none without the others."""

from __future__ import annotations

import ast
import re
from importlib import import_module

import pytest
from source import ROOT, modules

from flowdsl.diagnostics import Severity, catalog
from flowdsl.diagnostics.rule import Rule
from flowdsl.library.catalogue import RULES

CODE = re.compile(r"FLOW\d{3}\b")
SECTIONS = ["## What it means", "## Why it matters", "## Example", "## How to fix"]
TESTS = ROOT / "compiler_tests"
TEXTS = {".py", ".txt", ".md", ".yaml", ".yml", ".json"}
RAISES = {"error": Severity.ERROR, "warning": Severity.WARNING}
# Whoever adds a code reads CONTRIBUTING.md, "Add a rule".
DO = "give it a Rule beside its function (flowdsl/check/…) or in its package's rules.py, and name the module there"


def mentioned() -> set[str]:
    """Codes anywhere in the source."""
    return {code for module in modules().values() for code in CODE.findall(module.path.read_text(encoding="utf-8"))}


def defined() -> dict[str, int]:
    """How many times each code is given to a Rule in the source."""
    found: dict[str, int] = {}
    for module in modules().values():
        for call in module.nodes:
            if isinstance(call, ast.Call) and call.args:
                code = call.args[0]
                if (
                    isinstance(code, ast.Constant)
                    and CODE.fullmatch(str(code.value))
                    and "Rule" in ast.unparse(call.func)
                ):
                    found[code.value] = found.get(code.value, 0) + 1
    return found


def covered() -> set[str]:
    found: set[str] = set()
    for path in TESTS.rglob("*"):
        if path.suffix in TEXTS and path.is_file() and path.parent.name != "architecture":
            found.update(CODE.findall(path.read_text(encoding="utf-8")), CODE.findall(path.name))
    return found


def test_every_code_in_the_source_has_a_rule() -> None:
    assert mentioned() - set(RULES) == set(), DO


def test_every_rule_is_in_the_catalogue_once() -> None:
    assert {code: number for code, number in defined().items() if number > 1} == {}, "a code has one object"
    assert set(defined()) - set(RULES) == set(), "add the module to the registry of its package (check/rules.py)"


def test_every_rule_has_a_page_and_a_test() -> None:
    assert set(RULES) - set(catalog.codes()) == set(), "write flowdsl/diagnostics/pages/CODE.md"
    assert set(catalog.codes()) - set(RULES) == set(), DO
    assert set(RULES) - covered() == set(), "no test speaks of it"


def test_names_are_in_kebab_case_and_of_one_rule() -> None:
    names = [rule.name for rule in RULES.values()]
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_a_constant_is_called_as_its_rule() -> None:
    wrong = [
        f"{module.name}.{name}"
        for module in modules().values()
        if "Rule(" in module.path.read_text(encoding="utf-8") or "pitfall(" in module.path.read_text(encoding="utf-8")
        for name, rule in vars(import_module(module.name)).items()
        if isinstance(rule, Rule) and name != rule.name.upper().replace("-", "_")
    ]
    assert wrong == []


def test_what_is_raised_by_its_code_is_as_bad_as_its_rule_says() -> None:
    wrong = []
    for module in modules().values():
        for call in module.nodes:
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in RAISES:
                code = call.args[0] if call.args else None
                if isinstance(code, ast.Constant) and code.value in RULES:
                    rule = RULES[code.value]
                    if rule.severity is not RAISES[call.func.attr]:
                        wrong.append(f"{module.name}:{call.lineno} {rule.code} is {rule.severity}")
    assert wrong == []


@pytest.mark.parametrize("code", catalog.codes())
def test_a_page_has_its_parts(code: str) -> None:
    text = catalog.text(code)
    assert text.startswith(SECTIONS[0]), "the headline is the rule's title: the page begins below it"
    assert [line for line in text.splitlines() if line.startswith("## ")] == SECTIONS
    parts = re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]
    assert all(part.strip() for part in parts), "a section is empty"


def test_below_the_frontend_a_code_is_its_rule() -> None:
    found = [
        f"{module.name}: {text}"
        for module in modules().values()
        # Excerpts know of two by their codes: one is raised above them, in passes.
        if module.area in ("check", "linter", "yamlread", "kinds") and module.name != "flowdsl.yamlread.excerpts"
        for text in (node.value for node in module.constants)
        if isinstance(text, str)
        and CODE.fullmatch(text)
        and not re.search(rf'Rule(\.pitfall)?\(\s*"{text}"', module.path.read_text())
    ]
    assert found == []
