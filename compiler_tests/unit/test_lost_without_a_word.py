"""What Python takes without a word and a user regrets: a name defined twice, a value that is dropped, `True` as text."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from flowdsl.cli import main

HEAD = """from flowdsl import Step, pipeline, task
A = "a:1"


def nothing() -> None: ...


"""
TASK = '@task(image="python:3.12-slim")\n'


def said(folder: Path, capsys: pytest.CaptureFixture[str], body: str) -> tuple[int, str]:
    file = folder / "flow.py"
    file.write_text(HEAD + body)
    code = main(["compile", str(file)])
    return code, capsys.readouterr().err


@pytest.mark.parametrize(
    "body",
    [
        f"{TASK}def a() -> None: print(1)\n{TASK}def a() -> None: print(2)\n@pipeline\ndef p():\n    a()\n",
        f"{TASK}def a() -> None: print(1)\n@pipeline\ndef p():\n    a()\n@pipeline\ndef p():\n    a()\n    a()\n",
        f"{TASK}def p() -> None: print(1)\n{TASK}def a() -> None: print(1)\n@pipeline\ndef p():\n    a()\n",
        f"@task(image=A)\ndef a() -> None: print(1)\n{TASK}def a() -> None: print(1)\n@pipeline\ndef p():\n    a()\n",
    ],
)
def test_a_name_defined_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str) -> None:
    code, text = said(tmp_path, capsys, body)
    assert code == 1
    assert "error[FLOW012]: " in text
    assert "is defined twice in this file" in text
    assert "= first: " in text


@pytest.mark.parametrize(
    "body",
    [
        # A loop makes the same function again; one of two branches runs; a plain function is nobody's task.
        "for image in ('a', 'b'):\n    @task(image=image)\n    def a() -> None: print(1)\n@pipeline\ndef p():\n    a()\n",
        f"if A:\n    {TASK}    def a() -> None: print(1)\nelse:\n    {TASK}    def a() -> None: print(2)\n"
        "@pipeline\ndef p():\n    a()\n",
        f"def a() -> None: print(1)\n{TASK}def a() -> None: print(2)\n@pipeline\ndef p():\n    a()\n",
        f"def make():\n    {TASK}    def a() -> None: print(1)\n    return a\n{TASK}def a() -> None: print(2)\n"
        "b = make()\n@pipeline\ndef p():\n    a()\n",
    ],
)
def test_a_name_that_is_not_defined_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str) -> None:
    code, text = said(tmp_path, capsys, body)
    assert (code, "FLOW012" in text) == (0, False), text


def test_a_file_that_is_changed_and_run_again_in_one_module(tmp_path: Path) -> None:
    """As `importlib.reload` and a notebook do: the name is still that of the older one."""
    file, space = tmp_path / "flow.py", {"__name__": "flow"}
    for lines in ("", "\n\n\n"):
        text = f"from flowdsl import pipeline, task\n{lines}{TASK}def a() -> None: print(1)\n"
        file.write_text(text)
        exec(compile(text, str(file), "exec"), space)
    assert not space["a"].problems.items  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("    return n + 1\n", [1]),
        ("    if n:\n        return [n]\n    return n\n", [2, 3]),
        ("    with open('a') as f:\n        return f.read()\n", [2]),
        ("    try:\n        return\n    except ValueError:\n        return n\n    finally:\n        print(n)\n", [4]),
        ("    match n:\n        case 1:\n            return n\n", [3]),
        ("    for _ in [1]:\n        print(n)\n    else:\n        return sum([n])\n", [4]),
        ("    print(n)\n", []),
        ("    if n:\n        return\n    print(n)\n    return None\n", []),
        ("    return print(n)\n", []),
        ("    return nothing()\n", []),
        ("    def inner():\n        return n\n    print(inner(), lambda: 1)\n", []),
    ],
)
def test_a_value_that_is_dropped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str, lines: list[int]
) -> None:
    code, text = said(
        tmp_path, capsys, f"{TASK}def a(n: int) -> None:\n{body}\n\n@pipeline\ndef p(n: int = 1):\n    a(n)\n"
    )
    assert code == 0
    assert text.count("warning[FLOW094]") == len(lines)
    first = HEAD.count("\n") + 2
    for line in lines:
        assert f"flow.py:{first + line}\n" in text


def test_a_value_of_a_task_without_a_return_type(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(
        tmp_path, capsys, f"{TASK}def a(n: int):\n    return n\n@pipeline\ndef p(n: int = 1):\n    a(n)\n"
    )
    assert code == 0
    assert "`return n`: a has no type after `->`, so the value is lost" in text


@pytest.mark.parametrize(
    ("value", "text"), [("True", "true"), ("False", "false"), ("3", "3"), ("1.5", "1.5"), ("''", "")]
)
def test_a_variable_is_written_as_a_param_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], value: str, text: str
) -> None:
    body = (
        f'@task(image="i", env={{"B": {value}}}, steps=[Step(name="s", image="i", script="echo", env={{"B": {value}}})])\n'
        "def a() -> None: print(1)\n@pipeline\ndef p():\n    a.with_options(env={'C': " + value + "})()\n"
    )
    assert said(tmp_path, capsys, body)[0] == 0
    documents = list(yaml.safe_load_all((tmp_path / "flow.yaml").read_text()))
    found = [step["env"] for each in documents if each["kind"] == "Task" for step in each["spec"]["steps"]]
    values = {entry["name"]: entry["value"] for each in found for entry in each if entry["name"] in "BC"}
    assert values == {"B": text, "C": text}
