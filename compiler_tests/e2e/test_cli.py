"""The command line as a user meets it: files written, exit codes, and every way a file can fail to load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flowdsl.cli import main

GOOD = '''\
from flowdsl import Secret, context, pipeline, task

@task(image="python:3.12-slim", gpu=1)
def train(dataset: str, steps: int = 3) -> float:
    """Train the model."""
    return len(dataset) / steps

@task(image="python:3.12-slim")
def publish(score: float, token: Secret = Secret("hub", key="token")) -> None:
    print(score, len(token))

@pipeline
def nightly(dataset: str = "a", steps: int = 5):
    """Nightly training.

    Trains and publishes.
    """
    publish(score=train(dataset, steps))
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nightly.py").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_compile_writes_beside_the_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "nightly.py"]) == 0
    kinds = [item["kind"] for item in yaml.safe_load_all((folder / "nightly.yaml").read_text())]
    assert kinds == ["Task", "Task", "Pipeline", "PipelineRun"]
    assert "wrote nightly.yaml: 2 Tasks, 1 Pipeline, 1 PipelineRun" in capsys.readouterr().err


def test_check_tells_fresh_from_stale(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "nightly.py", "--check"]) == 1
    assert not (folder / "nightly.yaml").exists()
    main(["compile", "nightly.py"])
    assert main(["compile", "nightly.py", "--check"]) == 0
    capsys.readouterr()
    text = (folder / "nightly.yaml").read_text()
    (folder / "nightly.yaml").write_text(text.replace("Train the model", "Train a model"))
    assert main(["compile", "nightly.py", "--check"]) == 1
    assert "-  displayName: Train a model\n+  displayName: Train the model\n" in capsys.readouterr().out


def test_a_folder_gets_a_file_per_object(folder: Path) -> None:
    assert main(["compile", "nightly.py", "-o", "out/"]) == 0
    names = sorted(path.name for path in (folder / "out").iterdir())
    wanted = [
        "kustomization.yaml",
        "pipeline-nightly.yaml",
        "pipelinerun-nightly.yaml",
        "task-publish.yaml",
        "task-train.yaml",
    ]
    assert names == wanted
    listed = yaml.safe_load((folder / "out" / "kustomization.yaml").read_text())["resources"]
    assert listed == ["task-train.yaml", "task-publish.yaml", "pipeline-nightly.yaml"]
    assert main(["compile", "nightly.py", "-o", "out/", "--check"]) == 0
    (folder / "out" / "task-old.yaml").write_text("x")
    assert main(["compile", "nightly.py", "-o", "out/", "--check"]) == 1


SEVERAL = (
    GOOD
    + """
@pipeline
def part(dataset: str = "b"):
    train(dataset)

@pipeline
def hourly():
    part(dataset="c")

if __name__ == "__main__":
    hourly.cli()
"""
)


def test_several_pipelines_each_have_their_own_yaml(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "jobs.py").write_text(SEVERAL, encoding="utf-8")
    assert main(["compile", "jobs.py"]) == 0
    # What another calls is a part of that one; named, it has its YAML too.
    assert sorted(path.name for path in folder.glob("jobs*.yaml")) == ["jobs-hourly.yaml", "jobs-nightly.yaml"]
    assert main(["compile", "jobs.py", "--check"]) == 0
    assert main(["compile", "jobs.py:part"]) == 0
    before = (folder / "jobs-hourly.yaml").read_bytes()
    (folder / "jobs-hourly.yaml").unlink()
    subprocess.run([sys.executable, "jobs.py", "compile"], check=True)
    assert (folder / "jobs-hourly.yaml").read_bytes() == before
    (folder / "jobs-hourly.yaml").write_text("x")
    assert main(["compile", "jobs.py", "--check", "--output", "json"]) == 1
    out = capsys.readouterr().out
    report = json.loads(out)
    assert [each["file"] for each in report["differences"]] == ["jobs-hourly.yaml"]
    # Together: what they share is there once.
    assert main(["compile", "jobs.py", "-o", "-"]) == 0
    items = list(yaml.safe_load_all(capsys.readouterr().out))
    names = [(item["kind"], item["metadata"].get("name") or item["metadata"]["generateName"]) for item in items]
    assert len(names) == len(set(names)) == 6
    assert main(["lint", "jobs.py"]) == 0
    assert main(["diff", "jobs.py:nightly", "jobs-nightly.yaml"]) == 0


def test_one_that_is_called_as_the_file_is_what_the_file_is_about(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "nightly.py").write_text(SEVERAL, encoding="utf-8")
    assert main(["compile", "nightly.py"]) == 0
    assert sorted(path.name for path in folder.glob("*.yaml")) == ["nightly-hourly.yaml", "nightly.yaml"]
    assert main(["graph", "nightly.py"]) == 0
    assert "train" in capsys.readouterr().out


def test_commands_that_take_one_pipeline_ask_which(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "jobs.py").write_text(SEVERAL, encoding="utf-8")
    for words in (["graph", "jobs.py"], ["run", "jobs.py"]):
        assert main(words) == 1
        text = capsys.readouterr().err
        assert text.startswith("error[FLOW084]: jobs.py has 3 pipelines: nightly, part, hourly\n  --> jobs.py:1\n")
        assert "hint: name one: jobs.py:nightly" in text
    assert main(["compile", "jobs.py", "--set", "steps=1"]) == 2
    assert main(["compile", "jobs.py:nightly", "--set", "steps=1"]) == 0


def test_two_objects_of_one_name_are_not_put_together(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = SEVERAL.replace('def hourly():\n    part(dataset="c")', "def hourly():\n    again()")
    again = '@task(image="alpine:3.20", name="train")\ndef again() -> None: ...\n\n@pipeline\ndef hourly'
    (folder / "jobs.py").write_text(other.replace("@pipeline\ndef hourly", again), encoding="utf-8")
    assert main(["compile", "jobs.py"]) == 0
    assert main(["compile", "jobs.py", "-o", "out/"]) == 1
    assert "error[FLOW408]: the pipelines make two different Tasks of the name 'train'" in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_values_namespace_and_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "nightly.py", "-o", "-", "--set", "steps=7", "--namespace", "ml", "--format", "json"]) == 0
    items = json.loads(capsys.readouterr().out)["items"]
    assert {item["metadata"]["namespace"] for item in items} == {"ml"}
    assert items[-1]["spec"]["params"] == [{"name": "steps", "value": "7"}]


def test_machine_readable_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "nightly.py", "--output", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["files"] == ["nightly.yaml"]
    assert report["documents"][0] == {"kind": "Task", "name": "train"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def p(:\n    pass\n", "error[FLOW080]: syntax error: invalid syntax\n  --> bad.py:1:7\n"),
        ("import os\nimport no_such_module\n", "error[FLOW081]: No module named 'no_such_module'\n  --> bad.py:2\n"),
        ("x = 1\nint('x')\n", "error[FLOW082]: the file raises ValueError"),
        ("x = 1\n", "error[FLOW083]: bad.py has no pipeline\n  --> bad.py:1\n"),
    ],
)
def test_a_file_that_does_not_load(
    folder: Path, capsys: pytest.CaptureFixture[str], source: str, expected: str
) -> None:
    (folder / "bad.py").write_text(source, encoding="utf-8")
    assert main(["compile", "bad.py"]) == 1
    text = capsys.readouterr().err
    assert text.startswith(expected), text
    assert "Traceback" not in text
    assert "hint:" in text
    assert not (folder / "bad.yaml").exists()


def test_a_helper_that_does_not_load_is_told_at_its_own_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "helper_that_fails.py").write_text("x = 1\ny = z\n", encoding="utf-8")
    (folder / "bad.py").write_text("\nfrom helper_that_fails import y\n", encoding="utf-8")
    assert main(["compile", "bad.py"]) == 1
    assert "NameError: name 'z' is not defined\n  --> helper_that_fails.py:2\n" in capsys.readouterr().err


def test_one_name_that_a_module_lacks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.py").write_text("from json import dumpz\n", encoding="utf-8")
    assert main(["compile", "bad.py"]) == 1
    text = capsys.readouterr().err
    assert "FLOW081" in text
    assert "hint: did you mean dump?" in text


def test_one_of_several_pipelines(folder: Path) -> None:
    (folder / "two.py").write_text(GOOD + "\n@pipeline\ndef other():\n    train('b')\n", encoding="utf-8")
    assert main(["compile", "two.py:other", "-o", "other.yaml"]) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["compile", "nightli.py"], 2, "did you mean nightly.py?"),
        (["compile", "."], 2, "is a folder"),
        (["graph", "nightly.py", "-o", "."], 2, "error: this is a directory: ."),
        (["compile", "nightly.py", "-o", "/dev/full"], 2, "error: No space left on device: /dev/full"),
        (["compile", "nightly.py", "--set", "steps"], 2, "--set takes PARAM=VALUE"),
        (["compile", "nightly.py", "--set", "stps=3"], 1, "FLOW020"),
        (["compile", "nightly.py", "--set", "steps=many"], 1, "FLOW021"),
        (["comple", "nightly.py"], 2, "'compile'"),
        (["compile", "nightly.py", "--nope"], 2, "--nope"),
        (["explain", "FLOW999"], 2, "there is no code FLOW999"),
    ],
)
def test_wrong_calls(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert main(arguments) == code
    text = capsys.readouterr().err
    assert words in text
    assert "Traceback" not in text


def test_our_own_bug_is_code_70(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("flowdsl.library.compiling.compile_pipeline", broken)
    assert main(["compile", "nightly.py"]) == 70
    told = capsys.readouterr().err
    assert "flowdsl has a bug: RuntimeError" in told
    assert "boom" not in told, "a message may hold anything"


@pytest.mark.parametrize("kind", ["mermaid", "dot", "svg", "html"])
def test_graph(folder: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    assert main(["graph", "nightly.py", "--format", kind]) == 0
    text = capsys.readouterr().out
    assert "publish" in text
    assert "1 × nvidia.com/gpu" in text


def test_explain(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "nightly.py"]) == 0
    assert "after train: takes its result 'result'" in capsys.readouterr().out
    assert main(["explain", "nightly.py", "--output", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["tasks"][1]["waitsFor"][0]["kind"] == "result"
    assert main(["explain", "flow005"]) == 0
    assert capsys.readouterr().out.startswith("# FLOW005:")


def test_completion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    assert "_FLOWDSL_COMPLETE" in capsys.readouterr().out


def test_the_file_itself_and_a_reader_that_goes_away(folder: Path) -> None:
    script = folder / "nightly.py"
    script.write_text(GOOD + '\nif __name__ == "__main__":\n    nightly.cli()\n', encoding="utf-8")
    command = f"{sys.executable} nightly.py compile -o - | head -n 1"
    done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout == "apiVersion: tekton.dev/v1\n"
    assert "Traceback" not in done.stderr


def test_object_too_large(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calls = "\n".join(f"    train.with_options(name='t{i}')(dataset={'x' * 9000!r})" for i in range(200))
    (folder / "big.py").write_text(GOOD + f"\n@pipeline\ndef big():\n{calls}\n", encoding="utf-8")
    assert main(["compile", "big.py:big"]) == 1
    assert "FLOW106" in capsys.readouterr().err


def test_explain_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "words.py"
    file.write_text(
        "from flowdsl import PVC, Workspace, pipeline, task\n"
        "@task(image='i', timeout='2h', retries=1)\ndef a(ws: Workspace, many: list[str], n: int) -> int: return n\n"
        "@task(image='i', timeout='1h')\ndef b(n: int) -> None: print(n)\n"
        "@pipeline(timeout='10m')\n"
        "def p(ws: Workspace = PVC('data', sub_path='runs'), many: list[str] = ['x'], n: int = 1, word: str = 'w'):\n"
        "    b(a(ws, many, n))\n"
    )
    assert main(["explain", str(file)]) == 0
    text = capsys.readouterr().out
    for said in (
        "  ws: claim data, sub path runs\n",
        '  many: list[str]  (default ["x"])\n',
        "  n: int  (default 1)\n",
        '  word: str  (default "w")\n',
        "critical path (at most 5h by timeouts, and the pipeline's own timeout ends the run after 10m)\n",
    ):
        assert said in text
    assert main(["explain", str(file), "--output", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["criticalPath"]["limit"] == 600
