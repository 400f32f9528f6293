"""Extract, transform, load, with a volume made for the run and deleted with it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from flowdsl import File, VolumeClaim, pipeline, task


class Row(NamedTuple):
    """One clip of a day. Columns and types stand here alone; what the tasks share travels with each of them."""

    day: str
    clip: str
    seconds: float


def read(path: Path) -> list[Row]:
    with path.open(newline="") as file:
        return [Row(row["day"], row["clip"], float(row["seconds"])) for row in csv.DictReader(file)]


def write(name: str, rows: Iterable[Row]) -> Path:
    path = Path(name)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([Row._fields, *rows])
    return path


@task(image="python:3.12-slim", cpu="100m", memory="64Mi", retries=2)
def extract(day: str) -> File:
    return write("raw.csv", [Row(day, "a", 4.0), Row(day, "b", -1.0), Row(day, "c", 6.5)])


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def transform(raw: File) -> File:
    """Only the rows that make sense."""
    return write("clean.csv", (row for row in read(raw) if row.seconds > 0))


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def load(clean: File) -> int:
    rows = read(clean)
    print(f"loaded {len(rows)} clips, {sum(row.seconds for row in rows)} s")
    return len(rows)


@pipeline(files=VolumeClaim("5Gi"))
def etl(day: str = "2026-01-31") -> dict[str, int]:
    """One day's clips."""
    return {"rows": load(transform(extract(day)))}


if __name__ == "__main__":
    etl.cli()
