"""Loading a user's file: what lies beside it can be imported for as long as the command lasts, and no longer."""

from __future__ import annotations

import shlex
import sys
import typing
from pathlib import Path

import pytest

from flowdsl.cli import main
from flowdsl.library.loading import load_module
from flowdsl.library.lookup import import_paths
from flowdsl.library.modules import forget_beside

PIPELINE = """
from flowdsl import LocalRun, pipeline, task

@task(image="python:3.12-slim")
def say(word: str) -> None:
    print("said", word)

def local():
    from beside_local import PARAMS
    return LocalRun(params=PARAMS)

@pipeline(local=local)
def talk(word: str):
    say(word)
"""


def test_a_local_run_may_import_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "pipelines"
    folder.mkdir()
    (folder / "talk.py").write_text(PIPELINE)
    (folder / "beside_local.py").write_text("PARAMS = {'word': 'hello'}\n")
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    assert main(["run", "pipelines/talk.py"]) == 0
    assert "said hello" in capsys.readouterr().out
    assert sys.path == before


def test_the_command_that_a_failed_run_prints_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "pipelines"
    folder.mkdir()
    failing = PIPELINE.replace('print("said", word)', 'import os; os.stat("/workspace/gone" if word else "/")')
    (folder / "talk.py").write_text(failing)
    (folder / "beside_local.py").write_text("PARAMS = {'word': 'hello'}\n")
    monkeypatch.chdir(tmp_path)
    for where in ([], ["--folder", str(tmp_path / "else where")]):
        assert main(["run", "pipelines/talk.py", *where]) == 1
        hint = capsys.readouterr().out.splitlines()[-1]
        look, _, again = hint.partition("; go on with it: ")
        for told in (look.removeprefix("look at it: "), again):
            words = shlex.split(told)
            start = words.index("run") if "run" in words else words.index("runs")
            assert main(words[start:]) == (1 if words[start] == "run" else 0)
            assert "error:" not in capsys.readouterr().err


def test_each_file_gets_the_module_beside_it(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "shared_name.py").write_text(f"NAME = {name!r}\n")
        (tmp_path / name / "main_file.py").write_text(
            f"from shared_name import NAME\nclass Of_{name}: ...\nclass User:\n    it: 'Of_{name}'\n"
        )
    with import_paths():
        loaded = [load_module(tmp_path / name / "main_file.py") for name in ("one", "two")]
    assert [each.NAME for each in loaded] == ["one", "two"]
    # Annotations that are text are looked up in the module of the class's own name.
    assert [typing.get_type_hints(each.User)["it"].__name__ for each in loaded] == ["Of_one", "Of_two"]
    sys.modules.pop("shared_name")


def test_what_lies_beside_is_read_again_when_it_may_have_changed(tmp_path: Path) -> None:
    (tmp_path / "changing_helper.py").write_text("NUMBER = 1\n")
    (tmp_path / "file.py").write_text("from changing_helper import NUMBER\nimport json\n")
    with import_paths():
        assert load_module(tmp_path / "file.py").NUMBER == 1
        (tmp_path / "changing_helper.py").write_text("NUMBER = 2222\n")
        kept = sys.modules["json"]
        forget_beside(tmp_path / "file.py")
        assert load_module(tmp_path / "file.py").NUMBER == 2222
        assert sys.modules["json"] is kept
    sys.modules.pop("changing_helper")
