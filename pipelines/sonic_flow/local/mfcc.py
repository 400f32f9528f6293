"""Mel-frequency cepstral coefficients as SyncNet's audio branch was trained on: 13 of them, 100 times a second.

The settings are those that SyncNet's published evaluation uses: windows of 25 ms without taper, every 10 ms, samples as
16-bit numbers, pre-emphasis 0.97, 512 points, 26 triangular filters up to 8 kHz, an orthonormal DCT-II, a lifter of 22,
and the window's log energy in place of the first coefficient.
"""

from __future__ import annotations

import numpy as np

from sonic_flow.local.pixels import Floats

RATE = 16000  # Hz; the filters' places depend on it
STEP, WINDOW, POINTS = RATE // 100, RATE // 40, 512
FILTERS, KEPT, LIFTER, EMPHASIS = 26, 13, 22, 0.97
FULL_SCALE = 32768
LEAST = float(np.finfo(np.float64).eps)  # in place of 0 under the logarithm: digital silence has no energy


def mfcc(samples: Floats) -> Floats:
    """Coefficients of a mono sound (-1..1, 16 kHz): an array (13, frames), a frame each 10 ms."""
    sound = np.asarray(samples, np.float64) * FULL_SCALE
    sound = np.append(sound[:1], sound[1:] - EMPHASIS * sound[:-1])
    count = 1 + max(0, -(-(len(sound) - WINDOW) // STEP))
    sound = np.pad(sound, (0, max(0, (count - 1) * STEP + WINDOW - len(sound))))
    frames = sound[np.arange(count)[:, None] * STEP + np.arange(WINDOW)]
    power = np.abs(np.fft.rfft(frames, POINTS, axis=1)) ** 2 / POINTS
    energies = np.log(np.maximum(power @ filters().T, LEAST))
    found = energies @ dct(FILTERS)[:KEPT].T
    found *= 1 + LIFTER / 2 * np.sin(np.pi * np.arange(KEPT) / LIFTER)
    found[:, 0] = np.log(np.maximum(power.sum(axis=1), LEAST))
    coefficients: Floats = found.T.astype(np.float32)
    return coefficients


def filters() -> Floats:
    """The triangles over the spectrum's bins, equally wide in mels: an array (26, 257)."""
    top = 2595 * np.log10(1 + RATE / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, FILTERS + 2) / 2595) - 1)
    bins = np.floor((POINTS + 1) * edges / RATE)
    low, middle, high = bins[:-2, None], bins[1:-1, None], bins[2:, None]
    place = np.arange(POINTS // 2 + 1)
    rising, falling = (place - low) / (middle - low), (high - place) / (high - middle)
    triangles: Floats = np.clip(np.minimum(rising, falling), 0, None)
    return triangles


def dct(size: int) -> Floats:
    """The orthonormal DCT-II in double precision."""
    place = np.arange(size)
    matrix: Floats = np.cos(np.pi * (2 * place + 1) * place[:, None] / (2 * size)) * np.sqrt(2 / size)
    matrix[0] /= np.sqrt(2)
    return matrix
