"""A new model goes on only if no measure is worse than the champion's by more than its margin.

A better mean hides a worse part: each measure has its own rule. This is what stops a model with a better FID whose lip
sync is 17% worse.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypedDict

from flowdsl import pipeline, task, when


class Measures(TypedDict):
    """What is known of a model: one result, an object with these keys."""

    fid: float
    lse_d: float
    lse_c: float


class Rule(NamedTuple):
    """Whether more of a measure is better, and how much worse than the champion's it may be, as a share."""

    more_is_better: bool
    margin: float


Name = Literal["fid", "lse_d", "lse_c"]
RULES: dict[Name, Rule] = {"fid": Rule(False, 0.05), "lse_d": Rule(False, 0.05), "lse_c": Rule(True, 0.05)}
KNOWN: dict[str, Measures] = {
    "champion": {"fid": 32.0, "lse_d": 7.1, "lse_c": 7.8},
    "sharper": {"fid": 29.5, "lse_d": 8.3, "lse_c": 7.7},
}


@task(image="python:3.12-slim", cpu="500m", memory="256Mi")
def measure(model: str) -> Measures:
    """Stands for the evaluation: the measures of a model."""
    if model not in KNOWN:
        raise SystemExit(f"error: there is no model {model!r}; there are {', '.join(KNOWN)}")
    return KNOWN[model]


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def compare(champion: Measures, challenger: Measures) -> bool:
    """Whether the challenger may go on."""
    worse = []
    for name, rule in RULES.items():
        before, now = champion[name], challenger[name]
        loss = before - now if rule.more_is_better else now - before
        if loss > rule.margin * abs(before):
            worse.append(f"{name}: {before} -> {now}; {rule.margin:.0%} worse is allowed")
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
