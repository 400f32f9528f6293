"""The reference Sonic service: `python -m sonic_flow.local.service --port PORT`.

It offers what the model's image offers (`SERVICE.md`), and makes real clips, but not with Sonic: the portrait is
warped. Its version says so in every answer and in every clip's metadata.
"""

from __future__ import annotations

import functools
import io
import tempfile
import time
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sonic_flow.local import media, motion, render, sound, web
from sonic_flow.local.pixels import Floats, Pixels
from sonic_flow.local.weights import MODELS, NEWEST, Weights
from sonic_flow.settings import Settings

FPS = 25
SHORTEST, LONGEST = 0.2, 120.0  # seconds of a clip


def generate(parameters: Mapping[str, Any], files: Mapping[str, bytes], weights: Weights = NEWEST) -> web.Answer:
    """A clip for a portrait and a speech."""
    began = time.monotonic()
    portrait, speech = web.needed(files, "portrait", "speech")
    with tempfile.TemporaryDirectory() as folder:
        samples, rate = read_speech(speech, Path(folder))
        wanted, seconds = settings(parameters, len(samples) / rate)
        picture = read_picture(portrait)
        try:
            framed = render.framed(picture, wanted.min_resolution, wanted.expand_ratio)
            renderer = render.Renderer(render.softened(framed, wanted.inference_steps, weights.softness))
        except ValueError as error:
            raise web.RefusedError(422, str(error)) from None
        frames = max(round(seconds * FPS), 1)
        samples = sound.fitted(samples, round(seconds * rate))
        moves = motion.movement(samples, rate, frames, FPS, wanted, weights)
        target = Path(folder) / "clip.mp4"
        tags = {"title": "Talking portrait", "comment": f"made by {weights.version}"}
        media.write_clip(target, renderer.frames(moves), FPS, samples, rate, tags)
        content = target.read_bytes()
    size = f"{framed.width}x{framed.height}"
    print(f"{frames} frames of {size}, {len(content)} bytes, in {time.monotonic() - began:.1f} s", flush=True)
    headers = {"X-Sonic-Version": weights.version, "X-Sonic-Peak-Memory-Bytes": str(web.peak_memory())}
    return web.Answer("video/mp4", content, headers)


def settings(parameters: Mapping[str, Any], speech_seconds: float) -> tuple[Settings, float]:
    """The settings of a request and the clip's length; refuses an unknown name, and what Sonic can't take."""
    for name in parameters.keys() - {field.name for field in fields(Settings)}:
        raise web.RefusedError(400, f"{web.line(name, 60)} is no parameter")
    try:
        chosen = Settings(**parameters)
        seconds = chosen.seconds(round(speech_seconds, 3))
    except ValueError as error:
        raise web.RefusedError(400, web.line(str(error))) from None
    if not SHORTEST <= seconds <= LONGEST:
        raise web.RefusedError(400, f"duration={seconds} is outside {SHORTEST}..{LONGEST}")
    return chosen, seconds


def main(name: str = "Sonic", model: str = NEWEST.name) -> None:
    """Serve until SIGTERM, with the weights of `model` or of the option."""
    parser = web.arguments(name)
    parser.add_argument("--model", choices=MODELS, default=model, help="whose weights are used")
    options = parser.parse_args()
    weights = MODELS[options.model]
    web.serve("/v1/generate", functools.partial(generate, weights=weights), f"{name} {weights.version}", options)


def read_speech(content: bytes, folder: Path) -> tuple[Floats, int]:
    """The samples and their rate; refuses what is neither a PCM WAV nor an MP3."""
    path = folder / "speech"
    path.write_bytes(content)
    try:
        return sound.read_wav(path) if content.startswith(b"RIFF") else media.read_mp3(path, LONGEST + 1)
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
                white = Image.new("RGBA", whole.size, "white")
                return Image.alpha_composite(white, whole).convert("RGB")
            plain: Image.Image = image.convert("RGB")
            return plain
    except web.RefusedError:
        raise
    except Exception as error:  # decoders raise whatever they meet: struct.error, EOFError, a bomb's own
        raise web.RefusedError(422, f"the {name} can't be read: {error}") from None


def as_pixels(picture: Image.Image) -> Pixels:
    """The picture as an array of bytes."""
    return np.asarray(picture)


if __name__ == "__main__":
    main()
