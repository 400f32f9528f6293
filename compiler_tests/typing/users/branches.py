"""Branches that merge, as users write them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from flowdsl import File, either, otherwise, pipeline, task, when


class Clip(NamedTuple):
    video: File
    seconds: float


@task(image="python:3.12-slim")
def film(steps: int) -> Clip:
    return Clip(Path("clip.mp4"), float(steps))


@task(image="python:3.12-slim")
def upload(clip: File, seconds: float) -> str:
    return f"{clip}: {seconds}"


@task(image="python:3.12-slim")
def merge(parts: list[File]) -> str:
    return str(len(parts))


@task(image="python:3.12-slim")
def tell(text: str, tries: int = 1) -> None:
    print(text, tries)


@pipeline
def publish(quality: str = "high", limit: float = 0.9) -> None:
    with when(quality == "high"):
        slow = film(50)
    with otherwise():
        fast = film(8)
    clip: Clip = either(slow, fast)
    seconds: float = either(slow.seconds, fast.seconds, default=0.0)
    address: str = upload(either(slow.video, fast.video), seconds)
    tell(address)
    tell(upload(clip.video, clip.seconds), tries=1)
    with when(fast.seconds > limit):
        noted = upload(fast.video, 1.0)
    tell(either(noted, default="none"))
    tell(merge([film(steps).video for steps in range(3)]))
