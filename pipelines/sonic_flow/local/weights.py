"""What the stand-in has in place of a network's weights: the newest model's, and those of the one before."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Weights:
    """How mouth and picture answer to the sound and the portrait."""

    name: str
    loudness: float = 1.6  # the power of it that opens the mouth: above 1 quiet sounds hardly do
    smoothing: float = 0.8  # frames over which the mouth's opening is smoothed
    softness: float = 0.0  # of the picture: the blur's radius as a share of the width

    @property
    def version(self) -> str:
        """What the service says of itself, in every answer and in every clip's metadata."""
        return f"reference-{self.name} (stand-in: image warping on the CPU, no diffusion model)"


MODELS = {
    "0.9": Weights("0.9", loudness=1.2, smoothing=1.8, softness=0.0008),
    "1.0": Weights("1.0"),
}
NEWEST = MODELS["1.0"]
