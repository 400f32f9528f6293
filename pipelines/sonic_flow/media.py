"""What a portrait, a speech and a clip say of themselves, read with Python alone: PNG, JPEG, WebP, WAV, MP3, MP4.

A task that is given a broken file stops here, with one line that names it, before a GPU is busy for nothing.
"""

from __future__ import annotations

import struct
import wave
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sonic_flow.files import stop
from sonic_flow.mp3 import is_mp3, mp3_seconds

LARGEST_MP3 = 64 << 20
"""Bytes of an MP3 that are read: half an hour at the highest rate."""


def speech_seconds(path: Path) -> float:
    """The length of a speech in seconds: of a PCM WAV or an MP3, told apart by what is in them. Stops for others."""
    try:
        with path.open("rb") as file:
            start = file.read(12)
            if start.startswith(b"RIFF"):
                return wav_seconds(path)
            if not is_mp3(start):
                found = f"it starts with {start[:8]!r}" if start else "it is empty"
                stop(f"{path.name} is neither a PCM WAV nor an MP3: {found}")
            content = start + file.read(LARGEST_MP3)
        if len(content) > LARGEST_MP3:
            stop(f"{path.name} has more than {LARGEST_MP3 >> 20} MiB: too much for a speech")
        return round(mp3_seconds(content), 3)
    except OSError as error:
        stop(f"{path.name} can't be read: {error.strerror or error}")
    except ValueError as error:
        stop(f"{path.name} is no whole MP3: {error}")


def wav_seconds(path: Path) -> float:
    """The length of a PCM WAV in seconds, by the samples it holds (a header may promise more)."""
    try:
        with wave.open(str(path), "rb") as reader:
            rate, promised = reader.getframerate(), reader.getnframes()
            held = sum(len(block) for block in iter(lambda: reader.readframes(1 << 16), b""))
            held //= reader.getnchannels() * reader.getsampwidth()
    except (wave.Error, EOFError, OSError) as error:
        stop(f"{path.name} is no PCM WAV: {str(error) or 'it ends early'}")
    if held < promised or not held:
        stop(f"{path.name} is cut off: {held} of {promised} samples")
    return round(held / rate, 3)


def waveform(path: Path, columns: int = 600) -> list[float]:
    """How loud a PCM WAV of 16 bits is, 0..1, from its beginning to its end; nothing for other samples, and for an MP3.

    Each value is the greatest of its part, so that no sound is too short to be seen.
    """
    with path.open("rb") as file:
        if file.read(4) != b"RIFF":
            return []
    with wave.open(str(path), "rb") as reader:
        channels, frames = reader.getnchannels(), reader.getnframes()
        if reader.getsampwidth() != 2 or frames < columns:
            return []
        data = reader.readframes(frames)
    samples = struct.unpack(f"<{len(data) // 2}h", data[: len(data) // 2 * 2])
    size = len(samples) / columns / channels
    cuts = [round(at * size) * channels for at in range(columns + 1)]
    peaks = [max(map(abs, samples[cuts[at] : cuts[at + 1]]), default=0) for at in range(columns)]
    return [round(peak / 32768, 3) for peak in peaks]


def image_size(path: Path) -> tuple[int, int]:
    """Width and height of a PNG, JPEG or WebP, whose structure is checked to its end."""
    try:
        data = path.read_bytes()
        for start, read in ((b"\x89PNG\r\n\x1a\n", png_size), (b"\xff\xd8\xff", jpeg_size), (b"RIFF", webp_size)):
            if data.startswith(start):
                return read(data)
        raise ValueError(f"no PNG, JPEG or WebP starts with {data[:8]!r}")
    except (OSError, struct.error, LookupError, ValueError) as error:
        stop(f"{path.name} is no image, corrupt or cut off: {error}")


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height; ValueError where a chunk's checksum is wrong or the last chunk is missing."""
    at, kind = 8, b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        if zlib.crc32(data[at + 4 : at + 8 + length]) != struct.unpack_from(">I", data, at + 8 + length)[0]:
            raise ValueError("checksum")
        at += 12 + length
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height from the start-of-frame segment; ValueError where the end-of-image marker is missing."""
    if b"\xff\xd9" not in data[-64:]:
        raise ValueError("no end")
    at = 2
    while True:
        marker, length = struct.unpack_from(">HH", data, at)
        if 0xFFC0 <= marker <= 0xFFCF and marker not in (0xFFC4, 0xFFC8, 0xFFCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        if marker < 0xFF01 or marker == 0xFFDA:
            raise ValueError("no frame")
        at += 2 + length


def webp_size(data: bytes) -> tuple[int, int]:
    """Width and height of the lossy, lossless or extended form; ValueError where the file is shorter than it says."""
    if struct.unpack_from("<I", data, 4)[0] + 8 > len(data):
        raise ValueError("short")
    form = data[12:16]
    if form == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if form == b"VP8L":
        sides = struct.unpack_from("<I", data, 21)[0]
        return (sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1
    if form == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    raise ValueError(f"form {form!r}")


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes of an MP4 between two offsets: kind, start and end of the content. ValueError where one runs over."""
    while start < end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        body = start + 8
        if size == 1:
            size, body = struct.unpack(">Q", file.read(8))[0], start + 16
        until = start + size if size else end
        if not body <= until <= end:
            raise ValueError(f"box {kind!r} is cut off")
        yield kind, body, until
        start = until


def clip_seconds(path: Path) -> list[float]:
    """The lengths an MP4 states, in seconds: the movie's (mvhd), then each track's (mdhd)."""

    def walk(start: int, end: int) -> Iterator[float]:
        for kind, body, until in boxes(file, start, end):
            if kind in (b"moov", b"trak", b"mdia"):
                yield from walk(body, until)
            elif kind in (b"mvhd", b"mdhd"):
                file.seek(body)
                layout = ">QQIQ" if file.read(4)[:1] == b"\x01" else ">IIII"
                _, _, scale, length = struct.unpack(layout, file.read(struct.calcsize(layout)))
                yield length / scale

    try:
        with path.open("rb") as file:
            head, size = file.read(12), path.stat().st_size
            if head[4:8] != b"ftyp":
                raise ValueError(f"it starts with {head!r}")
            kinds = [kind for kind, _, _ in boxes(file, 0, size)]
            found = list(walk(0, size))
        if b"mdat" not in kinds or len(found) < 2 or min(found) <= 0:
            raise ValueError("it holds no media of a stated length")
    except (ValueError, struct.error, ZeroDivisionError) as error:
        stop(f"{path.name} is no whole MP4: {error}")
    return [round(seconds, 3) for seconds in found]
