"""`flowdsl run` of one task used otherwise: variables, images, stand-ins, what is asked for of this machine."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from run_support import flowdsl, step, yaml_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the local runner needs POSIX processes")

FLOW = """
import os

from flowdsl import LocalRun, named, pipeline, task, task_ref


@task(image="python:3.12-slim", env={"SIZE": "small", "KIND": "plain"}, memory="64Mi", cache=True)
def train(x: int = 1) -> str:
    import os
    print("training")
    return f"{x} {os.environ['SIZE']} {os.environ['KIND']}"


@task_ref(named("judge"))
def judge() -> str: ...


@task(image="python:3.12-slim")
def judging() -> str:
    import os
    return os.environ.get("STRICT", "no")


@task(image="python:3.12-slim")
def instead(x: int = 1) -> str:
    return f"{x} stands in"


@pipeline(local=LocalRun(tasks={"judge": judging, STAND_INS}))
def flow():
    big = train.with_options(env={"SIZE": "big"}, gpu=512)
    return {
        "small": train(),
        "big": big(),
        "bigger": big.with_options(name="bigger", image="python:3.11-slim", env={"KIND": "fancy"})(2),
        "more": train.with_options(name="more", memory="128Mi")(),
        "lax": judge(),
        "strict": judge.with_options(env={"STRICT": "yes"}, cpu="1")(),
    }


if __name__ == "__main__":
    flow.cli()
"""


def results(folder: Path, stand_ins: str = "", *more: str) -> tuple[dict[str, str], str]:
    (folder / "flow.py").write_text(FLOW.replace("STAND_INS", stand_ins))
    done = flowdsl(folder, "run", "flow.py", "--name", "it", *more)
    shown = flowdsl(folder, "runs", "show", "it").stdout
    found = dict(line.split(" = ", 1) for line in map(str.strip, shown.splitlines()) if " = " in line)
    return found, done.stdout + done.stderr


def test_each_use_has_its_own_variables_and_the_task_its_own(tmp_path: Path) -> None:
    found, told = results(tmp_path)
    assert found["small"] == "1 small plain"
    assert found["big"] == "1 big plain"
    assert found["bigger"] == "2 big fancy"
    assert (found["lax"], found["strict"]) == ("no", "yes")
    assert "train-2, bigger ask for 512 GPUs" in told


def test_a_stand_in_for_a_task_stands_for_its_variants(tmp_path: Path) -> None:
    found, _ = results(tmp_path, '"train": instead')
    assert {name: found[name] for name in ("small", "big", "bigger")} == {
        "small": "1 stands in", "big": "1 stands in", "bigger": "2 stands in",
    }  # fmt: skip


def test_a_variant_may_have_a_stand_in_of_its_own(tmp_path: Path) -> None:
    found, _ = results(tmp_path, '"train-memory-128mi": instead')
    assert (found["small"], found["more"]) == ("1 small plain", "1 stands in")


def test_one_use_alone(tmp_path: Path) -> None:
    _, told = results(tmp_path, "", "--only", "bigger")
    assert "bigger" in told
    assert "train-2" not in told


DECIDING = """
from flowdsl import LocalRun, pipeline, task, when


@task(image="python:3.12-slim")
def score(x: int = 1) -> float:
    return x / 10


@task(image="python:3.12-slim")
def ship() -> None:
    print("shipped")


@task(image="python:3.12-slim")
def instead(x: int = 1) -> float:
    return GIVES


@pipeline(local=LocalRun(tasks={"score": STAND_IN}))
def flow():
    with when(USE() > 0.5):
        ship()


if __name__ == "__main__":
    flow.cli()
"""
TASK_SPEC = '{"results": [{"name": "result"}], "steps": [{"script": "printf GIVES > $(results.result.path)"}]}'


@pytest.mark.parametrize("use", ["score", "score.with_options(memory='64Mi')"])
@pytest.mark.parametrize("stand_in", ["instead", TASK_SPEC])
def test_what_stands_in_for_a_task_that_decides_is_decided_by(tmp_path: Path, stand_in: str, use: str) -> None:
    for given, ends in ("0.9", "ship: succeeded"), ("0.2", "ship: skipped"):
        text = DECIDING.replace("STAND_IN", stand_in).replace("GIVES", given).replace("USE", use)
        (tmp_path / "flow.py").write_text(text)
        assert ends in flowdsl(tmp_path, "run", "flow.py").stdout


def test_variables_of_a_pod_template_are_for_its_steps(tmp_path: Path) -> None:
    shared = {"volumeMounts": [{"name": "shared", "mountPath": "/shared"}]}
    wait = 'until [ -s /shared/it ]; do sleep 0.05; done\nprintf \'%s, %s\' "$WORD" "$(cat /shared/it)" > $(results.said.path)'
    beside = {
        "name": "beside",
        "image": "busybox",
        "script": "printf '%s' \"${WORD:-none}\" > /shared/it\nsleep 60",
        **shared,
    }
    spec = step(wait, sidecars=[beside], volumes=[{"name": "shared", "emptyDir": {}}], results=[{"name": "said"}])
    spec["steps"][0] |= shared
    template = {"podTemplate": {"env": [{"name": "WORD", "value": "given"}]}}
    path = yaml_run(tmp_path / "it.yaml", [{"name": "a", "taskSpec": spec}], taskRunTemplate=template)
    flowdsl(tmp_path, "run", str(path))
    kept = json.loads((tmp_path / ".flowdsl" / "runs" / "it" / "taskruns" / "it-a.json").read_text())
    assert kept["status"]["results"][0]["value"] == "given, none"
