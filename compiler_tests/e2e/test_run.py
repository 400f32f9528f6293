"""`flowdsl run` with real processes: a pipeline's file, YAML, stand-ins, mistakes."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from run_support import flowdsl, status, step, yaml_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the local runner needs POSIX processes")

HELLO = """
from flowdsl import File, LocalRun, Service, Workspace, PVC, context, on_finish, pipeline, task, when


@task(image="python:3.12-slim")
def greet(name: str) -> str:
    print("greeting", name)
    return "hello " + name


@task(image="python:3.12-slim")
def shout(text: str) -> File:
    from pathlib import Path
    Path("loud.txt").write_text(text.upper())
    return Path("loud.txt")


@task(image="python:3.12-slim")
def read(loud: File) -> str:
    return loud.read_text()


@task(image="python:3.12-slim")
def tell(status: str) -> None:
    print("all", status)


@pipeline(local=LocalRun(params={"name": "you"}))
def hello(name: str):
    text = greet(name)
    loud = shout(text)
    back = read(loud)
    with when(text == "never"):
        greet.with_options(name="again")(text)
    with on_finish():
        tell(context.tasks_status)
    return {"text": back}


if __name__ == "__main__":
    hello.cli()
"""


def test_a_pipeline_s_file_by_itself(tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text(HELLO)
    done = subprocess.run(
        [sys.executable, "hello.py", "run", "--name", "it", "--set", "name=me"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "  text = HELLO ME" in done.stdout
    assert "[greet] greeting me" in done.stdout
    assert "again: skipped - When Expressions evaluated to false" in done.stdout
    found = status(tmp_path)
    assert found["conditions"][0]["message"] == "Tasks Completed: 4 (Failed: 0, Cancelled 0), Skipped: 1"
    assert found["results"] == [{"name": "text", "value": "HELLO ME"}]
    logs = flowdsl(tmp_path, "runs", "logs", "it", "tell").stdout
    assert logs == "[tell : tell] all Completed\n"
    listed = flowdsl(tmp_path, "runs", "list").stdout
    assert listed.startswith("it  ")
    assert "Completed" in listed


def test_the_values_of_local_run_and_json_for_machines(tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text(HELLO)
    done = flowdsl(tmp_path, "run", "hello.py", "--output", "json", "--only", "greet")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0]["event"] == "RunStarted"
    assert [each["name"] for each in lines[0]["tasks"]] == ["greet"]
    assert {"event": "LogLine", "text": "greeting you"}.items() <= next(
        e for e in lines if e["event"] == "LogLine"
    ).items()
    last = lines[-1]["pipelineRun"]
    assert last["kind"] == "PipelineRun"
    assert last["status"]["conditions"][0]["status"] == "True"


def test_a_failure_and_going_on_with_it(tmp_path: Path) -> None:
    tasks = [
        {"name": "first", "taskSpec": step("date +%N | tr -d '\\n' > $(results.at.path)", results=[{"name": "at"}])},
        {
            "name": "second",
            "params": [{"name": "at", "value": "$(tasks.first.results.at)"}],
            "taskSpec": step(f"echo got $(params.at); test -e {tmp_path}/there", params=[{"name": "at"}]),
        },
    ]
    final = [{"name": "after", "taskSpec": step("echo after")}]
    yaml_run(tmp_path / "it.yaml", tasks, final)
    done = flowdsl(tmp_path, "run", "it.yaml", code=1)
    assert "run it failed" in done.stdout
    assert "flowdsl run --resume it" in done.stdout
    before = flowdsl(tmp_path, "runs", "logs", "it", "second").stdout
    (tmp_path / "there").touch()
    again = flowdsl(tmp_path, "run", "--resume", "it").stdout
    assert "first: done before" in again
    assert flowdsl(tmp_path, "runs", "logs", "it", "second").stdout == before
    assert status(tmp_path)["conditions"][0]["reason"] == "Succeeded"


def test_going_on_with_yaml_from_a_folder_with_py_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "my.pypi").mkdir()
    tasks = [{"name": "first", "taskSpec": step(f"test -e {tmp_path}/there")}]
    yaml_run(tmp_path / "my.pypi" / "it.yaml", tasks, [])
    flowdsl(tmp_path, "run", "my.pypi/it.yaml", code=1)
    (tmp_path / "there").touch()
    assert "run it succeeded" in flowdsl(tmp_path, "run", "--resume", "it").stdout


STAND_IN = """
from flowdsl import Workspace, git, hub, named, pipeline, task, task_ref, LocalRun

@task_ref(named("not-here"))
def from_elsewhere(word: str) -> str: ...

@task_ref(git(url="https://example.invalid/catalog.git", path="tasks/far/far.yaml", revision="main"))
def far(word: str) -> str: ...

@task(image="python:3.12-slim")
def instead(word: str) -> str:
    return "local " + word

@pipeline(run={"word": "w"}LOCAL)
def uses(word: str):
    return {"text": far(from_elsewhere(word))}
"""


def test_stand_ins_for_tasks_that_are_not_here(tmp_path: Path) -> None:
    (tmp_path / "uses.py").write_text(STAND_IN.replace("LOCAL", ""))
    done = flowdsl(tmp_path, "run", "uses.py", code=1)
    assert "CouldntGetTask" in done.stdout
    assert 'tasks.tekton.dev "not-here" not found' in done.stdout
    local = ', local=LocalRun(tasks={"not-here": instead, "far": instead})'
    (tmp_path / "uses.py").write_text(STAND_IN.replace("LOCAL", local))
    assert "text = local local w" in flowdsl(tmp_path, "run", "uses.py").stdout
    (tmp_path / "uses.py").write_text(STAND_IN.replace("LOCAL", ""))
    (tmp_path / "pyproject.toml").write_text(
        '[tool.flowdsl.run.tasks]\nnot-here = "uses.py:instead"\nfar = "uses.py:instead"\n'
    )
    assert "text = local local w" in flowdsl(tmp_path, "run", "uses.py").stdout


def test_a_pipeline_without_a_run(tmp_path: Path) -> None:
    pipeline = {
        "apiVersion": "tekton.dev/v1",
        "kind": "Pipeline",
        "metadata": {"name": "p"},
        "spec": {
            "params": [{"name": "many", "type": "array"}],
            "workspaces": [{"name": "shared"}],
            "results": [{"name": "out", "value": "$(tasks.b.results.r)"}],
            "tasks": [
                {
                    "name": "a",
                    "params": [{"name": "many", "value": ["$(params.many[*])"]}],
                    "workspaces": [{"name": "shared"}],
                    "taskSpec": {
                        "params": [{"name": "many", "type": "array"}],
                        "workspaces": [{"name": "shared"}],
                        "steps": [
                            {
                                "name": "s",
                                "image": "busybox",
                                "command": ["/bin/sh", "-c", 'printf "%s," "$@" > $(workspaces.shared.path)/f', "sh"],
                                "args": ["$(params.many[*])"],
                            }
                        ],
                    },
                },
                {
                    "name": "b",
                    "runAfter": ["a"],
                    "workspaces": [{"name": "shared"}],
                    "taskSpec": step(
                        "cat $(workspaces.shared.path)/f > $(results.r.path)",
                        workspaces=[{"name": "shared"}],
                        results=[{"name": "r"}],
                    ),
                },
            ],
        },
    }
    (tmp_path / "p.yaml").write_text(json.dumps(pipeline))
    done = flowdsl(tmp_path, "run", "p.yaml", "--set", 'many=["x", "y z"]')
    assert "out = x,y z," in done.stdout
    assert "there is no PipelineRun" in done.stdout
    assert "no value for many" in flowdsl(tmp_path, "run", "p.yaml", code=2).stderr
    assert "write it as JSON" in flowdsl(tmp_path, "run", "p.yaml", "--set", "many=x", code=2).stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run"], "name what to run"),
        (["run", "none.yaml"], "there is no file none.yaml"),
        (["run", "hello.py", "--only", "gret"], "did you mean 'greet'?"),
        (["run", "hello.py", "--set", "x"], "--set takes PARAM=VALUE"),
        (["run", "hello.py", "--executor", "ship"], "there is no executor 'ship'"),
        (["run", "--resume", "none"], "there is no run 'none'"),
        (["runs", "show", "none"], "there is no run 'none'"),
        (["run", "task.yaml"], "neither a PipelineRun nor a Pipeline"),
    ],
)
def test_mistakes_are_told_and_leave_no_run(tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "hello.py").write_text(HELLO)
    task = {"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {"name": "t"}, "spec": step("true")}
    (tmp_path / "task.yaml").write_text(json.dumps(task))
    done = flowdsl(tmp_path, *arguments, code=2)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob(".flowdsl/runs/*"))


def test_what_admission_refuses_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(
        textwrap.dedent(
            """\
            apiVersion: tekton.dev/v1
            kind: PipelineRun
            metadata: {name: it}
            spec:
              pipelineSpec:
                tasks:
                - name: a
                  runAfter: [b]
                  taskSpec: {steps: [{name: s, image: busybox}]}
            """
        )
    )
    done = flowdsl(tmp_path, "run", "bad.yaml", code=1)
    assert "FLOW234" in done.stderr or "FLOW233" in done.stderr
    assert "bad.yaml:8" in done.stderr
