"""Shell and Python in one task: steps before and after the function, sharing a scratch folder and the params."""

from __future__ import annotations

from pathlib import Path

from flowdsl import Body, EmptyDir, Step, pipeline, task


@task(
    image="python:3.12-slim",
    cpu="100m",
    memory="64Mi",
    volumes=[EmptyDir().mount("/scratch", read_only=False)],
    steps=[
        Step(
            name="prepare",
            image="alpine:3.20",
            cpu="100m",
            # A param reaches a script through its environment: nothing in it can become shell.
            script="#!/bin/sh\nset -eu\nprintf '%s\\n' \"$PARAM_WORDS\" | tr ' ' '\\n' > /scratch/words\n",
        ),
        Body,
        Step(name="show", image="alpine:3.20", cpu="100m", script="#!/bin/sh\ncat /scratch/sorted\n"),
    ],
)
def sort_words(words: str) -> int:
    """The number of words; `show` prints them in order."""
    found = sorted(Path("/scratch/words").read_text().split())
    Path("/scratch/sorted").write_text("\n".join(found) + "\n")
    return len(found)


@pipeline
def shell_steps(words: str = "pear apple quince") -> dict[str, int]:
    """Sort words."""
    return {"number": sort_words(words)}


if __name__ == "__main__":
    shell_steps.cli()
