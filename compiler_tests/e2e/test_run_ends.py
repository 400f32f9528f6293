"""How a local run ends: Ctrl-C, kill -9, timeouts; its services go with it; then it goes on, or runs again."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from run_support import MARKS, flowdsl, marks, needs_proc, processes, started, status, step, wait_until, yaml_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the local runner needs POSIX processes")


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


@needs_proc
def test_ctrl_c_once_cancels_and_runs_finally(tmp_path: Path, marker: str) -> None:
    tasks = [
        {"name": "slow", "taskSpec": step(f"touch {MARKS}/began; sleep {marker}")},
        {"name": "late", "runAfter": ["slow"], "taskSpec": step("echo late")},
    ]
    yaml_run(tmp_path / "it.yaml", tasks, [{"name": "after", "taskSpec": step("echo cleaning")}])
    run = started(tmp_path, "run", "it.yaml")
    wait_until((marks(tmp_path) / "began").exists, "the task to begin")
    os.kill(run.pid, signal.SIGINT)
    out, _ = run.communicate(timeout=600)
    assert run.returncode == 130, out
    assert "[after] cleaning" in out
    found = status(tmp_path)
    assert found["conditions"][0]["reason"] == "Cancelled"
    assert [each["name"] for each in found["skippedTasks"]] == ["late"]
    assert processes(marker) == []


@needs_proc
def test_ctrl_c_twice_ends_at_once(tmp_path: Path, marker: str) -> None:
    tasks = [{"name": "slow", "taskSpec": step(f"touch {MARKS}/began; sleep {marker}")}]
    final = [{"name": "after", "taskSpec": step(f"touch {MARKS}/cleaning; sleep {marker}")}]
    yaml_run(tmp_path / "it.yaml", tasks, final)
    run = started(tmp_path, "run", "it.yaml")
    wait_until((marks(tmp_path) / "began").exists, "the task to begin")
    os.kill(run.pid, signal.SIGINT)
    wait_until((marks(tmp_path) / "cleaning").exists, "finally to begin")
    os.kill(run.pid, signal.SIGINT)
    out, _ = run.communicate(timeout=600)
    assert run.returncode == 130, out
    assert status(tmp_path)["conditions"][0]["message"] == 'PipelineRun "it" was cancelled'
    assert processes(marker) == []


@needs_proc
@pytest.mark.parametrize("victim", ["one", "two", "three", "last"])
def test_kill_9_in_each_task_then_resume(tmp_path: Path, marker: str, victim: str) -> None:
    """What was over is not run again; what was running is, and nothing of the killed runner is left."""

    def body(name: str) -> str:
        hang = f"test -e {MARKS}/calm || sleep {marker}\n" if name == victim else ""
        return f"echo {name} >> {MARKS}/ran\n{hang}"

    names = ["one", "two", "three"]
    tasks = [
        {"name": name, "taskSpec": step(body(name)), "runAfter": names[index - 1 : index]}
        for index, name in enumerate(names)
    ]
    yaml_run(tmp_path / "it.yaml", tasks, [{"name": "last", "taskSpec": step(body("last"))}])
    run = started(tmp_path, "run", "it.yaml")
    wait_until(lambda: bool(processes(f"sleep {marker}")), f"{victim} to begin")
    os.kill(run.pid, signal.SIGKILL)
    run.communicate(timeout=600)
    wait_until(lambda: not processes(f"sleep {marker}"), "the killed runner's processes to end")
    assert "Interrupted" in flowdsl(tmp_path, "runs", "list").stdout
    (marks(tmp_path) / "calm").touch()
    flowdsl(tmp_path, "run", "--resume", "it")
    order = [*names, "last"]
    ran = (marks(tmp_path) / "ran").read_text().split()
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
    print("has asked", flush=True)
    time.sleep(wait)
    return text

@pipeline(local=LocalRun(
    secrets={"token": {"key": "hunter2-and-more"}},
    services=(Service("model", ("{python}", "-c", SERVER, "{port}", "MARKER"), params={"endpoint": "{url}"}),),
))
def served(endpoint: str, wait: float = 0.0):
    return {"text": ask(endpoint, wait)}
'''


def served(marker: str) -> str:
    return SERVED.replace("MARKER", marker)


@needs_proc
def test_a_service_answers_and_is_gone_and_no_secret_is_kept(tmp_path: Path, marker: str) -> None:
    (tmp_path / "served.py").write_text(served(marker))
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
    (tmp_path / "served.py").write_text(served(marker))
    run = started(tmp_path, "run", "served.py", "--name", "it", "--set", "wait=300")
    logs = tmp_path / ".flowdsl" / "runs" / "it" / "work"
    wait_until(
        lambda: any("has asked" in one.read_text() for one in logs.rglob("*.log")), "the task to ask the service"
    )
    os.kill(run.pid, number)
    run.communicate(timeout=600)
    wait_until(lambda: processes(marker) == [], "the service to be gone")


def test_a_service_that_a_value_makes_useless_is_not_started(tmp_path: Path) -> None:
    text = served("").replace('"{python}", "-c", SERVER', '"/nowhere"')
    (tmp_path / "served.py").write_text(text)
    done = flowdsl(tmp_path, "run", "served.py", "--set", "endpoint=http://127.0.0.1:9", code=1)
    assert "service" not in done.stdout
    assert "service model ended" in flowdsl(tmp_path, "run", "served.py", code=2).stderr


def test_watch_runs_again_when_a_file_changes(tmp_path: Path) -> None:
    path = yaml_run(tmp_path / "it.yaml", [{"name": "a", "taskSpec": step(f"echo x >> {MARKS}/ran")}])
    text = path.read_text().replace('"name": "it"', '"generateName": "it-"')
    path.write_text(text)
    run = started(tmp_path, "run", "it.yaml", "--watch")

    def lines() -> int:
        return sum(len(one.read_text().split()) for one in tmp_path.glob(".flowdsl/runs/*/claims/marks/ran"))

    try:
        wait_until(lambda: lines() == 1, "the first run")
        wait_until(lambda: len(list(tmp_path.glob(".flowdsl/runs/*/pipelinerun.yaml"))) == 1, "its record")
        time.sleep(0.5)
        path.write_text(text + "\n")
        wait_until(lambda: lines() == 2, "the second run")
        time.sleep(1.0)
    finally:
        os.kill(run.pid, signal.SIGINT)
        out, _ = run.communicate(timeout=600)
    assert run.returncode == 130, out
