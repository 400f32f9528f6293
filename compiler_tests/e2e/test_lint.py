"""`flowdsl lint` as people and scripts meet it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flowdsl.cli import main

TASK = """\
apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: fetch
spec:
  params:
    - name: url
  steps:
    - name: fetch
      image: alpine:3.20
      computeResources: {requests: {cpu: 100m}}
      env: [{name: URL, value: $(params.url)}]
      script: |
        #!/bin/sh
        wget "$URL"
"""
BROKEN = TASK.replace("image:", "imag:").replace("$(params.url)", "$(params.urll)")
RISKY = TASK.replace('"$URL"', "$(params.url)")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lint(*words: str) -> int:
    return main(["lint", *words])


def test_a_good_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "task.yaml").write_text(TASK)
    assert lint("task.yaml") == 0
    out = capsys.readouterr()
    assert (out.out, out.err) == ("", "checked 1 Tekton document in 1 file\n")


def test_findings_point_into_the_yaml(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "task.yaml").write_text(BROKEN)
    assert lint("task.yaml") == 1
    out = capsys.readouterr().out
    assert "error[FLOW201]: there is no field 'imag'\n  --> task.yaml:10:7\n" in out
    assert "  = hint: did you mean 'image'?\n" in out
    assert "error[FLOW222]: $(params.urll) refers to no param\n  --> task.yaml:12:32\n" in out
    assert "did you mean 'url'?" in out


def test_a_warning_alone_does_not_fail_unless_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "task.yaml").write_text(RISKY)
    assert lint("task.yaml") == 0
    assert "warning[FLOW320]" in capsys.readouterr().out
    assert lint("--fail-on", "warning", "task.yaml") == 1
    assert lint("--fail-on", "warning", "--ignore", "FLOW3", "task.yaml") == 0
    assert lint("--fail-on", "warning", "--select", "FLOW2", "task.yaml") == 0
    (folder / "pyproject.toml").write_text('[tool.flowdsl.lint]\nfail-on = "warning"\n')
    assert lint("task.yaml") == 1


def test_settings_of_the_project(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "old").mkdir()
    (folder / "old" / "task.yaml").write_text(RISKY)
    (folder / "task.yaml").write_text(RISKY.replace("#!/bin/sh\n", ""))
    (folder / "pyproject.toml").write_text(
        '[tool.flowdsl.lint]\nextend-select = ["FLOW309"]\nignore = ["FLOW320"]\nexclude = ["old/*"]\n'
    )
    assert lint("--output", "json", ".") == 0
    (document,) = json.loads(capsys.readouterr().out)["documents"]
    assert [finding["code"] for finding in document["findings"]] == ["FLOW309"]
    assert lint("--output", "json", "--exclude", "task.yaml", ".") == 0
    assert json.loads(capsys.readouterr().out)["documents"] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selct = []", "no setting 'selct'"),
        ("select = 3", "must be a list of strings"),
        ('fail-on = "never"', "error or warning"),
        ("= 3", "can't be read"),
        ('feature-gates = ["gamma"]', "no feature gate 'gamma'"),
    ],
)
def test_settings_that_mean_nothing(folder: Path, text: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pyproject.toml").write_text(f"[tool.flowdsl.lint]\n{text}\n")
    (folder / "task.yaml").write_text(TASK)
    assert lint("task.yaml") == 2
    assert message in capsys.readouterr().err


def test_comments_that_silence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.yaml").write_text(RISKY.replace("script: |", "script: | # flowdsl: ignore[FLOW320]"))
    (folder / "b.yaml").write_text(
        RISKY.replace("      script: |", "      # flowdsl: ignore[FLOW320]\n      script: |")
    )
    (folder / "c.yaml").write_text("# flowdsl: ignore-file[FLOW3]\n" + RISKY)
    (folder / "d.yaml").write_text(RISKY.replace("script: |", "script: | # flowdsl: ignore[FLOW321]"))
    (folder / "e.yaml").write_text(BROKEN.replace("imag:", "imag: # flowdsl: ignore\n       "))
    assert lint("--fail-on", "warning", "--ignore", "FLOW316", "a.yaml", "b.yaml", "c.yaml") == 0
    assert lint("--fail-on", "warning", "d.yaml") == 1
    capsys.readouterr()
    lint("--output", "json", "e.yaml")
    (document,) = json.loads(capsys.readouterr().out)["documents"]
    # What is not told is rejected all the same.
    assert not document["accepted"]
    assert "FLOW201" not in {finding["code"] for finding in document["findings"]}


def test_the_json_contract(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "all.yaml").write_text(
        f"{TASK}---\n{BROKEN}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\n"
    )
    assert lint("--output", "json", "all.yaml") == 1
    documents = json.loads(capsys.readouterr().out)["documents"]
    assert [(d["file"], d["index"], d["kind"], d["name"], d["accepted"]) for d in documents] == [
        ("all.yaml", 0, "Task", "fetch", True),
        ("all.yaml", 1, "Task", "fetch", False),
        ("all.yaml", 2, "ConfigMap", "c", True),
    ]
    finding = documents[1]["findings"][0]
    assert set(finding) == {"code", "severity", "line", "column", "path", "message", "hint", "fix"}
    assert finding["fix"]["changes"] == [{"path": "spec.steps[0].imag", "rename": "image"}]
    assert (finding["line"], finding["column"], finding["path"]) == (26, 7, "spec.steps[0].imag")


def test_sarif_and_github(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "task.yaml").write_text(BROKEN)
    assert lint("--output", "sarif", "task.yaml") == 1
    run = json.loads(capsys.readouterr().out)["runs"][0]
    first = run["results"][0]
    assert first["ruleId"] == "FLOW201"
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "FLOW201"
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 10, "startColumn": 7}
    replaced = first["fixes"][0]["artifactChanges"][0]["replacements"]
    assert [each["insertedContent"]["text"] for each in replaced] == ["image"]
    assert lint("--output", "github", "task.yaml") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "::error file=task.yaml,line=10,col=7,title=FLOW201::there is no field 'imag' (did you mean 'image'?)"
    )


def test_jsonl_streams_in_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = {
        "apiVersion": "tekton.dev/v1",
        "kind": "Task",
        "metadata": {"name": "t"},
        "spec": {"steps": [{"image": "a:1"}]},
    }
    cases: list[dict[str, Any]] = [
        {"id": str(i), "doc": {**document, "spec": {}} if i % 3 else document} for i in range(900)
    ]
    text = "".join(json.dumps(case) + "\n" for case in cases) + "not json\n"
    done = subprocess.run(
        [sys.executable, "-m", "flowdsl", "lint", "--jsonl", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["id"] for each in verdicts[:-1]] == [case["id"] for case in cases]
    assert [each["accepted"] for each in verdicts[:-1]] == [i % 3 == 0 for i in range(900)]
    assert verdicts[1]["findings"][0]["code"] == "FLOW210"
    assert verdicts[-1]["findings"][0]["code"] == "FLOW401"


def test_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BROKEN.encode())))
    assert lint("-") == 1
    assert "--> -:10:7" in capsys.readouterr().out


def test_fix_mends_and_keeps_the_rest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = """\
# Fetches.
kind: Task  # what it is
# Which version.
apiVersion: tekton.dev/v1
metadata: {name: fetch}
spec:
  steps:
    - name: fetch
      imag: alpine:3.20   # pinned
      Args: [--port, 8080, "x"]
      stepz: 1
"""
    (folder / "task.yaml").write_text(text)
    assert lint("--diff", "--extend-select", "FLOW346", "task.yaml") == 1
    diff = capsys.readouterr().out
    assert "-      imag: alpine:3.20   # pinned\n" in diff
    assert "+      image: alpine:3.20   # pinned\n" in diff
    assert (folder / "task.yaml").read_text() == text
    assert lint("--fix", "--extend-select", "FLOW346", "task.yaml") == 1
    out = capsys.readouterr()
    assert "mended task.yaml" in out.err
    # No field is near enough to `stepz` here to be certain.
    assert "there is no field 'stepz'" in out.out
    assert (
        (folder / "task.yaml").read_text()
        == """\
# Which version.
apiVersion: tekton.dev/v1
# Fetches.
kind: Task  # what it is
metadata: {name: fetch}
spec:
  steps:
    - name: fetch
      image: alpine:3.20   # pinned
      args: [--port, "8080", "x"]
      stepz: 1
"""
    )


def test_fields_of_v1beta1_in_a_v1_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: r}\nspec:\n  timeout: 1h\n  pipelineRef: {name: p}\n"
    (folder / "run.yaml").write_text(run)
    assert lint("--fix", "run.yaml") == 1
    assert "hint: v1 has it as spec.timeouts.pipeline" in capsys.readouterr().out
    assert (folder / "run.yaml").read_text() == run
    (folder / "task.yaml").write_text(TASK.replace("computeResources:", "resources:"))
    assert lint("--fix", "task.yaml") == 0
    assert (folder / "task.yaml").read_text() == TASK


def test_v1beta1_is_checked_as_v1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "run.yaml").write_text(
        """\
apiVersion: tekton.dev/v1beta1
kind: PipelineRun
metadata: {name: r}
spec:
  serviceAccountName: bot
  timeout: 1h
  pipelineSpec:
    tasks:
      - name: a
        taskSpec:
          steps:
            - image: alpine:3.20
              command: ["true"]
              resources: {requests: {cpu: 100m}}
"""
    )
    assert lint("run.yaml") == 0
    assert capsys.readouterr().out == ""
    assert lint("--extend-select", "FLOW334", "run.yaml") == 0
    assert capsys.readouterr().out.count("warning[") == 1
    (folder / "run.yaml").write_text(
        "apiVersion: tekton.dev/v1beta1\nkind: Task\nmetadata: {name: t}\nspec:\n  resources: {inputs: []}\n  steps: []\n"
    )
    assert lint("run.yaml") == 1


def test_lists_and_trigger_templates(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "list.yaml").write_text(
        """\
apiVersion: v1
kind: List
items:
  - apiVersion: tekton.dev/v1
    kind: Task
    metadata: {name: a}
    spec: {}
---
apiVersion: triggers.tekton.dev/v1beta1
kind: TriggerTemplate
metadata: {name: tt}
spec:
  params: [{name: sha}]
  resourcetemplates:
    - apiVersion: tekton.dev/v1
      kind: TaskRun
      metadata: {generateName: r-}
      spec:
        taskRef: {name: a}
        params: [{name: password, value: hunter2butlonger}]
"""
    )
    assert lint("list.yaml") == 1
    out = capsys.readouterr().out
    assert "FLOW210" in out
    assert "--> list.yaml:7:5" in out
    assert "warning[FLOW321]" in out


def test_feature_gates(folder: Path) -> None:
    text = "apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: p}\nspec:\n  tasks:\n    - name: a\n      pipelineRef: {name: q}\n"
    (folder / "p.yaml").write_text(text)
    assert lint("p.yaml") == 1
    assert lint("--feature-gate", "alpha", "p.yaml") == 0
    (folder / "q.yaml").write_text(
        text.replace("pipelineRef: {name: q}", "taskRef: {name: t}\n      when: [{cel: \"'a' == 'a'\"}]")
    )
    assert lint("q.yaml") == 1
    assert lint("--feature-gate", "enable-cel-in-whenexpression", "q.yaml") == 0


def test_python_files_are_told_at_their_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "nightly.py").write_text(
        'from flowdsl import pipeline, task\n\n@task(image="python")\ndef train() -> None:\n    print(1)\n\n'
        "@pipeline\ndef nightly():\n    train()\n"
    )
    assert lint("nightly.py") == 0
    out = capsys.readouterr().out
    assert "warning[FLOW322]: the image 'python' has no tag, which means latest\n  --> nightly.py:3\n" in out
    assert lint("nightly.py:nightly") == 0
    assert capsys.readouterr().out == out
    (folder / "nightly.py").write_text(
        (folder / "nightly.py").read_text().replace('image="python")', 'image="python")  # flowdsl: ignore[FLOW32]')
    )
    lint("nightly.py")
    assert capsys.readouterr().out == ""


WRONG = (
    'from flowdsl import pipeline, task\n\n@task(image="python:3.12")\ndef train(steps: int) -> float:\n    return 1.0\n\n'
    "@pipeline\ndef nightly():\n    train(1, 2)\n    train(trains=3)\n"
)


@pytest.mark.parametrize("output", ["text", "json", "github", "sarif"])
def test_python_that_does_not_compile_is_told_beside_the_rest(
    output: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "nightly.py").write_text(WRONG)
    (folder / "x.yaml").write_text(TASK.replace("steps:", "stepss:"))
    assert lint("--output", output, "--select", "FLOW2", "nightly.py", "x.yaml") == 1
    out = capsys.readouterr().out
    if output == "sarif":
        run = json.loads(out)["runs"][0]
        ids = [each["id"] for each in run["tool"]["driver"]["rules"]]
        told = {
            (
                each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
                each["locations"][0]["physicalLocation"]["region"]["startLine"],
                ids[each["ruleIndex"]],
            )
            for each in run["results"]
        }
        assert {("nightly.py", 9, "FLOW003"), ("nightly.py", 10, "FLOW003")} <= told
        assert any(file == "x.yaml" for file, _, _ in told)
    elif output == "json":
        first, second = json.loads(out)["documents"]
        assert (first["file"], first["accepted"], first["checked"]) == ("nightly.py", False, False)
        assert {each["line"] for each in first["findings"]} == {9, 10}
        assert second["file"] == "x.yaml"
    else:
        assert ("nightly.py:9" if output == "text" else "::error file=nightly.py,line=9") in out
        assert "x.yaml" in out


@pytest.mark.parametrize("words", [(), ("missing.yaml",), ("--feature-gate", "gamma", "x.yaml"), ("--jsonl", "a", "b")])
def test_bad_calls(folder: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "x.yaml").write_text(TASK)
    assert lint(*words) == 2
    assert capsys.readouterr().err


def test_a_huge_file_is_told_without_being_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (folder / "huge.yaml").open("wb") as file:
        file.truncate(100 * 2**20)
    assert lint("huge.yaml") == 1
    assert "FLOW403" in capsys.readouterr().out
