"""Clips that the reference renderer made, whole or damaged, for the tests of the stand-ins."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from PIL import Image

from sonic_flow.local import media, motion, render, sound
from sonic_flow.tests.fakes import PIPELINES

ASSETS = PIPELINES / "assets"
PORTRAIT, SPEECH = ASSETS / "portrait.png", ASSETS / "speech.wav"
FPS, SIZE = 25, 256
FILES = {"portrait": PORTRAIT.read_bytes(), "speech": SPEECH.read_bytes()}


@functools.cache
def speech():
    return sound.read_wav(SPEECH)


@functools.cache
def pictures(*, align=True, steps=25, dynamic_scale=1.1, motion_scale=1.05):
    """The frames of the shipped portrait saying the shipped sentence."""
    samples, rate = speech()
    frames = round(len(samples) / rate * FPS)
    moves = motion.movement(
        samples, rate, frames, FPS, dynamic_scale=dynamic_scale, motion_scale=motion_scale, align=align, smooth=True
    )
    framed = render.framed(Image.open(PORTRAIT), SIZE, 0.18)
    return list(render.Renderer(render.softened(framed, steps)).frames(moves))


def write(path: Path, frames, *, late=0.0) -> Path:
    """A clip whose sound comes `late` seconds after its pictures."""
    samples, rate = speech()
    shifted = np.roll(samples, round(late * rate))
    media.write_clip(path, frames, FPS, shifted, rate, {})
    return path
