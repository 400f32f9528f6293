"""What the Sonic pipeline runs with on a laptop: services, test input, rules for the measures, one other task."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from flowdsl import LocalRun, Service
from flowdsl.diagnostics import UsageError
from sonic_flow.local.image_layout import build_image
from sonic_flow.tasks.gate import THRESHOLDS as PIPELINE_THRESHOLDS

PIPELINES = Path(__file__).resolve().parents[2]
ASSETS = PIPELINES / "assets"
BUCKET = "sonic-clips"
NOTHING: Mapping[str, Path] = MappingProxyType({})
NEEDED = {"numpy": "numpy", "PIL": "pillow", "av": "av", "moto": "moto[s3]", "flask_cors": "flask-cors"}

# Files of weights for the evaluator, by the variable that names them, with its option and the measures they give.
WEIGHTS = {
    "SONIC_SYNCNET": ("--syncnet", ("lse_d", "lse_c", "syncnet_offset_frames")),
    "SONIC_INCEPTION": ("--inception", ("fid",)),
    "SONIC_REFERENCES": ("--references", ()),
}
OFFSET = {"better": "zero", "limit": 2}
# The reference evaluator's own measures have rules here. lse_d, lse_c and fid are added when it is given weights.
THRESHOLDS: dict[str, dict[str, Any]] = {
    "sync_distance": {"better": "lower", "limit": 0.9, "regression": 0.10},
    "sync_confidence": {"better": "higher", "limit": 0.5, "regression": 0.10},
    "sync_offset_frames": OFFSET,
    "speech_match": {"better": "higher", "limit": 0.9},
    "frechet_dct": {"better": "lower", "limit": 8.0, "regression": 0.25},
    "duration_error": {"better": "lower", "limit": 0.5},
}
PARAMS = {
    "image_tag": "local",
    "min_resolution": "512",  # a laptop's processor makes such a picture in less than a tenth of a second
    "evaluator": "sonic-local/evaluator:stand-in",
    "thresholds": json.dumps(THRESHOLDS),
    "bucket": BUCKET,
    "startup_seconds": "30",  # the services are up before the first task
}


def sonic_local_run() -> LocalRun:
    """The stand-ins of a local run. UsageError where a package or git is missing."""
    missing = [package for module, package in NEEDED.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise UsageError(f"a local run of Sonic needs {', '.join(missing)}: pip install 'flowdsl[sonic]'")
    if shutil.which("git") is None:
        raise UsageError("a local run of Sonic clones the model's source: it needs git on the PATH")
    given = weights(os.environ)
    measured = json.loads((ASSETS / "baseline.json").read_text("utf-8"))["metrics"]
    return LocalRun(
        params={**PARAMS, "thresholds": json.dumps(rules(given, measured))},
        claims={"sonic-data": fill_claim},
        secrets={
            "sonic-registry": {".dockerconfigjson": json.dumps({"auths": {}})},
            # The store on loopback takes any key; these are no secret of anyone.
            "sonic-s3": {"access-key": "access-to-the-store-on-loopback", "secret-key": "for-the-store-on-loopback"},
        },
        tasks={"build-image": build_image},
        services=services(given),
    )


def weights(environment: Mapping[str, str]) -> dict[str, Path]:
    """The files of weights that are named, absolute. UsageError where one is missing or can't be used here."""
    given = {name: Path(environment[name]).expanduser().resolve() for name in WEIGHTS if environment.get(name)}
    for name, path in given.items():
        if not path.exists():
            raise UsageError(
                f"{name}={environment[name]}: there is no such file; docs/sonic.md says what belongs there"
            )
    if given and importlib.util.find_spec("onnxruntime") is None:
        raise UsageError(f"{next(iter(given))} needs onnxruntime: pip install 'flowdsl[sonic,sonic-nets]'")
    if "SONIC_REFERENCES" in given and "SONIC_INCEPTION" not in given:
        raise UsageError("SONIC_REFERENCES is what FID compares with: it needs SONIC_INCEPTION")
    return given


def rules(given: Collection[str], baseline: Collection[str]) -> dict[str, dict[str, Any]]:
    """The gate's rules: those for LSE and FID where there are weights.

    The pipeline's own, but the comparison with the baseline is left out where the baseline lacks the measure.
    """
    found = dict(THRESHOLDS)
    for name in (name for variable in given for name in WEIGHTS[variable][1]):
        rule = PIPELINE_THRESHOLDS.get(name, OFFSET)
        found[name] = {key: value for key, value in rule.items() if key != "regression" or name in baseline}
    return found


def services(given: Mapping[str, Path] = NOTHING) -> tuple[Service, ...]:
    """The model's source, the model, the evaluator and the object store, each on a free port of loopback."""
    here = {"PYTHONPATH": str(PIPELINES)}
    port, folder = ("--port", "{port}"), ("--folder", "{folder}")
    patience = 600.0 if given else 60.0  # seconds; networks are loaded and references measured before it is ready
    more = [text for name, path in given.items() for text in (WEIGHTS[name][0], str(path))]

    def run(module: str, *options: str) -> tuple[str, ...]:
        return ("{python}", "-m", f"sonic_flow.local.{module}", *port, *options)

    return (
        Service("source", run("source", *folder), "/health", {"git_repo": "{url}/model.git"}, here),
        Service("model", run("service"), "/health", {"service_endpoint": "{url}"}, here),
        Service("evaluator", run("evaluator", *more), "/health", {"evaluation_endpoint": "{url}"}, here, patience),
        Service("store", run("store", *folder, "--bucket", BUCKET), "/", {"s3_endpoint": "{url}"}, here),
    )


def fill_claim(folder: Path) -> None:
    """The claim `sonic-data` as a first run finds it: the test input and the baseline."""
    (folder / "assets").mkdir(parents=True)
    for name in ("portrait.png", "speech.wav", "baseline.json"):
        shutil.copyfile(ASSETS / name, folder / "assets" / name)
