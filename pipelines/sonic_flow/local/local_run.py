"""What the Sonic pipeline runs with on a laptop: services, test input, rules for the measures, one other task."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from flowdsl import LocalRun, Service
from flowdsl.diagnostics import UsageError
from sonic_flow.local.image_layout import build_image
from sonic_flow.local.raters import ask_raters
from sonic_flow.local.weights import MODELS, NEWEST
from sonic_flow.measures import OF_SONIC, Limit, Thresholds
from sonic_flow.settings import Settings
from sonic_flow.tasks.rating import API_VERSION, KIND

PIPELINES = Path(__file__).resolve().parents[2]
ASSETS = PIPELINES / "assets"
BUCKET = "sonic-clips"
NEEDED = {"numpy": "numpy", "PIL": "pillow", "av": "av", "moto": "moto[s3]", "flask_cors": "flask-cors"}
WEIGHTS = ("SONIC_SYNCNET", "SONIC_INCEPTION", "SONIC_REFERENCES")
"""The variables by which the evaluator is given its weights, here as in an image."""

THRESHOLDS = Thresholds(  # LSE-D, LSE-C and FID are left out, with a word, until the evaluator is given weights
    syncnet_offset_frames=Limit(2),
    sync_distance=Limit(0.9, regression=0.10),
    sync_confidence=Limit(0.5, regression=0.10),
    sync_offset_frames=Limit(2),
    speech_match=Limit(0.9),
    frechet_dct=Limit(8.0, regression=0.25),
    word_error_rate=OF_SONIC.word_error_rate,
)
"""The limits here: those of a cluster, and some for the reference evaluator's own measures."""

SMALL = Settings(min_resolution=512)  # a laptop's processor makes such a picture in less than a tenth of a second
PARAMS = {
    "image_tag": "local",
    "settings": json.dumps(asdict(SMALL)),
    "evaluator": "sonic-local/evaluator:stand-in",
    "thresholds": json.dumps(asdict(THRESHOLDS)),
    "bucket": BUCKET,
    "raters_least": "1",  # whoever sits here; --set raters_wanted=2 waits for two
    "raters_wanted": "1",
    "rating_hours": "1",
    "startup_seconds": "30",  # the services are up before the first task
    "live_samples": "1",
}


def sonic_local_run() -> LocalRun:
    """The stand-ins of a local run. UsageError where a package or git is missing, or a variable has no good value."""
    missing = [package for module, package in NEEDED.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise UsageError(f"a local run of Sonic needs {', '.join(missing)}: pip install 'flowdsl[sonic]'")
    if shutil.which("git") is None:
        raise UsageError("a local run of Sonic clones the model's source: it needs git on the PATH")
    model, clear = chosen_model(os.environ), clear_speech(os.environ)
    more = {"require_baseline": "false"} if clear else {}  # that of the other speech is no measure for this one
    return LocalRun(
        params={**PARAMS, **more, "branch": f"v{model}"},
        claims={
            "sonic-data": fill_with_clear_speech if clear else fill_claim,
            "ratings": lambda folder: folder.mkdir(exist_ok=True),
        },
        secrets={
            "sonic-registry": {".dockerconfigjson": json.dumps({"auths": {}})},
            # The store on loopback takes any key; these are no secret of anyone.
            "sonic-s3": {"access-key": "access-to-the-store-on-loopback", "secret-key": "for-the-store-on-loopback"},
            "sonic-mlflow": {"token": os.environ.get("MLFLOW_TRACKING_TOKEN", "for-the-registry-on-loopback")},
        },
        tasks={"build-image": build_image, f"{API_VERSION}/{KIND}": ask_raters},
        services=(*services(model, weights(os.environ), clear=clear), *loop(os.environ, model)),
    )


def chosen_model(environment: Mapping[str, str]) -> str:
    """Whose weights the stand-in for the model has. UsageError where there are none of that name."""
    model = environment.get("SONIC_MODEL", NEWEST.name)
    if model not in MODELS:
        raise UsageError(f"SONIC_MODEL={model}: there is no such model; there are {', '.join(MODELS)}")
    return model


def weights(environment: Mapping[str, str]) -> dict[str, Path]:
    """The files of weights that are named, absolute. UsageError where one is missing or can't be used here."""
    given = {name: Path(environment[name]).expanduser().resolve() for name in WEIGHTS if environment.get(name)}
    for name, path in given.items():
        if not path.exists():
            told = f"{name}={environment[name]}: there is no such file; docs/sonic.md says what belongs there"
            raise UsageError(told)
    if given and importlib.util.find_spec("onnxruntime") is None:
        raise UsageError(f"{next(iter(given))} needs onnxruntime: pip install 'flowdsl[sonic,sonic-nets]'")
    if "SONIC_REFERENCES" in given and "SONIC_INCEPTION" not in given:
        raise UsageError("SONIC_REFERENCES is what FID compares with: it needs SONIC_INCEPTION")
    return given


def services(model: str, given: Mapping[str, Path], *, clear: bool = False) -> tuple[Service, ...]:
    """The model's source, the model, the evaluator and the object store, each on a free port of loopback.

    With a `clear` speech a recogniser as well.
    """
    here = {"PYTHONPATH": str(PIPELINES)}
    port, folder = ("--port", "{port}"), ("--folder", "{folder}")
    patience = 600.0 if given else 60.0  # seconds; networks are loaded and references measured before it is ready
    networks = {**here, **{name: str(path) for name, path in given.items()}}

    def run(module: str, *options: str) -> tuple[str, ...]:
        return ("{python}", "-m", f"sonic_flow.local.{module}", *port, *options)

    recognition: tuple[Service, ...] = ()
    if clear:
        hears = {"transcription_endpoint": "{url}"}
        recognition = (Service("transcriber", run("transcriber"), "/health", hears, here, 60.0),)
    return (
        Service("source", run("source", *folder), "/health", {"git_repo": "{url}/model.git"}, here),
        Service("model", run("service", "--model", model), "/health", {"service_endpoint": "{url}"}, here),
        Service("evaluator", run("evaluator"), "/health", {"evaluation_endpoint": "{url}"}, networks, patience),
        *recognition,
        Service("store", run("store", *folder, "--bucket", BUCKET), "/", {"s3_endpoint": "{url}"}, here),
    )


def loop(environment: Mapping[str, str], model: str) -> tuple[Service, ...]:
    """What a run is tracked in, and what its version is released to, where SONIC_LOOP names the folder that keeps both
    from run to run; else nothing. UsageError where SONIC_LIVE_FLAW has no good value."""
    given, flaw = environment.get("SONIC_LOOP"), environment.get("SONIC_LIVE_FLAW", "")
    if flaw not in ("", "short"):
        raise UsageError(f"SONIC_LIVE_FLAW={flaw}: there is one flaw, `short`")
    if not given:
        return ()
    folder = Path(given).expanduser().resolve()

    def run(module: str, *options: str) -> tuple[str, ...]:
        return ("{python}", "-m", f"sonic_flow.local.{module}", "--port", "{port}", *options)

    kept = run("tracking", "--folder", str(folder / "tracking"))
    live = run("live", "--folder", str(folder / "live"), "--model", model, "--flaw", flaw)
    params = {"route": "sonic", "live_api": "{url}", "live_backend": "{url}/backends/{name}"}
    here = {"PYTHONPATH": str(PIPELINES)}
    return (
        Service("tracking", kept, "/health", {"tracking": "{url}"}, here),
        Service("live", live, "/health", params, here),
    )


def clear_speech(environment: Mapping[str, str]) -> bool:
    """Whether the speech is the one that a recogniser understands. UsageError where there is none, or no recogniser."""
    speech = environment.get("SONIC_SPEECH", "")
    if speech not in ("", "clear"):
        raise UsageError(f"SONIC_SPEECH={speech}: there is no such speech; there is clear")
    if speech and importlib.util.find_spec("pocketsphinx") is None:
        raise UsageError("SONIC_SPEECH=clear needs pocketsphinx: pip install 'flowdsl[sonic,sonic-words]'")
    return bool(speech)


def fill_claim(folder: Path) -> None:
    """The claim `sonic-data` as a first run finds it: the test input and the baseline."""
    (folder / "assets").mkdir(parents=True)
    for name in ("portrait.png", "speech.wav", "baseline.json"):
        shutil.copyfile(ASSETS / name, folder / "assets" / name)


def fill_with_clear_speech(folder: Path) -> None:
    """The same with the other speech, and what it says."""
    fill_claim(folder)
    for ending in ("wav", "txt"):
        shutil.copyfile(ASSETS / f"clear-speech.{ending}", folder / "assets" / f"speech.{ending}")
