"""LSE-D and LSE-C: how far SyncNet's embeddings of mouth and sound are from each other, by the offset between them.

A window is 5 pictures at 25 frames a second, and the 20 MFCC frames (0.2 s) that are heard with them. The distances at
offsets of -15..15 pictures are averaged over the clip. LSE-D is the least of these means, LSE-C their median minus the
least. Beyond the clip's ends an embedding counts as zeros, as in the published evaluation, so that values compare.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sonic_flow.local import crop, media
from sonic_flow.local.mfcc import KEPT, RATE, mfcc
from sonic_flow.local.networks import Network, WeightsError
from sonic_flow.local.pixels import Floats, Pixels

FPS, PICTURES, HEARD = 25, 5, 20
A_PICTURE = HEARD // PICTURES  # MFCC frames
SIZE, WIDTH, REACH = 224, 1024, 15


class Lse(NamedTuple):
    """The two measures, and the offset (in pictures) of the least distance: above 0 the sound is late."""

    distance: float
    confidence: float
    offset: int


class SyncNet:
    """The two branches, from `face.onnx` and `audio.onnx` of a folder."""

    def __init__(self, folder: Path) -> None:
        """WeightsError where a file is missing or no such branch."""
        if not folder.is_dir():
            raise WeightsError(f"SyncNet: {folder} is no folder; it must hold face.onnx and audio.onnx")
        self.face = Network(folder / "face.onnx", "SyncNet's face branch", (3, PICTURES, SIZE, SIZE), WIDTH)
        self.audio = Network(folder / "audio.onnx", "SyncNet's audio branch", (1, KEPT, HEARD), WIDTH)

    @property
    def method(self) -> str:
        """How the measures are made; it starts as SERVICE.md asks."""
        weights = f"{self.face.digest[:12]}+{self.audio.digest[:12]}"
        return f"syncnet {weights}, offsets -{REACH}..{REACH} at {FPS} fps, face crop by colour, 1.0"

    def measure(self, clip: media.Clip) -> Lse | None:
        """The measures of a clip; None where it is shorter than a window. ValueError where no face is seen."""
        heard = mfcc(clip.samples if clip.rate == RATE else media.resampled(clip.samples, clip.rate, RATE))
        pictures = at_rate(clip.pictures, clip.fps)
        count = min(len(pictures) - PICTURES + 1, (heard.shape[1] - HEARD) // A_PICTURE + 1)
        if count < 1:
            return None
        seen = self.face.run(pictured(crop.faces(pictures, SIZE), count))
        said = self.audio.run(heard[None, :, n * A_PICTURE : n * A_PICTURE + HEARD] for n in range(count))
        return lse(seen, said)


def at_rate(pictures: list[Pixels], fps: float) -> list[Pixels]:
    """The pictures that are shown at SyncNet's 25 times a second."""
    times = np.arange(max(round(len(pictures) / fps * FPS), 1)) / FPS
    # A millionth: 0.28 s at 25 frames a second is the 7th picture, whatever the float's last digit.
    return [pictures[min(int(time * fps + 1e-6), len(pictures) - 1)] for time in times]


def pictured(faces: list[Pixels], count: int) -> Iterator[Floats]:
    """Windows (3, 5, 224, 224) as SyncNet saw them in training: blue, green, red, each 0..255."""
    planes = [np.ascontiguousarray(face[..., ::-1].transpose(2, 0, 1)) for face in faces]
    return (np.stack(planes[n : n + PICTURES], axis=1) for n in range(count))


def lse(seen: Floats, said: Floats) -> Lse:
    """The measures from embeddings, one row a window."""
    padded = np.pad(said, ((REACH, REACH), (0, 0)))
    means = np.array(
        [np.linalg.norm(seen - padded[n : n + len(seen)], axis=1).mean() for n in range(2 * REACH + 1)], np.float64
    )
    best = int(np.argmin(means))
    return Lse(float(means[best]), float(np.median(means) - means[best]), best - REACH)
