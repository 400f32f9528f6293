"""The reference Sonic service: `python -m sonic_flow.local.service --port PORT`.

It offers what the model's image offers (`SERVICE.md`), and makes real clips, but not with Sonic: the portrait is
warped. Its version says so in every answer and in every clip's metadata.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sonic_flow.local import VERSION, media, motion, render, sound, web

FPS = 25
RANGES = {"duration": (0.2, 120.0), "min_resolution": (256, 2048), "expand_ratio": (0, 1), "inference_steps": (1, 200),
          "dynamic_scale": (0.1, 3), "motion_scale": (0.1, 3)}  # fmt: skip
DEFAULTS = {"min_resolution": 1024, "expand_ratio": 0.18, "inference_steps": 25, "dynamic_scale": 1.1,
            "motion_scale": 1.05, "lip_sync_align": True, "smooth_motion": True}  # fmt: skip


def generate(parameters: Mapping[str, Any], files: Mapping[str, bytes]) -> web.Answer:
    """A clip for a portrait and a speech."""
    began = time.monotonic()
    portrait, speech = web.needed(files, "portrait", "speech")
    with tempfile.TemporaryDirectory() as folder:
        samples, rate = read_speech(speech, Path(folder))
        wanted = settings(parameters, len(samples) / rate)
        picture = read_picture(portrait)
        try:
            framed = render.framed(picture, wanted["min_resolution"], wanted["expand_ratio"])
            renderer = render.Renderer(render.softened(framed, wanted["inference_steps"]))
        except ValueError as error:
            raise web.RefusedError(422, str(error)) from None
        frames = max(round(wanted["duration"] * FPS), 1)
        samples = sound.fitted(samples, round(wanted["duration"] * rate))
        moves = motion.movement(
            samples, rate, frames, FPS,
            dynamic_scale=wanted["dynamic_scale"], motion_scale=wanted["motion_scale"],
            align=wanted["lip_sync_align"], smooth=wanted["smooth_motion"],
        )  # fmt: skip
        target = Path(folder) / "clip.mp4"
        tags = {"title": "Talking portrait", "comment": f"made by {VERSION}"}
        media.write_clip(target, renderer.frames(moves), FPS, samples, rate, tags)
        content = target.read_bytes()
    size = f"{framed.width}x{framed.height}"
    print(f"{frames} frames of {size}, {len(content)} bytes, in {time.monotonic() - began:.1f} s", flush=True)
    headers = {"X-Sonic-Version": VERSION, "X-Sonic-Peak-Memory-Bytes": str(web.peak_memory())}
    return web.Answer("video/mp4", content, headers)


def settings(parameters: Mapping[str, Any], speech_seconds: float) -> dict[str, Any]:
    """The parameters with the defaults; refuses an unknown name, a wrong type, or a value out of its range."""
    found = {"duration": speech_seconds, **DEFAULTS}
    for name, value in parameters.items():
        if name not in found:
            raise web.RefusedError(400, f"{name} is no parameter")
        low, high = RANGES.get(name, (False, True))
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        whole = not isinstance(DEFAULTS.get(name), int) or name not in RANGES or (number and value == int(value))
        if number is not (name in RANGES) or not whole or not low <= value <= high:
            raise web.RefusedError(400, f"{name}={web.line(repr(value), 60)} is outside {low}..{high}")
        found[name] = int(value) if name in ("min_resolution", "inference_steps") else value
    if abs(found["duration"] - speech_seconds) > 0.5:
        raise web.RefusedError(400, f"duration={found['duration']} s, but the speech lasts {speech_seconds:.3f} s")
    return found


def read_speech(content: bytes, folder: Path) -> tuple[Any, int]:
    """The samples and their rate; refuses what is no PCM WAV."""
    path = folder / "speech.wav"
    path.write_bytes(content)
    try:
        return sound.read_wav(path)
    except ValueError as error:
        raise web.RefusedError(422, str(error)) from None


def read_picture(content: bytes, name: str = "portrait") -> Image.Image:
    """The picture; refuses one that can't be read to its end, or that is far too large."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > 50_000_000:
                raise web.RefusedError(422, f"the {name} has {image.width}x{image.height} pixels: too many")
            if image.mode in ("RGBA", "LA", "P"):
                whole = image.convert("RGBA")
                return Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole).convert("RGB")
            return image.convert("RGB")
    except web.RefusedError:
        raise
    except Exception as error:  # decoders raise whatever they meet: struct.error, EOFError, a bomb's own
        raise web.RefusedError(422, f"the {name} can't be read: {error}") from None


def as_pixels(picture: Image.Image) -> Any:
    """The picture as an array of bytes."""
    return np.asarray(picture)


if __name__ == "__main__":
    web.serve("/v1/generate", generate, f"Sonic {VERSION}")
