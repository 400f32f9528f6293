"""The signature is the contract: enums, choices, records, optional values. A wrong value stops before the cluster."""

from __future__ import annotations

import enum
from typing import Literal, TypedDict

from flowdsl import pipeline, task


class Codec(enum.Enum):
    H264 = "h264"
    AV1 = "av1"


class Window(TypedDict):
    start: float
    seconds: float


class Encoding(TypedDict):
    """How a clip is written: one result, an object with these keys. (A dataclass gives a result for each field.)"""

    codec: str
    frames: int
    quality: str


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def plan(
    codec: Codec = Codec.H264,
    quality: Literal["draft", "final"] = "draft",
    window: Window = {"start": 0.0, "seconds": 2.0},  # noqa: B006 - the object's default
    limit: int | None = None,
) -> Encoding:
    frames = int(window["seconds"] * 25)
    return {"codec": codec.value, "frames": min(frames, limit) if limit else frames, "quality": quality}


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def encode(encoding: Encoding) -> str:
    return "{frames} frames of {codec}, {quality}".format(**encoding)


@pipeline
def typed_params(quality: Literal["draft", "final"] = "draft") -> dict[str, str]:
    """Plan an encoding, then do it."""
    encoding = plan(quality=quality, limit=40)
    return {"done": encode(encoding)}


if __name__ == "__main__":
    typed_params.cli()
