"""Lint of compiled YAML: what is wrong in a task's code is said at the user's own line, in every form of the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lint_support import document

import flowdsl
from flowdsl.diagnostics import FlowError
from flowdsl.emit import emit_yaml
from flowdsl.kube.source_lines import Sources
from flowdsl.linter.engine import Options, lint_sources
from flowdsl.linter.report import as_github, as_json, as_sarif, as_text
from flowdsl.yamlread.documents import Document
from flowdsl.yamlread.sources import Source

TOKEN = "ghp_" + "0123456789abcdefghijABCDEFGHIJ456789"
HELPER = '"""Helpers."""\n\nLIMIT = 3\n\n\ndef shout(text: str) -> str:\n    text = text.upper()\n    return text + "HELPER"\n'
MAIN = """
from flowdsl import pipeline, task
from helper import shout


@task(image="python:3.12-slim")
def tell(name: str) -> str:
    first = shout(name)

    return first + "MAIN"


@pipeline
def telling(name: str = "ada"):
    tell(name)
"""


@pytest.fixture
def compiled(tmp_path: Path) -> str:
    """The YAML of a task that takes a helper of another module along."""
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'telling'\nversion = '1'\n")
    (tmp_path / "helper.py").write_text(HELPER)
    (tmp_path / "flow.py").write_text(MAIN)
    return emit_yaml(flowdsl.compile(flowdsl.load(tmp_path / "flow.py")).documents).decode()


def linted(text: str) -> list[Document]:
    return lint_sources([Source("flow.yaml", text)], Options())


@pytest.mark.parametrize(
    ("mistake", "stands", "code", "place"),
    [
        ("$(params.nam)", "HELPER", "FLOW222", ("helper.py", 8)),
        ("$(params['nam'])", "MAIN", "FLOW222", ("flow.py", 10)),
        ("$(params.name)", "HELPER", "FLOW320", ("helper.py", 8)),
        ("$(results.nothing.path)", "MAIN", "FLOW222", ("flow.py", 10)),
        (TOKEN, "HELPER", "FLOW321", ("helper.py", 8)),
        (TOKEN, "MAIN", "FLOW321", ("flow.py", 10)),
    ],
)
def test_a_mistake_in_a_task_is_told_at_the_users_line(
    compiled: str, mistake: str, stands: str, code: str, place: tuple[str, int]
) -> None:
    found = linted(compiled.replace(f'"{stands}"', f'"{mistake}"'))
    (related,) = [each.related for one in found for each in one.shown if each.code == code]
    assert [(at.file, at.line) for _, at in related] == [place]


def test_a_credential_is_told_at_its_line_by_a_compile(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'telling'\nversion = '1'\n")
    (tmp_path / "helper.py").write_text(HELPER.replace("HELPER", TOKEN))
    (tmp_path / "flow.py").write_text(MAIN)
    with pytest.raises(FlowError) as refused:
        flowdsl.compile(flowdsl.load(tmp_path / "flow.py"))
    (told,) = refused.value.diagnostics
    assert told.code == "FLOW103"
    assert [(at.file, at.line) for _, at in told.related] == [("helper.py", 8)]


def test_every_form_of_the_report_names_the_line(compiled: str) -> None:
    found = linted(compiled.replace('"HELPER"', '"$(params.nam)"'))
    assert "  = comes from: helper.py:8\n" in as_text(found, {})
    assert "; comes from: helper.py:8" in as_github(found)
    told = json.loads(as_json(found))["documents"][0]["findings"][0]
    assert told["related"] == [{"text": "comes from", "file": "helper.py", "line": 8}]
    (first, *_) = json.loads(as_sarif(found))["runs"][0]["results"]
    (where,) = first["relatedLocations"]
    assert where["physicalLocation"] == {"artifactLocation": {"uri": "helper.py"}, "region": {"startLine": 8}}


SCRIPT = "#!/usr/bin/env python3\nfrom __future__ import annotations\n\n_FLOWDSL_LINES = {table}\n\n_FLOWDSL_SOURCE = {text}\n"


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ('{"task/../../etc/passwd": [1]}', "'\\nx\\n'"),
        ('{"task//etc/passwd": [1]}', "'\\nx\\n'"),
        ('{"task/c:/x.py": [1]}', "'\\nx\\n'"),
        ('{"task/a.py": [1]}', "b'x'"),
        ('{"task/a.py": [1]}', "open('x')"),
        ('{"mods/b.py": [1], "task/a.py": [1]}', "(" * 2000),
    ],
)
def test_a_script_that_somebody_made_up_names_no_file_elsewhere(table: str, text: str) -> None:
    assert Sources.of(SCRIPT.format(table=table, text=text)).place("x") is None


def test_lines_that_somebody_made_up_end_no_lint() -> None:
    assert Sources.of(SCRIPT.format(table='{"task/a.py": [1, 2]}', text="'\\nx\\ny\\n'")).place("y") == ("a.py", 2)


def test_a_script_of_somebody_else_has_no_lines() -> None:
    script = "#!/bin/sh\n        echo $(params.nam)"
    found = linted(document("Task", "t", f"  steps:\n    - image: i\n      script: |\n        {script}"))
    assert [each.related for one in found for each in one.shown if each.code == "FLOW222"] == [()]


def test_a_mistake_in_a_module_that_comes_as_a_config_map_is_told_at_the_users_line(tmp_path: Path) -> None:
    rows = "".join(
        f"    'word{number:05d}': 'the meaning of number {number}, at some length',\n" for number in range(2500)
    )
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'telling'\nversion = '1'\n")
    (tmp_path / "helper.py").write_text(HELPER + "\n\nTABLE = {\n" + rows + "}\nUSED = TABLE\n")
    (tmp_path / "flow.py").write_text(
        MAIN.replace("import shout", "import TABLE, shout").replace("first +", "TABLE[first] +")
    )
    text = emit_yaml(flowdsl.compile(flowdsl.load(tmp_path / "flow.py")).documents).decode()
    assert text.count("kind: ConfigMap") == 1
    found = linted(text.replace('"HELPER"', f'"{TOKEN}"'))
    (finding,) = [each for one in found for each in one.shown if each.code == "FLOW321"]
    assert finding.message == "'helper.py' holds what looks like a credential (ghp_…)"
    assert [(at.file, at.line) for _, at in finding.related] == [("helper.py", 8)]
    alone = linted(text.partition("---\napiVersion: tekton")[0].replace('"HELPER"', f'"{TOKEN}"'))
    assert [each.related for one in alone for each in one.shown if each.code == "FLOW321"] == [()]
