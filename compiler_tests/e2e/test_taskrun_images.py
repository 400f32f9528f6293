"""Steps in containers: what docker and podman are told, with a program in their place that writes it down."""

from __future__ import annotations

import itertools
import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from taskrun_support import Bench, processes_with, results, verdict, wait_gone

from flowdsl.runner.taskrun import image_runner
from flowdsl.runner.taskrun.images import arguments
from flowdsl.runner.taskrun.launch import Launch, Mount

FAKE = f"""#!{sys.executable}
import json, os, sys, time
with open(os.path.join(os.path.dirname(__file__), "calls"), "a") as calls:
    calls.write(json.dumps([sys.argv[1:], dict(os.environ)]) + "\\n")
if sys.argv[1] != "run":
    sys.exit(0)
places = dict(reversed(word.split(":")[:2]) for flag, word in zip(sys.argv, sys.argv[1:]) if flag == "--volume")
for mark, folder in places.items():
    if mark == "/tekton":
        open(os.path.join(folder, "results", "r"), "w").write("from the container")
print("in the container", flush=True)
time.sleep(float(os.environ.get("SLEEP", "0")))
sys.exit(int(os.environ.get("EXIT", "0")))
"""


@pytest.fixture
def fake(tmp_path: Path) -> Path:
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("docker", "podman"):
        (folder / name).write_text(FAKE)
        (folder / name).chmod(0o755)
    return folder


def calls(fake: Path) -> list[tuple[list[str], dict[str, str]]]:
    return [tuple(json.loads(line)) for line in (fake / "calls").read_text().splitlines()]  # type: ignore[misc]


def step(**more: Any) -> dict[str, Any]:
    return {"name": "main", "image": "registry.example/tool:1", **more}


def test_a_step_in_a_container(fake: Path, tmp_path: Path) -> None:
    environ = {"PATH": f"{fake}:{os.defpath}", "DOCKER_HOST": "unix:///x.sock", "HOME": "/home/me"}
    with image_runner("docker", environ) as runner:
        assert runner.describe() == "docker: each step a container of its image"
        bench = Bench(runner, tmp_path)
        bench.cluster.secrets["s"] = {"k": b"very-secret"}
        spec = {
            "results": [{"name": "r"}],
            "workspaces": [{"name": "w", "readOnly": True}],
            "steps": [
                step(
                    script="#!/opt/only/in/image/python\nprint(1)",
                    imagePullPolicy="Never",
                    workingDir="/src",
                    env=[
                        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                        {"name": "HOME", "value": "/work"},
                    ],
                    computeResources={"limits": {"cpu": "1500m", "memory": "2Gi", "nvidia.com/gpu": "1"}},
                )
            ],
        }
        status = bench.run(spec, workspaces={"w": tmp_path / "w"})
    assert verdict(status) == ("True", "Succeeded"), bench.log()
    assert results(status) == {"r": "from the container"}
    assert bench.log() == "in the container\n"
    argv, env = calls(fake)[0]
    assert argv[:2] == ["run", "--rm"]
    assert argv[-1] == "registry.example/tool:1"
    pairs = list(itertools.pairwise(argv))
    assert ("--entrypoint", "/tekton/scripts/script-0") in pairs
    assert ("--workdir", "/src") in pairs
    assert ("--volume", f"{tmp_path / 'w'}:/workspace/w:ro") in pairs
    assert ("--pull", "never") in pairs
    assert ("--cpus", "1.5") in pairs
    assert ("--memory", str(2 * 1024**3)) in pairs
    assert ("--gpus", "1") in pairs
    assert ("--env", "TOKEN") in pairs
    assert ("--env", "HOME=/work") in pairs
    assert "very-secret" not in str(argv)
    assert (env["TOKEN"], env["HOME"], env["DOCKER_HOST"]) == ("very-secret", "/home/me", "unix:///x.sock")


def test_what_the_image_runs_by_itself(fake: Path, tmp_path: Path) -> None:
    with image_runner("podman", {"PATH": str(fake)}) as runner:
        bench = Bench(runner, tmp_path)
        assert verdict(bench.run({"steps": [step(args=["--version"])]})) == ("True", "Succeeded")
        spec = {"steps": [step(command=["sh", "-c"], args=["exit 3"], env=[{"name": "EXIT", "value": "3"}])]}
        status = bench.run(spec)
    assert verdict(status) == ("False", "StepFailed")
    first, second = (argv for argv, _ in calls(fake))
    assert first[-2:] == ["registry.example/tool:1", "--version"]
    assert "--entrypoint" not in first
    assert second[second.index("--entrypoint") :] == ["--entrypoint", "sh", "registry.example/tool:1", "-c", "exit 3"]


def test_a_container_is_removed_when_its_step_is_killed(fake: Path, tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    with image_runner("docker", {"PATH": str(fake)}) as runner:
        bench = Bench(runner, tmp_path)
        env = [{"name": "SLEEP", "value": "1000"}, {"name": "MARK", "value": mark}]
        status = bench.run({"steps": [step(command=["x"], env=env, timeout="3s")]})
    assert status["steps"][0]["terminationReason"] == "TimeoutExceeded"
    assert wait_gone(mark) == processes_with(mark) == []
    started, removed = (argv for argv, _ in calls(fake))
    assert removed == ["rm", "--force", started[started.index("--name") + 1]]


def test_podman_gives_gpus_as_devices() -> None:
    launch = Launch(
        ["x"], {}, "/", [Mount("/m", Path("/d"))], "i", spec={"computeResources": {"limits": {"nvidia.com/gpu": 2}}}
    )
    assert "--device" in arguments("/usr/bin/podman", launch, "n")
    assert "--gpus" not in arguments("/usr/bin/podman", launch, "n")


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(LookupError, match="podman is not on this machine"):
        image_runner("podman", {"PATH": "/nowhere"})
