"""Output that goes away, or lacks a character: no command ends in a bug, and a run ends as it would have."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest
from run_support import FLOWDSL, MARKS, flowdsl, marks, status, step, wait_until, yaml_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX shells and signals")

FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
GONE = [
    ">&-",
    ">&- 2>&-",
    "<&- >&- 2>&-",
    pytest.param(">/dev/full", marks=FULL),
    pytest.param(">/dev/full 2>&1", marks=FULL),
]


def shell(folder: Path, arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    call = " ".join(f"'{word}'" for word in FLOWDSL)
    done = subprocess.run(
        ["sh", "-c", f"{call} {arguments}"],
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        timeout=600,
    )
    for sign in (b"a bug", b"Traceback", b"Exception ignored"):
        assert sign not in done.stderr + done.stdout, done.stderr.decode()
    return done


def unread(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a command whose standard output nobody reads."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb", closefd=True) as out:
        done = subprocess.run(
            [*FLOWDSL, *arguments],
            cwd=folder,
            input=given,
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
            timeout=600,
        )
    for sign in (b"a bug", b"Traceback", b"Exception ignored", b"Broken pipe"):
        assert sign not in done.stderr, done.stderr.decode()
    return done


def chatty(folder: Path, end: str = "true") -> None:
    """A task that prints much, waits for the file `go`, prints much again, and ends; then `finally`."""
    lines = "for each in 1 2 3 4 5 6 7 8 9; do echo a line that nobody reads $each; done"
    wait = f"touch {MARKS}/begun\nuntil test -e {folder}/go -o -e {MARKS}/go; do sleep 0.05; done"
    script = f"echo begun\n{wait}\n{lines}\n{end}\n"
    tasks = [{"name": "loud", "taskSpec": step(script)}]
    yaml_run(folder / "it.yaml", tasks, [{"name": "after", "taskSpec": step(f"echo finally\ntouch {MARKS}/after")}])


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("lost", GONE)
def test_a_run_whose_output_is_lost_goes_on(tmp_path: Path, lost: str, output: str) -> None:
    chatty(tmp_path)
    (tmp_path / "go").touch()
    done = shell(tmp_path, f"run it.yaml --output {output} {lost}")
    assert done.returncode == 0, done.stderr
    assert (marks(tmp_path) / "after").exists()
    assert status(tmp_path)["conditions"][0]["reason"] == "Succeeded"
    # What was printed is in the logs all the same; descriptors that were closed are nobody's files.
    assert "finally" in flowdsl(tmp_path, "runs", "logs").stdout
    assert (tmp_path / ".flowdsl/runs/it/lock").read_bytes() == b""


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize(("end", "code"), [("true", 0), ("exit 3", 1)])
def test_a_run_whose_reader_goes_away_goes_on(tmp_path: Path, end: str, code: int, output: str) -> None:
    chatty(tmp_path, end)
    with subprocess.Popen(
        [*FLOWDSL, "run", "it.yaml", "--output", output],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.readline()
        wait_until((marks(tmp_path) / "begun").exists, "the task to begin")
        run.stdout.close()
        (marks(tmp_path) / "go").touch()
        told = run.stderr.read()
    assert run.returncode == code, told
    assert (marks(tmp_path) / "after").exists()
    assert told.count(b"the run goes on without it") == 1
    assert b"Traceback" not in told
    assert status(tmp_path)["conditions"][0]["status"] == ("True" if code == 0 else "False")


def test_a_reader_that_does_not_read_keeps_no_run_from_ending(tmp_path: Path) -> None:
    chatty(tmp_path)
    read, write = os.pipe()
    os.set_blocking(write, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(write, b"x" * 512)
    os.set_blocking(write, True)
    run = subprocess.Popen([*FLOWDSL, "run", "it.yaml"], cwd=tmp_path, stdout=write, stderr=subprocess.DEVNULL)
    os.close(write)
    wait_until((tmp_path / ".flowdsl/runs/it/journal.jsonl").exists, "the run to begin")
    run.send_signal(signal.SIGTERM)
    assert run.wait(600) == 130
    os.close(read)
    assert (marks(tmp_path) / "after").exists()


@pytest.mark.parametrize("moment", ["claims/marks/begun", "journal.jsonl"])
def test_a_terminal_that_is_closed(tmp_path: Path, moment: str) -> None:
    """The live table is in the middle of its work, or at its beginning: SIGHUP, and nowhere to write to."""
    chatty(tmp_path)
    ours, theirs = pty.openpty()

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

    with (tmp_path / "errors").open("wb") as errors:
        run = subprocess.Popen(
            [*FLOWDSL, "run", "it.yaml"],
            cwd=tmp_path,
            stdin=theirs,
            stdout=theirs,
            stderr=errors,
            preexec_fn=take_terminal,
        )
    os.close(theirs)
    wait_until((tmp_path / ".flowdsl/runs/it" / moment).exists, "the run to begin")
    os.close(ours)
    assert run.wait(600) == 130, (tmp_path / "errors").read_text()
    assert (marks(tmp_path) / "after").exists()
    assert "Traceback" not in (tmp_path / "errors").read_text()
    assert status(tmp_path)["conditions"][0]["reason"] == "Cancelled"


def hung_up(folder: Path, disposition: Callable[[int], object]) -> subprocess.Popen[bytes]:
    chatty(folder)
    run = subprocess.Popen(
        [*FLOWDSL, "run", "it.yaml"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=lambda: disposition(signal.SIGHUP),
    )
    wait_until((marks(folder) / "begun").exists, "the task to begin")
    os.kill(run.pid, signal.SIGHUP)
    return run


def test_the_end_of_the_terminal_cancels_and_runs_finally(tmp_path: Path) -> None:
    run = hung_up(tmp_path, lambda number: signal.signal(number, signal.SIG_DFL))
    out, _ = run.communicate(timeout=600)
    assert run.returncode == 130, out
    assert (marks(tmp_path) / "after").exists()
    assert status(tmp_path)["conditions"][0]["reason"] == "Cancelled"


def test_under_nohup_the_end_of_the_terminal_is_nothing(tmp_path: Path) -> None:
    run = hung_up(tmp_path, lambda number: signal.signal(number, signal.SIG_IGN))
    (marks(tmp_path) / "go").touch()
    out, _ = run.communicate(timeout=600)
    assert run.returncode == 0, out


ENCODINGS = [
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "ascii:strict"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


@pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
def test_what_the_terminal_lacks_is_escaped(tmp_path: Path, encoding: dict[str, str]) -> None:
    results = [{"name": "r", "value": "$(tasks.t.results.r)"}]
    task = step(
        "printf 'größe 漢字 \\360\\237\\216\\210\\n'; printf '…\\377' > $(results.r.path)", results=[{"name": "r"}]
    )
    spec = {"tasks": [{"name": "t", "taskSpec": task}], "results": results}
    yaml_run(tmp_path / "it.yaml", [], pipelineSpec=spec)
    done = shell(tmp_path, "run it.yaml", **encoding)
    assert done.returncode == 0, done.stderr
    assert b"\\u6f22\\u5b57" in done.stdout
    assert shell(tmp_path, "runs logs it", **encoding).returncode == 0
    # What is for machines is whole, whatever the terminal is.
    shown = shell(tmp_path, "runs show it --output json", **encoding)
    assert json.loads(shown.stdout)["status"]["results"][0]["value"] == "…\ufffd"
    events = shell(tmp_path, "run it.yaml --name again --output json", **encoding).stdout.splitlines()
    assert any(json.loads(each).get("text") == "größe 漢字 🎈" for each in events)


PIPELINE = '''"""Größe."""
from flowdsl import pipeline, task

@task(image="python:3.12-slim")
def say(word: str) -> str:
    """Sagt 漢字."""
    print(word)
    return word

@pipeline
def talk(word: str = "größe 漢字"):
    say(word)
'''
STARTED = PIPELINE.replace("import ", "import push, ").replace(
    "@pipeline", '@pipeline(provider="github", on=[push("größe"), push("main", name="main")])'
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "talk.py").write_text(PIPELINE, encoding="utf-8")
    (folder / "starts.py").write_text(STARTED, encoding="utf-8")
    flowdsl(folder, "compile", "talk.py")
    text = (folder / "talk.yaml").read_text(encoding="utf-8")
    (folder / "other.yaml").write_text(text.replace("größe", "klein"), encoding="utf-8")
    (folder / "wrong.yaml").write_text(text.replace("image:", "imgae:"), encoding="utf-8")
    flowdsl(folder, "run", "talk.py", "--name", "first")
    return folder


LINE = json.dumps({"id": 1, "doc": {"apiVersion": "tekton.dev/v1", "kind": "Tusk"}}).encode() + b"\n"
COMMANDS: list[tuple[str, int]] = [
    ("compile talk.py -o -", 0),
    ("compile talk.py -o - --format json", 0),
    ("graph talk.py", 0),
    ("graph talk.py --format html", 0),
    ("explain talk.py", 0),
    ("explain talk.py --output json", 0),
    ("explain FLOW005", 0),
    ("simulate talk.py", 0),
    ("simulate talk.py --output json", 0),
    ("import talk.yaml", 0),
    ("import talk.yaml --output json", 0),
    ("lint wrong.yaml", 1),
    ("lint wrong.yaml --output json", 1),
    ("lint wrong.yaml --output sarif", 1),
    ("lint wrong.yaml --output github", 1),
    ("lint --diff wrong.yaml", 1),
    ("lint --jsonl -", 1),
    ("diff talk.yaml other.yaml", 1),
    ("diff talk.yaml other.yaml --output json", 1),
    ("diff talk.yaml other.yaml --output markdown", 1),
    ("trigger starts.py --event push", 0),
    ("trigger starts.py --event push --output json", 0),
    ("runs list", 0),
    ("runs show", 0),
    ("runs show --output json", 0),
    ("runs logs", 0),
    ("completion bash", 0),
    ("--help", 0),
    ("run --help", 0),
    ("--version", 0),
]


@pytest.mark.parametrize(("command", "code"), COMMANDS)
def test_a_command_without_a_reader_ends_quietly(project: Path, command: str, code: int) -> None:
    fail_on = ["--fail-on", "any"] if command.startswith("diff") else []
    assert unread(project, *command.split(), *fail_on, given=LINE).returncode == code


@FULL
@pytest.mark.parametrize("command", [each for each, _ in COMMANDS])
def test_a_full_disk_is_told(project: Path, command: str) -> None:
    done = shell(project, f"{command} </dev/null >/dev/full")
    if command != "lint --jsonl -":
        assert done.returncode == 2, done.stderr
        assert done.stderr.count(b"No space left on device") == 1


@pytest.mark.parametrize("command", ["compile talk.py -o -", "import talk.yaml", "explain talk.py --output json"])
def test_a_document_is_utf_8_whatever_the_terminal_is(project: Path, command: str) -> None:
    usual = shell(project, command)
    assert usual.returncode == 0
    assert shell(project, command, PYTHONIOENCODING="latin-1").stdout == usual.stdout
    assert "漢字" in usual.stdout.decode()
