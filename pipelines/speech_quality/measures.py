"""What is measured of a recording, without a clean one to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .audio import decibels, levels

if TYPE_CHECKING:
    from .audio import Samples


def signal_to_noise(samples: Samples, rate: int) -> float:
    """How far speech stands above the room, in dB: loud frames against the quietest, which are pauses."""
    import numpy as np

    power = levels(samples, rate)
    noise = float(np.percentile(power, 5))
    return decibels(max(float(np.percentile(power, 90)) - noise, 1e-10)) - decibels(noise)


def loudness(samples: Samples, rate: int) -> float:
    """The mean power of the frames in which somebody speaks, in dB below full scale."""
    import numpy as np

    power = levels(samples, rate)
    return decibels(float(np.mean(power[power >= np.median(power)])))


def clipped(samples: Samples) -> float:
    """The share of samples at full scale."""
    import numpy as np

    return float(np.mean(np.abs(samples) >= 0.999))
