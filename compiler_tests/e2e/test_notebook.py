"""A real notebook, run by a real kernel: its functions are tasks, its cells show a live table, pictures and outcomes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import pytest

CELLS = [
    """
import flowdsl
from flowdsl import pipeline, task, when

RATE = 2

def doubled(number: int) -> int:
    return number * RATE
""",
    """
@task(image="python:3.12-slim")
def count(word: str) -> int:
    print("counting", word)
    return doubled(len(word))

@task(image="python:3.12-slim")
def refuse(number: int) -> str:
    raise ValueError(f"<script>no {number}</script>")
""",
    """
@pipeline
def words(word: str) -> int:
    number = count(word)
    with when(number > 100):
        refuse(number)
    return number

words
""",
    "outcome = flowdsl.run(words, word='four')",
    "outcome",
    "print(outcome.value, outcome.skipped['refuse'].why)",
    """
@pipeline
def bad(word: str) -> str:
    return refuse(count(word))

print(flowdsl.run(bad, word="x").failed["refuse"].why)
""",
    """
try:
    flowdsl.run(words, word=5)
except flowdsl.diagnostics.FlowError as error:
    print(error)
""",
    "import flowdsl.diagnostics\nflowdsl.run(words, wrod='x')",
]


def shown(cell: object) -> list[dict[str, object]]:
    outputs = cast("dict[str, list[dict[str, object]]]", cell)["outputs"]
    return [cast("dict[str, object]", each["data"]) for each in outputs if "data" in each]


def printed(cell: object) -> str:
    outputs = cast("dict[str, list[dict[str, str]]]", cell)["outputs"]
    return "".join(each["text"] for each in outputs if each["output_type"] == "stream" and each["name"] == "stdout")


@pytest.mark.filterwarnings("ignore")  # of the client and its event loop, none of ours
def test_a_notebook_is_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed: pip install 'flowdsl[dev]'")
    client = pytest.importorskip("nbclient", reason="nbclient is not installed: pip install 'flowdsl[dev]'")
    kernelspec = pytest.importorskip(
        "ipykernel.kernelspec", reason="ipykernel is not installed: pip install 'flowdsl[dev]'"
    )
    kernelspec.install(user=False, prefix=str(tmp_path / "jupyter"), kernel_name="python3")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter" / "share" / "jupyter"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    )
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in CELLS])
    work = tmp_path / "work"
    work.mkdir()
    client.NotebookClient(
        book, timeout=300, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": str(work)}}
    ).execute()
    cells = book["cells"]
    (picture,) = shown(cells[2])
    assert "<svg" in str(picture["text/html"])
    (table,) = shown(cells[3])  # one output, kept up to date
    assert "Completed" in str(table["text/html"])
    assert "When Expressions evaluated to false" in str(table["text/html"])
    (outcome,) = shown(cells[4])
    assert "count" in str(outcome["text/html"])
    assert printed(cells[5]) == "8 count.result is 8, the gate wants > 100\n"
    assert "ValueError: <script>no 2</script>" in printed(cells[6])
    assert "<script" not in str(shown(cells[6])[0]["text/html"])
    assert "FLOW021" in printed(cells[7])
    (error,) = [each for each in cells[8]["outputs"] if each["output_type"] == "error"]
    assert (error["ename"], "did you mean 'word'?" in error["evalue"]) == ("FlowError", True)
