"""Train on a GPU, evaluate, and let nothing worse than the threshold go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from flowdsl import PVC, File, pipeline, task, when


class Trained(NamedTuple):
    """The weights, and the last loss."""

    weights: File
    loss: float


# The run's own timeout covers both tries: 2 x 4 hours.
@task(image="python:3.12-slim", gpu=1, cpu="4..8", memory="8Gi..16Gi", timeout="4h", retries=1)
def train(epochs: int = 3, rate: float = 0.1) -> Trained:
    """A stand-in for the training loop, with the shape of the real one."""
    loss = 1.0
    for epoch in range(epochs):
        loss *= 1 - rate
        print(f"epoch {epoch + 1}: loss {loss:.4f}", flush=True)
    weights = Path("weights.json")
    weights.write_text(json.dumps({"loss": loss}))
    return Trained(weights, loss)


@task(image="python:3.12-slim", gpu=1, cpu="2", memory="4Gi")
def evaluate(weights: File) -> float:
    loss: float = json.loads(weights.read_text())["loss"]
    return 1 - loss


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def register(weights: File) -> None:
    print("registered", weights.name)


@pipeline(timeout="12h", files=PVC("models", storage="50Gi", sub_path="runs"))
def gpu_train_eval(epochs: int = 3, threshold: float = 0.2) -> dict[str, float]:
    """Train, evaluate, register what is good enough."""
    trained = train(epochs=epochs)
    accuracy = evaluate(trained.weights)
    with when(accuracy >= threshold):
        register(trained.weights)
    return {"accuracy": accuracy}


if __name__ == "__main__":
    gpu_train_eval.cli()
