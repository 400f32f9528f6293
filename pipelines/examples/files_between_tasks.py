"""Files from task to task: return a path, take a `File`. The volume, the sub-paths and the order are flowdsl's work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from flowdsl import Directory, File, pipeline, task


class Frames(NamedTuple):
    """A folder of frames, and what is in it."""

    folder: Directory
    listing: File


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def cut(number: int) -> Frames:
    folder = Path("frames")
    folder.mkdir()
    for frame in range(number):
        (folder / f"{frame:04d}.txt").write_text(f"frame {frame}")
    index = Path("index.json")
    index.write_text(json.dumps(sorted(path.name for path in folder.iterdir())))
    return Frames(folder, index)


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def join(folder: Directory, index: File) -> File:
    out = Path("all.txt")
    out.write_text("\n".join((folder / name).read_text() for name in json.loads(index.read_text())))
    return out


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def count(text: File) -> int:
    return len(text.read_text().splitlines())


@pipeline
def files_between_tasks(number: int = 5) -> dict[str, int]:
    """Cut, join, count."""
    frames = cut(number)
    return {"lines": count(join(frames.folder, frames.listing))}


if __name__ == "__main__":
    files_between_tasks.cli()
