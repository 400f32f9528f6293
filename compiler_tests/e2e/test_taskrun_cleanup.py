"""What the runner takes away after steps is its own alone, in every mode, however steps and runs end."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from run_support import FLOWDSL, MARKS, flowdsl, marks, started, yaml_run
from taskrun_support import Bench

from flowdsl.runner.equivalents import equivalent
from flowdsl.runner.scratch import sweep
from flowdsl.runner.taskrun import Sight, process_runner

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")


def mounts() -> list[str]:
    """What this machine has mounted, less the numbers that say nothing."""
    return Path("/proc/self/mountinfo").read_text().splitlines()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    made = tmp_path / "kept"
    (made / "in").mkdir(parents=True)
    (made / "file").write_text("kept")
    (made / "in" / "file").write_text("kept")
    return made


def intact(kept: Path) -> bool:
    return (kept / "file").read_text() == "kept" == (kept / "in" / "file").read_text()


# In each folder a link, and one further down; then links in place of the folders themselves, where that can be.
LINKS = """
for one in "$HOME" /workspace /tekton /tekton/results /tekton/steps /workspace/any $FOLDERS; do
  mkdir -p $one/deep/er; ln -s {kept} $one/link; ln -s {kept} $one/deep/er/link
done
for one in /tekton/creds /tekton/artifacts /workspace/empty; do rmdir $one && ln -s {kept} $one; done
rm -rf "$HOME"; ln -s {kept} "$HOME"
true
"""
OWN = "/tmp /var/tmp /dev/shm"


@pytest.mark.parametrize("mode", ["confined", "namespace", "plain"])
def test_links_of_steps_lead_nowhere(tmp_path: Path, kept: Path, mode: str) -> None:
    before = mounts()
    sight = Sight([kept]) if mode == "confined" else None
    with process_runner(namespace=mode != "plain", sight=sight) as runner:
        host = runner.executor.host()
        if (host.confined, host.literal) != (mode == "confined", mode != "plain"):
            pytest.skip(f"not to be had here: {runner.describe()}")
        bench = Bench(runner, tmp_path)
        text = f"#!/bin/sh\n{LINKS.format(kept=kept)}"
        env = [{"name": "FOLDERS", "value": OWN if mode == "confined" else ""}]
        volume = {"name": "any", "emptyDir": {}}
        one = {"name": "s", "image": "any", "script": text, "env": env}
        if mode != "plain":
            one["volumeMounts"] = [{"name": "any", "mountPath": "/workspace/any"}]
        for _ in range(3):
            bench.run({"steps": [one, {**one, "name": "t"}], "volumes": [volume]})
        left = runner.executor.supervisor
        folders = [left.scratch, left.private]
    assert intact(kept)
    assert mounts() == before
    assert not any(folder.exists() for folder in folders)


@pytest.mark.parametrize("arguments", [[], ["--unconfined"]], ids=["confined", "unconfined"])
def test_a_killed_run_takes_nothing_with_it(tmp_path: Path, kept: Path, arguments: list[str]) -> None:
    """Neither its own programs, which go on for a moment, nor the next run, which cleans up after it."""
    before = mounts()
    waiting = f"touch {MARKS}/here; sleep 300"
    links = LINKS.format(kept=kept).replace("$FOLDERS", "" if arguments else OWN)
    steps = [{"name": "s", "image": "any", "script": f"#!/bin/sh\n{links}{waiting}"}]
    yaml_run(tmp_path / "it.yaml", [{"name": "a", "taskSpec": {"steps": steps}}])
    run = started(tmp_path, "run", "it.yaml", *arguments)
    deadline = time.monotonic() + 600
    while not (marks(tmp_path) / "here").exists() and time.monotonic() < deadline and run.poll() is None:
        time.sleep(0.05)
    if not (marks(tmp_path) / "here").exists():
        os.kill(run.pid, signal.SIGKILL)
        pytest.fail(str(run.communicate()))
    with run:
        os.kill(run.pid, signal.SIGKILL)
    sweep()
    steps[0]["script"] = "true"
    yaml_run(tmp_path / "next.yaml", [{"name": "a", "taskSpec": {"steps": steps}}])
    flowdsl(tmp_path, "run", "next.yaml", "--name", "next", *arguments)
    assert intact(kept)
    assert mounts() == before


def test_a_run_in_a_step_takes_nothing_of_the_outer_one(tmp_path: Path, kept: Path) -> None:
    """There everything that the outer run has mounted for its step is in the way of the inner one."""
    inner = [{"name": "a", "taskSpec": {"steps": [{"name": "s", "image": "any", "script": "touch /tmp/x; ls /"}]}}]
    yaml_run(tmp_path / "inner.yaml", inner)
    command = " ".join(f"'{word}'" for word in [*FLOWDSL, "run", "inner.yaml", "--unconfined"])
    text = (
        f"#!/bin/sh\nmkdir /tmp/w && cp {tmp_path}/inner.yaml /tmp/w && cd /tmp/w || exit 1\n{command} --name one; echo ended $?; grep -v '/tmp/' /proc/self/mountinfo > /tmp/a\n"
        f"{command} --name two > /dev/null; grep -v '/tmp/' /proc/self/mountinfo | cmp - /tmp/a && echo the same\n"
        f"cat {kept}/in/file > {MARKS}/seen"
    )
    yaml_run(
        tmp_path / "it.yaml", [{"name": "a", "taskSpec": {"steps": [{"name": "s", "image": "any", "script": text}]}}]
    )
    before = mounts()
    done = flowdsl(tmp_path, "run", "it.yaml")
    assert "ended 0" in done.stdout, done.stdout
    assert "the same" in done.stdout, done.stdout
    assert (marks(tmp_path) / "seen").read_text() == "kept"
    assert intact(kept)
    assert mounts() == before


def spec_of(name: str) -> dict[str, Any]:
    spec = equivalent({"name": name})
    assert spec is not None
    return spec


@pytest.mark.parametrize("where", ["absolute", "up", "link", "link/in"])
def test_git_clone_empties_nothing_outside_its_workspace(bench: Bench, kept: Path, where: str) -> None:
    output = bench.folder / "output"
    output.mkdir()
    (output / "link").symlink_to(kept)
    named = {"absolute": str(kept), "up": f"../{kept.name}"}.get(where, where)
    bench.run(spec_of("git-clone"), {"url": "file:///nowhere", "subdirectory": named}, {"output": output})
    assert intact(kept)
    assert "nowhere" in bench.log("clone") or "leads out of the workspace" in bench.log("clone")


@pytest.mark.parametrize("image", ["..", ".", "kept", "in"])
def test_buildah_removes_nothing_but_its_image(bench: Bench, kept: Path, image: str) -> None:
    source = bench.folder / "source"
    source.mkdir()
    (source / "Dockerfile").write_text("FROM scratch\n")
    (source / ".images").symlink_to(kept.parent if image == "kept" else kept)
    bench.run(spec_of("buildah"), {"IMAGE": image}, {"source": source})
    assert intact(kept)
    assert (source / "Dockerfile").exists()
