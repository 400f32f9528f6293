"""Has a task `clean` of its own beside one that it shares."""

from weather import load
from weather.days import IMAGE

from flowdsl import File, pipeline, task


@task(image=IMAGE)
def clean(days: File) -> int:
    return len(days.read_text().split())


@pipeline
def wind(days: int = 4):
    return {"total": clean(load(days))}
