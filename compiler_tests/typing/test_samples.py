"""Whatever of ours users copy is clean under both checkers: examples, documentation, what `init` and `import` write."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path

import checkers
import pytest

from flowdsl.cli import main

GOLDEN = checkers.ROOT / "compiler_tests/golden"
DOCUMENTS = [*sorted(checkers.ROOT.glob("pipelines/**/*.yaml")), GOLDEN / "features.yaml", GOLDEN / "imported.yaml"]
# Names that Python or a module of ours has its own use for, and calls whose arguments stay as Tekton writes them.
ODD = """\
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: first}
spec:
  params: [{name: word, type: string}, {name: many, type: array}]
  results: [{name: status, type: string}, {name: count, type: array}]
  workspaces: [{name: src}]
  steps: [{name: a, image: alpine, script: "echo"}]
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: flow}
spec:
  params: [{name: status, type: string}, {name: reason, type: array}]
  workspaces: [{name: src}]
  tasks:
    - name: status
      taskRef: {name: first}
      params: [{name: word, value: x}, {name: other, value: y}]
      workspaces: [{name: src, workspace: src}]
    - name: reason
      taskRef: {name: first}
      matrix: {params: [{name: word, value: [a, b]}]}
      params: [{name: many, value: [a]}]
      workspaces: [{name: src, workspace: src, subPath: x}]
      runAfter: [status]
    - name: third
      taskRef: {name: first}
      params: [{name: word, value: "$(tasks.status.results.status)"}, {name: many, value: "$(tasks.reason.results.status[*])"}]
  finally:
    - name: tell
      taskRef: {name: tell}
      params: [{name: a, value: "$(tasks.status.status) $(tasks.reason.reason) $(context.pipelineTask.retries)"}]
      when: [{input: "$(tasks.third.status)", operator: in, values: [Failed, None]}]
"""
_BLOCK = re.compile(r"^```python(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
each_checker = pytest.mark.parametrize("checker", [checkers.mypy, checkers.pyright])


def blocks(page: str, into: Path) -> list[Path]:
    """The Python blocks of a page as files, under their titles where they have some."""
    found = []
    for number, block in enumerate(_BLOCK.finditer((checkers.ROOT / page).read_text(encoding="utf-8"))):
        path = into / (block["title"] or f"block_{number}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(block["text"]), encoding="utf-8")
        found.append(path)
    return found


def invoke(*arguments: str | Path) -> None:
    assert main([str(each) for each in arguments]) == 0


def clean(checker: checkers.Checker, files: Iterable[Path], cwd: Path = checkers.ROOT) -> None:
    files = list(files)
    assert files
    ignoring = [
        each for each in files if re.search(r"type: ignore|pyright: ignore|# mypy:|# pyright:", each.read_text())
    ]
    assert ignoring == [], "a sample that tells a checker to look away"
    assert checker(files, cwd=cwd) == {}


@each_checker
def test_the_pipelines(checker: checkers.Checker) -> None:
    """Sonic with its tests, the examples, the jobs for CI."""
    clean(checker, sorted((checkers.ROOT / "pipelines").rglob("*.py")))


@each_checker
@pytest.mark.parametrize("page", ["README.md", "docs/index.md", "docs/tutorial.md"])
def test_the_documentation(checker: checkers.Checker, page: str, tmp_path: Path) -> None:
    clean(checker, blocks(page, tmp_path), tmp_path)


@each_checker
def test_what_init_writes(checker: checkers.Checker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    invoke("init", "churn")
    clean(checker, (tmp_path / "churn").rglob("*.py"), tmp_path / "churn")


@each_checker
def test_what_import_wrote(checker: checkers.Checker) -> None:
    clean(checker, GOLDEN.glob("imported*.py"))


@each_checker
def test_what_import_writes(checker: checkers.Checker, tmp_path: Path) -> None:
    """Of every document of ours, each as a module."""
    for document in DOCUMENTS:
        module = tmp_path / f"{document.stem.replace('-', '_')}_imported.py"
        invoke("import", document, "-o", module)
        assert ("kind: Pipeline\n" in document.read_text()) == ("@pipeline" in module.read_text()), module
    odd = tmp_path / "odd.yaml"
    odd.write_text(ODD, encoding="utf-8")
    invoke("import", odd, "-o", tmp_path / "odd_imported.py")
    assert "extra={" in (tmp_path / "odd_imported.py").read_text()
    clean(checker, tmp_path.glob("*.py"), tmp_path)
