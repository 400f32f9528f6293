"""`flow_run`: functions in place of tasks, attempts that fail, coverage of branches; and `strategies_for`."""

from __future__ import annotations

import enum
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings

from flowdsl import Directory, File, Secret, Workspace, context, either, on_finish, otherwise, pipeline, task, when
from flowdsl.diagnostics import FlowError, UsageError
from flowdsl.testing import FlowRun, strategies_for

STARTED = "a process was started"


class Mode(enum.Enum):
    FAST = "fast"
    SLOW = "slow"


@dataclass(frozen=True)
class Plan:
    rate: float
    mode: Mode


class Model(NamedTuple):
    weights: File
    loss: float


@task(image="python:3.12-slim", retries=2, gpu=1, memory="4000Gi")
def train(plan: Plan, days: list[int], token: Secret = Secret("hub", "token")) -> Model:
    raise SystemExit(STARTED)


@task(image="python:3.12-slim")
def publish(weights: File, loss: float) -> str:
    raise SystemExit(STARTED)


@task(image="python:3.12-slim")
def keep(model: File) -> str:
    return "kept " + model.read_text()


@task(image="python:3.12-slim")
def tell(status: str) -> None:
    print(f"it {status}")


@pipeline
def release(plan: Plan, limit: float = 0.5) -> str:
    model = train(plan, [1, 2])
    with when(model.loss < limit):
        public = publish.with_options(on_error="continue")(model.weights, model.loss)
    with otherwise():
        kept = keep(model.weights)
    with on_finish():
        tell(context.tasks_status)
    return either(public, kept)


PLAN = Plan(0.1, Mode.SLOW)
SECRETS = {"hub": {"token": "not-a-real-one"}}


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlowRun:
    monkeypatch.chdir(tmp_path)
    return FlowRun(tmp_path / "flow-runs")


def trained(folder: Path, loss: float) -> object:
    def fake(plan: Plan, days: list[int], token: str) -> Model:
        assert (plan, days, token) == (PLAN, [1, 2], SECRETS["hub"]["token"])
        (folder / "weights.bin").write_text(f"weights {loss}")
        return Model(folder / "weights.bin", loss)

    return fake


def published(weights: Path, loss: float) -> str:
    return f"{weights.read_text()} at {loss}"


def test_fakes_get_the_values_and_give_the_results(play: FlowRun, tmp_path: Path) -> None:
    fakes = {"train": trained(tmp_path, 0.25), "publish": published, "keep": keep, "tell": tell}
    done = play(release, tasks=fakes, secrets=SECRETS, plan=PLAN)
    assert done.value == "weights 0.25 at 0.25"
    assert done.ran == ("train", "publish", "tell")
    assert done.skipped["keep"].reason == "When Expressions evaluated to false"
    assert "train.loss is 0.25" in done.skipped["keep"].why
    aside = play(release, tasks=fakes, secrets=SECRETS, plan=PLAN, limit=0.125)
    assert aside.value == "kept weights 0.25"
    assert "publish" in aside.skipped
    assert aside.folder != done.folder


def test_files_come_in_lists_and_tuples(play: FlowRun, tmp_path: Path) -> None:
    @task(image="python:3.12-slim")
    def write(word: str) -> File:
        raise NotImplementedError

    @task(image="python:3.12-slim")
    def join(listed: list[File], paired: tuple[File, ...]) -> str:
        raise NotImplementedError

    @pipeline
    def joins() -> str:
        written = write("a"), write("b")
        return join(list(written), written)

    def writes(word: str) -> Path:
        path = tmp_path / word
        path.write_text(word)
        return path

    def joined(listed: list[Path], paired: tuple[Path, ...]) -> str:
        assert (type(listed), type(paired)) == (list, tuple)
        return "".join(each.read_text() for each in (*listed, *paired))

    done = play(joins, tasks={"write": writes, "write-2": writes, "join": joined})
    assert done.value == "abab"


def test_only_what_is_no_fake_starts_processes(play: FlowRun, tmp_path: Path) -> None:
    done = play(release, tasks={"train": trained(tmp_path, 0.75), "tell": tell}, secrets=SECRETS, plan=PLAN)
    assert done.value == "kept weights 0.75"


def test_attempts_fail_as_the_test_says(play: FlowRun, tmp_path: Path) -> None:
    fakes = {"train": trained(tmp_path, 0.25), "publish": published, "keep": keep, "tell": tell}
    done = play(release, tasks=fakes, secrets=SECRETS, plan=PLAN, fail={"train": 2})
    assert (done.succeeded, done.task("train").retries) == (True, 2)
    assert done.logs["train"].count("that the test asked for") == 2
    lost = play(release, tasks=fakes, secrets=SECRETS, plan=PLAN, fail={"train": 3})
    assert (lost.status, lost.task("train").reason, lost.ran) == ("Failed", "StepFailed", ("train", "tell"))
    ignored = play(release, tasks=fakes, secrets=SECRETS, plan=PLAN, fail={"publish": 1})
    assert (ignored.succeeded, ignored.task("publish").reason) == (True, "FailureIgnored")
    real = play(release, tasks={"train": trained(tmp_path, 0.9)}, secrets=SECRETS, plan=PLAN, fail={"keep": 1})
    assert "failure 1 of 1" in real.failed["keep"].why


def test_a_fake_that_raises_is_a_task_that_failed(play: FlowRun) -> None:
    def breaks(**given: object) -> Model:
        raise ConnectionError("no\nnetwork")

    done = play(
        release, tasks={"train": breaks, "publish": published, "keep": keep, "tell": tell}, plan=PLAN, secrets=SECRETS
    )
    assert done.failed["train"].why.endswith("ConnectionError: no network")
    assert "test_flow_run.py:" in done.failed["train"].why
    assert done.task("train").retries == 2


def test_what_a_fake_says_shows_no_secret(play: FlowRun, tmp_path: Path) -> None:
    def refused(token: str, **_: object) -> Model:
        raise PermissionError(f"{token} is refused \ud800")

    fakes = {"train": refused, "publish": published, "keep": keep, "tell": tell}
    done = play(release, tasks=fakes, plan=PLAN, secrets=SECRETS)
    assert done.failed["train"].why.endswith(r"PermissionError: *** is refused \ud800")
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert not [each for each in files if SECRETS["hub"]["token"].encode() in each.read_bytes()]


def test_an_assertion_in_a_fake_fails_the_test(play: FlowRun) -> None:
    def checks(plan: Plan, days: list[int], token: str) -> Model:
        assert days == [3], "other days"
        raise NotImplementedError

    with pytest.raises(AssertionError, match="other days"):
        play(release, tasks={"train": checks}, plan=PLAN, secrets=SECRETS)


def test_fakes_that_do_not_fit(play: FlowRun, tmp_path: Path) -> None:
    with pytest.raises(FlowError) as raised:
        play(release, tasks={"trian": keep, "keep": lambda weights: "", "tell": 5}, fail={"publsh": 1}, plan=PLAN)
    found = [(each.code, each.message, each.hint) for each in raised.value.diagnostics]
    assert [each[0] for each in found] == ["FLOW453", "FLOW453", "FLOW454", "FLOW454"]
    assert found[0][2] == "did you mean 'train'?"
    assert "keep takes model" in found[2][2]
    for wrong, words in (
        (lambda **_: 3, "expected a value with a field weights, got int 3"),
        (lambda **_: Model(tmp_path / "nowhere", 0.1), "nowhere is not the path of a file"),
        (lambda **_: Model(Path(__file__), "low"), "result loss: expected float, got str 'low'"),
    ):
        with pytest.raises(FlowError, match="FLOW455") as raised:
            play(release, tasks={"train": wrong, "tell": tell}, plan=PLAN, secrets=SECRETS)
        assert words in str(raised.value)
    with pytest.raises(UsageError, match="fail= takes how many first attempts"):
        play(release, fail={"train": True}, plan=PLAN)


def test_a_timeout_holds_for_a_fake(play: FlowRun) -> None:
    @task(image="python:3.12-slim", timeout="1s")
    def slow() -> None: ...

    @pipeline
    def waits() -> None:
        slow()

    done = play(waits, tasks={"slow": threading.Event().wait})
    assert (done.task("slow").reason, done.task("slow").status) == ("TaskRunTimeout", "Failed")


YAML = """
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: from-yaml}
spec:
  params: [{name: words, type: array}]
  results: [{name: said, value: $(tasks.say.results.text)}]
  tasks:
  - name: say
    params: [{name: the-words, value: ["$(params.words[*])"]}]
    taskSpec:
      params: [{name: the-words, type: array}]
      results: [{name: text}]
      steps: [{name: s, image: nothing-of-the-kind, script: exit 1}]
"""


def test_a_pipeline_of_yaml(play: FlowRun) -> None:
    done = play(YAML, tasks={"say": lambda the_words: " ".join(the_words)}, params={"words": '["a", "b"]'})
    assert done.results == {"said": "a b"}
    with pytest.raises(LookupError, match="its results are text"):
        done.value  # noqa: B018


PROJECT = """
import pytest
from flow import churn

def fakes(loss):
    return {"train": lambda day: loss, "publish": lambda loss: None, "tell": lambda status: None}

@pytest.mark.parametrize("loss", LOSSES)
def test_it(flow_run, loss):
    assert flow_run(churn, tasks=fakes(loss), day="1").succeeded
"""
FLOW = """
from flowdsl import context, on_finish, pipeline, task, when

@task(image="python:3.12-slim")
def train(day: str) -> float:
    raise SystemExit(1)

@task(image="python:3.12-slim", retries=1)
def publish(loss: float) -> None:
    raise SystemExit(1)

@task(image="python:3.12-slim")
def tell(status: str) -> None:
    raise SystemExit(1)

@pipeline
def churn(day: str, mode: str = "a"):
    loss = train(day)
    with when(loss < 0.5):
        publish(loss)
    with on_finish():
        with when(context.tasks_status == "Failed"):
            tell(context.tasks_status)
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_plugin_tells_what_no_test_reached(tmp_path: Path, workers: str) -> None:
    (tmp_path / "flow.py").write_text(FLOW)
    (tmp_path / "test_flow.py").write_text(PROJECT.replace("LOSSES", "[0.1, 0.2]"))
    done = ran(tmp_path, "--flow-cov", "-p", "xdist", "-n", workers)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [each for each in done.stdout.splitlines() if each.startswith("flow.py")] == [
        "flow.py:19: churn: train.result < 0.5 always held",
        "flow.py:20: churn: publish was never retried",
        "flow.py:22: churn: tasks.status in 'Failed' never held",
        "flow.py:23: churn: tell in on_finish never ran",
    ]
    assert "3 of 7 branches of pipelines were taken" in done.stdout


def test_the_plugin_loads_nothing_of_flowdsl_that_no_test_uses(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\n\ndef test_it():\n"
        "    ours = {each for each in sys.modules if each.split('.')[0] in ('flowdsl', 'attrs', 'networkx', 'pydantic')}\n"
        "    assert ours <= {'flowdsl', 'flowdsl.testing', 'flowdsl.testing.plugin'}, ours\n"
    )
    done = ran(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def ran(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """pytest with the plugin by its name: the test holds where an older flowdsl is installed, too."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "flowdsl.testing.plugin", "-p", "no:cacheprovider", *options]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@task(image="python:3.12-slim")
def anything(
    text: str,
    plan: Plan,
    modes: list[Mode],
    data: dict[str, int],
    file: File,
    folder: Directory,
    space: Workspace,
    n: int | None = None,
) -> str:
    assert "\0" not in text
    assert isinstance(plan.mode, Mode)
    assert all(isinstance(each, Mode) for each in modes)
    assert all(type(each) is int for each in data.values())
    assert (file.is_file(), folder.is_dir(), space.is_dir()) == (True, True, True)
    assert n is None or isinstance(n, int)
    return text


@settings(max_examples=25, deadline=None)
@given(**strategies_for(anything))
def test_strategies_give_what_a_task_may_be_given(**values: object) -> None:
    assert anything(**values) == values["text"]


def test_strategies_are_for_tasks() -> None:
    assert strategies_for(train).keys() == {"plan", "days", "token"}
    with pytest.raises(UsageError, match="takes a @task, got function"):
        strategies_for(trained)
