"""The library: documents in, objects out; typed; and no heavier an import than before."""

from __future__ import annotations

import pydoc
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import flowdsl
from flowdsl import library, pipeline, task
from flowdsl.diagnostics import FlowError, UsageError

TASK = """\
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: build}
spec:
  params: [{name: url, type: string}]
  steps: [{name: s, image: "busybox:1.36", script: "echo hi"}]
"""
USER = """\
from pathlib import Path
import flowdsl
from flowdsl import pipeline
from flowdsl.differ import Added, Impact

@pipeline
def p(name: str = "n") -> None: ...

def names() -> list[str]:
    return [item["kind"] for item in flowdsl.compile(p, params={"name": "x"}, alpha=["a"]).documents]

def added(one: Path, other: str) -> list[str]:
    found = flowdsl.diff(one, other)
    return [each.subject.kind for each in found if isinstance(each, Added) and each.impact is Impact.BREAKING]

def codes(text: str) -> set[str]:
    return {place.code for document in flowdsl.lint(text, ignore=["FLOW3"]) for place in document.shown}

text: str = flowdsl.import_yaml([Path("a.yaml")], stubs=True)

def kinds() -> list[str]:
    return [item["kind"] for item in flowdsl.compile(flowdsl.load("p.py")).documents]

def all_names() -> list[str]:
    return [each.name for each in flowdsl.load(Path("p.py"), every=True)]

def seconds(day: str) -> float:
    record = flowdsl.run(p, params={"name": day}, secrets={"a": {"b": "c"}}, gpu="auto")
    assert record.succeeded or record.status == "Failed"
    return sum(task.seconds or 0.0 for task in record.tasks if task.status != "Skipped")

def created() -> list[str]:
    return [each.name for each in flowdsl.apply(Path("a.yaml"), dry_run=True) if each.action == "created"]

def reason() -> str:
    return flowdsl.submit(p, namespace="ml", request_id="1").wait().task("a").reason
"""


@task(image="python:3.12-slim")
def greet(name: str) -> str:
    return f"hello {name}"


@pipeline
def hello(name: str = "you"):
    greet(name)


def test_compile() -> None:
    compiled = flowdsl.compile(hello, params={"name": "me"}, namespace="ml")
    assert [item["kind"] for item in compiled.documents] == ["Task", "Pipeline", "PipelineRun"]
    assert compiled.documents[-1]["spec"]["params"] == [{"name": "name", "value": "me"}]
    with pytest.raises(FlowError, match="FLOW020"):
        flowdsl.compile(hello, params={"nam": "me"})


def test_lint_text_documents_and_paths(tmp_path: Path) -> None:
    (good,) = flowdsl.lint(TASK)
    assert good.accepted
    (bad,) = flowdsl.lint(TASK.replace("steps", "stepz"))
    assert not bad.accepted
    assert bad.shown[0].line == 6
    assert all(each.accepted for each in flowdsl.lint(hello))
    (tmp_path / "a.yaml").write_text(TASK)
    assert [each.name for each in flowdsl.lint(tmp_path)] == ["build"]
    with pytest.raises(UsageError, match=r"no file .*nope"):
        flowdsl.lint(tmp_path / "nope.yaml")
    with pytest.raises(UsageError, match="ignore= takes several words"):
        flowdsl.lint(TASK, ignore="FLOW3")
    with pytest.raises(UsageError, match="no level 'gamma'"):
        flowdsl.lint(TASK, level="gamma")


def test_diff(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(TASK)
    assert flowdsl.diff(path, TASK) == []
    (only,) = flowdsl.diff(TASK, path.read_text().replace("type: string", "type: array"))
    assert (only.subject.kind, only.impact.word) == ("param", "breaking")
    compiled = flowdsl.compile(hello)
    assert flowdsl.diff(hello, compiled) == []
    assert flowdsl.diff(compiled, [*compiled.documents][:-1])
    with pytest.raises(FlowError):
        flowdsl.diff("a: [", TASK)


def test_a_python_file_stands_for_what_it_compiles_to(tmp_path: Path) -> None:
    file = tmp_path / "flow_of_a_path.py"
    file.write_text(
        "from flowdsl import pipeline, task\n@task(image='i')\ndef a() -> None: print(1)\n"
        "@pipeline\ndef p():\n    a()\n@pipeline\ndef q():\n    a()\n"
    )
    found = flowdsl.lint(file, select=["ALL"])
    assert [(each.kind, each.name) for each in found if each.kind in ("Task", "Pipeline")] == [
        ("Task", "a"),
        ("Pipeline", "p"),
        ("Pipeline", "q"),
    ]
    assert {finding.file for each in found for finding in each.shown} == {str(file)}
    assert flowdsl.diff(file, flowdsl.load(f"{file}:p")) != []
    assert flowdsl.diff(file, file) == []


def test_import_yaml(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TASK)
    text = flowdsl.import_yaml([tmp_path / "a.yaml"])
    assert text == flowdsl.import_yaml(tmp_path)
    scope: dict[str, object] = {"__name__": "imported"}
    exec(compile(text, "imported.py", "exec"), scope)
    assert "def build" in flowdsl.import_yaml(TASK, stubs=True)
    with pytest.raises(UsageError, match="no Tekton document"):
        flowdsl.import_yaml("# nothing\n")


def test_no_package_shares_its_name_with_a_function() -> None:
    folders = {path.parent.name for path in Path(flowdsl.__file__).parent.glob("*/__init__.py")}
    assert len(folders) > 10
    assert folders & {*flowdsl.__all__, *library.HOMES} == set()
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _ = flowdsl.nope


def test_the_library_loads_on_first_use() -> None:
    code = (
        "import sys, flowdsl; heavy = {'flowdsl.library', 'flowdsl.linter', 'flowdsl.differ', 'flowdsl.importer', 'yaml',"
        " 'click', 'pydantic', 'networkx'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_users_module_is_typed(tmp_path: Path, strict_mypy: Any) -> None:
    (tmp_path / "user.py").write_text(USER)
    wrong = USER + "number: int = flowdsl.compile(p)\nflowdsl.diff(1, 2)\n"
    wrong += "flowdsl.run(p, gpu='some')\nflowdsl.run(p).status == 'Suceeded'\nflowdsl.load(1)\nflowdsl.apply()\n"
    (tmp_path / "wrong.py").write_text(wrong)
    said, code = strict_mypy(tmp_path / "user.py")
    assert code == 0, said
    said, _ = strict_mypy(tmp_path / "wrong.py")
    assert said.count("error:") == 7, said


def test_help_is_for_people() -> None:
    for function in (flowdsl.task, flowdsl.pipeline):
        text = pydoc.render_doc(function, renderer=pydoc.plaintext)
        assert "mappingproxy" not in text
        assert "labels: Mapping[str, str] = {}" in text
