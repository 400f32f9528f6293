"""Months of rain: a task of the same name as the one of days."""

from flowdsl import File, task

from ._said import heading
from .days import IMAGE


@task(image=IMAGE)
def clean(days: File) -> int:
    heading("clean months")
    return sum(int(line) for line in days.read_text().split())
