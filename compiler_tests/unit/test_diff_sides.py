"""What `flowdsl diff` says of words that are no two sides."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from flowdsl.diagnostics import UsageError
from flowdsl.differ.inputs import sides

TASK = "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n  steps: [{name: s, image: 'busybox:1'}]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(TASK)
    who = ("-c", "user.name=me", "-c", "user.email=me@example.com")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), (*who, "commit", "-qm", "all")):
        subprocess.run(["git", *words], check=True)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "name two sides"),
        ("a.yaml", "a.yaml is one side; name the other"),
        ("a.yaml c.yaml", "c.yaml is neither a path nor a revision of git here"),
        ("c.yaml a.yaml", "c.yaml is neither a path nor a revision of git here"),
        ("a.yaml main", "main is a revision, which comes first: `flowdsl diff main -- a.yaml`"),
        ("a.yaml b.yaml c.yaml", "two sides are compared, and 3 are named; several paths go behind a revision"),
    ],
)
def test_what_is_no_side_is_named(folder: Path, words: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        sides(words.split())
    assert told in str(raised.value)


@pytest.mark.parametrize("words", ["a.yaml b.yaml", "main a.yaml", "main a.yaml b.yaml", "main:a.yaml b.yaml"])
def test_what_are_sides_is_read(folder: Path, words: str) -> None:
    before, after = sides(words.split())
    assert before.documents
    assert before.documents == after.documents
