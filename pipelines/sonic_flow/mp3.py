"""How long an MP3 is, read with Python alone: the frames are walked, and none is decoded.

Frames: ISO/IEC 11172-3 and 13818-3, layer III. The first may hold no sound but a note of the encoder (`Xing` or `Info`,
then `LAME`): how many frames follow, and how many samples at both ends are the encoder's own
(http://gabriel.mp3-tech.org/mp3infotag.html). FFmpeg leaves those samples out, and so they don't count here.
"""

from __future__ import annotations

from typing import NamedTuple

KILOBITS = {  # a second, by the index in the header; 0 is the free format, which nobody uses
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = (44100, 48000, 32000)  # Hz, of MPEG 1; half of it for MPEG 2, a quarter for 2.5
LEAD = 4096
"""Bytes that may lie before the first frame: some programs leave a few zeros after their tags."""
ENDINGS = (b"TAG", b"APETAGEX", b"LYRICS")
"""What may come after the last frame: tags of older forms."""


class Frame(NamedTuple):
    """A frame's length in bytes, its samples (a channel), their rate, and where in it an encoder's note would be."""

    size: int
    samples: int
    rate: int
    note: int


def is_mp3(data: bytes) -> bool:
    """Whether a file that begins so may be an MP3: with a tag or with a frame."""
    return data.startswith(b"ID3") or frame_at(data, 0) is not None


def mp3_seconds(data: bytes) -> float:
    """The length in seconds of what is heard. ValueError with the reason where it is no whole MP3."""
    at = first_frame(data)
    first = frame_at(data, at)
    if first is None:
        raise ValueError("it has no frame of sound")
    promised, padding = encoders_note(data[at : at + first.size], first)
    if promised is not None:
        at += first.size
    held = 0
    while (frame := frame_at(data, at)) is not None:
        if frame.rate != first.rate:
            raise ValueError(f"the rate changes from {first.rate} to {frame.rate} Hz")
        if at + frame.size > len(data):
            raise ValueError(f"it is cut off in frame {held + 1}")
        held, at = held + 1, at + frame.size
    rest = data[at:].lstrip(b"\0")
    if rest and not rest.startswith(ENDINGS):
        raise ValueError(f"after {held} frames, at byte {at}, there is no sound")
    if promised and held < promised:
        raise ValueError(f"it is cut off: {held} of {promised} frames")
    samples = held * first.samples - padding
    if samples <= 0:
        raise ValueError("it holds no sound")
    return samples / first.rate


def first_frame(data: bytes) -> int:
    """Where the first frame begins: after the tags (ID3v2) and some zeros."""
    at = 0
    while data[at : at + 3] == b"ID3" and len(data) >= at + 10:
        size = 0
        for byte in data[at + 6 : at + 10]:
            size = size << 7 | byte & 0x7F
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)  # a footer repeats the header
    zeros = len(data[at : at + LEAD]) - len(data[at : at + LEAD].lstrip(b"\0"))
    return at + zeros


def frame_at(data: bytes, at: int) -> Frame | None:
    """The frame whose header is there; None where there is none of layer III."""
    if len(data) < at + 4 or data[at] != 0xFF or data[at + 1] & 0xE6 != 0xE2:
        return None
    version, kilobits, rate = data[at + 1] >> 3 & 3, data[at + 2] >> 4, data[at + 2] >> 2 & 3
    if version == 1 or kilobits in (0, 15) or rate == 3:
        return None
    newer = version == 3  # MPEG 1, the one with more samples a frame
    hertz = RATES[rate] >> {3: 0, 2: 1, 0: 2}[version]
    size = (144 if newer else 72) * KILOBITS[newer][kilobits] * 1000 // hertz + (data[at + 2] >> 1 & 1)
    mono = data[at + 3] >> 6 == 3
    side = {(True, False): 32, (True, True): 17, (False, False): 17, (False, True): 9}[newer, mono]
    return Frame(size, 1152 if newer else 576, hertz, 4 + side)


def encoders_note(content: bytes, frame: Frame) -> tuple[int | None, int]:
    """The frames that follow (0: not said; None: this frame is sound itself), and the samples that are not heard."""
    at = frame.note
    if content[at : at + 4] not in (b"Xing", b"Info"):
        return None, 0
    flags, at = int.from_bytes(content[at + 4 : at + 8], "big"), at + 8
    promised = int.from_bytes(content[at : at + 4], "big") if flags & 1 else 0
    at += sum(length for flag, length in ((1, 4), (2, 4), (4, 100), (8, 4)) if flags & flag)
    ends = content[at + 21 : at + 24]
    if content[at : at + 4] not in (b"LAME", b"Lavf", b"Lavc") or len(ends) < 3:
        return promised, 0
    return promised, (ends[0] << 4 | ends[1] >> 4) + ((ends[1] & 15) << 8 | ends[2])
