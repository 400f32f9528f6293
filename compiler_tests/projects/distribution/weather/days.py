"""Days of rain."""

from pathlib import Path

from flowdsl import File, task

from ._said import heading

IMAGE = "python:3.12-slim"


@task(image=IMAGE)
def load(days: int) -> File:
    heading("load")
    out = Path("days.txt")
    out.write_text("".join(f"{each % 7}\n" for each in range(days)) + "-1\n")
    return out


@task(image=IMAGE)
def clean(days: File) -> File:
    heading("clean days")
    out = Path("clean.txt")
    out.write_text("".join(line for line in days.read_text().splitlines(keepends=True) if int(line) >= 0))
    return out
