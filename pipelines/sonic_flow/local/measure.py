"""Measure a clip from its pixels and its sound, by classical means.

These are not LSE-D, LSE-C and FID, which are defined by networks. They answer the same questions: does the mouth move
with the sound, and does the face still look like the portrait.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image

from sonic_flow.local import sound
from sonic_flow.local.face import Face, locate
from sonic_flow.local.pixels import Floats, Pixels

REACH = 15  # frames to each side, as SyncNet's evaluation looks
WORKING = 160  # pixels that the face is made wide for measuring
BLOCK = 16
SYNC = "correlation of the mouth's dark area with loudness, 1.0"
FRECHET = "Gaussians over DCT energies of the face's 16x16 blocks, 1.0"


class Sync(NamedTuple):
    """How mouth and sound go together. `offset` in frames: above 0 the sound is late, below 0 it is early."""

    distance: float
    confidence: float
    offset: int


def mouth_opening(pictures: list[Pixels]) -> Floats:
    """How open the mouth is in each picture: the dark area between the lips, as a share of the mouth's square.

    The mouth is found in the first picture and followed with the upper half of the face, which does not speak.
    ValueError where no face is found.
    """
    face = locate(pictures[0])
    scale = WORKING / face.width
    frames = [shrunk(picture, scale) for picture in pictures]
    small = scaled(face, scale)
    moves = followed(frames, small)
    (mx, my), unit = small.mouth, small.mouth_width
    left, top = round(mx - 0.6 * unit), round(my - 0.3 * unit)
    wide, high = round(1.2 * unit), round(0.9 * unit)
    followed_by = zip(frames, moves, strict=True)
    patches = np.stack([cut(frame, left + dx, top + dy, wide, high) for frame, (dx, dy) in followed_by])
    # Darker than the lips and the skin by far: half way between the darkest that is ever seen there and the skin.
    skin, darkest = np.median(patches), np.percentile(patches, 0.5)
    limit = darkest + 0.3 * (skin - darkest)
    dark = np.clip((limit - patches) / (0.1 * (skin - darkest) + 1e-3) + 0.5, 0, 1)
    areas: Floats = dark.sum(axis=(1, 2)) / unit**2
    return areas


def scaled(face: Face, by: float) -> Face:
    """The same face in a picture of another size."""
    left, top, right, bottom = (by * side for side in face.box)
    (one_x, one_y), (other_x, other_y) = face.eyes
    eyes = ((by * one_x, by * one_y), (by * other_x, by * other_y))
    return Face((left, top, right, bottom), (by * face.mouth[0], by * face.mouth[1]), by * face.mouth_width, eyes)


def shrunk(picture: Pixels, scale: float) -> Floats:
    """The brightness of a picture in the size for measuring."""
    size = max(round(picture.shape[1] * scale), 16), max(round(picture.shape[0] * scale), 16)
    return np.asarray(Image.fromarray(picture).convert("L").resize(size, Image.Resampling.BILINEAR), np.float32)


def cut(frame: Floats, left: int, top: int, wide: int, high: int) -> Floats:
    """A part of a picture; beyond its edge, the edge."""
    rows = np.clip(np.arange(top, top + high), 0, frame.shape[0] - 1)
    columns = np.clip(np.arange(left, left + wide), 0, frame.shape[1] - 1)
    return frame[rows[:, None], columns]


def followed(frames: list[Floats], face: Face) -> list[tuple[int, int]]:
    """How far the face has moved since the first picture, in pixels: by phase correlation of eyes and nose."""
    left, top = round(face.box[0] + 0.1 * face.width), round(face.mouth[1] - 0.85 * face.width)
    wide, high = round(0.8 * face.width), round(0.65 * face.width)
    window = np.hanning(high)[:, None] * np.hanning(wide)
    first = np.conj(np.fft.rfft2(centred(cut(frames[0], left, top, wide, high)) * window))
    moves, dx, dy = [], 0, 0
    for frame in frames:
        cross = np.fft.rfft2(centred(cut(frame, left + dx, top + dy, wide, high)) * window) * first
        peak = np.fft.irfft2(cross / (np.abs(cross) + 1e-3 * np.abs(cross).max()), (high, wide))
        row, column = np.unravel_index(int(np.argmax(peak)), peak.shape)
        dy += int(row if row <= high // 2 else row - high)
        dx += int(column if column <= wide // 2 else column - wide)
        moves.append((dx, dy))
    return moves


def centred(values: Floats) -> Floats:
    """Values around 0."""
    around: Floats = values - values.mean()
    return around


def sync(opening: Floats, samples: Floats, rate: int, fps: float) -> Sync:
    """Compare mouth and sound at offsets of -15..15 frames.

    At each, the distance is that of the two curves made comparable (mean 0, deviation 1): the root of 2 (1 - r), 0 for
    the same, 1.41 for unrelated ones. `distance` is the one at offset 0, what a viewer gets; `confidence` is how far
    the best offset stands out: the median distance minus the least; `offset` is where that is.
    """
    heard = loud(samples, rate, fps, len(opening))
    reach = min(REACH, len(opening) // 3)
    distances = {shift: distance(opening, heard, shift) for shift in range(-reach, reach + 1)}
    best = min(distances, key=lambda shift: (distances[shift], abs(shift)))
    return Sync(distances[0], float(np.median(list(distances.values()))) - distances[best], best)


def loud(samples: Floats, rate: int, fps: float, frames: int) -> Floats:
    """How loud the voice is, 0..1, in each frame."""
    (strength,) = sound.levels(samples, rate, fps, frames, [(100.0, 4000.0)])
    return sound.smoothed(sound.loudness(strength, 35), 0.7)


def distance(opening: Floats, sounding: Floats, shift: int) -> float:
    """Of the mouth from the sound that comes `shift` frames later. A curve that never changes is unrelated to any."""
    first, last = max(0, -shift), len(opening) - max(0, shift)
    mouth, heard = opening[first:last], sounding[first + shift : last + shift]
    if mouth.std() < 1e-6 or heard.std() < 1e-6:
        return float(np.sqrt(2))
    return float(np.sqrt(max(2 - 2 * np.corrcoef(mouth, heard)[0, 1], 0)))


def same_sound(heard: Floats, speech: Floats) -> float:
    """How much of the speech is in the clip's sound, whenever it comes: 1 for all, about 0 for another one's."""
    size = 1 << (len(heard) + len(speech)).bit_length()
    cross = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(speech, size)), size)
    energy = float(np.sqrt((heard**2).sum() * (speech**2).sum()))
    return float(min(np.abs(cross).max() / energy, 1.0)) if energy > 0 else 0.0


def frechet(pictures: list[Pixels], portrait: Pixels, most: int = 24) -> float:
    """How far the look of the face in the clip is from that in the portrait: the Fréchet distance of two Gaussians.

    A feature is the logarithm of the energy in a group of frequencies of one block of the face.
    """
    chosen = pictures[:: max(1, len(pictures) // most)]
    mine = np.concatenate([features(picture) for picture in chosen])
    return gaussian_distance(mine, features(portrait))


def features(picture: Pixels) -> Floats:
    """One row a block: the energies of its groups of frequencies, the face made 256 pixels wide, in steps of 8."""
    face = locate(picture)
    box = (face.box[0], face.box[1], face.box[2], face.box[1] + 1.25 * face.width)
    grey = Image.fromarray(picture).convert("L").resize((256, 320), Image.Resampling.LANCZOS, box=clipped(box, picture))
    pixels = np.asarray(grey, np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(pixels, (BLOCK, BLOCK))[::8, ::8].reshape(-1, BLOCK, BLOCK)
    change = dct_matrix(BLOCK)
    energy = (change @ windows @ change.T) ** 2
    row, column = np.mgrid[0:BLOCK, 0:BLOCK]
    group = np.minimum(np.sqrt(row**2 + column**2).astype(int), 11)
    rings = np.stack([energy[:, group == ring].mean(axis=1) for ring in range(1, 12)], axis=1)
    logarithms: Floats = np.log1p(rings)
    return logarithms


def clipped(box: tuple[float, float, float, float], picture: Pixels) -> tuple[float, float, float, float]:
    """The part of a box that is in the picture."""
    height, width = picture.shape[:2]
    return max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height)


def dct_matrix(size: int) -> Floats:
    """The orthonormal DCT-II."""
    place = np.arange(size)
    matrix = np.cos(np.pi * (2 * place + 1) * place[:, None] / (2 * size)) * np.sqrt(2 / size)
    matrix[0] /= np.sqrt(2)
    single: Floats = matrix.astype(np.float32)
    return single


def gaussian_distance(one: Floats, other: Floats) -> float:
    """The Fréchet distance of the Gaussians that fit two sets of features: |m1 - m2|² + tr(C1 + C2 - 2√(C1 C2))."""
    c1, c2 = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    shared = np.sqrt(np.clip(np.linalg.eigvals(c1 @ c2).real, 0, None)).sum()
    between = ((one.mean(axis=0) - other.mean(axis=0)) ** 2).sum()
    return float(max(between + np.trace(c1) + np.trace(c2) - 2 * shared, 0.0))
