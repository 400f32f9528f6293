"""Draw the test portrait: a face that belongs to nobody, made of curves and light.

    python pipelines/assets/make_portrait.py [portrait.png]

Needs numpy and pillow (`pip install 'flowdsl[sonic]'`). The same versions give the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE, FINER = 640, 3  # drawn three times as large, then made smaller: smooth edges
SIDE = SIZE * FINER
Point = tuple[float, float]

SKIN = np.array([226, 178, 150], np.float32)
HAIR = np.array([66, 44, 36], np.float32)
LIP = np.array([186, 92, 92], np.float32)


class Canvas:
    """A picture in coordinates from 0 to 1, x to the right and y down."""

    def __init__(self) -> None:
        self.y, self.x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
        self.pixels = np.zeros((SIDE, SIDE, 3), np.float32)

    def fill(self, colour: Any, mask: Any) -> None:
        """Lay a colour (one, or one per pixel) over the picture where the mask (0..1) is."""
        mask = np.asarray(mask, np.float32)[..., None]
        self.pixels += (np.asarray(colour, np.float32) - self.pixels) * mask

    def light(self, amount: Any) -> None:
        """Make it brighter (above 0) or darker (below), as a share."""
        self.pixels *= 1 + np.asarray(amount, np.float32)[..., None]

    def spot(self, x: float, y: float, width: float, height: float, turn: float = 0.0) -> Any:
        """A soft spot: 1 in the middle, 0.6 at `width` and `height` from it."""
        dx, dy = self.x - x, self.y - y
        across = dx * np.cos(turn) + dy * np.sin(turn)
        along = dy * np.cos(turn) - dx * np.sin(turn)
        return np.exp(-((across / width) ** 2 + (along / height) ** 2) / 2)


def shape(points: list[Point], soft: float = 0.0012) -> Any:
    """A closed smooth curve through the points, as a mask with an edge as soft as asked."""
    image = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(image).polygon([(x * SIDE, y * SIDE) for x, y in curve(points)], fill=255)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(soft * SIDE)), np.float32) / 255


def stroke(points: list[Point], width: float, soft: float = 0.0012) -> Any:
    """An open smooth line, as a mask."""
    image = Image.new("L", (SIDE, SIDE))
    line = [(x * SIDE, y * SIDE) for x, y in curve(points, closed=False)]
    ImageDraw.Draw(image).line(line, fill=255, width=max(round(width * SIDE), 1), joint="curve")
    return np.asarray(image.filter(ImageFilter.GaussianBlur(soft * SIDE)), np.float32) / 255


def curve(points: list[Point], *, closed: bool = True, fine: int = 24) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    around = [points[-1], *points, points[0], points[1]] if closed else [points[0], *points, points[-1]]
    found: list[Point] = []
    for four in zip(around, around[1:], around[2:], around[3:], strict=False):
        across, along = zip(*four, strict=True)
        found += [(between(*across, step / fine), between(*along, step / fine)) for step in range(fine)]
    return found if closed else [*found, points[-1]]


def between(p: float, q: float, r: float, s: float, t: float) -> float:
    """The curve's coordinate between the second and the third of four points; t goes from 0 to 1."""
    return 0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t + (3 * q - p - 3 * r + s) * t**3)


def written(text: str) -> list[Point]:
    """Points as they are written in short: `0.5 0.075, 0.64 0.105`."""
    return [(float(x), float(y)) for x, y in (each.split() for each in text.split(","))]


def mirrored(points: list[Point]) -> list[Point]:
    """The right half of a shape, given from top to bottom, with its left half."""
    return points + [(1 - x, y) for x, y in reversed(points) if abs(x - 0.5) > 1e-6]


def portrait() -> Image.Image:
    """The finished picture."""
    canvas = Canvas()
    backdrop(canvas)
    head(canvas)
    for side in (-1, 1):
        eye(canvas, side)
    nose(canvas)
    mouth(canvas)
    fringe(canvas)
    pixels = np.clip(canvas.pixels, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels).resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def backdrop(canvas: Canvas) -> None:
    """A wall with light on it, hair behind the head, neck and pullover."""
    wall = np.array([118, 142, 150], np.float32)
    canvas.fill(wall, np.ones_like(canvas.x))
    canvas.light(0.28 * canvas.spot(0.28, 0.25, 0.35, 0.4) - 0.35 * canvas.spot(1.0, 1.0, 0.5, 0.5))
    canvas.fill(
        HAIR * 0.8,
        shape(
            mirrored(
                written("0.5 0.075, 0.64 0.105, 0.735 0.23, 0.755 0.42, 0.745 0.60, 0.70 0.72, 0.60 0.74, 0.5 0.74")
            )
        ),
    )
    strands(canvas, 70, seed=5, top=0.12, bottom=0.675, spread=0.24, inner=0.17)
    canvas.fill(
        SKIN * 0.80, shape(mirrored(written("0.5 0.60, 0.59 0.62, 0.592 0.74, 0.63 0.80, 0.70 0.86, 0.5 0.95")))
    )
    canvas.light(-0.34 * canvas.spot(0.51, 0.715, 0.085, 0.04))
    pullover = shape(mirrored(written("0.5 0.875, 0.575 0.855, 0.64 0.80, 0.76 0.845, 0.90 0.90, 0.97 1.10, 0.5 1.10")))
    canvas.fill(np.array([47, 72, 92], np.float32), pullover)
    canvas.light(pullover * (0.25 * canvas.spot(0.25, 0.88, 0.12, 0.10) - 0.2 * canvas.spot(0.8, 1.0, 0.2, 0.15)))
    canvas.fill(
        np.array([36, 56, 73], np.float32),
        stroke(written("0.352 0.807, 0.43 0.868, 0.5 0.885, 0.57 0.868, 0.648 0.807"), 0.016),
    )


def head(canvas: Canvas) -> None:
    """The face's shape, lit from the left above as an egg is, with ears and cheeks."""
    for side in (-1, 1):
        middle = 0.5 + side * 0.196
        ear = [(middle, 0.405), (middle + side * 0.026, 0.41), (middle + side * 0.024, 0.47), (middle, 0.515)]
        canvas.fill(SKIN * 0.86, shape(ear))
        canvas.light(-0.18 * canvas.spot(middle + side * 0.006, 0.46, 0.008, 0.03))
    outline = written(
        "0.5 0.165, 0.60 0.185, 0.672 0.27, 0.694 0.40, 0.682 0.51, 0.645 0.60, 0.585 0.675, 0.535 0.703, 0.5 0.707"
    )
    face = shape(mirrored(outline))
    across, along = (canvas.x - 0.5) / 0.225, (canvas.y - 0.43) / 0.315
    depth = np.sqrt(np.clip(1 - across**2 - along**2, 0.02, 1))
    lit = 0.80 + 0.30 * np.clip(-0.42 * across - 0.30 * along + 0.80 * depth, 0, 1) - 0.12 * np.clip(across, 0, 1) ** 2
    canvas.fill(SKIN * lit[..., None], face)
    for side in (-1, 1):
        blush = 0.32 * canvas.spot(0.5 + side * 0.115, 0.525, 0.042, 0.034) * face
        canvas.fill(np.array([222, 138, 122], np.float32), blush)
        canvas.light(-0.07 * face * canvas.spot(0.5 + side * 0.165, 0.60, 0.035, 0.07))
    canvas.light(0.06 * canvas.spot(0.47, 0.27, 0.07, 0.05) + 0.045 * canvas.spot(0.49, 0.672, 0.03, 0.014))


def eye(canvas: Canvas, side: int) -> None:
    """One eye with its brow; side is -1 for the left of the picture, 1 for the right."""
    middle, level = 0.5 + side * 0.092, 0.415

    def at(dx: float, dy: float) -> Point:
        return middle + side * dx, level + dy

    canvas.light(-0.17 * canvas.spot(middle - side * 0.012, level - 0.012, 0.045, 0.024))
    opening = shape(
        [
            at(x, y)
            for x, y in written(
                "-0.041 0.007, -0.022 -0.013, 0.002 -0.019, 0.026 -0.013, 0.044 0.001, 0.024 0.014, -0.004 0.018, -0.026 0.014"
            )
        ]
    )
    canvas.fill(np.array([240, 236, 232], np.float32), opening)
    distance = np.hypot(canvas.x - middle - 0.001, canvas.y - level + 0.001)
    iris = np.clip((0.0195 - distance) * SIDE / 6, 0, 1) * opening
    canvas.fill(np.array([74, 96, 88], np.float32) * (0.7 + 0.7 * (distance / 0.0195)[..., None] ** 2), iris)
    canvas.fill(np.array([34, 44, 42], np.float32), 0.8 * iris * np.clip((distance - 0.0165) * SIDE / 6, 0, 1))
    canvas.fill(np.array([18, 16, 18], np.float32), np.clip((0.0085 - distance) * SIDE / 5, 0, 1) * opening)
    canvas.light(-0.38 * opening * canvas.spot(middle, level - 0.021, 0.05, 0.009))
    canvas.fill(np.array([255, 255, 255], np.float32), 0.95 * canvas.spot(middle - 0.0065, level - 0.007, 0.003, 0.003))
    lid = [at(-0.042, 0.007), at(-0.022, -0.014), at(0.002, -0.020), at(0.027, -0.014), at(0.047, -0.001)]
    canvas.fill(HAIR * 0.55, stroke(lid, 0.0055))
    lower = [at(-0.036, 0.011), at(-0.004, 0.019), at(0.026, 0.015), at(0.043, 0.003)]
    canvas.fill(SKIN * 0.58, 0.6 * stroke(lower, 0.002))
    crease = [at(-0.034, -0.012), at(-0.016, -0.025), at(0.006, -0.030), at(0.030, -0.023), at(0.045, -0.012)]
    canvas.fill(SKIN * 0.62, 0.55 * stroke(crease, 0.0025))
    brow = [
        at(x, y)
        for x, y in written(
            "-0.050 -0.052, -0.020 -0.066, 0.020 -0.071, 0.056 -0.054, 0.020 -0.059, -0.020 -0.054, -0.048 -0.044"
        )
    ]
    canvas.fill(HAIR * 0.95, 0.88 * shape(brow, 0.0022))


def nose(canvas: Canvas) -> None:
    """The bridge in light, one side and the underside in shade."""
    canvas.light(0.10 * canvas.spot(0.492, 0.46, 0.009, 0.05) - 0.075 * canvas.spot(0.522, 0.47, 0.010, 0.05))
    canvas.light(0.11 * canvas.spot(0.493, 0.526, 0.016, 0.013) - 0.11 * canvas.spot(0.534, 0.535, 0.010, 0.016))
    canvas.light(-0.16 * canvas.spot(0.502, 0.563, 0.030, 0.007))
    for side in (-1, 1):
        canvas.fill(SKIN * 0.42, 0.85 * canvas.spot(0.5 + side * 0.0185, 0.5535, 0.0075, 0.0036, side * 0.3))
        wing = [(0.5 + side * 0.033, 0.532), (0.5 + side * 0.038, 0.546), (0.5 + side * 0.030, 0.556)]
        canvas.fill(SKIN * 0.60, 0.55 * stroke(wing, 0.003, 0.002))
        canvas.light(-0.05 * canvas.spot(0.5 + side * 0.066, 0.585, 0.006, 0.03, side * -0.5))
    canvas.light(-0.06 * canvas.spot(0.5, 0.585, 0.006, 0.013))


def mouth(canvas: Canvas) -> None:
    """Closed lips with a hint of a smile."""
    upper = written(
        "0.428 0.6185, 0.452 0.611, 0.480 0.6025, 0.5 0.607, 0.520 0.6025, 0.548 0.611, 0.572 0.6185, 0.54 0.6235, 0.5 0.6255, 0.46 0.6235"
    )
    lower = written(
        "0.430 0.619, 0.465 0.6225, 0.5 0.6245, 0.535 0.6225, 0.570 0.619, 0.545 0.636, 0.5 0.645, 0.455 0.636"
    )
    canvas.fill(LIP * 0.88, shape(upper, 0.002))
    canvas.fill(LIP, shape(lower, 0.002))
    canvas.light(0.17 * canvas.spot(0.488, 0.633, 0.022, 0.0045))
    line = written("0.426 0.6180, 0.46 0.6232, 0.5 0.6250, 0.54 0.6232, 0.574 0.6180")
    canvas.fill(np.array([96, 40, 42], np.float32), 0.9 * stroke(line, 0.0032))
    canvas.light(-0.13 * canvas.spot(0.5, 0.654, 0.030, 0.006))
    for side in (-1, 1):
        canvas.light(-0.15 * canvas.spot(0.5 + side * 0.078, 0.618, 0.006, 0.007))


def fringe(canvas: Canvas) -> None:
    """Hair in front, parted on one side."""
    left = written(
        "0.555 0.118, 0.43 0.10, 0.315 0.19, 0.268 0.34, 0.262 0.50, 0.285 0.55, 0.303 0.44, 0.325 0.345, 0.40 0.255, 0.50 0.205, 0.565 0.165"
    )
    right = written(
        "0.545 0.12, 0.64 0.125, 0.71 0.22, 0.738 0.36, 0.738 0.50, 0.715 0.55, 0.697 0.44, 0.682 0.33, 0.63 0.225, 0.565 0.165"
    )
    for points in (left, right):
        canvas.light(-0.22 * shape([(x, y + 0.012) for x, y in points], 0.010))
        canvas.fill(HAIR, shape(points))
    for start, points in ((0.55, left), (0.56, right)):
        inside = shape(points)
        rng = np.random.default_rng(round(start * 100))
        outer, inner = points[1:6], points[:4:-1]
        for share in np.linspace(0.05, 0.95, 26) + rng.uniform(-0.02, 0.02, 26):
            line = [
                (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in zip(outer, inner, strict=False)
            ]
            tone = HAIR * rng.uniform(0.7, 1.75) if rng.random() < 0.6 else HAIR * 0.6
            canvas.fill(tone, 0.45 * inside * stroke(line, rng.uniform(0.001, 0.003)))
    canvas.light(0.45 * canvas.spot(0.40, 0.165, 0.06, 0.022, -0.5) + 0.25 * canvas.spot(0.655, 0.185, 0.03, 0.03, 0.8))


def strands(canvas: Canvas, count: int, *, seed: int, top: float, bottom: float, spread: float, inner: float) -> None:
    """Lines of hair behind the head, from the crown outwards and down."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        side, reach = rng.choice([-1, 1]), rng.uniform(inner, spread)
        line = [
            (0.5 + side * reach * share, top + (bottom - top) * down)
            for share, down in ((0.35, 0.0), (0.88, 0.25), (1.0, 0.6), (0.93, 1.0))
        ]
        canvas.fill(HAIR * rng.uniform(0.6, 1.4), 0.35 * stroke(line, rng.uniform(0.001, 0.003)))


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("portrait.png")
    portrait().save(target, optimize=True)
    print(f"{target}: {target.stat().st_size} bytes")
