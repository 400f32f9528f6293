"""Clips that the reference renderer made, whole or damaged, for the tests of the stand-ins."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from sonic_flow.local import media, motion, render, sound
from sonic_flow.local.pixels import Floats, Pixels
from sonic_flow.local.weights import NEWEST, Weights
from sonic_flow.settings import Settings
from sonic_flow.tests.fakes import PIPELINES

ASSETS = PIPELINES / "assets"
PORTRAIT, SPEECH = ASSETS / "portrait.png", ASSETS / "speech.wav"
FPS, SIZE = 25, 256
FILES = {"portrait": PORTRAIT.read_bytes(), "speech": SPEECH.read_bytes()}


@functools.cache
def speech() -> tuple[Floats, int]:
    return sound.read_wav(SPEECH)


@functools.cache
def pictures(settings: Settings = Settings(), weights: Weights = NEWEST) -> list[Pixels]:
    """The frames of the shipped portrait saying the shipped sentence."""
    samples, rate = speech()
    frames = round(len(samples) / rate * FPS)
    moves = motion.movement(samples, rate, frames, FPS, settings, weights)
    framed = render.framed(Image.open(PORTRAIT), SIZE, settings.expand_ratio)
    softened = render.softened(framed, settings.inference_steps, weights.softness)
    return list(render.Renderer(softened).frames(moves))


def write(path: Path, frames: Iterable[Pixels], *, late: float = 0.0) -> Path:
    """A clip whose sound comes `late` seconds after its pictures."""
    samples, rate = speech()
    shifted = np.roll(samples, round(late * rate))
    media.write_clip(path, frames, FPS, shifted, rate, {})
    return path
