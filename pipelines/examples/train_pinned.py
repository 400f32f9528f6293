"""Training with a real package: numpy is pinned in train_pinned.lock, and so the same here as on a cluster.

`flowdsl lock pipelines/examples/train_pinned.py` made the lock; `run` installs it once, into a cache of the user's.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flowdsl import File, pipeline, task

if TYPE_CHECKING:
    from numpy import bool_, float64
    from numpy.typing import NDArray

NUMPY = ["numpy==2.1.*"]


class Split(NamedTuple):
    train: File
    test: File


class Scores(NamedTuple):
    accuracy: float
    numpy: str


def clips_in(table: Path) -> tuple[NDArray[float64], NDArray[bool_]]:
    """The measures of each clip, and whether people like it: shared by the tasks that read a table."""
    import numpy as np

    data = np.load(table)
    return data[:, :3], data[:, 3] == 1


@task(image="python:3.12-slim", packages=NUMPY, cpu="500m", memory="256Mi")
def measure(clips: int, seed: int) -> Split:
    """Clips with three measures each, of which the second decides most about whether people like them."""
    import numpy as np

    rng = np.random.default_rng(seed)
    measures = rng.normal(size=(clips, 3))
    liked = measures @ np.array([0.5, 3.0, -0.5]) + rng.normal(scale=0.5, size=clips) > 0
    table = np.column_stack([measures, liked])
    train, test = Path("train.npy"), Path("test.npy")
    np.save(train, table[: clips * 4 // 5])
    np.save(test, table[clips * 4 // 5 :])
    return Split(train, test)


@task(image="python:3.12-slim", packages=NUMPY, cpu="1", memory="256Mi")
def train(table: File, *, steps: int = 300, rate: float = 0.5) -> File:
    """A logistic regression, by gradient descent."""
    import numpy as np

    measures, liked = clips_in(table)
    weights = np.zeros(3)
    for step in range(steps):
        chance = 1 / (1 + np.exp(-measures @ weights))
        weights -= rate * measures.T @ (chance - liked) / len(liked)
        if step % 100 == 0:
            print(f"step {step}: loss {-np.mean(np.log(np.where(liked, chance, 1 - chance))):.3f}", flush=True)
    model = Path("weights.npy")
    np.save(model, weights)
    return model


@task(image="python:3.12-slim", packages=NUMPY, cpu="500m", memory="256Mi")
def evaluate(model: File, table: File) -> Scores:
    import numpy as np

    measures, liked = clips_in(table)
    right = (measures @ np.load(model) > 0) == liked
    return Scores(float(np.mean(right)), np.__version__)


@pipeline
def train_pinned(clips: int = 2000, seed: int = 7) -> dict[str, object]:
    """What do people like? Learnt from four fifths of the clips, tried on the rest."""
    clips_of = measure(clips, seed)
    scores = evaluate(train(clips_of.train), clips_of.test)
    return {"accuracy": scores.accuracy, "numpy": scores.numpy}


if __name__ == "__main__":
    train_pinned.cli()
