"""The reference evaluator's measures, and what the gate makes of them, on clips that are really in and out of sync."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from sonic_flow.baseline import Baseline
from sonic_flow.judging import judge
from sonic_flow.local import evaluator, measure
from sonic_flow.local.local_run import THRESHOLDS
from sonic_flow.local.pixels import Pixels
from sonic_flow.local.weights import MODELS
from sonic_flow.settings import Settings
from sonic_flow.tests.clips import ASSETS, FILES, PORTRAIT, pictures, speech, write

NETWORKS = {"lse_d", "lse_c", "fid", "syncnet_offset_frames"}
BASELINE = json.loads((ASSETS / "baseline.json").read_text())["metrics"]


def measured(tmp_path: Path, frames: list[Pixels], *, late: float = 0.0) -> dict[str, Any]:
    """What the evaluator says of a clip, as `evaluate` hands it to the gate."""
    clip = write(tmp_path / "clip.mp4", frames, late=late)
    told = json.loads(evaluator.evaluate({}, {**FILES, "video": clip.read_bytes()}).content)
    metrics = {name: {"value": value, "method": told["methods"][name]} for name, value in told["metrics"].items()}
    return {**metrics, "duration_error": {"value": 0.02, "method": "container"}}


def reasons(metrics: dict[str, Any], baseline: dict[str, Any] | None = None) -> dict[str, str]:
    before = Baseline(baseline, dict.fromkeys(NETWORKS, "no weights"), {}) if baseline is not None else None
    lacking = {**dict.fromkeys(NETWORKS, "no weights"), "word_error_rate": "nobody listened"}
    found = judge(metrics, THRESHOLDS.rules(), before, lacking)
    assert set(found.not_made) == lacking.keys()
    return {check["metric"]: check["reason"] for check in found.checks if check["reason"]}


def test_a_clip_in_sync_passes(tmp_path: Path) -> None:
    found = measured(tmp_path, pictures())
    assert found["sync_offset_frames"]["value"] == 0
    assert found["sync_distance"]["value"] < 0.4
    assert found["sync_confidence"]["value"] > 1.0
    assert found["speech_match"]["value"] > 0.98
    assert reasons(found) == {}


@pytest.mark.parametrize(("late", "frames"), [(0.2, 5), (-0.2, -5)])
def test_a_shift_of_200_ms_is_told_and_the_gate_stops_it(tmp_path: Path, late: float, frames: int) -> None:
    found = measured(tmp_path, pictures(), late=late)
    assert found["sync_offset_frames"]["value"] == frames
    stopped = reasons(found)
    assert stopped["sync_offset_frames"] == f"sync_offset_frames={frames} is further from 0 than the limit 2"
    assert "sync_distance" in stopped


def test_no_measure_has_the_name_of_what_only_a_network_defines(tmp_path: Path) -> None:
    assert not NETWORKS & set(measured(tmp_path, pictures()))


def test_better_pictures_do_not_buy_17_percent_worse_sync() -> None:
    worse = {name: dict(metric) for name, metric in BASELINE.items()}
    worse["sync_distance"]["value"] = round(1.17 * BASELINE["sync_distance"]["value"], 4)
    worse["frechet_dct"]["value"] = 0.5 * BASELINE["frechet_dct"]["value"]
    assert list(reasons(worse, BASELINE)) == ["sync_distance"]
    assert "17.0% worse than the baseline" in reasons(worse, BASELINE)["sync_distance"]


def test_sharper_but_lagging_is_stopped_against_a_soft_clip_in_sync(tmp_path: Path) -> None:
    """The same with real clips: the baseline was soft and in sync; this one is sharp, its mouth lags."""
    before = measured(tmp_path, pictures(Settings(inference_steps=12)))
    now = measured(tmp_path, pictures(Settings(lip_sync_align=False)))
    assert now["frechet_dct"]["value"] < before["frechet_dct"]["value"]
    assert now["sync_distance"]["value"] > 1.17 * before["sync_distance"]["value"]
    assert "sync_distance" in reasons(now, before)


def test_a_mouth_that_does_not_move_has_no_sync(tmp_path: Path) -> None:
    found = measured(tmp_path, [pictures()[0]] * 139)
    assert found["sync_distance"]["value"] > 1.3
    assert {"sync_distance", "sync_confidence"} <= set(reasons(found))


def test_a_moving_head_is_no_moving_mouth(tmp_path: Path) -> None:
    found = measured(tmp_path, pictures(Settings(dynamic_scale=0.1, motion_scale=2.0)))
    assert "sync_confidence" in reasons(found)


def test_another_voice_is_told() -> None:
    samples, _ = speech()
    assert measure.same_sound(samples, samples) == pytest.approx(1.0)
    assert measure.same_sound(samples[::-1], samples) < 0.3
    assert measure.same_sound(np.zeros(1000), samples) == 0.0


def test_frechet_grows_with_blur_and_is_0_for_the_portrait_itself() -> None:
    portrait = Image.open(PORTRAIT).convert("RGB")
    assert measure.frechet([np.asarray(portrait)], np.asarray(portrait)) == pytest.approx(0.0, abs=1e-2)
    blurred = [
        measure.frechet([np.asarray(portrait.filter(ImageFilter.GaussianBlur(radius)))], np.asarray(portrait))
        for radius in (0.7, 1.4, 2.8)
    ]
    assert blurred == sorted(blurred)
    assert blurred[-1] > 5.0


def test_the_gaussians_distance_is_the_known_one() -> None:
    """For Gaussians with diagonal covariances it is |m1 - m2|² + Σ(s1 - s2)²."""
    rng = np.random.default_rng(0)
    one, other = rng.normal(0, [1, 2], (200_000, 2)), rng.normal([3, 1], [2, 2], (200_000, 2))
    assert measure.gaussian_distance(one, other) == pytest.approx(9 + 1 + 1 + 0, rel=0.03)


def test_the_answer_has_pictures_and_curves_for_the_report(tmp_path: Path) -> None:
    clip = write(tmp_path / "clip.mp4", pictures())
    told = json.loads(evaluator.evaluate({}, {**FILES, "video": clip.read_bytes()}).content)
    assert len(told["frames"]) == 8
    assert told["frames"][-1]["seconds"] == pytest.approx(5.52)
    assert len(told["curves"]["mouth"]) == len(told["curves"]["sound"]) == 139
    assert np.corrcoef(told["curves"]["mouth"], told["curves"]["sound"])[0, 1] > 0.9


def test_the_mouth_is_followed_when_the_head_moves() -> None:
    still, moving = (measure.mouth_opening(pictures(Settings(motion_scale=scale))) for scale in (0.1, 1.05))
    assert np.corrcoef(still, moving)[0, 1] > 0.97


def test_two_models_differ_in_what_they_are_measured_by(tmp_path: Path) -> None:
    """The baseline is a run of the model before this one: what a report compares are two clips, not one with itself."""
    now, before = (measured(tmp_path, pictures(weights=MODELS[name])) for name in ("1.0", "0.9"))
    checks = judge(now, THRESHOLDS.rules(), Baseline(before, {}, {}), {}).checks
    told = {check["metric"]: check["difference"] for check in checks if check["value"] is not None}
    assert told["sync_distance"].endswith("% better")
    assert told["frechet_dct"].endswith("% better")
    assert "the same" not in (told["sync_distance"], told["sync_confidence"], told["frechet_dct"])


def test_the_shipped_baseline_says_where_it_comes_from() -> None:
    origin = json.loads((ASSETS / "baseline.json").read_text())["origin"]
    assert origin["service"] == MODELS["0.9"].version
    assert len(origin["revision"]) == 40
    assert origin["run"]
    assert origin["date"].startswith("20")


def test_the_shipped_baseline_is_of_these_methods(tmp_path: Path) -> None:
    found = measured(tmp_path, pictures())
    assert {name: metric["method"] for name, metric in found.items()} == {
        name: metric["method"] for name, metric in BASELINE.items()
    }
