"""Diagnostics of the command's own values and of things too large to keep as a case: their whole text."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_pipeline_mistakes import HEAD, load

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import FlowError
from flowdsl.diagnostics.render import render

PIPELINE = HEAD + "@pipeline\ndef p(steps: int = 3):\n    infer(steps=steps)\n"
LINE = HEAD.count("\n") + 1


def refused(source: str, folder: Path, options: CompileOptions) -> str:
    with pytest.raises(FlowError) as caught:
        compile_pipeline(load(source, folder / "user.py"), options)
    return render(caught.value.diagnostics)


def test_unknown_param_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused(PIPELINE, tmp_path, CompileOptions(params={"stpes": "3"})) == (
        f"error[FLOW020]: pipeline 'p' has no param 'stpes'\n  --> user.py:{LINE}\n    |\n {LINE} | @pipeline\n"
        "  = hint: did you mean 'steps'?\n\nfound 1 error\n"
    )


def test_value_of_the_wrong_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused(PIPELINE, tmp_path, CompileOptions(params={"steps": "many"})) == (
        f"error[FLOW021]: param 'steps': expected int, got 'many'\n  --> user.py:{LINE}\n    |\n {LINE} | @pipeline\n"
        "  = hint: give a value of type int\n\nfound 1 error\n"
    )


def test_script_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table = 'TABLE = """\n' + ("x" * 99 + "\n") * 1100 + '"""\n'
    source = (
        HEAD
        + table
        + '@task(image="python:3.12-slim")\ndef odd() -> None:\n    print(TABLE)\n\n@pipeline\ndef p():\n    odd()\n'
    )
    text = refused(source, tmp_path, CompileOptions())
    assert text.startswith("error[FLOW071]: the task's scripts take ")
    assert "; before that: its own code 107.5 KiB\n" in text
    assert f"--> user.py:{LINE + table.count(chr(10))}\n" in text


def test_scripts_that_are_too_long_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    step = "Step(name='{}', image='alpine:3.20', script='#!/bin/sh\\n' + '{}' * 40_000)"
    steps = f"[{step.format('a', 'x')}, {step.format('b', 'y')}, Body]"
    source = f"{HEAD}@task(image='python:3.12-slim', steps={steps})\ndef odd() -> None:\n    print()\n\n@pipeline\ndef p():\n    odd()\n"
    text = refused(source, tmp_path, CompileOptions())
    assert text.startswith("error[FLOW071]: the task's scripts take 1")
    assert "39.1 KiB, 39.1 KiB\n" in text
    assert f"--> user.py:{LINE}\n" in text


def test_more_of_the_project_than_a_config_map_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    package = tmp_path / "words_of_ours"
    package.mkdir()
    (package / "__init__.py").write_text("from pathlib import Path\n\nHERE = Path(__file__).parent\n")
    for name, size in (("small.csv", 2048), ("large.bin", 1_100_000), ("huge.bin", 5 << 20)):
        (package / name).write_bytes(b"x" * size)
    source = (
        HEAD + "from words_of_ours import HERE\n\n\n"
        '@task(image="python:3.12-slim")\ndef odd() -> None:\n    print(HERE)\n\n@pipeline\ndef p():\n    odd()\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    text = refused(source, tmp_path, CompileOptions())
    assert text.startswith(
        "error[FLOW075]: what task 'odd' needs of the project takes 6,196.3 KiB, and a ConfigMap holds 1,024.0 KiB; "
        "the largest of 4 files: words_of_ours/huge.bin 5,120.0 KiB, words_of_ours/large.bin 1,074.2 KiB, "
        "words_of_ours/small.csv 2.0 KiB\n"
    )
    assert "= hint: build an image that has them" in text
    assert text.endswith("found 1 error\n")


def test_one_file_of_the_project_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table_of_ours.py").write_text(f"ROWS = {'x' * 1_100_000!r}\n")
    source = (
        HEAD + "from table_of_ours import ROWS\n\n\n"
        '@task(image="python:3.12-slim")\ndef odd() -> None:\n    print(ROWS)\n\n@pipeline\ndef p():\n    odd()\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    text = refused(source, tmp_path, CompileOptions())
    assert "a ConfigMap holds 1,024.0 KiB; its only file: table_of_ours.py 1,074.2 KiB\n" in text


def test_object_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    calls = "".join(f"    train.with_options(name='t{i}')(dataset={'x' * 9000!r})\n" for i in range(200))
    text = refused(HEAD + "@pipeline\ndef p():\n" + calls, tmp_path, CompileOptions())
    assert text.startswith("error[FLOW106]: Pipeline 'p' has 1,8")
    assert "etcd takes at most 1,572,864" in text


def test_findings_of_the_models_stand_at_the_python_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    extra = '@task(image="alpine:3.20", command=["true"], steps=[Step(name="a", image="alpine:3.20", extra={"imagePulPolicy": "Always"}), Body])\ndef odd() -> None: ...\n\n@pipeline\ndef p():\n    odd()\n'
    text = refused(HEAD + extra, tmp_path, CompileOptions())
    assert text.startswith(f"error[FLOW201]: there is no field 'imagePulPolicy'\n  --> user.py:{LINE}\n")
    assert "  = at: Task spec.steps[0].imagePulPolicy\n  = hint: did you mean 'imagePullPolicy'?\n" in text
