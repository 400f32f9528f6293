"""Two files that would share a YAML file, and what `--watch` looks at."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdsl.cli import main, watching

JOBS = """
from flowdsl import pipeline, task

@task(image="alpine:3", script="true")
def one() -> None: ...

@pipeline
def jobs():
    one()

@pipeline
def weekly():
    one()
"""


def test_a_file_that_has_the_place_of_another_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "jobs.py").write_text(JOBS)
    assert main(["compile", str(tmp_path / "jobs.py")]) == 0
    assert (tmp_path / "jobs-weekly.yaml").exists()
    (tmp_path / "jobs-weekly.py").write_text(JOBS)
    before = (tmp_path / "jobs-weekly.yaml").read_bytes()
    assert main(["compile", str(tmp_path / "jobs.py")]) == 2
    assert "jobs-weekly.py compiles to; rename one of them" in capsys.readouterr().err
    assert (tmp_path / "jobs-weekly.yaml").read_bytes() == before
    assert main(["compile", str(tmp_path / "jobs.py"), "-o", str(tmp_path / "out.yaml")]) == 0


def test_watched_files(tmp_path: Path) -> None:
    for name in (".tekton/push.yaml", "a/b.py", ".venv/c.py", "a/__pycache__/d.py", "e.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    found = watching._stamps({tmp_path})
    assert sorted(Path(each).relative_to(tmp_path).as_posix() for each in found) == [".tekton/push.yaml", "a/b.py"]
