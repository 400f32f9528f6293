"""What a recording must have, from a file of the package that whoever listens can edit."""

from __future__ import annotations

import json
from importlib import resources
from typing import NamedTuple


class Limits(NamedTuple):
    """Bounds: loudness in dB below full scale, the share of samples at full scale."""

    quietest: float
    loudest: float
    clipped: float


def limits() -> Limits:
    """What limits.json says; KeyError where it lacks a bound."""
    told = json.loads((resources.files(__package__ or "speech_quality") / "limits.json").read_text(encoding="utf-8"))
    return Limits(*(float(told[name]) for name in Limits._fields))
