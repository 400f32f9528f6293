"""Recordings as arrays: shared by every task that reads or writes one.

numpy and soundfile are imported where they are used: to compile, neither needs to be installed. soundfile has no types,
hence import_module.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Samples = NDArray[float64]

FRAME = 0.02
"""Seconds that are looked at as one: about the length of a sound of speech."""


def read(path: Path) -> tuple[Samples, int]:
    """One channel between -1 and 1, and the samples per second."""
    import numpy as np

    found, rate = import_module("soundfile").read(path, always_2d=True)
    return np.asarray(found.mean(axis=1), dtype=np.float64), int(rate)


def write(path: Path, samples: Samples, rate: int) -> None:
    """A WAV file of 16 bits; what is louder than full scale is clipped, as in a recorder."""
    import numpy as np

    import_module("soundfile").write(path, np.clip(samples, -1, 1), rate, subtype="PCM_16")


def levels(samples: Samples, rate: int) -> Samples:
    """The power of each frame; a tail that fills none is left out, and silence is not quite nothing."""
    import numpy as np

    size = max(1, int(rate * FRAME))
    whole = samples[: len(samples) // size * size].reshape(-1, size)
    return np.asarray(np.mean(whole**2, axis=1) + 1e-10)


def decibels(power: float) -> float:
    """A power as dB below full scale."""
    import numpy as np

    return float(10 * np.log10(max(power, 1e-10)))
