"""Extract, transform, load, with a volume made for the run and deleted with it."""

from __future__ import annotations

import csv
from pathlib import Path

from flowdsl import File, VolumeClaim, pipeline, task


@task(image="python:3.12-slim", cpu="100m", memory="64Mi", retries=2)
def extract(day: str) -> File:
    path = Path("raw.csv")
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["day", "clip", "seconds"], [day, "a", "4.0"], [day, "b", "-1"], [day, "c", "6.5"]])
    return path


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def transform(raw: File) -> File:
    """Only the rows that make sense."""
    path = Path("clean.csv")
    with raw.open(newline="") as source, path.open("w", newline="") as target:
        rows = csv.DictReader(source)
        writer = csv.DictWriter(target, rows.fieldnames or [])
        writer.writeheader()
        writer.writerows(row for row in rows if float(row["seconds"]) > 0)
    return path


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def load(clean: File) -> int:
    with clean.open(newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


@pipeline(files=VolumeClaim("5Gi"))
def etl(day: str = "2026-01-31") -> dict[str, int]:
    """One day's clips."""
    return {"rows": load(transform(extract(day)))}


if __name__ == "__main__":
    etl.cli()
