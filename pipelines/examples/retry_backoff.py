"""Retries with back-off. Tekton's `retries` start a task again at once; waiting between attempts is the task's own."""

from __future__ import annotations

import random
import time
import urllib.error
import urllib.request

from flowdsl import pipeline, task

ATTEMPTS = 5
LONGEST = 60.0  # seconds


def wait_before(attempt: int) -> float:
    """Seconds to wait before an attempt: doubling, at most a minute, with some jitter."""
    return min(LONGEST, 2.0**attempt) * random.uniform(0.5, 1.0)


# The loop answers short faults; `retries` a pod that is lost with its node.
@task(image="python:3.12-slim", cpu="100m", memory="64Mi", timeout="15m", retries=2)
def download(url: str) -> int:
    """The size in bytes of what an URL gives."""
    for attempt in range(ATTEMPTS):
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return len(answer.read())
        except urllib.error.URLError as error:
            if attempt == ATTEMPTS - 1:
                raise
            seconds = wait_before(attempt)
            print(f"{error}; again in {seconds:.1f} s", flush=True)
            time.sleep(seconds)
    raise AssertionError("the last attempt raises or returns")


@pipeline
def retry_backoff(url: str = "https://example.com/") -> dict[str, int]:
    """Download with patience."""
    return {"bytes": download(url)}


if __name__ == "__main__":
    retry_backoff.cli()
