"""The square of the face that the networks look at, followed through a clip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from PIL import Image

from sonic_flow.local import measure
from sonic_flow.local.face import Face, locate
from sonic_flow.local.pixels import Pixels

# SyncNet's crop: the face's larger side, enlarged by 0.4 of it, more of that below the chin than above the hair.
MARGIN = 0.4
BESIDE = 110  # grey that stands beyond the picture's edge


def faces(pictures: list[Pixels], size: int) -> list[Pixels]:
    """One square a picture (size, size, 3; bytes), the face found in the first and followed. ValueError without one."""
    face = locate(pictures[0])
    scale = measure.WORKING / face.width
    moves = measure.followed([measure.shrunk(picture, scale) for picture in pictures], measure.scaled(face, scale))
    return [square(each, face, (dx / scale, dy / scale), size) for each, (dx, dy) in zip(pictures, moves, strict=True)]


def each(pictures: Iterable[Pixels], size: int) -> Iterator[Pixels]:
    """One square a picture, the face found in each anew: so clips and single pictures are cut alike."""
    return (faces([picture], size)[0] for picture in pictures)


def square(picture: Pixels, face: Face, move: tuple[float, float], size: int) -> Pixels:
    """The face's square out of one picture; where that ends, grey."""
    left, top, right, bottom = face.box
    half = max(face.width, face.height) / 2
    x, y = (left + right) / 2 + move[0], (top + bottom) / 2 + move[1]
    side = round(2 * half * (1 + MARGIN))
    x0, y0 = round(x - half * (1 + MARGIN)), round(y - half)
    held = np.full((side, side, 3), BESIDE, np.uint8)
    height, width = picture.shape[:2]
    rows, columns = slice(max(y0, 0), min(y0 + side, height)), slice(max(x0, 0), min(x0 + side, width))
    part = picture[rows, columns]
    held[rows.start - y0 :, columns.start - x0 :][: part.shape[0], : part.shape[1]] = part
    return np.asarray(Image.fromarray(held).resize((size, size), Image.Resampling.BILINEAR))
