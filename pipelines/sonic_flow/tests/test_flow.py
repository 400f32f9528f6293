"""The whole pipeline with functions in place of its tasks: what is uploaded, what is not, what the report is told."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from flowdsl.api import Pipeline
from flowdsl.testing import FlowRun
from sonic_flow.tasks.evaluation import Scores
from sonic_flow.tasks.gate import Verdict
from sonic_flow.tasks.inference import Inference
from sonic_flow.tasks.model_image import Built
from sonic_flow.tasks.report import Report
from sonic_flow.tasks.source import Checkout
from sonic_flow.tasks.transcription import Heard
from sonic_flow.tasks.upload import Uploaded

Fakes = dict[str, Callable[..., object]]


@pytest.fixture
def told() -> list[str]:
    """What the report was told of the tasks."""
    return []


@pytest.fixture
def fakes(tmp_path: Path, told: list[str]) -> Fakes:
    for name in ("clip.mp4", "clip.vtt", "clip.srt", "report.html", "report.json"):
        (tmp_path / name).write_text(name)

    def report(tasks: list[str], **_: object) -> Report:
        told.extend(tasks)
        return Report(tmp_path / "report.html", tmp_path / "report.json")

    return {
        "fetch-source": lambda url, **_: Checkout("0a1b2c", url),
        "build-image": lambda image, **_: Built(image, "sha256:0"),
        "run-inference": lambda settings, **_: Inference(tmp_path / "clip.mp4", settings, 2.0, 1.0, None),
        "evaluate": lambda **_: Scores({"fid": {"value": 50.0, "method": "inception-v3"}}, {}, {}, 0.1, 1.0),
        "transcribe": lambda **_: Heard(tmp_path / "clip.vtt", tmp_path / "clip.srt", {}, {"word_error_rate": "none"}),
        "gate": lambda **_: Verdict(0.0, 0.0, [], "passed"),
        "upload": lambda key, bucket, **_: Uploaded(f"s3://{bucket}/{key}", "0", 8),
        "report": report,
    }


def sonic() -> Pipeline[..., dict[str, object]]:
    found = importlib.import_module("sonic").sonic
    assert isinstance(found, Pipeline)
    return found


VALUES = {"git_repo": "https://git.internal/sonic", "image_tag": "v1"}
SECRETS = {"sonic-s3": {"access-key": "not-a-real-key", "secret-key": "not-a-real-secret"}}


def test_a_good_clip_is_uploaded(flow_run: FlowRun, fakes: Fakes, told: list[str]) -> None:
    done = flow_run(sonic(), tasks=fakes, params=VALUES, secrets=SECRETS)
    assert done.succeeded, done
    assert done.value["verdict"] == "passed"
    assert str(done.task("upload").results["url"]).startswith("s3://sonic-clips/runs/")
    assert "upload=Succeeded" in told


@pytest.mark.parametrize("verdict", [(0.2, 0.0), (0.0, 0.1), (float("nan"), 0.0)])
def test_no_other_clip_is(flow_run: FlowRun, fakes: Fakes, told: list[str], verdict: tuple[float, float]) -> None:
    fakes["gate"] = lambda **_: Verdict(*verdict, ["fid"], "stopped: fid")
    done = flow_run(sonic(), tasks=fakes, params=VALUES, secrets=SECRETS)
    assert done.succeeded, done
    assert done.skipped["upload"].reason == "When Expressions evaluated to false"
    assert "upload=None" in told


def test_the_store_may_be_away_for_a_while(flow_run: FlowRun, fakes: Fakes, told: list[str]) -> None:
    done = flow_run(sonic(), tasks=fakes, params=VALUES, secrets=SECRETS, fail={"upload": 2})
    assert (done.succeeded, done.task("upload").retries) == (True, 2)
    lost = flow_run(sonic(), tasks=fakes, params=VALUES, secrets=SECRETS, fail={"upload": 3})
    assert (lost.status, "report" in lost.ran) == ("Failed", True)
    ended = dict(each.split("=") for each in told[-13:])
    fine = dict.fromkeys(list(fakes)[:6], "Succeeded")
    nobody = dict.fromkeys(("stage-clip", "rate", "keep-rating"), "None")
    assert ended == {**fine, **nobody, "champion": "None", "upload": "Failed", "register": "None", "release": "None"}
