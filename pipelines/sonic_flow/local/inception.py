"""FID: the Fréchet distance of Inception v3's features, the faces in the clip against reference faces.

The references are the portrait, or the pictures of a folder. The method says which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from sonic_flow.local import crop
from sonic_flow.local.networks import Network, WeightsError
from sonic_flow.local.pixels import Floats, Pixels

SIZE, WIDTH = 299, 2048
KINDS = {".png", ".jpg", ".jpeg", ".webp"}


class Inception:
    """Inception v3 up to its last pooling, and the references' features where a folder has them."""

    def __init__(self, path: Path, references: Path | None = None) -> None:
        """WeightsError where the file is no such network, or the references are no pictures of faces."""
        self.network = Network(path, "Inception v3", (3, SIZE, SIZE), WIDTH)
        self.against, self.known = "the portrait's face (one picture: no covariance)", None
        if references is not None:
            files = pictures_of(references)
            self.known = self.network.run(prepared(read_faces(files)))
            digest = hashlib.sha256(b"".join(hashlib.sha256(each.read_bytes()).digest() for each in files)).hexdigest()
            self.against = f"{len(files)} reference faces {digest[:12]}"

    @property
    def method(self) -> str:
        """How the measure is made; it starts as SERVICE.md asks."""
        return f"inception-v3 {self.network.digest[:12]}, the clip's faces against {self.against}, 1.0"

    def measure(self, pictures: list[Pixels], portrait: Pixels) -> float:
        """The FID of the clip's pictures. ValueError where no face is seen."""
        mine = self.network.run(prepared(crop.each(pictures, SIZE)))
        known = self.network.run(prepared(crop.each([portrait], SIZE))) if self.known is None else self.known
        return frechet(mine, known)


def pictures_of(folder: Path) -> list[Path]:
    """The pictures in a folder, by name. WeightsError where there are none."""
    files = sorted(each for each in folder.iterdir() if each.suffix.lower() in KINDS) if folder.is_dir() else []
    if not files:
        raise WeightsError(f"references: {folder} is no folder with PNG, JPEG or WebP pictures")
    return files


def read_faces(files: Iterable[Path]) -> Iterator[Pixels]:
    """The face in each picture. WeightsError where one has none or can't be read."""
    for path in files:
        try:
            with Image.open(path) as image:
                yield from crop.each([np.asarray(image.convert("RGB"))], SIZE)
        except (OSError, ValueError) as error:
            raise WeightsError(f"references: {path}: {error}") from None


def prepared(faces: Iterable[Pixels]) -> Iterator[Floats]:
    """Faces as the network takes them: red, green, blue, each -1..1."""
    return (face.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1 for face in faces)


def frechet(one: Floats, other: Floats) -> float:
    """The Fréchet distance of the Gaussians that fit two sets of features (rows); a single row has no covariance.

    With the centred rows A and B, scaled so that AᵀA and BᵀB are the covariances, the trace of the root of their
    product is the sum of the singular values of ABᵀ. That is small where the covariances have 2048² numbers.
    """
    a, b = deviations(one), deviations(other)
    between = ((one.mean(axis=0, dtype=np.float64) - other.mean(axis=0, dtype=np.float64)) ** 2).sum()
    shared = np.linalg.svd(a @ b.T, compute_uv=False).sum()
    return float(max(between + (a**2).sum() + (b**2).sum() - 2 * shared, 0.0))


def deviations(rows: Floats) -> Floats:
    """The rows around their mean, over the root of their number less one."""
    exact = np.asarray(rows, np.float64)
    scaled: Floats = (exact - exact.mean(axis=0)) / np.sqrt(max(len(exact) - 1, 1))
    return scaled
