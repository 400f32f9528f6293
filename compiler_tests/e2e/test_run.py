"""`flowdsl run` with real processes: a pipeline's file, YAML, Ctrl-C, kill -9, services, what is kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

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


FLOWDSL = [sys.executable, "-c", "import sys; from flowdsl.cli import main; sys.exit(main())"]


def step(script: str, **fields: Any) -> dict[str, Any]:
    return {"steps": [{"name": "s", "image": "busybox", "script": "#!/bin/sh\n" + script}], **fields}


def yaml_run(path: Path, tasks: list[dict[str, Any]], final: list[dict[str, Any]] | None = None, **spec: Any) -> Path:
    """JSON is YAML: a PipelineRun with these tasks."""
    inner = {"tasks": tasks, "finally": final or []}
    document = {
        "apiVersion": "tekton.dev/v1",
        "kind": "PipelineRun",
        "metadata": {"name": "it"},
        "spec": {"pipelineSpec": {key: value for key, value in inner.items() if value}, **spec},
    }
    path.write_text(json.dumps(document))
    return path


def flowdsl(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*FLOWDSL, *arguments],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
    return done


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*FLOWDSL, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_until(what: Callable[[], bool], told: str) -> None:
    for _ in range(600):
        if what():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited in vain: {told}")


def processes(marker: str) -> list[str]:
    """The command lines of this machine that hold the marker."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if marker in text and str(os.getpid()) != path.parent.name:
            found.append(text)
    return found


@pytest.fixture
def marker() -> Iterator[str]:
    """A number of seconds to sleep that no other process of this machine sleeps; whoever does is told by it."""
    text = f"3{os.getpid()}.{time.monotonic_ns() % 10**9}"
    yield text
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"sleep\0{text}".encode() in path.read_bytes():
                os.kill(int(path.parent.name), signal.SIGKILL)
        except OSError:
            continue


needs_proc = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks for processes in /proc")


def status(folder: Path, name: str = "it") -> dict[str, Any]:
    shown = flowdsl(folder, "runs", "show", name, "--output", "json")
    found: dict[str, Any] = json.loads(shown.stdout)["status"]
    return found


def test_a_pipeline_s_file_by_itself(tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text(HELLO)
    done = subprocess.run(
        [sys.executable, "hello.py", "run", "--name", "it", "--set", "name=me"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
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


@needs_proc
def test_ctrl_c_once_cancels_and_runs_finally(tmp_path: Path, marker: str) -> None:
    tasks = [
        {"name": "slow", "taskSpec": step(f"touch {tmp_path}/began; sleep {marker}")},
        {"name": "late", "runAfter": ["slow"], "taskSpec": step("echo late")},
    ]
    yaml_run(tmp_path / "it.yaml", tasks, [{"name": "after", "taskSpec": step("echo cleaning")}])
    run = started(tmp_path, "run", "it.yaml")
    wait_until((tmp_path / "began").exists, "the task to begin")
    os.kill(run.pid, signal.SIGINT)
    out, _ = run.communicate(timeout=60)
    assert run.returncode == 130, out
    assert "[after] cleaning" in out
    found = status(tmp_path)
    assert found["conditions"][0]["reason"] == "Cancelled"
    assert [each["name"] for each in found["skippedTasks"]] == ["late"]
    assert processes(marker) == []


@needs_proc
def test_ctrl_c_twice_ends_at_once(tmp_path: Path, marker: str) -> None:
    tasks = [{"name": "slow", "taskSpec": step(f"touch {tmp_path}/began; sleep {marker}")}]
    final = [{"name": "after", "taskSpec": step(f"touch {tmp_path}/cleaning; sleep {marker}")}]
    yaml_run(tmp_path / "it.yaml", tasks, final)
    run = started(tmp_path, "run", "it.yaml")
    wait_until((tmp_path / "began").exists, "the task to begin")
    os.kill(run.pid, signal.SIGINT)
    wait_until((tmp_path / "cleaning").exists, "finally to begin")
    os.kill(run.pid, signal.SIGINT)
    out, _ = run.communicate(timeout=60)
    assert run.returncode == 130, out
    assert status(tmp_path)["conditions"][0]["message"] == 'PipelineRun "it" was cancelled'
    assert processes(marker) == []


@needs_proc
@pytest.mark.parametrize("victim", ["one", "two", "three", "last"])
def test_kill_9_in_each_task_then_resume(tmp_path: Path, marker: str, victim: str) -> None:
    """What was over is not run again; what was running is, and nothing of the killed runner is left."""

    def body(name: str) -> str:
        hang = f"test -e {tmp_path}/calm || sleep {marker}\n" if name == victim else ""
        return f"echo {name} >> {tmp_path}/ran\n{hang}"

    names = ["one", "two", "three"]
    tasks = [
        {"name": name, "taskSpec": step(body(name)), "runAfter": names[index - 1 : index]}
        for index, name in enumerate(names)
    ]
    yaml_run(tmp_path / "it.yaml", tasks, [{"name": "last", "taskSpec": step(body("last"))}])
    run = started(tmp_path, "run", "it.yaml")
    wait_until(lambda: bool(processes(f"sleep {marker}")), f"{victim} to begin")
    os.kill(run.pid, signal.SIGKILL)
    run.communicate(timeout=30)
    wait_until(lambda: not processes(f"sleep {marker}"), "the killed runner's processes to end")
    assert "Interrupted" in flowdsl(tmp_path, "runs", "list").stdout
    (tmp_path / "calm").touch()
    flowdsl(tmp_path, "run", "--resume", "it")
    order = [*names, "last"]
    ran = (tmp_path / "ran").read_text().split()
    at = order.index(victim)
    assert ran == order[: at + 1] + order[at:]
    assert status(tmp_path)["conditions"][0]["reason"] == "Succeeded"


def test_timeouts_of_a_task_and_of_the_run(tmp_path: Path, marker: str) -> None:
    slow = {"name": "slow", "timeout": "1s", "taskSpec": step(f"sleep {marker}")}
    yaml_run(tmp_path / "it.yaml", [slow], [{"name": "after", "taskSpec": step("echo after")}])
    done = flowdsl(tmp_path, "run", "it.yaml", code=1)
    assert "[after] after" in done.stdout
    assert status(tmp_path)["conditions"][0]["reason"] == "Failed"
    yaml_run(tmp_path / "it.yaml", [{**slow, "timeout": "1h"}], timeouts={"pipeline": "1s"})
    flowdsl(tmp_path, "run", "it.yaml", "--name", "other", code=1)
    assert status(tmp_path, "other")["conditions"][0]["reason"] == "PipelineRunTimeout"


SERVED = '''
import sys
from flowdsl import LocalRun, Secret, Service, pipeline, task

SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"warm")
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""

@task(image="python:3.12-slim")
def ask(endpoint: str, wait: float = 0.0, token: Secret = Secret("token", key="key")) -> str:
    import time, urllib.request
    print("the token is", token)
    with urllib.request.urlopen(endpoint + "/answer") as answer:
        text = answer.read().decode()
    open("asked", "w").close()
    time.sleep(wait)
    return text

@pipeline(local=LocalRun(
    secrets={"token": {"key": "hunter2-and-more"}},
    services=(Service("model", ("{python}", "-c", SERVER, "{port}", "MARKER"), params={"endpoint": "{url}"}),),
))
def served(endpoint: str, wait: float = 0.0):
    return {"text": ask(endpoint, wait)}
'''


@needs_proc
def test_a_service_answers_and_is_gone_and_no_secret_is_kept(tmp_path: Path, marker: str) -> None:
    (tmp_path / "served.py").write_text(SERVED.replace("MARKER", marker))
    done = flowdsl(tmp_path, "run", "served.py", "--name", "it")
    assert "  text = warm" in done.stdout
    assert processes(marker) == []
    assert "hunter2" not in done.stdout
    kept = [path for path in (tmp_path / ".flowdsl").rglob("*") if path.is_file()]
    assert kept
    assert [path for path in kept if b"hunter2" in path.read_bytes()] == []


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_service_is_gone_however_the_run_ends(tmp_path: Path, marker: str, number: signal.Signals) -> None:
    (tmp_path / "served.py").write_text(SERVED.replace("MARKER", marker))
    run = started(tmp_path, "run", "served.py", "--name", "it", "--set", "wait=300")
    wait_until(lambda: bool(list((tmp_path / ".flowdsl").rglob("asked"))), "the task to ask the service")
    os.kill(run.pid, number)
    run.communicate(timeout=60)
    wait_until(lambda: processes(marker) == [], "the service to be gone")


def test_a_service_that_a_value_makes_useless_is_not_started(tmp_path: Path) -> None:
    text = SERVED.replace('"{python}", "-c", SERVER', '"/nowhere"')
    (tmp_path / "served.py").write_text(text)
    done = flowdsl(tmp_path, "run", "served.py", "--set", "endpoint=http://127.0.0.1:9", code=1)
    assert "service" not in done.stdout
    assert "service model ended" in flowdsl(tmp_path, "run", "served.py", code=2).stderr


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


def test_watch_runs_again_when_a_file_changes(tmp_path: Path) -> None:
    path = yaml_run(tmp_path / "it.yaml", [{"name": "a", "taskSpec": step(f"echo x >> {tmp_path}/ran")}])
    text = path.read_text().replace('"name": "it"', '"generateName": "it-"')
    path.write_text(text)
    run = started(tmp_path, "run", "it.yaml", "--watch")

    def lines() -> int:
        return len((tmp_path / "ran").read_text().split()) if (tmp_path / "ran").exists() else 0

    try:
        wait_until(lambda: lines() == 1, "the first run")
        wait_until(lambda: len(list(tmp_path.glob(".flowdsl/runs/*/pipelinerun.yaml"))) == 1, "its record")
        time.sleep(0.5)
        path.write_text(text + "\n")
        wait_until(lambda: lines() == 2, "the second run")
        time.sleep(1.0)
    finally:
        os.kill(run.pid, signal.SIGINT)
        out, _ = run.communicate(timeout=30)
    assert run.returncode == 130, out
