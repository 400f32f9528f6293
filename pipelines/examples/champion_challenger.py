"""A new model goes on only if no measure is worse than the champion's by more than its margin.

A better mean hides a worse part: each measure has its own rule. This is what stops a model with a better FID whose lip
sync is 17% worse.
"""

from __future__ import annotations

from flowdsl import pipeline, task, when

# Measure: whether more is better, and how much worse than the champion it may be, as a share.
RULES = {"fid": (False, 0.05), "lse_d": (False, 0.05), "lse_c": (True, 0.05)}


@task(image="python:3.12-slim", cpu="500m", memory="256Mi")
def measure(model: str) -> dict[str, float]:
    """Stands for the evaluation: the measures of a model."""
    known = {
        "champion": {"fid": 32.0, "lse_d": 7.1, "lse_c": 7.8},
        "sharper": {"fid": 29.5, "lse_d": 8.3, "lse_c": 7.7},
    }
    return known.get(model, known["champion"])


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def compare(champion: dict[str, float], challenger: dict[str, float]) -> bool:
    """Whether the challenger may go on."""
    worse = []
    for name, (more_is_better, margin) in RULES.items():
        change = challenger[name] / champion[name] - 1
        if (-change if more_is_better else change) > margin:
            worse.append(f"{name}: {champion[name]} -> {challenger[name]} ({change:+.0%})")
    print("\n".join(worse) or "no measure is worse")
    return not worse


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def promote(model: str) -> None:
    print(model, "is the champion now")


@pipeline
def champion_challenger(challenger: str = "sharper") -> None:
    """Measure both, compare, promote."""
    old = measure.with_options(name="measure-champion")("champion")
    new = measure.with_options(name="measure-challenger")(challenger)
    with when(compare(old, new)):
        promote(challenger)


if __name__ == "__main__":
    champion_challenger.cli()
