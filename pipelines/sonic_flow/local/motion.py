"""How mouth, eyes and head move, frame by frame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sonic_flow.local import sound
from sonic_flow.local.pixels import Floats
from sonic_flow.local.weights import NEWEST, Weights
from sonic_flow.settings import Settings

VOWELS, BRIGHT, ROUND = (200.0, 1200.0), (1500.0, 3500.0), (200.0, 700.0)  # Hz


class Movement(NamedTuple):
    """One value a frame in each. Shares: 0 is at rest, 1 is as far as people do."""

    opening: Floats  # of the mouth, 0 and up
    width: Floats  # of the mouth: -1 rounded, 1 spread
    blink: Floats  # 0 open, 1 closed
    yaw: Floats  # of the head, -1..1
    pitch: Floats
    roll: Floats
    sway: Floats


def movement(
    samples: Floats,
    rate: int,
    frames: int,
    fps: float,
    settings: Settings,
    weights: Weights = NEWEST,
) -> Movement:
    """The movement for a speech.

    The mouth opens with the strength of the vowels and spreads with the brightness of their sound. Without
    `lip_sync_align` it follows the sound with a lag, without `smooth_motion` it takes every change of it, and the head
    trembles.
    """
    vowels, bright, low = sound.levels(samples, rate, fps, frames, [VOWELS, BRIGHT, ROUND])
    loud = sound.loudness(vowels, 28)
    opening = loud**weights.loudness
    width = np.clip(np.log10((bright + 1e-6) / (low + 1e-6)) + 0.6, -1, 1) * loud
    if settings.smooth_motion:
        opening, width = sound.smoothed(opening, weights.smoothing), sound.smoothed(width, 1.4)
    if not settings.lip_sync_align:
        opening, width = sound.late(opening, 0.3), sound.late(width, 0.3)

    seconds = np.arange(frames) / fps
    stress = sound.smoothed(loud, 5) - sound.smoothed(loud, 15)
    yaw = wave(seconds, ((0.23, 0.6, 0.0), (0.41, 0.35, 1.1), (0.09, 0.4, 2.0)))
    pitch = wave(seconds, ((0.31, 0.4, 0.7), (0.53, 0.2, 2.6))) + 1.3 * stress
    roll = wave(seconds, ((0.17, 0.6, 1.9), (0.37, 0.3, 0.4)))
    sway = wave(seconds, ((0.13, 0.7, 0.3), (0.29, 0.3, 1.7)))
    if not settings.smooth_motion:
        tremble = np.random.default_rng(1).normal(0, 0.16, (4, frames))
        yaw, pitch, roll, sway = (curve + noise for curve, noise in zip((yaw, pitch, roll, sway), tremble, strict=True))
    # The first frame is the portrait as it was given: the head starts where it is.
    start = np.clip(seconds / 0.4, 0, 1)
    yaw, pitch, roll, sway = (curve * start * settings.motion_scale for curve in (yaw, pitch, roll, sway))
    return Movement(opening * settings.dynamic_scale, width, blinks(seconds), yaw, pitch, roll, sway)


def wave(seconds: Floats, parts: tuple[tuple[float, float, float], ...]) -> Floats:
    """A sum of slow sines: frequency (Hz), share, phase."""
    curves = [share * np.sin(2 * np.pi * frequency * seconds + phase) for frequency, share, phase in parts]
    total: Floats = np.sum(curves, axis=0)
    return total


def blinks(seconds: Floats) -> Floats:
    """Eyelids that close for a fifth of a second, now and then."""
    closed = np.zeros_like(seconds)
    at, gap = 1.3, np.random.default_rng(7)
    while at < seconds[-1]:
        closed = np.maximum(closed, np.clip(1.25 - np.abs(seconds - at) / 0.1, 0, 1))
        at += gap.uniform(1.9, 3.3)
    return closed
