"""Tasks from one factory, called in a loop, which keep a mapping and a number each."""

from flowdsl import pipeline, task

IMAGE = "python:3.12-slim"
KINDS = {"plain": ({}, 1), "vowels": (dict.fromkeys("aeiou", 3), 1), "squared": ({"s": 2}, 2)}


def power(base: int, exponent: int) -> int:
    return base**exponent


def scorer(name: str, weights: dict[str, int], exponent: int):
    @task(image=IMAGE, name=f"score-{name}")
    def score(word: str) -> int:
        return power(sum(weights.get(letter, 1) for letter in word), exponent)

    return score


SCORERS = {name: scorer(name, weights, exponent) for name, (weights, exponent) in KINDS.items()}


@pipeline
def scores(word: str = "sum"):
    return {name: score(word) for name, score in SCORERS.items()}
