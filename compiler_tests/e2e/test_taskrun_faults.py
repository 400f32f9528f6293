"""What goes wrong in a task, tried: a clear answer, nothing lost, no process left."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from taskrun_support import Bench, kill, message, processes_with, results, verdict, wait_gone

from flowdsl.runner.taskrun import process_runner

SUCCEEDED = ("True", "Succeeded")
# What a task starts that wants to live on: it leaves its process group, its session and its parent.
DAEMON = """
import os, sys, time
for _ in range(2):
    if os.fork():
        os._exit(0)
    os.setsid()
os.environ["MARK"]
os.execvp("sleep", ["sleep", "1000"])
"""


def step(script: str, name: str = "main", **more: Any) -> dict[str, Any]:
    return {"name": name, "image": "any", "script": script, **more}


@pytest.fixture
def mark() -> Iterator[str]:
    """A text in the environment of all that a test starts; nothing with it is left."""
    mark = f"flowdsl-test-{uuid.uuid4().hex}"
    yield mark
    left = wait_gone(mark)
    for pid in left:
        kill(pid)
    assert left == []


def marked(mark: str) -> dict[str, Any]:
    return {"env": [{"name": "MARK", "value": mark}]}


def test_a_step_past_its_timeout(bench: Bench, mark: str) -> None:
    steps = [
        step("trap '' TERM; echo hanging; sleep 1000 & sleep 1000", timeout="2s", **marked(mark)),
        step("true", "next"),
    ]
    status = bench.run({"steps": steps})
    assert verdict(status) == ("False", "StepFailed")
    assert message(status) == '"step-main" exited because the step exceeded the specified timeout limit'
    assert status["steps"][0]["terminationReason"] == "TimeoutExceeded"
    assert status["steps"][0]["terminated"]["exitCode"] == 1
    assert status["steps"][1]["terminationReason"] == "Skipped"
    assert bench.log() == "hanging\ncontext deadline exceeded\n"


def test_a_task_past_its_timeout(bench: Bench, mark: str) -> None:
    steps = [step("echo a", "one"), step("sleep 1000", **marked(mark)), step("true", "next")]
    status = bench.run({"results": [{"name": "r"}], "steps": steps}, timeout="3s")
    assert verdict(status) == ("False", "TaskRunTimeout")
    assert message(status) == 'TaskRun "run-a" failed to finish within "3s"'
    assert [one["terminationReason"] for one in status["steps"]] == ["Completed", "TaskRunTimeout", "TaskRunTimeout"]
    assert status["steps"][1]["terminated"]["message"] == "Step main terminated as pod run-a-pod is terminated"
    assert "results" not in status


def test_each_retry_has_its_own_time(bench: Bench) -> None:
    status = bench.run({"steps": [step("sleep 1000")]}, timeout="200ms", retries=1)
    assert verdict(status) == ("False", "TaskRunTimeout")
    assert len(status["retriesStatus"]) == 1


def test_cancelled(bench: Bench, mark: str) -> None:
    asked = threading.Thread(
        target=lambda: (bench.watcher.started.wait(20), bench.stop.request("TaskRunCancelled", "x"))
    )
    asked.start()
    status = bench.run({"steps": [step("sleep 1000 & sleep 1000", **marked(mark)), step("true", "next")]}, retries=3)
    asked.join()
    assert verdict(status) == ("False", "TaskRunCancelled")
    assert message(status) == "x"
    assert "retriesStatus" not in status, "what was cancelled is not tried again"
    assert [one["terminationReason"] for one in status["steps"]] == ["TaskRunCancelled", "TaskRunCancelled"]


def test_cancelled_while_it_ends_in_good_order(bench: Bench) -> None:
    bench.watcher.on_line = lambda text: bench.stop.request("TaskRunCancelled", "x") if text == "up" else None
    status = bench.script("trap 'echo tidied; exit 0' TERM; echo up; while :; do sleep 0.05; done")
    assert verdict(status) == ("False", "TaskRunCancelled")
    assert bench.log().startswith("up\n")
    assert bench.log().endswith("tidied\n")


def test_cancelled_before_it_began(bench: Bench) -> None:
    bench.stop.request("TaskRunCancelled", "not now")
    status = bench.script("echo never")
    assert verdict(status) == ("False", "TaskRunCancelled")
    assert list(bench.last.iterdir()) == []


def test_children_that_want_to_stay(bench: Bench, mark: str) -> None:
    bench_env = marked(mark)
    script = f"#!{sys.executable}\nimport os\nif os.fork() == 0:\n    exec({DAEMON!r})\nos.wait()\nprint('done')\n"
    status = bench.run({"steps": [step(script, **bench_env), step("sleep 1000 &", "two", **bench_env)]})
    assert verdict(status) == SUCCEEDED
    assert bench.log() == "done\n"
    assert processes_with(mark) == [], "they were gone when the run returned"


def test_killed_by_a_signal(bench: Bench) -> None:
    status = bench.script("kill -9 $$")
    assert verdict(status) == ("False", "StepFailed")
    assert message(status) == '"step-main" exited with code 255: Error'
    assert bench.log() == "the step was ended by signal 9\n"
    status = bench.run({"steps": [step("kill -9 $$", onError="continue")]})
    assert verdict(status) == SUCCEEDED
    assert status["steps"][0]["terminated"]["exitCode"] == -1, "as Go tells the end by a signal"


def test_a_hundred_megabytes_are_cut_and_take_no_memory(tmp_path: Path) -> None:
    with process_runner(log_limit=1_000_000) as runner:
        bench = Bench(runner, tmp_path)
        bench.script("echo warm")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        status = bench.script(
            f"#!{sys.executable}\nimport sys\nline = 'x' * 99 + '\\n'\n"
            "for _ in range(1000):\n    sys.stdout.write(line * 1000)\nprint('the end')\n"
        )
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert verdict(status) == SUCCEEDED
    size = (bench.last / "main.log").stat().st_size
    notice = "flowdsl: the log is cut at 1000000 bytes; 99000008 more were printed and not kept"
    assert 1_000_000 < size < 1_000_200
    assert bench.log().endswith(f"\n{notice}\n")
    assert bench.watcher.lines[-2:] == ["the end", notice], "the latest line is told all the same"
    assert len(bench.watcher.lines) < 15_000
    assert grown < 50_000, "kilobytes"


def test_a_line_without_an_end(bench: Bench) -> None:
    status = bench.script(f"#!{sys.executable}\nprint('y' * 5_000_000, end='')\n")
    assert verdict(status) == SUCCEEDED
    assert (bench.last / "main.log").stat().st_size == 5_000_000
    assert all(len(line) <= 2000 for line in bench.watcher.lines)


def test_a_result_that_is_too_large(bench: Bench) -> None:
    spec = {
        "results": [{"name": "r"}],
        "steps": [step("head -c 5000 /dev/zero | tr '\\0' x > $(results.r.path)"), step("echo went on", "next")],
    }
    status = bench.run(spec)
    assert verdict(status) == ("False", "StepFailed")
    assert message(status) == '"step-main" exited with code 1: Error'
    text = "Termination message is above max allowed size 4096, caused by large task result.\n"
    assert bench.log() == text
    assert bench.log("next") == f"went on\n{text}", "Tekton lets the next step go on, and it reports the same"
    assert "results" not in status


def test_results_that_are_too_large_together(bench: Bench) -> None:
    script = "for r in a b; do head -c 2100 /dev/zero | tr '\\0' x > /tekton/results/$r; done"
    status = bench.run({"results": [{"name": "a"}, {"name": "b"}], "steps": [step(script)]})
    assert verdict(status) == ("False", "StepFailed")


def test_a_result_that_is_not_json(bench: Bench) -> None:
    spec = {"results": [{"name": "list", "type": "array"}], "steps": [step("echo '[1, oops' > $(results.list.path)")]}
    status = bench.run(spec)
    assert verdict(status) == ("False", "TaskRunValidationFailed")
    assert 'task result is expected to be "array" type but was initialized to a different type "string"' in message(
        status
    )
    assert status["steps"][0]["terminated"]["exitCode"] == 0


def test_a_result_that_was_never_written(bench: Bench) -> None:
    status = bench.run({"results": [{"name": "r"}], "steps": [step("true")]})
    assert verdict(status) == SUCCEEDED, "the Task has succeeded; who needs the result finds that it is missing"
    assert "results" not in status


def test_a_result_that_is_a_folder(bench: Bench) -> None:
    status = bench.run({"results": [{"name": "r"}], "steps": [step("mkdir $(results.r.path)")]})
    assert verdict(status) == ("False", "StepFailed")
    assert "reading /tekton/results/r" in bench.log()


def test_a_read_only_workspace_refuses(namespaced: Bench) -> None:
    folder = namespaced.folder / "w"
    folder.mkdir()
    (folder / "there").write_text("x")
    spec = {
        "workspaces": [{"name": "w"}],
        "steps": [step("cat $(workspaces.w.path)/there; echo y > $(workspaces.w.path)/new")],
    }
    status = namespaced.run(spec, workspaces={"w": folder}, read_only=True)
    assert verdict(status) == ("False", "StepFailed")
    assert "Read-only file system" in namespaced.log()
    spec["workspaces"] = [{"name": "w", "readOnly": True}]
    assert verdict(namespaced.run(spec, workspaces={"w": folder})) == ("False", "StepFailed")
    assert [one.name for one in folder.iterdir()] == ["there"]


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    program = shutil.which("mount")
    command = [program or "mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True, check=False) if program else None
    if made is None or made.returncode:
        pytest.skip(f"a small disk can't be mounted: {made.stderr.strip() if made else 'no mount program'}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_in_a_workspace(bench: Bench, full_disk: Path) -> None:
    spec = {
        "workspaces": [{"name": "w"}],
        "steps": [step("head -c 1000000 /dev/zero > $(workspaces.w.path)/big"), step("true", "next")],
    }
    status = bench.run(spec, workspaces={"w": full_disk})
    assert verdict(status) == ("False", "StepFailed")
    assert "No space left on device" in bench.log()
    assert status["steps"][1]["terminationReason"] == "Skipped"


def test_a_full_disk_under_the_log(bench: Bench, full_disk: Path) -> None:
    bench.folder = full_disk
    status = bench.run(
        {
            "results": [{"name": "r"}],
            "steps": [step("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo last; printf ok > $(results.r.path)")],
        }
    )
    assert verdict(status) == SUCCEEDED, "the step is not to blame"
    assert results(status) == {"r": "ok"}
    assert bench.watcher.lines[-1].endswith("bytes of this log could not be kept: No space left on device")


def test_the_runner_is_killed(tmp_path: Path, mark: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\n"
        "from taskrun_support import Bench\n"
        "from flowdsl.runner.taskrun import process_runner\n"
        "runner = process_runner()\n"
        "bench = Bench(runner, Path(sys.argv[1]))\n"
        "bench.cluster.secrets['s'] = {'k': b'a-secret-value'}\n"
        "bench.watcher.on_line = lambda text: print(runner.executor.supervisor.private, flush=True)\n"
        "volumes = [{'name': 's', 'secret': {'secretName': 's'}}]\n"
        "step = {'name': 'main', 'image': 'x', 'script': 'echo up; setsid sleep 1000 & sleep 1000',\n"
        "        'env': [{'name': 'MARK', 'value': sys.argv[2]}], 'volumeMounts': [{'name': 's', 'mountPath': '/s'}]}\n"
        "bench.run({'volumes': volumes, 'steps': [step]})\n"
    )
    with subprocess.Popen(
        [sys.executable, str(program), str(tmp_path), mark], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as child:
        assert child.stdout is not None
        private = Path(child.stdout.readline().decode().strip())
        assert len(processes_with(mark)) >= 2
        child.kill()
    assert wait_gone(mark) == []
    for _ in range(200):
        if not private.exists():
            break
        threading.Event().wait(0.05)
    assert not private.exists(), "files of secrets go with the runner"


def test_the_supervisor_is_killed(tmp_path: Path) -> None:
    with process_runner() as runner:
        bench = Bench(runner, tmp_path)
        assert verdict(bench.script("true")) == SUCCEEDED
        program = runner.executor.supervisor.program
        assert program is not None
        program.kill()
        program.wait()
        assert verdict(bench.script("true")) == SUCCEEDED, "another one takes its place"


def test_closing_ends_what_runs(tmp_path: Path, mark: str) -> None:
    runner = process_runner()
    bench = Bench(runner, tmp_path)
    statuses: list[dict[str, Any]] = []
    spec = {"steps": [step("sleep 1000", **marked(mark))]}
    thread = threading.Thread(target=lambda: statuses.append(bench.run(spec)))
    thread.start()
    bench.watcher.started.wait(20)
    runner.close()
    thread.join(20)
    assert verdict(statuses[0]) == ("False", "StepFailed")


def test_many_at_once(bench: Bench) -> None:
    benches = [Bench(bench.runner, bench.folder / str(number)) for number in range(12)]
    statuses: dict[int, dict[str, Any]] = {}

    def run(number: int) -> None:
        benches[number].folder.mkdir()
        script = f"sleep 0.1; echo {number} > /workspace/mine; cat /workspace/mine"
        statuses[number] = benches[number].script(script)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [verdict(statuses[number]) for number in range(12)] == [SUCCEEDED] * 12
    assert [one.log() for one in benches] == [f"{number}\n" for number in range(12)]


def test_no_descriptor_is_left_open(bench: Bench) -> None:
    bench.script("true")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        bench.script("echo x; exit 1")
        bench.run({"steps": [{"name": "main", "image": "x", "command": ["no-such-program"]}]})
    assert len(os.listdir("/proc/self/fd")) == before


AS_NOBODY = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from pathlib import Path
from taskrun_support import Bench, results
from flowdsl.runner.taskrun import process_runner
with process_runner() as runner:
    bench = Bench(runner, Path(sys.argv[2]))
    script = "id -u > $(results.user.path); touch /workspace/w/no && exit 9; pwd > $(results.place.path)"
    spec = {"results": [{"name": "user"}, {"name": "place"}], "workspaces": [{"name": "w", "readOnly": True}],
            "steps": [{"name": "main", "image": "x", "script": "#!/bin/sh\\n" + script}]}
    status = bench.run(spec, workspaces={"w": Path(sys.argv[2]) / "w"})
    print(json.dumps([runner.executor.host().literal, results(status), bench.log()]))
"""


@pytest.fixture
def everyones() -> Iterator[Path]:
    """A folder outside of pytest's own, which only one user may enter."""
    folder = tempfile.mkdtemp(prefix="flowdsl-test-")
    yield Path(folder)
    shutil.rmtree(folder)


def test_a_user_without_rights_has_a_namespace_too(everyones: Path) -> None:
    python = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/bin:/usr/local/bin")
    if os.getuid() or not shutil.which("setpriv") or python is None:
        pytest.skip("needs root, setpriv, and this version of Python where every user can run it")
    os.chown(everyones, 65534, 65534)
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", python, "-c", AS_NOBODY]
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[2]), *(one for one in sys.path if one)]
    done = subprocess.run(
        [*command, json.dumps(paths), str(everyones)], capture_output=True, text=True, cwd="/", check=False
    )
    if done.returncode and any(word in done.stderr for word in ("PermissionError", "ModuleNotFoundError")):
        pytest.skip(f"another user can't read what is needed: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    literal, got, log = json.loads(done.stdout)
    if not literal:
        pytest.skip("user namespaces are not allowed to users on this machine")
    assert got == {"user": "65534\n", "place": "/workspace\n"}
    assert "Read-only file system" in log
