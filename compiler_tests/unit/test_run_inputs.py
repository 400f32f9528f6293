"""What `run` is given: settings of the project, values, which PipelineRun, and every mistake in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flowdsl.cli import main
from flowdsl.diagnostics import UsageError
from flowdsl.ir.local import LocalRun
from flowdsl.library.run_inputs import Inputs, choose_run, set_params
from flowdsl.library.run_settings import load_settings
from flowdsl.library.run_sources import find_run
from flowdsl.runner.pipelinerun.only import only
from flowdsl.runner.store import RunFolder

SPEC = {
    "params": [
        {"name": "s"},
        {"name": "list", "type": "array"},
        {"name": "o", "default": {"k": "v"}},
    ],
    "workspaces": [{"name": "w"}, {"name": "maybe", "optional": True}],
    "tasks": [{"name": "a"}],
}
PIPELINE = {"kind": "Pipeline", "metadata": {"name": "p"}, "spec": SPEC}


def run(name: str, **spec: Any) -> dict[str, Any]:
    return {"kind": "PipelineRun", "metadata": {"name": name}, "spec": {"pipelineRef": {"name": "p"}, **spec}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.flowdsl.run]\njob = 3\n", "has no setting 'job'; there are tasks, jobs"),
        ('[tool.flowdsl.run]\njobs = "3"\n', "jobs takes int, got '3'"),
        ("[tool.flowdsl.run.tasks]\na = 3\n", "tasks.a names a file"),
        ("[tool", "can't be read"),
    ],
)
def test_settings_that_mean_nothing(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(UsageError, match=words):
        load_settings(tmp_path)


def test_settings_are_those_of_the_nearest_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.flowdsl.run]\njobs = 3\ngpu = "require"\ntasks = {a = "a.yaml"}\n')
    (tmp_path / "inner").mkdir()
    found = load_settings(tmp_path / "inner")
    assert (found.jobs, found.gpu, dict(found.tasks), found.folder) == (3, "require", {"a": "a.yaml"}, tmp_path)


def test_which_run() -> None:
    one, two = run("one"), run("two")
    assert choose_run(Inputs([PIPELINE, one], LocalRun(), ["f"])) is one
    assert choose_run(Inputs([PIPELINE, one, two], LocalRun(), ["f"], "two")) is two
    with pytest.raises(UsageError, match="there are 2 PipelineRuns: one, two; name one as FILE:NAME"):
        choose_run(Inputs([one, two], LocalRun(), ["f"]))
    with pytest.raises(UsageError, match="there is no PipelineRun 'three'; there is one, two"):
        choose_run(Inputs([one, two], LocalRun(), ["f"], "three"))


@pytest.mark.parametrize("wanted", ["two", "two-"])
def test_which_run_by_its_generate_name(wanted: str) -> None:
    one, two, again = run("one"), run(""), run("")
    for each in (two, again):
        each["metadata"] = {"generateName": "two-"}
    assert choose_run(Inputs([one, two], LocalRun(), ["f"], wanted)) is two
    with pytest.raises(UsageError, match=f"there are 2 PipelineRuns '{wanted}'"):
        choose_run(Inputs([one, two, again], LocalRun(), ["f"], wanted))


def test_a_run_is_made_for_a_pipeline_alone() -> None:
    inputs = Inputs([PIPELINE], LocalRun(), ["f"])
    made = choose_run(inputs)
    assert made["spec"]["pipelineRef"] == {"name": "p"}
    assert [each["name"] for each in made["spec"]["workspaces"]] == ["w"]
    assert made in inputs.documents
    assert "there is no PipelineRun" in inputs.notices[0]
    with pytest.raises(UsageError, match="2 Pipelines and no PipelineRun"):
        choose_run(Inputs([PIPELINE, PIPELINE], LocalRun(), ["f"]))


def test_values_are_read_by_the_type_of_the_param() -> None:
    given = run("one", params=[{"name": "s", "value": "before"}])
    set_params(given, [PIPELINE], {"s": "[1]", "list": '["a", 2]', "o": '{"k": "v", "n": 3}'})
    assert {each["name"]: each["value"] for each in given["spec"]["params"]} == {
        "s": "[1]",
        "list": ["a", "2"],
        "o": {"k": "v", "n": "3"},
    }


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"lst": "x"}, "has no param 'lst'; did you mean 'list'?"),
        ({"list": "x"}, "is of type array: write it as JSON"),
        ({"o": "[1]"}, "is of type object: write it as JSON"),
    ],
)
def test_values_that_do_not_fit(values: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words.replace("?", r"\?")):
        set_params(run("one"), [PIPELINE], values)


def test_only_keeps_what_is_waited_for() -> None:
    spec = {
        "tasks": [
            {"name": "a"},
            {"name": "b", "params": [{"name": "x", "value": "$(tasks.a.results.r)"}]},
            {"name": "c", "runAfter": ["b"]},
            {"name": "d"},
        ],
        "finally": [{"name": "f"}],
        "results": [
            {"name": "of-b", "value": "$(tasks.b.results.r)"},
            {"name": "of-d", "value": "$(tasks.d.results.r)"},
        ],
    }
    found = only(spec, ["c"])
    assert [each["name"] for each in found["tasks"]] == ["a", "b", "c"]
    assert [each["name"] for each in found["results"]] == ["of-b"]
    assert "finally" not in found
    assert [each["name"] for each in only(spec, ["f", "d"])["finally"]] == ["f"]
    with pytest.raises(UsageError, match="there are a, b, c, d, f"):
        only(spec, ["zzz"])


def test_finding_a_run(tmp_path: Path) -> None:
    for name in ("first-x", "second-x"):
        RunFolder.create(tmp_path / name, [], {"name": name})
    assert find_run("last", tmp_path).path.name == "second-x"
    assert find_run("first-x", tmp_path).path == find_run(str(tmp_path / "first-x"), Path("/nowhere")).path
    with pytest.raises(UsageError, match="did you mean 'first-x'"):
        find_run("frst-x", tmp_path)


PYTHON = """
from flowdsl import LocalRun, pipeline, task
from flowdsl.diagnostics import UsageError

@task(image="python:3.12-slim")
def a(x: str) -> None:
    print(x)

def breaks():
    raise OSError("no disk")

def asks():
    raise UsageError("set MODEL to the folder of the weights")

@pipeline(local=LOCAL)
def p(x: str):
    a(x)
"""


@pytest.mark.parametrize(
    ("local", "words"),
    [
        ('LocalRun(params={"y": "1"})', "LocalRun gives a value for 'y', which is no param; it has: x"),
        ("breaks", "local= of pipeline 'p' raised OSError: no disk"),
        ("asks", "error: set MODEL to the folder of the weights"),
        ("lambda: 3", "local= of pipeline 'p' gave 3, not a LocalRun"),
        ("LocalRun()", "the run has no value for x; give it: --set x=..."),
        (
            'LocalRun(params={"x": "1"}, tasks={"a": 3})',
            "the stand-in for 'a' is a @task, a Task document or a TaskSpec",
        ),
    ],
)
def test_mistakes_in_local(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], local: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.py").write_text(PYTHON.replace("LOCAL", local))
    assert main(["run", "p.py"]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / ".flowdsl").exists()


def test_a_pending_run_and_watch_with_resume(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = {"pipelineSpec": {"tasks": [{"name": "a", "taskSpec": {"steps": [{"name": "s", "image": "i"}]}}]}}
    document = {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": {"name": "it"}}
    (tmp_path / "it.yaml").write_text(json.dumps({**document, "spec": {**spec, "status": "PipelineRunPending"}}))
    assert main(["run", "it.yaml"]) == 2
    assert "the PipelineRun is pending" in capsys.readouterr().err
    RunFolder.create(tmp_path / ".flowdsl" / "runs" / "it", [document], {"name": "it", "source": ["it.yaml"]})
    assert main(["run", "--resume", "it", "--watch"]) == 2
    assert main(["runs", "list"]) == 0
    assert "Interrupted" in capsys.readouterr().out
