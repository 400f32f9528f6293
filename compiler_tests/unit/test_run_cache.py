"""`@task(cache=True)`: a local run takes what the task gave before for the same code, image, params and files."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
from pipelinerun_support import FakeTaskRunner, ended, engine_for, failed, give, pipeline_run, task

from flowdsl import pipeline
from flowdsl import task as make_task
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.kube.conventions import CACHE, CACHE_HIT
from flowdsl.runner.cache import Cache, key_of
from flowdsl.runner.contract import BoundWorkspace
from flowdsl.runner.inputs import inputs_of, without_places
from flowdsl.view.events import TaskChanged


def cached(**fields: Any) -> dict[str, Any]:
    spec = {
        "metadata": {"annotations": {CACHE: "true"}},
        "workspaces": [{"name": "video", "readOnly": True}, {"name": "outputs"}],
        **fields.pop("spec", {}),
    }
    spaces = [
        {"name": "video", "workspace": "w", "subPath": "in"},
        {"name": "outputs", "workspace": "w", "subPath": "out"},
    ]
    return task("a", results=("r",), spec=spec, workspaces=spaces, **fields)


def play(root: Path, work: dict[str, Any], runner: FakeTaskRunner, events: list[Any] | None = None) -> dict[str, Any]:
    document = pipeline_run(
        work, spaces=[{"name": "w"}], workspaces=[{"name": "w", "persistentVolumeClaim": {"claimName": "c"}}]
    )
    engine = engine_for(document, runner, root, events=events)
    engine._worker.cache = Cache(root / "cache")
    return engine.run()


def writes(work: Any, stop: Any) -> dict[str, Any]:
    outputs = next(space.path for space in work.workspaces if space.name == "outputs")
    (outputs / "made.txt").write_text("made")
    return ended(r="v")


def given(root: Path, text: str) -> None:
    folder = root / "c" / "in"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "clip.mp4").write_text(text)
    (folder / "other.txt").write_text("other")


def test_the_second_time_nothing_runs_and_the_files_are_there(tmp_path: Path) -> None:
    given(tmp_path, "x")
    runner, events = FakeTaskRunner({"a": writes}), []
    play(tmp_path, cached(), runner)
    made = tmp_path / "c" / "out" / "made.txt"
    made.unlink()
    finished = play(tmp_path, cached(), runner, events)
    assert runner.seen == ["a"]
    assert made.read_text() == "made"
    assert finished["status"]["conditions"][0]["reason"] == "Succeeded"
    assert [event.state for event in events if isinstance(event, TaskChanged)] == ["restored"]


def asking(*, sees: bool = False, **limits: str) -> dict[str, Any]:
    """A task whose step has these limits; `sees`: it reads one of them."""
    own = {"nvidia.com/gpu" if name == "gpu" else name: amount for name, amount in limits.items()}
    made: dict[str, Any] = (
        {"name": "s", "image": "i", "computeResources": {"limits": own}} if own else {"name": "s", "image": "i"}
    )
    if sees:
        made["env"] = [{"name": "N", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}]
    return {"spec": {"steps": [made]}}


@pytest.mark.parametrize(
    ("first", "second", "runs"),
    [
        ({}, {}, 1),
        ({"params": give(x="1")}, {"params": give(x="1")}, 1),
        ({"params": give(x="1")}, {"params": give(x="2")}, 2),
        ({}, {"spec": {"steps": [{"name": "s", "image": "another"}]}}, 2),
        (asking(cpu="1", memory="1Gi"), asking(cpu="2", memory="4Gi"), 1),
        (asking(cpu="1"), asking(), 1),
        (asking(gpu="1"), asking(gpu="2"), 2),
        (asking(cpu="1", sees=True), asking(cpu="2", sees=True), 2),
        ({}, {"spec": {"steps": [{"name": "s", "image": "i", "script": "changed"}]}}, 2),
    ],
)
def test_what_the_key_is_made_of(tmp_path: Path, first: dict[str, Any], second: dict[str, Any], runs: int) -> None:
    given(tmp_path, "x")
    runner = FakeTaskRunner({"a": ended(r="v")})
    play(tmp_path, cached(**first), runner)
    play(tmp_path, cached(**second), runner)
    assert len(runner.seen) == runs


def test_other_content_runs_again_but_only_of_the_file_that_is_meant(tmp_path: Path) -> None:
    runner = FakeTaskRunner({"a": ended(r="v")})
    meant = cached(params=give(video="clip.mp4"))
    given(tmp_path, "x")
    play(tmp_path, meant, runner)
    (tmp_path / "c" / "in" / "other.txt").write_text("changed")
    play(tmp_path, meant, runner)
    assert len(runner.seen) == 1
    given(tmp_path, "y")
    play(tmp_path, meant, runner)
    assert len(runner.seen) == 2
    play(tmp_path, cached(), runner)
    (tmp_path / "c" / "in" / "other.txt").write_text("changed again")
    play(tmp_path, cached(), runner)
    assert len(runner.seen) == 4


def test_a_failure_is_not_kept_and_a_task_without_it_always_runs(tmp_path: Path) -> None:
    given(tmp_path, "x")
    runner = FakeTaskRunner({"a": failed()})
    play(tmp_path, cached(), runner)
    play(tmp_path, cached(), runner)
    assert len(runner.seen) == 2
    plain = task("a")
    for _ in range(2):
        play(tmp_path, plain, runner)
    assert len(runner.seen) == 4


@make_task(image="python:3.12-slim", cache=True)
def convert(text: str) -> str:
    return text.upper()


@pytest.mark.parametrize("inline", [True, False])
def test_the_option_is_an_annotation_of_the_task(inline: bool) -> None:
    @pipeline
    def one() -> None:
        convert("a")

    documents = compile_pipeline(one, CompileOptions(inline=inline)).documents
    if inline:
        found = next(each for each in documents if each["kind"] == "Pipeline")["spec"]["tasks"][0]["taskSpec"]
    else:
        found = next(each for each in documents if each["kind"] == "Task")
    assert found["metadata"]["annotations"] == {CACHE: "true"}
    assert CACHE_HIT != CACHE


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_outputs_that_can_not_be_kept(kind: str, tmp_path: Path) -> None:
    def odd(work: Any, stop: Any) -> dict[str, Any]:
        outputs = next(space.path for space in work.workspaces if space.name == "outputs")
        place = outputs / "odd"
        if kind == "pipe":
            os.mkfifo(place)
        else:
            with socket.socket(socket.AF_UNIX) as one:
                one.bind(str(place))
        return ended(r="v")

    given(tmp_path, "x")
    runner = FakeTaskRunner({"a": odd})
    play(tmp_path, cached(), runner)
    assert list((tmp_path / "cache").iterdir()) == []


def test_odd_inputs_neither_hang_nor_lead_elsewhere(tmp_path: Path) -> None:
    given(tmp_path, "x")
    folder = tmp_path / "c" / "in"
    os.mkfifo(folder / "pipe")
    (folder / "endless").symlink_to("/dev/zero")
    (folder / "away").symlink_to("/etc")
    (folder / "here").symlink_to("clip.mp4")
    before = key_of({"spec": {}}, [BoundWorkspace("video", folder)])
    (folder / "here").unlink()
    (folder / "here").symlink_to("other.txt")
    assert key_of({"spec": {}}, [BoundWorkspace("video", folder)]) != before
    params = [{"name": "video", "value": "/dev/zero"}]
    assert key_of({"spec": {"params": params}}, [BoundWorkspace("video", folder)])


def test_files_are_not_put_through_what_lies_in_their_place(tmp_path: Path) -> None:
    def deep(work: Any, stop: Any) -> dict[str, Any]:
        outputs = next(space.path for space in work.workspaces if space.name == "outputs")
        (outputs / "sub").mkdir()
        (outputs / "sub" / "made.txt").write_text("made")
        (outputs / "link").symlink_to("sub/made.txt")
        return ended(r="v")

    given(tmp_path, "x")
    runner = FakeTaskRunner({"a": deep})
    play(tmp_path, cached(), runner)
    out, outside = tmp_path / "c" / "out", tmp_path / "outside"
    outside.mkdir()
    (outside / "victim").write_text("as it was")
    shutil.rmtree(out / "sub")
    (out / "sub").symlink_to(outside)
    (out / "link").unlink()
    (out / "link").symlink_to(outside / "victim")
    play(tmp_path, cached(), runner)
    assert runner.seen == ["a"]
    assert (out / "link").read_text() == "made"
    assert not (out / "sub").is_symlink()
    assert [path.name for path in outside.iterdir()] == ["victim"]
    assert (outside / "victim").read_text() == "as it was"


@pytest.mark.parametrize("data", [b"", b"[]", b"5", b"[" * 50_000, b'{"conditions": 3}', b'{"results": [{}]}', b"\xff"])
def test_a_damaged_entry_is_none(data: bytes, tmp_path: Path) -> None:
    given(tmp_path, "x")
    runner = FakeTaskRunner({"a": writes})
    play(tmp_path, cached(), runner)
    (status,) = (tmp_path / "cache").glob("*/status.json")
    status.write_bytes(data)
    play(tmp_path, cached(), runner)
    play(tmp_path, cached(), runner)
    assert runner.seen == ["a", "a"]


def test_what_a_mounted_config_map_holds_is_part_of_the_key() -> None:
    run: Any = {"spec": {"taskSpec": {"volumes": [{"name": "code", "configMap": {"name": "c"}}]}}}

    def key(objects: dict[str, dict[str, bytes]]) -> str:
        return key_of(run, (), config_map=objects.__getitem__)

    assert key({"c": {"a": b"1"}}) == key({"c": {"a": b"1"}, "d": {"a": b"1"}})
    assert len({key(each) for each in ({"c": {"a": b"1"}}, {"c": {"a": b"2"}}, {"c": {"b": b"1"}}, {})}) == 4


def test_where_a_service_listens_is_no_input() -> None:
    def inputs(port: int) -> Any:
        params = [{"name": "at", "value": f"http://127.0.0.1:{port}/v1"}, {"name": "other", "value": "127.0.0.1:40001"}]
        return inputs_of(without_places({"spec": {"params": params}}, {f"127.0.0.1:{port}": "service model"}))

    assert inputs(4000) == inputs(5000)
    given = {"spec": {"params": [{"name": "at", "value": "http://127.0.0.1:4000/v1"}]}}
    assert inputs_of(without_places(given, {}))["param at"] != inputs(4000)["param at"]
    assert inputs(4000)["param other"] == inputs(1)["param other"]
