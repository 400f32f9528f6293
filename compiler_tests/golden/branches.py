"""Branches that merge, and lists of files."""

from pathlib import Path

from flowdsl import File, either, on_finish, otherwise, pipeline, task, when


@task(image="python:3.12-slim")
def film(steps: int) -> File:
    """Makes a clip."""
    Path("clip.txt").write_text(f"{steps} steps")
    return Path("clip.txt")


@task(image="python:3.12-slim")
def measure(clip: File) -> float:
    """Says how good a clip is."""
    return len(clip.read_text()) / 10


@task(image="python:3.12-slim")
def join(clips: list[File]) -> File:
    """Makes one clip of several."""
    Path("all.txt").write_text("+".join(clip.read_text() for clip in clips))
    return Path("all.txt")


@task(image="python:3.12-slim")
def tell(what: str) -> None:
    """Says it."""
    print(what)


@pipeline
def branches(quality: str = "high", lowest: float = 0.9) -> None:
    """Takes the clip of the branch that ran."""
    with when(quality == "high"):
        slow = film(50)
    with otherwise():
        fast = film(8)
    clip = either(slow, fast)
    measure(clip)
    with when(measure.with_options(name="again")(fast) > lowest):
        better = join.with_options(name="better")([fast, fast])
    join.with_options(name="all")([*[film.with_options(name=f"part-{i}")(i) for i in range(2)], either(better, clip)])
    join(film.with_options(name="parts").map(steps=[1, 2]))
    join.with_options(name="few")(film.with_options(name="one").map(steps=[1, 2, 3], max_parallel=2))
    with on_finish():
        measure.with_options(name="late")(clip)
        tell(quality)
