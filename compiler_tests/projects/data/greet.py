"""Counts who is known; the module travels whole, with its files."""

import names

from flowdsl import pipeline, task


@task(image="python:3.12-slim")
def known(guests: str) -> int:
    return sum(each in names.KNOWN for each in guests.lower().split())


@pipeline
def greeting(guests: str = "Ada Bob Kim Alexandra"):
    return {"known": known(guests)}
