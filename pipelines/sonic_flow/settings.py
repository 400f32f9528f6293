"""What a user sets of the model: one class, from which the pipeline, the task and the stand-in service take it all.

Nothing of flowdsl is needed here: the class travels into the task's image and into the model's own.
"""

from __future__ import annotations

from dataclasses import dataclass

PYTHON = (
    "docker.io/library/python:3.12.11-slim-bookworm"
    "@sha256:519591d6871b7bc437060736b9f7456b8731f1499a57e22e6c285135ae657bf7"
)
"""The image of the tasks that need Python and nothing else."""

RANGES: dict[str, tuple[float, float]] = {
    "min_resolution": (256, 2048),
    "expand_ratio": (0, 1),
    "inference_steps": (1, 200),
    "dynamic_scale": (0.1, 3),
    "motion_scale": (0.1, 3),
}
TOLERANCE = 0.5
"""Seconds that the clip may be longer or shorter than the speech."""


@dataclass(frozen=True)
class Settings:
    """How the portrait is animated; `SERVICE.md` says what each value does. ValueError where Sonic can't take one."""

    min_resolution: int = 1024
    expand_ratio: float = 0.18
    inference_steps: int = 25
    dynamic_scale: float = 1.1
    motion_scale: float = 1.05
    lip_sync_align: bool = True
    smooth_motion: bool = True
    duration: float | None = None  # seconds; as long as the speech where none is given

    def __post_init__(self) -> None:
        """Hold each value against its range: JSON can bring anything, and NaN is in no range."""
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            kinds = (int,) if name in ("min_resolution", "inference_steps") else (int, float)
            if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
                raise ValueError(f"{name}={value!r} is outside {low}..{high}")
        for name in ("lip_sync_align", "smooth_motion"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name}={getattr(self, name)!r} is neither true nor false")
        if self.duration is not None and (
            isinstance(self.duration, bool) or not isinstance(self.duration, (int, float))
        ):
            raise ValueError(f"duration={self.duration!r} is no number of seconds")

    def seconds(self, speech: float) -> float:
        """The clip's length for a speech of so many seconds. ValueError where the two differ by too much."""
        wanted = speech if self.duration is None else self.duration
        if not abs(wanted - speech) <= TOLERANCE:  # not `>`: NaN is caught as well
            raise ValueError(f"duration={wanted} s, but the speech lasts {speech} s; they may differ by {TOLERANCE} s")
        return wanted

    def warnings(self, portrait: tuple[int, int]) -> list[str]:
        """What rarely ends well with these values and a portrait of this size."""
        width, height = portrait
        rarely = {
            f"inference_steps={self.inference_steps}: below 20 faces come out blurred": self.inference_steps < 20,
            f"dynamic_scale={self.dynamic_scale}: above 1.2 mouths come out exaggerated": self.dynamic_scale > 1.2,
            f"the portrait is {width}x{height}: below min_resolution, so it is enlarged": (
                min(portrait) < self.min_resolution
            ),
        }
        return [warning for warning, seen in rarely.items() if seen]
