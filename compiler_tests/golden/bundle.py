"""Two tasks that need more of a package than a script holds: one ConfigMap for both."""

from golden_bundle.tables import look_up

from flowdsl import pipeline, task


@task(image="python:3.12-slim")
def first(word: str) -> str:
    """Looks a word up."""
    return look_up(word)


@task(image="python:3.12-slim")
def second(found: str) -> str:
    """Does it again."""
    return look_up(f"word{int(found.split()[4]) + 1:04d}")


@pipeline
def bundle(word: str = "word0007") -> None:
    """Shares its code."""
    second(first(word))
