"""What the documentation shows is what happens: its pipelines compile, its mistake gives the finding it prints."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from flowdsl.cli import main

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```python[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[str]:
    return BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))


SHOWN = [("index.md", 0), ("tutorial.md", 0)]
SHOWN += [("gates.md", place) for place, text in enumerate(blocks("gates.md")) if "@pipeline" in text]
SHOWN += [(page, place) for page in ("conditions.md", "comparison.md") for place in range(len(blocks(page)))]


@pytest.mark.parametrize(("page", "place"), SHOWN)
def test_the_pipeline_of_the_page_compiles(
    page: str, place: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "shown.py"
    source.write_text(blocks(page)[place], encoding="utf-8")
    assert main(["compile", str(source)]) == 0
    assert source.with_suffix(".yaml").exists()
    assert main(["lint", "--fail-on", "warning", str(source)]) == 0


@pytest.mark.parametrize("place", range(len(blocks("packages.md"))))
def test_the_tasks_of_the_page_are_explained(place: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A compile would want a lock; what the page leaves out is a pipeline."""
    text = blocks("packages.md")[place]
    name, takes = re.findall(r"^def (\w+)\((\w*)", text, re.MULTILINE)[0]
    if "@pipeline" not in text:
        argument = "'speech.wav'" if takes else ""
        text += f"\n\nfrom flowdsl import pipeline\n\n\n@pipeline\ndef shown() -> None:\n    {name}({argument})\n"
    source = tmp_path / "shown.py"
    source.write_text(text, encoding="utf-8")
    assert main(["explain", str(source)]) == 0
    assert name in capsys.readouterr().out


def test_the_mistake_of_the_tutorial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "train.py"
    text = blocks("tutorial.md")[0].replace("evaluate(trained.weights)", "evaluate(trained.loss)")
    source.write_text(text, encoding="utf-8")
    assert main(["compile", str(source)]) == 1
    shown = (DOCS / "tutorial.md").read_text(encoding="utf-8").split("```text\n")[1].split("```")[0]
    told = capsys.readouterr().err.replace(f"{source}", "train.py")
    assert told.startswith(shown)
    assert not source.with_suffix(".yaml").exists()


def test_the_tests_of_the_page_on_gates_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "release.py").write_text(blocks("gates.md")[0], encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "release", raising=False)
    space: dict[str, object] = {}
    exec(compile(blocks("gates.md")[-1], "test_release.py", "exec"), space)
    tests = [test for name, test in space.items() if name.startswith("test_") and callable(test)]
    assert len(tests) == 2
    for test in tests:
        test()
    monkeypatch.delitem(sys.modules, "release")
    assert main(["simulate", str(tmp_path / "release.py"), "--never", "upload:gate"]) == 0


def test_the_tests_of_the_tutorial_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "train.py").write_text(blocks("tutorial.md")[0], encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    space: dict[str, object] = {}
    exec(compile(blocks("tutorial.md")[1], "test_train.py", "exec"), space)
    test = space["test_training_lowers_the_loss"]
    assert callable(test)
    test(tmp_path, monkeypatch)
