"""The folder of a run: its journal, what is kept and what is not, and going on with a run."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from pipelinerun_support import FakeTaskRunner, ended, failed, give, pipeline_run, task

from flowdsl.ir.local import LocalRun
from flowdsl.machine.catalogue import Catalogue
from flowdsl.runner.cluster import LocalCluster
from flowdsl.runner.pipelinerun.budget import Resources
from flowdsl.runner.pipelinerun.engine import Settings
from flowdsl.runner.session import Session
from flowdsl.runner.store import Journal, RunFolder, find_runs
from flowdsl.runner.store.journal import read_journal
from flowdsl.view.events import Event, TaskChanged


def chain(code: str = "i") -> dict[str, Any]:
    """Of four tasks, the first with this image."""
    run = pipeline_run(
        task("a", results=("r",), spec={"steps": [{"name": "s", "image": code}]}),
        task("b", results=("r",), params=give(x="$(tasks.a.results.r)")),
        task("c", params=give(x="$(tasks.b.results.r)")),
        final=[task("f")],
    )
    return {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", **run}


def session(path: Path, runner: FakeTaskRunner, *, resumed: bool = False, code: str = "i", **fields: Any) -> Session:
    run = chain(code)
    folder = RunFolder(path) if resumed else RunFolder.create(path, [run], {"name": "run", "source": ["x.yaml"]})
    return Session(
        folder=folder,
        run=run,
        documents=[run],
        local=fields.pop("local", LocalRun()),
        stand_ins={},
        task_runner=runner,
        equivalent=None,
        image_build=None,
        settings=Settings(4, Resources(4.0, 1e12, 0.0)),
        environment={},
        set_params=lambda values: None,
        resumed=resumed,
        **fields,
    )


RESULTS = {"a": ended(r="1"), "b": ended(r="2")}


def play(path: Path, does: dict[str, Any], **fields: Any) -> tuple[FakeTaskRunner, dict[str, Any], list[Event]]:
    runner, events = FakeTaskRunner(does), []
    finished = session(path, runner, **fields).play(events.append, lambda engine: None)
    return runner, finished, events


def reason(document: dict[str, Any]) -> str:
    return str(document["status"]["conditions"][0]["reason"])


def test_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / ".flowdsl" / "runs" / "run"
    _, finished, _ = play(path, RESULTS)
    folder = RunFolder(path)
    assert folder.pipeline_run() == finished
    assert [each["metadata"]["name"] for each in folder.task_runs()] == ["run-a", "run-b", "run-c", "run-f"]
    assert folder.task_run("run-b")["status"]["results"][0]["value"] == "2"
    assert [entry["taskRun"] for entry in read_journal(path / "journal.jsonl")] == ["run-a", "run-b", "run-c", "run-f"]
    assert [each.path for each in find_runs(path.parent)] == [path]
    assert (tmp_path / ".flowdsl" / ".gitignore").read_text() == "*\n"


def test_a_run_that_failed_goes_on_with_what_failed(tmp_path: Path) -> None:
    first, finished, _ = play(tmp_path / "run", {**RESULTS, "b": failed()})
    assert (first.seen, reason(finished)) == (["a", "b", "f"], "Failed")
    second, finished, events = play(tmp_path / "run", RESULTS, resumed=True)
    assert (second.seen, reason(finished)) == (["b", "c", "f"], "Succeeded")
    assert second.params("run-b") == {"x": "1"}
    assert [event.task for event in events if isinstance(event, TaskChanged) and event.state == "restored"] == ["a"]


def test_a_run_that_succeeded_runs_nothing_again(tmp_path: Path) -> None:
    play(tmp_path / "run", RESULTS)
    again, finished, _ = play(tmp_path / "run", {}, resumed=True)
    assert (again.seen, reason(finished)) == ([], "Succeeded")


def test_only_runs_a_task_with_what_it_needs_and_again_when_asked(tmp_path: Path) -> None:
    first, finished, _ = play(tmp_path / "run", RESULTS, only=("b",))
    assert (first.seen, reason(finished)) == (["a", "b"], "Succeeded")
    second, _, _ = play(tmp_path / "run", RESULTS, only=("b",), again=("b",), resumed=True)
    assert second.seen == ["b"]
    third, _, _ = play(tmp_path / "run", RESULTS, only=("b",), resumed=True)
    assert third.seen == []


# Ends itself with SIGKILL after the given number of TaskRuns, either before or after the runner could tell of the last.
KILLED = """
    import os, signal, sys
    from pathlib import Path
    sys.path.insert(0, {tests!r})
    import test_run_store as store
    from pipelinerun_support import FakeTaskRunner

    path, after, where, code = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    class Dying(FakeTaskRunner):
        def run(self, work, cluster, observer, stop):
            if where == "within" and len(self.seen) == after:
                self.seen.append("")
                (work.folder / "half").write_text("left behind")
                die()
            with open(path.parent / "ran", "a") as ran:
                ran.write(work.task_run["metadata"]["name"] + chr(10))
            return super().run(work, cluster, observer, stop)

    session = store.session(path, Dying(store.RESULTS), resumed=path.exists(), code=code)
    if where == "after":
        from flowdsl.runner.store.journal import Journal
        append, count = Journal.append, [0]

        def appending(self, entry):
            append(self, entry)
            count[0] += "again" not in entry  # else a TaskRun is not over
            if count[0] == after:
                die()

        Journal.append = appending
    session.play(lambda event: None, lambda engine: None)
"""


BOUNDARIES = pytest.mark.parametrize(
    ("after", "where"),
    [
        (0, "within"),
        (1, "within"),
        (2, "within"),
        (3, "within"),
        (1, "after"),
        (2, "after"),
        (3, "after"),
        (4, "after"),
    ],
)
NAMES = ["run-a", "run-b", "run-c", "run-f"]


def killed(path: Path, after: int, where: str, code: str = "i") -> list[str]:
    """Run, or go on, in a process that is killed at a boundary; the TaskRuns that ran in it."""
    source = textwrap.dedent(KILLED).format(tests=str(Path(__file__).parent))
    arguments = [sys.executable, "-c", source, str(path), str(after), where, code]
    done = subprocess.run(arguments, check=False, capture_output=True)
    assert done.returncode == -9, done.stderr.decode()
    told = path.parent / "ran"
    return told.read_text().split() if told.exists() else []


@BOUNDARIES
def test_kill_at_each_boundary_then_resume(tmp_path: Path, after: int, where: str) -> None:
    """Whatever is in the journal when the process dies is not run again; all the rest is."""
    path = tmp_path / "run"
    before = killed(path, after, where)
    assert len(before) == after
    second, finished, _ = play(path, RESULTS, resumed=True)
    assert before + [f"run-{name}" for name in second.seen] == NAMES
    assert reason(finished) == "Succeeded"
    assert [each["name"] for each in finished["status"]["childReferences"]] == NAMES
    assert not list((path / "work").rglob("half"))
    assert sorted(each["metadata"]["name"] for each in RunFolder(path).task_runs()) == NAMES


@BOUNDARIES
def test_kill_at_each_boundary_with_other_code_then_resume(tmp_path: Path, after: int, where: str) -> None:
    """Each task that the change reaches runs with it once; what was recorded before the change counts for none."""
    path = tmp_path / "run"
    first, _, _ = play(path, RESULTS)
    assert len(first.seen) == 4
    before = killed(path, after, where, "mended")
    assert len(before) == after
    second, finished, _ = play(path, RESULTS, resumed=True, code="mended")
    assert before + [f"run-{name}" for name in second.seen] == NAMES
    assert reason(finished) == "Succeeded"
    assert play(path, {}, resumed=True, code="mended")[0].seen == []


@pytest.mark.parametrize(("after", "where"), [(1, "after"), (2, "after"), (3, "after"), (0, "within"), (1, "within")])
def test_kill_and_another_change_then_resume(tmp_path: Path, after: int, where: str) -> None:
    """Code that is changed back, or on, after the kill: what ran in between is of neither, and runs again."""
    path = tmp_path / "run"
    play(path, RESULTS)
    killed(path, after, where, "mended")
    second, _, _ = play(path, RESULTS, resumed=True, code="i")
    assert second.seen == ["a", "b", "c", "f"]


def test_what_failed_runs_again_after_a_kill_of_the_part_that_was_to_run_it(tmp_path: Path) -> None:
    path = tmp_path / "run"
    play(path, {**RESULTS, "b": failed()})
    assert killed(path, 0, "within") == []
    second, finished, _ = play(path, RESULTS, resumed=True)
    assert (second.seen, reason(finished)) == (["b", "c", "f"], "Succeeded")


def test_a_task_that_was_asked_for_runs_again_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "run"
    play(path, RESULTS)
    asked = session(path, FakeTaskRunner(RESULTS), resumed=True, again=("b",))
    with pytest.raises(KeyboardInterrupt):  # before anything runs
        asked.play(lambda event: None, _die)
    second, _, _ = play(path, RESULTS, resumed=True)
    assert second.seen == ["b", "c", "f"]


def _die(engine: object) -> None:
    raise KeyboardInterrupt


def test_a_journal_of_a_version_that_kept_no_inputs(tmp_path: Path) -> None:
    """Its lines count as they did: what they were made of is not known."""
    path = tmp_path / "run"
    play(path, {**RESULTS, "c": failed()})
    journal = path / "journal.jsonl"
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    lines = [{key: each[key] for key in ("taskRun", "task", "status")} for each in entries]
    journal.write_text("".join(json.dumps(each) + "\n" for each in lines))
    second, finished, _ = play(path, RESULTS, resumed=True, code="mended")
    assert (second.seen, reason(finished)) == (["c", "f"], "Succeeded")


def test_the_journal_has_what_a_task_run_was_made_of(tmp_path: Path) -> None:
    """Each input as a hash, and no values."""
    path = tmp_path / "run"
    play(path, RESULTS)
    entries = {each["task"]: each for each in read_journal(path / "journal.jsonl")}
    assert set(entries["b"]["inputs"]) == {"code", "image", "param x"}
    assert entries["b"]["after"] == {"a": entries["a"]["execution"]}
    assert len({each["execution"] for each in entries.values()}) == 4


def test_a_torn_line_of_a_journal_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.append({"taskRun": "a", "status": {}})
    journal.close()
    with path.open("a") as file:
        file.write('{"taskRun": "b", "sta')
    journal = Journal(path)
    journal.append({"taskRun": "c", "status": {}})
    journal.close()
    assert [entry["taskRun"] for entry in read_journal(path)] == ["a", "c"]


def test_a_run_is_one_process_s_at_a_time(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", [chain()], {"name": "run"})
    assert folder.lock()
    other = RunFolder(tmp_path / "run")
    assert not other.lock()
    assert other.is_running()
    folder.unlock()
    assert not other.is_running()
    with pytest.raises(FileExistsError):
        RunFolder.create(tmp_path / "run", [], {})


def test_secrets_are_in_no_record(tmp_path: Path) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "token"}, "stringData": {"key": "hunter2"}}
    folder = RunFolder.create(tmp_path / "run", [chain(), secret], {"name": "run"})
    assert [each["kind"] for each in folder.documents()] == ["PipelineRun"]
    assert not any(b"hunter2" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_claims_are_filled_once(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.txt").write_text("A")
    filled = []

    def fill(folder: Path) -> None:
        filled.append(folder)
        (folder / "b.txt").write_text("B")

    told: list[str] = []
    local = LocalRun(claims={"data": tmp_path / "assets", "made": fill, "wrong": tmp_path / "none"})
    cluster = LocalCluster(tmp_path / "claims", local, Catalogue(), told.append)
    assert (cluster.claim("data") / "a.txt").read_text() == "A"
    (cluster.claim("data") / "a.txt").write_text("changed")
    assert (cluster.claim("data") / "a.txt").read_text() == "changed"
    assert (tmp_path / "assets" / "a.txt").read_text() == "A"
    assert (cluster.claim("made") / "b.txt").exists()
    assert (cluster.claim("made") / "b.txt").exists()
    assert len(filled) == 1
    assert list(cluster.claim("other").iterdir()) == []
    assert len(told) == 1
    assert "starts empty" in told[0]
    with pytest.raises(LookupError, match="is no folder"):
        cluster.claim("wrong")


def test_objects_of_the_cluster() -> None:
    documents = [
        {"kind": "Secret", "metadata": {"name": "s"}, "data": {"k": "dg=="}, "stringData": {"t": "w"}},
        {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"k": "v"}},
        {"kind": "StepAction", "metadata": {"name": "a"}, "spec": {"image": "i"}},
    ]
    cluster = LocalCluster(Path("/nowhere"), LocalRun(secrets={"own": {"k": "v"}}), Catalogue.of(documents))
    assert cluster.secret("s") == {"k": b"v", "t": b"w"}
    assert cluster.secret("own") == {"k": b"v"}
    assert cluster.config_map("c") == {"k": b"v"}
    assert cluster.step_action({"name": "a"}) == {"image": "i"}
    for missing in (cluster.secret, cluster.config_map):
        with pytest.raises(LookupError, match="not found: give it with LocalRun"):
            missing("none")


def test_the_journal_keeps_no_scripts(tmp_path: Path) -> None:
    status = {**ended(r="1"), "taskSpec": {"steps": [{"script": "a long one"}]}}
    play(tmp_path / "run", {**RESULTS, "a": status})
    assert "a long one" not in (tmp_path / "run" / "journal.jsonl").read_text()
    written = json.loads((tmp_path / "run" / "taskruns" / "run-a.json").read_text())
    assert written["status"]["taskSpec"] == status["taskSpec"]
