"""LSE-D, LSE-C and FID by networks that the tests write, and what is said of files that are no use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PIL import Image, ImageFilter

from flowdsl.diagnostics import UsageError
from sonic_flow.judging import judge
from sonic_flow.local import evaluator, inception, media, networks, syncnet
from sonic_flow.local.local_run import THRESHOLDS, chosen_model, sonic_local_run, weights
from sonic_flow.local.pixels import Pixels
from sonic_flow.measures import DEFINED_BY
from sonic_flow.tasks.evaluation import read_answer
from sonic_flow.tests import made_networks as made
from sonic_flow.tests.clips import FILES, PORTRAIT, pictures, write
from sonic_flow.tests.fakes import PIPELINES

pytest.importorskip("onnxruntime", reason="networks are run by onnxruntime: pip install 'flowdsl[sonic-nets]'")

NO_PORTRAIT = cast(Pixels, None)  # FID against reference faces looks at none


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("weights")
    made.syncnet(place / "syncnet")
    made.inception(place / "inception.onnx")
    return place


@pytest.fixture(scope="module")
def lse(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[float, syncnet.Lse]:
    """SyncNet's measures of the shipped clip, whose sound comes `late` seconds late."""
    network, place = syncnet.SyncNet(folder / "syncnet"), tmp_path_factory.mktemp("clips")
    measured = {}
    for late in (-0.2, 0.0, 0.2, 0.8):
        found = network.measure(media.Clip(write(place / f"{late}.mp4", pictures(), late=late)))
        assert found is not None
        measured[late] = found
    return measured


def test_sync_and_no_sync_are_told_apart(lse: Mapping[float, syncnet.Lse]) -> None:
    assert abs(lse[0.0].offset) <= 1
    assert lse[0.0].confidence > 1.5 * lse[0.8].confidence
    assert lse[0.8].distance > 1.1 * lse[0.0].distance


@pytest.mark.parametrize(("late", "frames"), [(0.2, 5), (-0.2, -5)])
def test_a_shift_of_200_ms_is_where_the_least_distance_is(
    lse: Mapping[float, syncnet.Lse], late: float, frames: int
) -> None:
    """LSE-D and LSE-C are defined over all offsets, so a constant shift moves the offset and leaves them about alike."""
    assert lse[late].offset - lse[0.0].offset == frames
    assert lse[late].distance == pytest.approx(lse[0.0].distance, rel=0.15)


def test_the_answer_passes_the_task_and_the_gate_judges_it(folder: Path, tmp_path: Path) -> None:
    sync, faces = syncnet.SyncNet(folder / "syncnet"), inception.Inception(folder / "inception.onnx")
    nets = evaluator.Networks(sync, faces)
    clip = write(tmp_path / "clip.mp4", pictures())
    answer = tmp_path / "evaluation.json"
    answer.write_bytes(evaluator.evaluate({}, {**FILES, "video": clip.read_bytes()}, nets).content)
    metrics, not_made = read_answer(answer)
    assert set(DEFINED_BY) <= set(metrics)
    assert not_made == {}
    face, audio = sync.face.digest, sync.audio.digest
    assert metrics["lse_d"]["method"].startswith(f"syncnet {face[:12]}+{audio[:12]}, ")
    assert metrics["fid"]["method"].startswith(f"inception-v3 {faces.network.digest[:12]}, ")
    assert "portrait" in metrics["fid"]["method"]
    assert metrics["fid"]["value"] > 0

    checks = {check["metric"]: check for check in judge(metrics, THRESHOLDS.rules(), None, not_made).checks}
    assert {"lse_d", "lse_c", "fid", "syncnet_offset_frames", "sync_distance"} <= set(checks)
    assert checks["lse_d"]["value"] == metrics["lse_d"]["value"]
    # No face was ever in these hand-made weights: their confidence is far below what real ones must reach.
    assert "is below the limit 6" in checks["lse_c"]["reason"]


@pytest.mark.parametrize(("late", "stopped"), [(0.0, False), (0.2, True), (-0.2, True)])
def test_the_gate_stops_a_shift_by_syncnets_offset(
    lse: Mapping[float, syncnet.Lse], late: float, stopped: bool
) -> None:
    name = "syncnet_offset_frames"
    (check,) = judge(
        {name: {"value": lse[late].offset, "method": "syncnet"}}, {name: THRESHOLDS.rules()[name]}, None, {}
    ).checks
    assert bool(check["reason"]) is stopped


def test_lse_is_what_the_definition_says() -> None:
    """Each window its own axis: distance 0 at the true offset, and elsewhere √2, or 1 against what is beyond the end."""
    count, late = 60, 4
    seen = np.eye(count + late, dtype=np.float32)[:count]
    said = np.concatenate([np.zeros((late, count + late), np.float32), np.eye(count + late)[: count - late]])
    found = syncnet.lse(seen, said)
    assert found.offset == late
    assert found.distance == pytest.approx(late / count)  # the last windows have no sound: distance 1 each
    assert found.confidence > 1.0


def test_fid_grows_with_blur_and_is_0_for_the_same(folder: Path) -> None:
    network = inception.Inception(folder / "inception.onnx")
    portrait = Image.open(PORTRAIT).convert("RGB")
    found = [
        network.measure([np.asarray(portrait.filter(ImageFilter.GaussianBlur(radius)))], np.asarray(portrait))
        for radius in (0, 8, 16)
    ]
    assert found[0] == pytest.approx(0.0, abs=1e-6)
    assert found == sorted(found)
    assert found[2] > 2 * found[1] > 0


def test_the_frechet_distance_is_that_of_the_covariances() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(0, [1, 2, 3], (400, 3)), rng.normal([3, 1, 0], [2, 2, 1], (500, 3))
    c1, c2 = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    root = np.sqrt(np.linalg.eigvals(c1 @ c2).real).sum()
    between = ((one.mean(axis=0) - other.mean(axis=0)) ** 2).sum()
    assert inception.frechet(one, other) == pytest.approx(between + np.trace(c1) + np.trace(c2) - 2 * root)


def test_references_are_a_folder_of_faces_whose_hash_is_in_the_method(folder: Path, tmp_path: Path) -> None:
    faces = tmp_path / "faces"
    faces.mkdir()
    for number in (0, 40, 80):
        Image.fromarray(pictures()[number]).save(faces / f"{number}.png")
    network = inception.Inception(folder / "inception.onnx", faces)
    assert "against 3 reference faces " in network.method
    before = network.method
    Image.fromarray(pictures()[20]).save(faces / "0.png")
    assert inception.Inception(folder / "inception.onnx", faces).method != before
    own = network.measure([pictures()[number] for number in (0, 40, 80)], NO_PORTRAIT)
    assert own == pytest.approx(0.0, abs=1e-4)
    (faces / "1.png").write_bytes(b"no picture")
    with pytest.raises(networks.WeightsError, match=r"references: .*1\.png: cannot identify"):
        inception.Inception(folder / "inception.onnx", faces)


def test_a_network_for_one_size_of_batch_is_run_in_such_batches(folder: Path, tmp_path: Path) -> None:
    fixed = syncnet.SyncNet(made.syncnet(tmp_path / "fixed", batch=4))
    rows = np.random.default_rng(0).normal(0, 1, (10, 1, 13, 20)).astype(np.float32)
    free = syncnet.SyncNet(folder / "syncnet")
    assert fixed.audio.run(rows) == pytest.approx(free.audio.run(rows), abs=1e-6)


def test_a_clip_shorter_than_a_window_has_no_lse(folder: Path) -> None:
    clip = media.Clip.__new__(media.Clip)
    clip.pictures, clip.fps, clip.samples, clip.rate = pictures()[:4], 25.0, np.zeros(2560, np.float32), 16000
    assert syncnet.SyncNet(folder / "syncnet").measure(clip) is None


def started(*options: object, **variables: str) -> str:
    """How the service ends that is started with these options and variables."""
    command = [sys.executable, "-m", "sonic_flow.local.evaluator", "--port", "0", *map(str, options)]
    done = subprocess.run(
        command,
        cwd=PIPELINES,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**os.environ, **variables},
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


def test_weights_that_are_no_use_end_the_service_at_its_start_with_one_line(folder: Path, tmp_path: Path) -> None:
    corrupt = made.syncnet(tmp_path / "corrupt")
    (corrupt / "audio.onnx").write_bytes((corrupt / "audio.onnx").read_bytes()[:-100])
    told = started("--syncnet", corrupt)
    assert told.startswith(f"error: SyncNet's audio branch: {corrupt}/audio.onnx is no ONNX network: ")
    assert "\n" not in told
    assert started("--inception", tmp_path / "none.onnx") == (
        f"error: Inception v3: {tmp_path}/none.onnx can't be read: No such file or directory"
    )
    assert started(SONIC_SYNCNET="/nowhere").startswith("error: SyncNet: /nowhere is no folder")
    assert "--references" in started("--references", tmp_path)


def test_each_kind_of_wrong_network_is_told(folder: Path, tmp_path: Path) -> None:
    def refused(call: Callable[..., object], *given: Path) -> str:
        with pytest.raises(networks.WeightsError) as error:
            call(*given)
        return str(error.value)

    file = folder / "inception.onnx"
    assert refused(syncnet.SyncNet, file).endswith("is no folder; it must hold face.onnx and audio.onnx")
    face = folder / "syncnet" / "face.onnx"
    assert "takes faces Nx3x5x224x224 tensor(float); it must take Nx3x299x299" in refused(inception.Inception, face)
    narrow = made.inception(tmp_path / "narrow.onnx", width=1000)
    assert "gives 1x1000x1x1 for 1 rows; it must give Nx2048" in refused(inception.Inception, narrow)
    swapped = made.syncnet(tmp_path / "swapped")
    (swapped / "face.onnx").write_bytes((swapped / "audio.onnx").read_bytes())
    assert "SyncNet's face branch" in refused(syncnet.SyncNet, swapped)
    assert "no folder with PNG, JPEG or WebP" in refused(inception.Inception, file, tmp_path / "swapped")


def test_weights_in_a_second_file_are_refused_for_the_hash_would_miss_them(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = made.onnx.load(folder / "inception.onnx")
    monkeypatch.chdir(tmp_path)  # where ONNX Runtime would look for it by itself
    made.onnx.save_model(model, "two.onnx", save_as_external_data=True, location="two.data", size_threshold=1000)
    with pytest.raises(networks.WeightsError, match=r"two\.onnx has its weights in a second file"):
        inception.Inception(tmp_path / "two.onnx")


def test_numbers_that_are_not_finite_are_refused(folder: Path) -> None:
    network = syncnet.SyncNet(folder / "syncnet").audio
    with pytest.raises(ValueError, match=r"audio\.onnx gives numbers that are not finite"):
        network.run([np.full((1, 13, 20), np.nan, np.float32)])


def test_a_local_run_hands_the_weights_to_the_evaluator_and_the_rules_to_the_gate(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONIC_SYNCNET", str(folder / "syncnet"))
    monkeypatch.setenv("SONIC_INCEPTION", str(folder / "inception.onnx"))
    given = sonic_local_run()
    (service,) = (each for each in given.services if each.name == "evaluator")
    assert (
        service.env.items()
        >= {
            "SONIC_SYNCNET": str(folder / "syncnet"),
            "SONIC_INCEPTION": str(folder / "inception.onnx"),
        }.items()
    )
    assert json.loads(given.params["thresholds"])["lse_d"] == {"limit": 8.5, "regression": 0.05}


def test_without_weights_the_evaluator_says_so_and_loads_nothing(tmp_path: Path) -> None:
    clip = write(tmp_path / "clip.mp4", pictures()).read_bytes()
    told = json.loads(evaluator.evaluate({}, {**FILES, "video": clip}).content)
    assert set(told["not_made"]) == {*DEFINED_BY, "syncnet_offset_frames"}
    assert not set(told["not_made"]) & set(told["metrics"])
    assert "SONIC_SYNCNET" in told["not_made"]["lse_d"]
    assert "SONIC_INCEPTION" in told["not_made"]["fid"]
    modules = "import sys, sonic_flow.local.evaluator; assert 'onnxruntime' not in sys.modules"
    subprocess.run([sys.executable, "-c", modules], cwd=PIPELINES, check=True, timeout=600)


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"SONIC_INCEPTION": "/nowhere/i.onnx"}, "SONIC_INCEPTION=/nowhere/i.onnx: there is no such file"),
        ({"SONIC_REFERENCES": "/"}, "it needs SONIC_INCEPTION"),
    ],
)
def test_a_mistake_in_the_variables_is_told_before_the_run(environment: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        weights(environment)


def test_a_model_that_there_is_not_is_told_before_the_run() -> None:
    assert chosen_model({}) == "1.0"
    assert chosen_model({"SONIC_MODEL": "0.9"}) == "0.9"
    with pytest.raises(UsageError, match=r"SONIC_MODEL=0\.8: there is no such model; there are 0\.9, 1\.0"):
        chosen_model({"SONIC_MODEL": "0.8"})
