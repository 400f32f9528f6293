"""The reference evaluator: `python -m sonic_local.evaluator --port PORT`.

It measures the clip's own pixels and sound (`measure.py`). Having no SyncNet and no Inception, it gives no LSE-D, no
LSE-C and no FID, as `../SERVICE.md` asks.
"""

from __future__ import annotations

import base64
import io
import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sonic_local import VERSION, measure, media, service, web

SHOWN, SHOWN_WIDTH = 8, 224  # pictures that the answer has, and their width


def evaluate(parameters: Mapping[str, Any], files: Mapping[str, bytes]) -> web.Answer:
    """The measures of a clip."""
    began = time.monotonic()
    video, portrait, speech = web.needed(files, "video", "portrait", "speech")
    picture = service.as_pixels(service.read_picture(portrait))
    with tempfile.TemporaryDirectory() as folder:
        samples, rate = service.read_speech(speech, Path(folder))
        path = Path(folder) / "clip.mp4"
        path.write_bytes(video)
        try:
            clip = media.Clip(path)
            opening = measure.mouth_opening(clip.pictures)
            distance = measure.frechet(clip.pictures, picture)
        except ValueError as error:
            raise web.RefusedError(422, str(error)) from None
    sync = measure.sync(opening, clip.samples, clip.rate, clip.fps)
    wanted = media.resampled(samples, rate, clip.rate)
    metrics = {
        "sync_distance": round(sync.distance, 4),
        "sync_confidence": round(sync.confidence, 4),
        "sync_offset_frames": sync.offset,
        "speech_match": round(measure.same_sound(clip.samples, wanted), 4),
        "frechet_dct": round(distance, 4),
    }
    methods = dict.fromkeys(metrics, measure.SYNC)
    methods.update(speech_match="greatest cross-correlation with the speech, 1.0", frechet_dct=measure.FRECHET)
    answer = {
        "metrics": metrics,
        "methods": methods,
        "version": VERSION,
        "frames": shown(clip),
        "curves": curves(opening, clip),
    }
    print(f"{len(clip.pictures)} frames in {time.monotonic() - began:.1f} s: {json.dumps(metrics)}", flush=True)
    return web.Answer("application/json", json.dumps(answer).encode())


def shown(clip: media.Clip) -> list[dict[str, Any]]:
    """Pictures from the whole clip, small, as JPEG in base64, each with its time in seconds."""
    found = []
    for place in np.linspace(0, len(clip.pictures) - 1, min(SHOWN, len(clip.pictures))).round().astype(int):
        picture = Image.fromarray(clip.pictures[place])
        picture.thumbnail((SHOWN_WIDTH, SHOWN_WIDTH), Image.Resampling.LANCZOS)
        held = io.BytesIO()
        picture.save(held, "JPEG", quality=82)
        seconds = round(float(place) / clip.fps, 2)
        found.append({"seconds": seconds, "jpeg": base64.b64encode(held.getvalue()).decode()})
    return found


def curves(opening: Any, clip: media.Clip) -> dict[str, Any]:
    """What the synchrony was read from: mouth and loudness, 0..1, one value a frame."""
    loud = measure.loud(clip.samples, clip.rate, clip.fps, len(opening))
    return {
        "fps": clip.fps,
        "mouth": [round(float(value), 3) for value in opening / max(float(opening.max()), 1e-6)],
        "sound": [round(float(value), 3) for value in loud],
    }


if __name__ == "__main__":
    web.serve("/v1/evaluate", evaluate, f"evaluator {VERSION}")
