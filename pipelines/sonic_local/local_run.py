"""What the Sonic pipeline runs with on a laptop: services, test input, rules for the measures, one other task."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

from flowdsl import LocalRun, Service
from flowdsl.diagnostics import UsageError
from sonic_local.clone import git_clone
from sonic_local.image_layout import build_image

PIPELINES = Path(__file__).resolve().parents[1]
ASSETS = PIPELINES / "assets"
BUCKET = "sonic-clips"
NEEDED = {"numpy": "numpy", "PIL": "pillow", "av": "av", "moto": "moto[server]"}

# The reference evaluator has no networks, so its own measures have rules here. For lse_d, lse_c and fid the pipeline's
# defaults stay: they need an evaluator that has the weights (`evaluation_endpoint`).
THRESHOLDS = {
    "sync_distance": {"better": "lower", "limit": 0.9, "regression": 0.10},
    "sync_confidence": {"better": "higher", "limit": 0.5, "regression": 0.10},
    "sync_offset_frames": {"better": "zero", "limit": 2},
    "speech_match": {"better": "higher", "limit": 0.9},
    "frechet_dct": {"better": "lower", "limit": 5.0, "regression": 0.25},
    "duration_error": {"better": "lower", "limit": 0.5},
}
PARAMS = {
    "image_tag": "local",
    "min_resolution": "512",  # a laptop's processor makes such a picture in less than a tenth of a second
    "evaluator": "sonic-local/evaluator:stand-in",
    "thresholds": json.dumps(THRESHOLDS),
    "bucket": BUCKET,
}


def sonic_local_run() -> LocalRun:
    """The stand-ins of a local run. UsageError where a package or git is missing."""
    missing = [package for module, package in NEEDED.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise UsageError(f"a local run of Sonic needs {', '.join(missing)}: pip install 'flowdsl[sonic]'")
    if shutil.which("git") is None:
        raise UsageError("a local run of Sonic clones the model's source: it needs git on the PATH")
    return LocalRun(
        params=PARAMS,
        claims={"sonic-data": fill_claim},
        secrets={
            "sonic-registry": {".dockerconfigjson": json.dumps({"auths": {}})},
            # The store on loopback takes any key; these are no secret of anyone.
            "sonic-s3": {"access-key": "local", "secret-key": "for-the-store-on-loopback"},
        },
        tasks={"git-clone": git_clone, "build-image": build_image},
        services=services(),
    )


def services() -> tuple[Service, ...]:
    """The model's source, the model, the evaluator and the object store, each on a free port of loopback."""
    here = {"PYTHONPATH": str(PIPELINES)}
    port, folder = ("--port", "{port}"), ("--folder", "{folder}")

    def run(module: str, *more: str) -> tuple[str, ...]:
        return ("{python}", "-m", f"sonic_local.{module}", *port, *more)

    return (
        Service("source", run("source", *folder), "/health", {"git_repo": "{url}/model.git"}, here),
        Service("model", run("service"), "/health", {"service_endpoint": "{url}"}, here),
        Service("evaluator", run("evaluator"), "/health", {"evaluation_endpoint": "{url}"}, here),
        Service("store", run("store", *folder, "--bucket", BUCKET), "/", {"s3_endpoint": "{url}"}, here),
    )


def fill_claim(folder: Path) -> None:
    """The claim `sonic-data` as a first run finds it: the test input and the baseline."""
    (folder / "assets").mkdir(parents=True)
    for name in ("portrait.png", "speech.wav", "baseline.json"):
        shutil.copyfile(ASSETS / name, folder / "assets" / name)
