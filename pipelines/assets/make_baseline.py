"""Measure the clip that a local run makes by default: what later runs are compared with.

    python pipelines/assets/make_baseline.py [baseline.json]

Run it again when the portrait, the speech, the renderer or a measure has changed, and look at the difference.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from sonic_flow.local import evaluator, local_run, service  # noqa: E402
from sonic_flow.tasks.clip import clip_seconds, wav_seconds  # noqa: E402


def baseline() -> dict[str, Any]:
    """The `metrics.json` of that clip."""
    portrait, speech = (HERE / name for name in ("portrait.png", "speech.wav"))
    files = {"portrait": portrait.read_bytes(), "speech": speech.read_bytes()}
    settings = local_run.PARAMS
    made = service.generate({"min_resolution": int(settings["min_resolution"])}, files)
    told = json.loads(evaluator.evaluate({}, {**files, "video": made.content}).content)
    metrics = {name: {"value": value, "method": told["methods"][name]} for name, value in told["metrics"].items()}
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        clip.write_bytes(made.content)
        error = round(max(abs(seconds - wav_seconds(speech)) for seconds in clip_seconds(clip)), 3)
    metrics["duration_error"] = {"value": error, "method": "container"}
    return {"evaluator": settings["evaluator"], "metrics": metrics}


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "baseline.json"
    target.write_text(json.dumps(baseline(), indent=2, sort_keys=True) + "\n", "utf-8")
    print(target.read_text("utf-8"))
