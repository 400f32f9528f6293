"""The volumes of a TaskRun, and runs that can't start: what is checked before the first TaskRun is made."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pipelinerun_support import NoCluster, Played, failed, give, pipeline_run, play, task

from flowdsl.runner.pipelinerun.volumes import VolumeError, Volumes
from flowdsl.runner.private import Private


def condition_of(run: Played, name: str) -> dict[str, Any]:
    found: dict[str, Any] = run.record.task_runs[name]["status"]["conditions"][0]
    return found


PRIVATE = Private()


def bound(tmp_path: Path, **binding: Any) -> Any:
    return Volumes(NoCluster(tmp_path / "cluster"), tmp_path / "own", PRIVATE).bind([{"name": "w", **binding}])[0]


def _calls(name: str, *targets: str) -> dict[str, Any]:
    tasks = [{"name": f"to-{each}", "pipelineRef": {"name": each}} for each in targets] or [task("end")]
    return {"kind": "Pipeline", "metadata": {"name": name}, "spec": {"tasks": tasks}}


@pytest.mark.parametrize(
    ("pipelines", "chain"),
    [
        ([_calls("a", "a")], ("a", "")),
        ([_calls("a", "b"), _calls("b", "c"), _calls("c", "a")], ("a", "c b")),
        ([_calls("a", "b"), _calls("b", "b")], ("b", "")),
    ],
)
def test_a_pipeline_that_runs_itself_ends_at_once(pipelines: list[dict[str, Any]], chain: tuple[str, str]) -> None:
    document = {"metadata": {"name": "run", "namespace": "d", "uid": "u"}, "spec": {"pipelineRef": {"name": "a"}}}
    run = play(document, documents=tuple(pipelines))
    assert run.condition["status"] == "False"
    if len(pipelines) == 1:
        message = f'pipeline "{chain[0]}" is already running in ancestor chain [{chain[1]}]'
        assert run.reason == "CreateRunFailed"
        assert run.message == f"detected cycle in pipeline-in-pipeline: {message}"


def test_one_pipeline_may_be_run_twice_beside_each_other() -> None:
    document = {"metadata": {"name": "run", "namespace": "d", "uid": "u"}, "spec": {"pipelineRef": {"name": "a"}}}
    twice = _calls("a", "b", "c")
    run = play(document, documents=(twice, _calls("b", "c"), _calls("c")))
    assert run.condition["status"] == "True", run.message


def test_volumes(tmp_path: Path) -> None:
    claim = bound(tmp_path, persistentVolumeClaim={"claimName": "data"}, subPath="a/b")
    # A step that mounts the volume by its own name sees all of it.
    assert claim.root == tmp_path / "cluster" / "data"
    assert claim.path == tmp_path / "cluster" / "data" / "a" / "b"
    assert claim.path.is_dir()
    assert not claim.read_only
    assert bound(tmp_path, persistentVolumeClaim={"claimName": "data", "readOnly": True}).read_only
    assert bound(tmp_path, emptyDir={}).path.parent == tmp_path / "own"
    settings = bound(tmp_path, configMap={"name": "settings", "items": [{"key": "a.txt", "path": "sub/x"}]})
    assert (settings.path / "sub" / "x").read_bytes() == b"A"
    assert settings.read_only
    assert list(bound(tmp_path, secret={"secretName": "none", "optional": True}).path.iterdir()) == []
    assert claim.volume.startswith("ws-")


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    yield
    PRIVATE.close()


def test_secrets_leave_no_trace(tmp_path: Path) -> None:
    with Volumes(NoCluster(tmp_path), tmp_path / "own", PRIVATE) as volumes:
        both = {"sources": [{"secret": {"name": "token"}}, {"configMap": {"name": "settings"}}]}
        path = volumes.bind([{"name": "w", "projected": both}])[0].path
        assert (path / "key").read_bytes() == b"hunter2"
        assert (path / "b.txt").read_bytes() == b"B"
        assert tmp_path not in path.parents
    assert not path.exists()


def test_secrets_are_gone_after_kill_9_of_the_runner() -> None:
    code = """
        import os, signal
        from flowdsl.runner.private import Private
        folder = Private().folder()
        (folder / "key").write_text("hunter2")
        print(folder, oct(folder.stat().st_mode & 0o777), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False, capture_output=True, text=True)
    path, mode = ended.stdout.split()
    assert mode == "0o700"
    for _ in range(400):
        if not Path(path).exists():
            break
        time.sleep(0.05)
    assert not Path(path).parent.exists()


@pytest.mark.parametrize(
    ("binding", "words"),
    [
        ({"secret": {"secretName": "none"}}, 'secret "none" not found'),
        ({"configMap": {"name": "settings", "items": [{"key": "z", "path": "z"}]}}, "has no key z"),
        ({"csi": {"driver": "x"}}, "csi can't be had on this machine"),
        ({"emptyDir": {}, "subPath": "../up"}, "must lie within its volume"),
        ({"projected": {"sources": [{"serviceAccountToken": {}}]}}, "serviceAccountToken can't be had"),
    ],
)
def test_volumes_that_can_not_be_had(tmp_path: Path, binding: dict[str, Any], words: str) -> None:
    with pytest.raises(VolumeError, match=words.replace("(", r"\(")):
        bound(tmp_path, **binding)


@pytest.mark.parametrize("target", ["{outside}", "../../outside", "/nowhere", "../nowhere"])
def test_a_sub_path_that_leads_out_of_its_volume(tmp_path: Path, target: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    claim = bound(tmp_path, persistentVolumeClaim={"claimName": "data"}).path
    claim.mkdir(parents=True, exist_ok=True)
    (claim / "sub").symlink_to(target.format(outside=outside))
    for sub_path in ("sub", "sub/new"):
        with pytest.raises(VolumeError, match="failed to prepare subPath for volumeMount") as raised:
            bound(tmp_path, persistentVolumeClaim={"claimName": "data"}, subPath=sub_path)
        assert raised.value.reason == "CreateContainerConfigError"
    assert list(outside.iterdir()) == []
    assert not (claim.parent / "nowhere").exists()


def test_a_sub_path_through_a_link_that_stays_in_its_volume(tmp_path: Path) -> None:
    claim = bound(tmp_path, persistentVolumeClaim={"claimName": "data"}, subPath="versions/3").path
    (claim.parent / "latest").symlink_to("3")
    again = bound(tmp_path, persistentVolumeClaim={"claimName": "data"}, subPath="versions/latest")
    assert again.path == claim
    assert again.root == claim.parent.parent


@pytest.mark.parametrize("name", ["../../escape", "/escape", "a/b", "..", "x" * 300, "a\nb"])
def test_a_workspaces_name_is_no_folders_name(tmp_path: Path, name: str) -> None:
    volumes = Volumes(NoCluster(tmp_path / "cluster"), tmp_path / "own", PRIVATE)
    (found,) = volumes.bind([{"name": name, "emptyDir": {}}])
    assert found.path.parent == tmp_path / "own"
    assert found.path.is_dir()


def test_a_volume_that_can_not_be_had_fails_its_task(tmp_path: Path) -> None:
    uses = task("a", workspaces=[{"name": "w", "workspace": "s"}], spec={"workspaces": [{"name": "w"}]})
    bind = [{"name": "s", "secret": {"secretName": "none"}}]
    run = play(pipeline_run(uses, spaces=[{"name": "s"}], workspaces=bind), root=tmp_path)
    assert run.reason == "Failed"
    assert condition_of(run, "run-a")["reason"] == "PodCreationFailed"
    assert 'secret "none" not found' in condition_of(run, "run-a")["message"]


def test_bindings_of_task_runs(tmp_path: Path) -> None:
    template = {"spec": {"accessModes": ["ReadWriteOnce"]}}
    declares = [{"name": "w"}]
    run = play(
        pipeline_run(
            task(
                "a",
                workspaces=[{"name": "w", "workspace": "shared", "subPath": "$(params.d)"}],
                spec={"workspaces": declares},
            ),
            task("b", workspaces=[{"name": "w", "workspace": "shared"}], spec={"workspaces": declares}),
            task("c", spec={"steps": [{"name": "s", "image": "i", "script": "ls $(workspaces.shared.path)"}]}),
            task(
                "d",
                workspaces=[{"name": "w", "workspace": "gone"}],
                spec={"workspaces": [{"name": "w", "optional": True}]},
            ),
            spaces=[{"name": "shared"}, {"name": "gone", "optional": True}],
            workspaces=[{"name": "shared", "subPath": "$(context.pipelineRun.uid)", "volumeClaimTemplate": template}],
            declares=[{"name": "d", "default": "deep"}],
        ),
        root=tmp_path,
    )
    assert run.reason == "Succeeded", run.message
    paths = {name: [each.path for each in work.workspaces] for name, work in run.runner.works.items()}
    root = paths["run-b"][0]
    assert root.name == "uid-1"
    assert paths == {"run-a": [root / "deep"], "run-b": [root], "run-c": [root], "run-d": []}


@pytest.mark.parametrize(
    ("document", "reason", "words"),
    [
        (
            pipeline_run(task("a"), spaces=[{"name": "w"}]),
            "InvalidWorkspaceBindings",
            'pipeline requires workspace with name "w" be provided by pipelinerun',
        ),
        (
            pipeline_run(
                task("a", workspaces=[{"name": "x", "workspace": "w"}], spec={"workspaces": [{"name": "x"}]}),
                spaces=[{"name": "w", "optional": True}],
            ),
            "RequiredWorkspaceMarkedOptional",
            'pipeline workspace "w" is marked optional but pipeline task "a" requires it be provided',
        ),
        (
            pipeline_run(task("a", runAfter=["b"]), task("b", runAfter=["a"])),
            "PipelineInvalidGraph",
            'task "a" depends on "b"',
        ),
        (pipeline_run(task("a", runAfter=["z"])), "PipelineInvalidGraph", "z wasn't present in Pipeline"),
        (
            pipeline_run({"name": "a", "taskRef": {"name": "gone"}}),
            "CouldntGetTask",
            'tasks.tekton.dev "gone" not found',
        ),
        (
            pipeline_run(task("a"), taskRunSpecs=[{"pipelineTaskName": "z"}]),
            "InvalidTaskRunSpecs",
            'wrong taskName: "z"',
        ),
        (
            pipeline_run(task("a"), task("b", params=give(x="$(tasks.a.results.none)"))),
            "InvalidTaskResultReference",
            '"none" is not a named result returned by pipeline task "a"',
        ),
        (
            pipeline_run(task("a"), results=[{"name": "o", "value": "$(tasks.a.results.none)"}]),
            "InvalidPipelineResultReference",
            "is not a named result",
        ),
        (
            pipeline_run(task("a", declares=[{"name": "needed"}])),
            "PipelineValidationFailed",
            "missing values for these params which have no default values: [needed]",
        ),
        (
            pipeline_run(task("a", params=give(x="text"), declares=[{"name": "x", "type": "array"}])),
            "PipelineValidationFailed",
            "param types don't match the user-specified type: [x]",
        ),
    ],
)
def test_runs_that_can_not_start(document: dict[str, Any], reason: str, words: str) -> None:
    run = play(document)
    assert run.reason == reason
    assert words in run.message
    assert run.runner.seen == []
    assert run.condition["status"] == "False"


def test_a_reference_leads_to_a_document() -> None:
    document = pipeline_run({"name": "a", "taskRef": {"name": "shared"}, "params": give(x="1")})
    shared = {
        "kind": "Task",
        "metadata": {"name": "shared", "annotations": {"a": "b"}, "labels": {"l": "m"}},
        "spec": {"params": [{"name": "x"}], "steps": [{"name": "s", "image": "i"}]},
    }
    run = play(document, documents=(shared,))
    given = run.runner.works["run-a"]
    assert given.task == "shared"
    assert given.task_run["spec"]["taskSpec"] == shared["spec"]
    assert given.task_run["metadata"]["labels"]["tekton.dev/task"] == "shared"
    assert given.task_run["metadata"]["annotations"] == {"a": "b"}
    written = run.record.task_runs["run-a"]
    assert written["spec"]["taskRef"] == {"name": "shared"}
    assert "taskSpec" not in written["spec"]


def test_a_pipeline_in_a_pipeline() -> None:
    inner = {"params": [{"name": "x"}], "tasks": [task("i", params=give(x="$(params.x)")), task("j", runAfter=["i"])]}
    outer = pipeline_run({"name": "p", "pipelineSpec": inner, "params": give(x="v")}, task("after", runAfter=["p"]))
    run = play(outer)
    assert run.reason == "Succeeded", run.message
    assert run.runner.order == ["i", "j", "after"]
    assert run.status["childReferences"][0]["kind"] == "PipelineRun"
    assert run.runner.params("run-p-i") == {"x": "v"}
    broken = play(pipeline_run({"name": "p", "pipelineSpec": inner, "params": give(x="v")}), {"i": failed()})
    assert (broken.reason, broken.message) == ("Failed", "Tasks Completed: 1 (Failed: 1, Cancelled 0), Skipped: 0")
