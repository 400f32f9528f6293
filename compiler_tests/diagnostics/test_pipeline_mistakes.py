"""Every mistake a pipeline's author can make: the code, the line in their file, and the whole rendered text.

Each case is a small module of a user. The text it must produce stands in the case itself, so that a changed message
is seen in review.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import FlowError
from flowdsl.diagnostics.render import render
from flowdsl.frontend.pipeline import Pipeline

HEAD = """\
from __future__ import annotations
from typing import NamedTuple
from pathlib import Path
from flowdsl import *

class Clip(NamedTuple):
    video: File
    seconds: float

@task(image="python:3.12-slim")
def fetch(url: str) -> str:
    return url

@task(image="python:3.12-slim")
def infer(steps: int = 25) -> Clip:
    return Clip(Path("x"), 1.0)

@task(image="python:3.12-slim")
def listing() -> list[str]:
    return ["a"]

@task(image="python:3.12-slim")
def build(source: Workspace, note: str = "") -> None:
    print(source)

@task(image="python:3.12-slim")
def train(dataset: str, lr: float = 0.1) -> float:
    return lr

"""
OFFSET = HEAD.count("\n")
CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


def load(source: str, path: Path) -> Pipeline:
    path.write_text(source, encoding="utf-8")
    scope: dict[str, object] = {"__name__": "user_module"}
    module_like = compile(source, str(path), "exec")
    exec(module_like, scope)
    found = scope["p"]
    assert isinstance(found, Pipeline)
    return found


def produced(source: str, path: Path) -> str:
    try:
        found = compile_pipeline(load(source, path), CompileOptions(params={}))
    except FlowError as error:
        return render(error.diagnostics)
    return render(found.diagnostics)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_whole_text(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, expected = case.read_text(encoding="utf-8").split("=== expected\n")
    monkeypatch.chdir(tmp_path)
    text = produced(HEAD + source, tmp_path / "user.py")
    assert text == expected, text
    assert case.stem.split("_")[0].upper() in text


def test_every_code_of_the_frontend_and_passes_has_a_case() -> None:
    from flowdsl.diagnostics.catalog import codes

    have = {case.stem.split("_")[0].upper() for case in CASES}
    elsewhere = {"FLOW020", "FLOW021", "FLOW071", "FLOW075", "FLOW106"}  # test_options_and_sizes.py
    # test_manifests.py, test_uses.py, test_file_names.py, test_import_findings.py, test_half_surrogates.py
    elsewhere |= {"FLOW024", "FLOW025", "FLOW026", "FLOW034", "FLOW109", "FLOW113"}
    elsewhere |= {
        "FLOW074",
        "FLOW117",
        "FLOW120",
    }  # of a run: test_run_lengths.py, test_taskrun_confined.py, test_run_objects.py
    elsewhere |= {"FLOW046", "FLOW047", "FLOW048", "FLOW049"}  # of a simulation: test_simulate.py
    wanted = {code for code in codes() if code < "FLOW080" or "FLOW100" <= code < "FLOW200"}
    assert wanted - have - elsewhere == set()
