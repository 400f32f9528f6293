"""Move the portrait: every frame looks up, for each of its pixels, where in the portrait that pixel comes from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image, ImageFilter

from sonic_flow.local.face import Face, locate
from sonic_flow.local.motion import Movement
from sonic_flow.local.pixels import Floats, Pixels

DARK = np.array([52, 20, 22], np.float32)
TEETH = np.array([226, 218, 208], np.float32)
TONGUE = np.array([168, 82, 84], np.float32)
BATCH = 32
HEAD = 1.25  # a head's height, hair included, as a share of its face's


def framed(portrait: Image.Image, resolution: int, expand: float) -> Image.Image:
    """The square around the face, `expand` of the head's size kept on each side, in the clip's resolution."""
    picture = portrait.convert("RGB")
    face = locate(np.asarray(picture))
    side = min(HEAD * face.height * (1 + 2 * expand), *picture.size)
    middle = (face.box[0] + face.box[2]) / 2, face.box[1] + face.height * 0.45
    left, top = (min(max(at - side / 2, 0), size - side) for at, size in zip(middle, picture.size, strict=True))
    even = resolution + resolution % 2  # H.264 halves the colours' resolution
    square = (left, top, left + side, top + side)
    return picture.resize((even, even), Image.Resampling.LANCZOS, box=square)


def softened(picture: Image.Image, steps: int, softness: float = 0.0) -> Image.Image:
    """What the contract says of few steps: below 20 the picture is blurred. There is no denoising here.

    `softness` is what the weights add to that, as a share of the width.
    """
    radius = (max(0, 20 - steps) / 4000 + softness) * picture.width
    return picture.filter(ImageFilter.GaussianBlur(radius)) if radius else picture


class Renderer:
    """The frames of one portrait."""

    def __init__(self, picture: Image.Image) -> None:
        """ValueError where no face is found in the picture."""
        self.planes = np.ascontiguousarray(np.moveaxis(np.asarray(picture, np.float32), 2, 0))
        self.face: Face = locate(np.asarray(picture))
        height, width = self.planes.shape[1:]
        self.y, self.x = np.mgrid[0:height, 0:width].astype(np.float32)
        face = self.face
        middle = (face.box[0] + face.box[2]) / 2, face.box[1] + face.height * 0.52
        self.across = (self.x - middle[0]) / (0.72 * face.width)
        self.along = (self.y - middle[1]) / (0.72 * face.height)
        distance = np.sqrt(self.across**2 + self.along**2)
        self.held = 1 - step((distance - 0.95) / 0.85)  # how much of the head's movement a place takes part in
        self.depth = np.sqrt(np.clip(1 - distance**2, 0, 1))  # the nose turns further than the ears
        self.pivot = middle[0], face.box[3] + 0.2 * face.height
        (x0, y0), (x1, y1) = face.eyes
        self.blinks = abs(y0 - y1) < 0.04 * face.width < 0.2 * face.width < x1 - x0

    def frames(self, movement: Movement) -> Iterator[Pixels]:
        """The pictures, one a frame."""
        frames = [tuple(float(value) for value in values) for values in zip(*movement, strict=True)]
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:  # numpy computes outside Python's lock
            for start in range(0, len(frames), BATCH):  # in batches: a long clip never lies in memory as a whole
                yield from pool.map(lambda values: self.frame(*values), frames[start : start + BATCH])

    def frame(
        self, opening: float, width: float, blink: float, yaw: float, pitch: float, roll: float, sway: float
    ) -> Pixels:
        """One picture, as bytes."""
        x, y = self.turned(yaw, pitch, roll, sway)
        if blink > 0 and self.blinks:
            for place in self.face.eyes:
                y = self.blinked(x, y, place, blink)
        where = self.around_mouth(x, y)
        sx, sy, inside = self.spoken(x[where], y[where], opening, width)
        mouth_x, mouth_y = x[where], y[where]
        x, y = x.copy(), y.copy()
        x[where], y[where] = sx, sy
        found = sample(self.planes, x, y)
        colour = self.inside_of_mouth(mouth_x, mouth_y, opening)
        found[where] += (colour - found[where]) * inside[..., None]
        picture: Pixels = np.clip(found + 0.5, 0, 255).astype(np.uint8)
        return picture

    def turned(self, yaw: float, pitch: float, roll: float, sway: float) -> tuple[Floats, Floats]:
        """Where each pixel comes from when the head has moved."""
        wide, (px, py) = self.face.width, self.pivot
        sine = np.radians(1.7 * roll).astype(np.float32) * self.held
        cosine = 1 - sine * sine / 2  # a head turns by a few degrees: good to a hundredth of a pixel
        dx, dy = self.x - px, self.y - py
        x = px + dx * cosine + dy * sine
        y = py - dx * sine + dy * cosine
        x -= (0.022 * wide * sway + 0.040 * wide * yaw * (0.35 + 0.65 * self.depth)) * self.held
        y -= 0.030 * wide * pitch * (0.35 + 0.65 * self.depth) * self.held
        return x, y

    def blinked(self, x: Floats, y: Floats, place: tuple[float, float], closed: float) -> Floats:
        """The lid drawn down over the eye: the skin above is stretched, the lashes move with its edge."""
        unit = self.face.width
        half, reach, above, lashes = 0.056 * unit, 0.15 * unit, 0.115 * unit, 0.022 * unit
        across = (x - place[0]) / reach
        share = closed * np.sqrt(np.clip(1 - across**2, 0, 1))
        top, lid, end = place[1] - above, place[1] - half, place[1] + 0.95 * half
        drawn = (end - lid - lashes) * share
        stretched = top + (y - top) * (lid - top) / (lid + drawn - top)
        moved = np.where(y < lid + drawn, stretched, y - drawn)
        return np.where((y > top) & (y < lid + drawn + lashes) & (np.abs(across) < 1), moved, y)

    def around_mouth(self, x: Floats, y: Floats) -> tuple[slice, slice]:
        """The rows and columns that the mouth and the jaw can reach."""
        (mx, my), unit = self.face.mouth, self.face.mouth_width
        near = (np.abs(x - mx) < 2.2 * unit) & (y > my - 1.0 * unit) & (y < my + 2.6 * unit)
        rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
        return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)

    def edges(self, x: Floats, opening: float) -> tuple[Floats, Floats]:
        """How far the upper and the lower lip are from where they meet when closed, in pixels."""
        (mx, _), unit = self.face.mouth, self.face.mouth_width
        gap = min(opening * 0.36, 0.9) * unit
        shape = np.clip(1 - ((x - mx) / (0.43 * unit)) ** 2, 0, 1) ** 0.7
        return 0.16 * gap * shape, 0.84 * gap * shape

    def spoken(self, x: Floats, y: Floats, opening: float, width: float) -> tuple[Floats, Floats, Floats]:
        """Where the pixels around the mouth come from, and how much of the mouth's inside each one shows."""
        (mx, my), unit = self.face.mouth, self.face.mouth_width
        reach = np.exp(-(((x - mx) / (0.8 * unit)) ** 2) - ((y - my) / (0.55 * unit)) ** 2)
        x = mx + (x - mx) / (1 + reach * (0.10 * width if width > 0 else 0.20 * width))
        upper, lower = self.edges(x, opening)
        gap = min(opening * 0.36, 0.9) * unit
        jaw = 0.66 * gap * np.exp(-(((x - mx) / (0.95 * unit)) ** 2))

        def down(at: Floats) -> Floats:
            """How far the lower lip, the chin and then the neck have moved at a height of the closed face."""
            chin = step((at - my) / (0.55 * unit))
            return (lower + (jaw - lower) * chin) * (1 - step((at - my - 0.7 * unit) / (1.7 * unit)))

        below = y - down(y)
        for _ in range(3):
            below = y - down(np.maximum(below, my))
        above = y + upper * (1 - step((my - y) / (0.42 * unit)))
        source = np.where(y > my, np.maximum(below, my + 0.02), np.minimum(above, my - 0.02))
        inside = np.clip(np.minimum(y - (my - upper), (my + lower) - y) + 0.5, 0, 1)
        inside *= np.clip((upper + lower) / 1.5, 0, 1)
        return x, source, inside

    def inside_of_mouth(self, x: Floats, y: Floats, opening: float) -> Floats:
        """The colour behind the lips: dark, teeth above, the tongue below where the mouth is wide open."""
        (mx, my), unit = self.face.mouth, self.face.mouth_width
        upper, lower = self.edges(x, opening)
        from_top, gap = y - (my - upper), upper + lower + 1e-3
        colour = DARK * (0.75 + 0.4 * np.clip(from_top / gap, 0, 1))[..., None]
        sides = np.clip(1.15 - ((x - mx) / (0.36 * unit)) ** 2, 0, 1)
        tall = np.minimum(0.10 * unit, 0.42 * gap)
        teeth = np.clip((tall - from_top) / (0.022 * unit) + 0.5, 0, 1) * sides
        shade = 0.62 + 0.38 * np.clip(from_top / (0.05 * unit), 0, 1)
        colour += (TEETH * shade[..., None] - colour) * (0.9 * teeth)[..., None]
        tongue = ((x - mx) / (0.27 * unit)) ** 2 + ((y - (my + lower) - 0.01 * unit) / (0.085 * unit + 0.12 * gap)) ** 2
        seen = np.clip(1.3 - tongue, 0, 1) * (1 - teeth) * np.clip(gap / (0.16 * unit) - 0.6, 0, 1)
        whole: Floats = colour + (TONGUE - colour) * (0.75 * seen)[..., None]
        return whole


def step(share: Floats) -> Floats:
    """From 0 to 1 without a corner while the share goes from 0 to 1."""
    share = np.clip(share, 0, 1)
    return share * share * (3 - 2 * share)


def sample(planes: Floats, x: Floats, y: Floats) -> Floats:
    """The picture, given colour by colour, at places between its pixels (bilinear); beyond its edge, the edge."""
    colours, height, width = planes.shape
    x, y = np.clip(x, 0, width - 1.001), np.clip(y, 0, height - 1.001)
    left, top = x.astype(np.intp), y.astype(np.intp)
    across, along = x - left.astype(np.float32), y - top.astype(np.float32)
    both = across * along
    at = top * width + left
    found = np.empty((*x.shape, colours), np.float32)
    corners = (
        (at, 1 - across - along + both),
        (at + 1, across - both),
        (at + width, along - both),
        (at + width + 1, both),
    )
    for colour, plane in enumerate(planes.reshape(colours, -1)):
        found[..., colour] = sum(plane.take(place) * share for place, share in corners)
    return found
