"""Find the face and its mouth in a picture, by colour: skin, then the red of the lips and the dark of the eyes.

This is enough for what Sonic takes, one face from the front in fair light; it is no face detector.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image

from sonic_flow.local.pixels import Floats, Mask, Pixels


class Face(NamedTuple):
    """Places in pixels. `box` is left, top, right, bottom of the skin from hairline to chin."""

    box: tuple[float, float, float, float]
    mouth: tuple[float, float]  # the middle of the line between the lips
    mouth_width: float
    eyes: tuple[tuple[float, float], tuple[float, float]]  # the left one of the picture first

    @property
    def width(self) -> float:
        """Of the face's skin."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        """Of the face's skin."""
        return self.box[3] - self.box[1]


def locate(picture: Pixels, working: int = 320) -> Face:
    """The face. ValueError where there is none to be seen."""
    scale = max(picture.shape[:2]) / working
    size = (max(round(picture.shape[1] / scale), 8), max(round(picture.shape[0] / scale), 8))
    small = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX), np.float32)
    light, blue, red = ycbcr(small)
    tinted = (blue > 77) & (blue < 130) & (red > 135) & (red < 180) & (light > 50)
    # Brown hair has the tint of skin, but is darker.
    skin = tinted & (light > 0.5 * np.percentile(light[tinted], 90)) if tinted.any() else tinted
    left, top, right, bottom = skin_box(skin)
    if right - left < 0.12 * size[0] or bottom - top < 0.12 * size[1]:
        raise ValueError("no face is seen in the portrait: it takes one face from the front, in fair light")
    mouth_x, mouth_y, mouth_width = lips(light, blue, red, (left, top, right, bottom))
    (x0, y0), (x1, y1) = (eye(light, (left, top, right, bottom), mouth_y, side) for side in (0, 1))
    return Face(
        (left * scale, top * scale, right * scale, bottom * scale),
        (mouth_x * scale, mouth_y * scale),
        mouth_width * scale,
        ((x0 * scale, y0 * scale), (x1 * scale, y1 * scale)),
    )


def ycbcr(pixels: Floats) -> tuple[Floats, Floats, Floats]:
    """Light, blueness and redness (JPEG's Y, Cb, Cr)."""
    r, g, b = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    light = 0.299 * r + 0.587 * g + 0.114 * b
    return light, 128 + 0.564 * (b - light), 128 + 0.713 * (r - light)


def skin_box(skin: Mask) -> tuple[int, int, int, int]:
    """The box of the face within the skin: the widest part near the middle, down to where the neck begins."""
    height, width = skin.shape
    near = skin & (np.abs(np.arange(width) - width / 2) < 0.4 * width)
    rows = smooth_rows(near.sum(axis=1))
    upper = rows[: int(0.8 * height)]
    if not upper.max():
        return 0, 0, 0, 0
    centre = int(np.argmax(upper))
    widest = rows[centre]
    top = bottom = centre
    while top > 0 and rows[top - 1] > 0.25 * widest:
        top -= 1
    inside = near[max(top, centre - int(widest / 4)) : centre + int(widest / 4) + 1].mean(axis=0)
    columns = np.flatnonzero(inside > 0.5)
    if not len(columns):
        return 0, 0, 0, 0
    left, right = int(columns[0]), int(columns[-1]) + 1
    # A face is at most 1.45 times as high as wide; further down is neck.
    while bottom < height - 1 and rows[bottom + 1] > 0.4 * widest and bottom - top < 1.45 * (right - left):
        bottom += 1
    return left, top, right, bottom + 1


def smooth_rows(counts: Floats) -> Floats:
    """Counts a row, without single rows that stand out."""
    return np.convolve(np.pad(counts.astype(np.float32), 2, mode="edge"), np.ones(5) / 5, "valid")


def lips(light: Floats, blue: Floats, red: Floats, box: tuple[int, int, int, int]) -> tuple[float, float, float]:
    """Middle and width of the mouth: where it is redder and less blue than skin, by the lips' map of Hsu et al."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    y0, y1 = top + int(0.55 * high), min(top + int(1.05 * high), light.shape[0])
    x0, x1 = left + int(0.2 * wide), right - int(0.2 * wide)
    r, b = red[y0:y1, x0:x1] / 255, np.maximum(blue[y0:y1, x0:x1], 1) / 255
    eta = 0.95 * (r**2).mean() / (r / b).mean()
    strength = r**2 * (r**2 - eta * r / b) ** 2
    yy, xx = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    prior = np.exp(
        -(((xx - (left + right) / 2) / (0.25 * wide)) ** 2) - ((yy - (top + 0.8 * high)) / (0.2 * high)) ** 2
    )
    strength = np.clip(strength - np.median(strength), 0, None) * prior
    if not strength.max():
        return (left + right) / 2, top + 0.8 * high, 0.36 * wide
    row = y0 + float((strength.sum(axis=1) * np.arange(y1 - y0)).sum() / strength.sum())
    band = strength[max(int(row - y0 - 0.06 * high), 0) : int(row - y0 + 0.06 * high) + 1].sum(axis=0)
    inside = np.flatnonzero(band > 0.15 * band.max())
    mouth_left, mouth_right = x0 + int(inside[0]), x0 + int(inside[-1]) + 1
    middle = (mouth_left + mouth_right) / 2
    mouth_width = float(np.clip(mouth_right - mouth_left, 0.26 * wide, 0.5 * wide))
    columns = slice(int(middle - mouth_width / 5), int(middle + mouth_width / 5) + 1)
    first = max(int(row - 0.06 * high), 0)
    rows = light[first : int(row + 0.06 * high) + 1, columns].mean(axis=1)
    return middle, first + float(np.argmin(rows)) + 0.5, mouth_width


def eye(light: Floats, box: tuple[int, int, int, int], mouth_y: float, side: int) -> tuple[float, float]:
    """The middle of one eye: the darkest small spot where eyes are, between brow and cheek."""
    left, _, right, _ = box
    middle, wide = (left + right) / 2, right - left
    inner, outer = middle + (side - 0.5) * 0.16 * wide, (left, right)[side] - (side - 0.5) * 0.28 * wide
    x0, x1 = int(min(inner, outer)), int(max(inner, outer))
    expected = mouth_y - 0.46 * wide
    y0, y1 = max(int(expected - 0.13 * wide), 0), int(expected + 0.13 * wide) + 1
    patch = light[y0:y1, x0:x1]
    yy, xx = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    prior = np.exp(-(((xx - (x0 + x1) / 2) / (0.16 * wide)) ** 2) - ((yy - expected) / (0.07 * wide)) ** 2)
    weight = np.clip(np.median(patch) * 0.8 - patch, 0, None) ** 2 * prior
    if not weight.max():
        return (x0 + x1) / 2, expected
    return float((weight * xx).sum() / weight.sum()) + 0.5, float((weight * yy).sum() / weight.sum()) + 0.5
