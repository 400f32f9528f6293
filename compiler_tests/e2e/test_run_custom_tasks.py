"""Custom tasks in a local run: what is registered for their kind runs, and a CustomRun is what is kept."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from run_support import FLOWDSL, flowdsl, status, step, yaml_run

from flowdsl import simulate
from flowdsl.kinds.others import CustomRun

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the local runner needs POSIX processes")

STAND_INS = """
from typing import NamedTuple
from flowdsl import task


class Scored(NamedTuple):
    mos: float
    raters: list[str]


@task(image="python:3.12-slim", cache=True)
def rating(clip: str, custom_run: str = "") -> Scored:
    import time
    print("rated", clip, custom_run)
    if clip == "slow":
        time.sleep(60)
    if clip == "bad":
        raise ValueError("nobody came")
    return Scored(4.25, ["a", "b"])
"""
RATING = {"apiVersion": "flowdsl.dev/v1alpha1", "kind": "Rating"}
TELL = {
    "name": "tell",
    "params": [{"name": "mos", "value": "$(tasks.rate.results.mos)"}],
    "taskSpec": {"params": [{"name": "mos"}], **step("echo mos is $(params.mos)")},
}


def rate(clip: str = "c1", **fields: Any) -> dict[str, Any]:
    return {"name": "rate", "taskRef": RATING, "params": [{"name": "clip", "value": clip}], **fields}


def project(folder: Path, tasks: list[dict[str, Any]], **spec: Any) -> None:
    (folder / "stand_ins.py").write_text(STAND_INS)
    settings = '[tool.flowdsl.run.tasks]\n"flowdsl.dev/v1alpha1/Rating" = "stand_ins.py:rating"\n'
    (folder / "pyproject.toml").write_text(settings)
    yaml_run(folder / "run.yaml", tasks, **spec)


def kept(folder: Path, name: str = "it") -> dict[str, Any]:
    """The CustomRun of the run; it has the fields of one and no others."""
    text = (folder / ".flowdsl/runs" / name / "taskruns/it-rate.json").read_text()
    CustomRun.model_validate(json.loads(text))
    return dict(json.loads(text))


def test_results_reach_what_waits_and_a_custom_run_is_kept(tmp_path: Path) -> None:
    project(tmp_path, [rate(), TELL])
    done = flowdsl(tmp_path, "run", "run.yaml", "--name", "it")
    assert "mos is 4.25" in done.stdout
    assert '"kind": "Rating"' in done.stdout, "it is told what it stands in for"
    found = kept(tmp_path)
    assert (found["kind"], found["apiVersion"]) == ("CustomRun", "tekton.dev/v1beta1")
    assert found["spec"]["customRef"] == RATING
    assert [each["name"] for each in found["spec"]["params"]] == ["clip"]
    results = {each["name"]: each["value"] for each in found["status"]["results"]}
    assert results == {"mos": "4.25", "raters": '["a","b"]'}
    children = status(tmp_path)["childReferences"]
    assert {each["kind"] for each in children if each["pipelineTaskName"] == "rate"} == {"CustomRun"}
    assert "rated c1" in flowdsl(tmp_path, "runs", "logs", "it").stdout
    assert "it-rate" in flowdsl(tmp_path, "runs", "show", "it").stdout


def test_an_embedded_one_is_told_its_spec(tmp_path: Path) -> None:
    embedded = rate()
    del embedded["taskRef"]
    embedded["taskSpec"] = {**RATING, "spec": {"scale": {"most": 5}}}
    project(tmp_path, [embedded])
    assert '"spec": {"scale": {"most": 5}}' in flowdsl(tmp_path, "run", "run.yaml", "--name", "it").stdout
    assert kept(tmp_path)["spec"]["customSpec"]["spec"] == {"scale": {"most": 5}}


def test_it_is_tried_again_and_says_why_it_failed(tmp_path: Path) -> None:
    project(tmp_path, [rate("bad", retries=1)])
    flowdsl(tmp_path, "run", "run.yaml", "--name", "it", code=1)
    assert len(kept(tmp_path)["status"]["retriesStatus"]) == 1
    assert "nobody came" in flowdsl(tmp_path, "runs", "show", "it").stdout


def test_a_timeout_has_the_reason_of_custom_runs(tmp_path: Path) -> None:
    project(tmp_path, [rate("slow", timeout="1s")])
    flowdsl(tmp_path, "run", "run.yaml", "--name", "it", code=1)
    condition = kept(tmp_path)["status"]["conditions"][0]
    assert condition["reason"] == "CustomRunTimedOut"
    assert condition["message"].startswith('CustomRun "it-rate" failed to finish within "1s"')


def test_the_run_s_own_timeout_cancels_it(tmp_path: Path) -> None:
    project(tmp_path, [rate("slow")], timeouts={"pipeline": "2s"})
    flowdsl(tmp_path, "run", "run.yaml", "--name", "it", code=1)
    found = kept(tmp_path)
    assert found["status"]["conditions"][0]["reason"] == "CustomRunCancelled"
    assert found["spec"]["status"] == "RunCancelled"
    assert found["spec"]["statusMessage"] == "CustomRun cancelled as the PipelineRun it belongs to has timed out."
    assert status(tmp_path)["conditions"][0]["reason"] == "PipelineRunTimeout"


def test_cancelled_it_runs_again_when_the_run_goes_on(tmp_path: Path) -> None:
    project(tmp_path, [rate("slow"), TELL])
    process = subprocess.Popen([*FLOWDSL, "run", "run.yaml", "--name", "it"], cwd=tmp_path, stdout=subprocess.PIPE)
    log = tmp_path / ".flowdsl/runs/it/work/it-rate"
    for _ in range(600):
        if any("rated" in each.read_text() for each in log.glob("*.log")):
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=600)
    assert process.returncode == 130
    assert kept(tmp_path)["status"]["conditions"][0]["reason"] == "CustomRunCancelled"
    (tmp_path / "stand_ins.py").write_text(STAND_INS.replace("time.sleep(60)", "pass"))
    done = flowdsl(tmp_path, "run", "--resume", "it")
    assert "mos is 4.25" in done.stdout


def test_what_counts_does_not_run_again_and_the_cache_knows_it(tmp_path: Path) -> None:
    broken: dict[str, Any] = {**TELL, "taskSpec": {"params": [{"name": "mos"}], **step("exit 1")}}
    project(tmp_path, [rate(), broken])
    flowdsl(tmp_path, "run", "run.yaml", "--name", "it", code=1)
    yaml_run(tmp_path / "run.yaml", [rate(), TELL])
    done = flowdsl(tmp_path, "run", "--resume", "it")
    assert "rated" not in done.stdout
    assert "mos is 4.25" in done.stdout
    fresh = flowdsl(tmp_path, "run", "run.yaml", "--name", "other")
    assert "rated" not in fresh.stdout
    assert "mos is 4.25" in fresh.stdout


def test_without_a_stand_in_it_says_how_to_give_one(tmp_path: Path) -> None:
    yaml_run(tmp_path / "run.yaml", [rate()])
    done = flowdsl(tmp_path, "run", "run.yaml", "--name", "it", code=1)
    assert 'LocalRun(tasks={"flowdsl.dev/v1alpha1/Rating": ...})' in done.stdout + done.stderr


def test_simulate_knows_it(tmp_path: Path) -> None:
    project(tmp_path, [rate(), TELL])
    found = simulate(tmp_path / "run.yaml")
    assert found.possible("tell")
    assert found.never("tell", without="rate")
