"""Which files of a folder are looked into, and what becomes of those that are no Kubernetes documents."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from flowdsl.differ.inputs import sides
from flowdsl.linter.engine import Options, lint_sources
from flowdsl.yamlread.documents import documents
from flowdsl.yamlread.sources import load_all
from flowdsl.yamlread.walk import Wanted, walk

TASK = "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec: {steps: [{image: alpine}]}\n"
git_needed = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def lay(root: Path, *names: str, text: str = TASK) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def names(root: Path, *exclude: str) -> list[str]:
    return [path.relative_to(root).as_posix() for path in walk(root, (".yaml",), exclude)]


def git(folder: Path, *words: str) -> None:
    name = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True)


def test_folders_with_a_dot_are_looked_into_and_those_of_tools_are_not(tmp_path: Path) -> None:
    lay(tmp_path, ".tekton/push.yaml", ".github/a.yaml", "a/.hidden.yaml")
    lay(tmp_path, ".git/x.yaml", ".venv/x.yaml", "a/node_modules/b/x.yaml", "__pycache__/x.yaml", ".tox/x.yaml")
    assert names(tmp_path) == [".github/a.yaml", ".tekton/push.yaml", "a/.hidden.yaml"]


@git_needed
def test_what_git_ignores_is_left_out(tmp_path: Path) -> None:
    lay(tmp_path, "kept.yaml", "build/out.yaml", "a/b.local.yaml", "a/b.yaml", "tracked.local.yaml", "in/.gitignore")
    (tmp_path / ".gitignore").write_text("build/\n*.local.yaml\n")
    (tmp_path / "in/.gitignore").write_text("mine.yaml\n")
    lay(tmp_path, "in/mine.yaml", "in/yours.yaml", "nested/x.yaml", "nested/y.yaml")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-f", "tracked.local.yaml")
    git(tmp_path / "nested", "init", "-q")
    (tmp_path / "nested/.gitignore").write_text("y.yaml\n")
    assert names(tmp_path) == ["a/b.yaml", "in/yours.yaml", "kept.yaml", "nested/x.yaml", "tracked.local.yaml"]
    # Who names an ignored folder wants to see into it.
    assert names(tmp_path / "build") == ["out.yaml"]


@git_needed
def test_asking_git_runs_nothing_of_the_folders(tmp_path: Path) -> None:
    lay(tmp_path, "a.yaml")
    git(tmp_path, "init", "-q")
    ran = tmp_path / "ran"
    hook = tmp_path / "hook.sh"
    hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
    hook.chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(hook))
    subprocess.run(["git", "status"], cwd=tmp_path, check=True, capture_output=True)
    assert ran.exists(), "git itself would have run it"
    ran.unlink()
    assert names(tmp_path) == ["a.yaml"]
    assert not ran.exists()


def test_links_to_folders_are_not_followed_and_pipes_not_waited_for(tmp_path: Path) -> None:
    lay(tmp_path, "in/a.yaml", "out/b.yaml")
    (tmp_path / "in/link").symlink_to(tmp_path / "out")
    (tmp_path / "in/round").symlink_to(tmp_path / "in")
    os.mkfifo(tmp_path / "in/pipe.yaml")
    assert names(tmp_path / "in") == ["a.yaml", "pipe.yaml"]
    assert [source.problem is not None for source in load_all([tmp_path / "in"])] == [False, True]


@pytest.mark.parametrize(
    ("glob", "left"),
    [
        ("old", ["a/new/x.yaml", "b.yaml"]),
        ("old/", ["a/new/x.yaml", "b.yaml"]),
        ("a/old/**", ["a/new/x.yaml", "b.yaml", "old/y.yaml"]),
        ("a/**/x.yaml", ["b.yaml", "old/y.yaml"]),
        ("old/*.yaml", ["a/new/x.yaml", "b.yaml"]),
        ("**/[xy].yaml", ["b.yaml"]),
        ("./b.yaml", ["a/new/x.yaml", "a/old/x.yaml", "old/y.yaml"]),
        ("[z-a]", ["a/new/x.yaml", "a/old/x.yaml", "b.yaml", "old/y.yaml"]),
        ("", ["a/new/x.yaml", "a/old/x.yaml", "b.yaml", "old/y.yaml"]),
    ],
)
def test_exclude(glob: str, left: list[str], tmp_path: Path) -> None:
    lay(tmp_path, "a/new/x.yaml", "a/old/x.yaml", "b.yaml", "old/y.yaml")
    assert names(tmp_path, glob) == left
    # The folder that is named is never excluded by its own name, and a revision of git is searched the same way.
    wanted = Wanted((".yaml",), [glob])
    assert [
        each for each in ("a/new/x.yaml", "a/old/x.yaml", "b.yaml", "old/y.yaml") if wanted.below(each, ".")
    ] == left
    assert names(tmp_path / "old", "old") == ["y.yaml"]


@git_needed
def test_a_revision_is_searched_as_the_working_tree_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, ".tekton/a.yaml", "vendor/b.yaml", "node_modules/c.yaml", "values.yaml")
    (tmp_path / "values.yaml").write_text("replicas: 2\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "x")
    monkeypatch.chdir(tmp_path)
    before, after = sides(["HEAD", "."], exclude=["vendor"])
    assert len(before.documents) == len(after.documents) == 1
    before, after = sides(["HEAD", "."])
    assert len(before.documents) == len(after.documents) == 2


FOREIGN = {
    "values.yaml": "replicas: 2\n",
    "package.json": '{"name": "x", "version": "1"}',
    "patch.yaml": "- op: add\n  path: /spec/params/-\n  value: {name: x}\n",
    "kustomization.yaml": "resources: [a.yaml]\n",
    "text.json": '"only text"',
    "empty.yaml": "# nothing\n",
    "broken.yaml": "a: b: c\n- d\n",
    "chart.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}-x\n",
    "duplicate.yaml": "a: 1\na: 2\n",
    "openapi.json": '{"apiVersion": 1, "kind": ["x"]}',
    "latin.yaml": "name: caf\xe9\n",
}
MEANT = {
    "unclosed.yaml": ("apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t\nspec:\n", "FLOW401", "error"),
    "versionless.yaml": ("kind: Task\nmetadata: {name: t}\nspec: {steps: [{image: a}]}\n", "FLOW406", "error"),
    "kindless.yaml": ("apiVersion: tekton.dev/v1\nmetadata: {name: t}\n", "FLOW406", "error"),
    "unrendered.yaml": (TASK.replace("{name: t}", "\n  name: {{ .Values.name }}-x"), "FLOW404", "warning"),
    ".tekton/broken.yaml": ("a: b: c\n", "FLOW401", "error"),
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_that_was_found_and_is_no_kubernetes_document_is_no_error(name: str, tmp_path: Path) -> None:
    lay(tmp_path, "task.yaml")
    (tmp_path / name).write_bytes(FOREIGN[name].encode("latin-1"))
    found = lint_sources(load_all([tmp_path]), Options())
    assert [(each.kind, each.accepted) for each in found] == [("Task", True)]


@pytest.mark.parametrize("name", FOREIGN)
def test_named_it_still_gets_its_finding(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FOREIGN[name].encode("latin-1"))
    (found,) = lint_sources(load_all([tmp_path / name]), Options())
    assert found.findings


@pytest.mark.parametrize("name", MEANT)
def test_what_is_meant_as_one_is_told_even_in_a_folder(name: str, tmp_path: Path) -> None:
    text, code, severity = MEANT[name]
    lay(tmp_path, name, text=text)
    places = [place for each in lint_sources(load_all([tmp_path]), Options()) for place in each.findings]
    assert (code, severity) in [(place.code, place.severity) for place in places]


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("chart.yaml", TASK.replace("{name: t}", "\n  name: {{ .Values.name }}"), "helm template"),
        (".tekton/run.yaml", TASK.replace("{name: t}", "\n  name: {{ repo_name }}-x"), "tkn pac resolve"),
        (
            "run.yaml",
            TASK.replace(
                "{name: t}", "\n  name: {{ x }}-x\n  annotations: {pipelinesascode.tekton.dev/on-event: push}"
            ),
            "tkn pac resolve",
        ),
    ],
)
def test_a_template_is_told_of_by_its_own_tool(name: str, text: str, word: str, tmp_path: Path) -> None:
    lay(tmp_path, name, text=text)
    (found,) = [each for source in load_all([tmp_path / name]) for each in documents(source)]
    (place,) = found.findings
    assert place.code == "FLOW404"
    assert word in place.hint


def test_braces_of_a_script_make_no_template(tmp_path: Path) -> None:
    script = "\n    - image: alpine\n      script: |\n        docker ps --format '{{ .Names }}'\n"
    text = TASK.replace("{steps: [{image: alpine}]}", f"\n  steps:{script}\n\n\n  results: [x\n")
    (tmp_path / "a.yaml").write_text(text)
    (found,) = [each for source in load_all([tmp_path / "a.yaml"]) for each in documents(source)]
    assert [place.code for place in found.findings] == ["FLOW401"]
