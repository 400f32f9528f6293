"""Two kinds of model learn to read handwritten digits; the better one is promoted if it is good enough.

`flowdsl lock pipelines/examples/classifier.py` pinned scikit-learn and what it needs in classifier.lock. Another
kind of model is a line in `build`; `run --set lowest=0.99` shows a release that is held back.
"""

from __future__ import annotations

import json
import pickle
from importlib import import_module
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from flowdsl import File, max_, otherwise, pipeline, task, when

SKLEARN = ["scikit-learn==1.6.*"]
Kind = Literal["forest", "neighbours"]


class Split(NamedTuple):
    """Digits to learn from, and those that no model sees before it is measured."""

    train: File
    test: File


class Model(Protocol):
    """What of scikit-learn's models is used here."""

    def fit(self, images: object, digits: object) -> object:
        """Learn."""
        ...

    def score(self, images: object, digits: object) -> float:
        """The share of images that it reads right."""
        ...


def build(kind: Kind, seed: int) -> Model:
    """An untrained model; it travels with the task that calls it. scikit-learn has no types: hence import_module."""
    if kind == "forest":
        forest: Model = import_module("sklearn.ensemble").RandomForestClassifier(60, random_state=seed)
        return forest
    neighbours: Model = import_module("sklearn.neighbors").KNeighborsClassifier(3)
    return neighbours


@task(image="python:3.12-slim", packages=SKLEARN, cpu="500m", memory="512Mi")
def split(share: float, seed: int) -> Split:
    """scikit-learn's own 1797 digits, of 8 by 8 pixels: nothing is downloaded."""
    import numpy as np

    load_digits = import_module("sklearn.datasets").load_digits
    train_test_split = import_module("sklearn.model_selection").train_test_split
    images, digits = load_digits(return_X_y=True)
    known, unseen, learnt, asked = train_test_split(images, digits, test_size=share, random_state=seed, stratify=digits)
    train, test = Path("train.npz"), Path("test.npz")
    np.savez(train, images=known, digits=learnt)
    np.savez(test, images=unseen, digits=asked)
    print(f"{len(learnt)} to learn from, {len(asked)} to be measured by")
    return Split(train, test)


@task(image="python:3.12-slim", packages=SKLEARN, cpu="1", memory="512Mi")
def train(kind: Kind, data: File, seed: int) -> File:
    import numpy as np

    with np.load(data) as digits:
        model = build(kind, seed)
        model.fit(digits["images"], digits["digits"])
    path = Path(f"{kind}.pickle")
    path.write_bytes(pickle.dumps(model))
    print(f"{kind}: {path.stat().st_size} bytes")
    return path


@task(image="python:3.12-slim", packages=SKLEARN, cpu="500m", memory="512Mi")
def evaluate(model: File, data: File) -> float:
    """The share of unseen digits that it reads right. What a pickle holds runs: load those of this run alone."""
    import numpy as np

    trained: Model = pickle.loads(model.read_bytes())
    with np.load(data) as digits:
        accuracy = float(trained.score(digits["images"], digits["digits"]))
    print(f"{model.stem}: {accuracy:.4f}")
    return accuracy


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def promote(forest: File, neighbours: File, of_forest: float, of_neighbours: float) -> str:
    """Stands for a registry of models: a card of the one that goes on."""
    accuracy, model = (of_forest, forest) if of_forest >= of_neighbours else (of_neighbours, neighbours)
    print(json.dumps({"model": model.stem, "accuracy": accuracy, "bytes": model.stat().st_size}))
    return model.stem


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def hold_back(of_forest: float, of_neighbours: float) -> None:
    print(f"the champion stays: forest {of_forest:.4f}, neighbours {of_neighbours:.4f}")


@pipeline
def classifier(lowest: float = 0.95, share: float = 0.25, seed: int = 7) -> dict[str, float]:
    """Split, train two kinds side by side, measure each, promote the better."""
    data = split(share, seed)
    forest = train.with_options(name="train-forest")("forest", data.train, seed)
    neighbours = train.with_options(name="train-neighbours")("neighbours", data.train, seed)
    of_forest = evaluate.with_options(name="evaluate-forest")(forest, data.test)
    of_neighbours = evaluate.with_options(name="evaluate-neighbours")(neighbours, data.test)
    with when(max_(of_forest, of_neighbours) >= lowest):
        promote(forest, neighbours, of_forest, of_neighbours)
    with otherwise():
        hold_back(of_forest, of_neighbours)
    return {"forest": of_forest, "neighbours": of_neighbours}


if __name__ == "__main__":
    classifier.cli()
