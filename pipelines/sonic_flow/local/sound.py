"""Speech as curves: one value a video frame."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from sonic_flow.local.pixels import Floats


def read_wav(path: Path) -> tuple[Floats, int]:
    """The samples of a PCM WAV, its channels mixed into one, and its rate. ValueError where it is none."""
    try:
        with wave.open(str(path), "rb") as reader:
            rate, channels, width = reader.getframerate(), reader.getnchannels(), reader.getsampwidth()
            data = reader.readframes(reader.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"the speech is no PCM WAV: {str(error) or 'it ends early'}") from None
    data = data[: len(data) // (width * channels) * width * channels]
    if not data:
        raise ValueError("the speech holds no samples")
    if width == 1:
        samples = np.frombuffer(data, np.uint8).astype(np.float32) / 128 - 1
    elif width == 3:
        wide = np.zeros((len(data) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        samples = wide.view("<i4")[:, 0].astype(np.float32) / 2**31
    else:
        samples = np.frombuffer(data, f"<i{width}").astype(np.float32) / 2 ** (8 * width - 1)
    return samples.reshape(-1, channels).mean(axis=1), rate


def fitted(samples: Floats, length: int) -> Floats:
    """The samples cut, or followed by silence, to a length."""
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def levels(samples: Floats, rate: int, fps: float, frames: int, bands: list[tuple[float, float]]) -> Floats:
    """How strong the sound is in each band (Hz) around the middle of each frame: an array (bands, frames)."""
    window = round(rate * 0.05)
    padded = np.pad(samples, (window, window + round(rate / fps)))
    starts = np.round((np.arange(frames) + 0.5) / fps * rate).astype(int) + window - window // 2
    starts = np.minimum(starts, len(padded) - window)
    spectra = np.abs(np.fft.rfft(padded[starts[:, None] + np.arange(window)] * np.hanning(window), axis=1))
    places = np.fft.rfftfreq(window, 1 / rate)
    inside = [(places >= low) & (places < high) for low, high in bands]
    return np.stack([np.sqrt((spectra[:, band] ** 2).sum(axis=1)) / window for band in inside])


def loudness(strength: Floats, span: float = 30.0) -> Floats:
    """Strength as the ear has it: 1 for the loudest, 0 for what is `span` decibels below that or less."""
    loud = 20 * np.log10(np.maximum(strength, 1e-6))
    return np.clip((loud - loud.max()) / span + 1, 0, 1) if loud.max() > -80 else np.zeros_like(loud)


def smoothed(curve: Floats, width: float) -> Floats:
    """A curve without its fast changes; `width` is the Gaussian's, in frames. It does not move in time."""
    if width <= 0:
        return curve
    reach = int(np.ceil(3 * width))
    weights = np.exp(-((np.arange(-reach, reach + 1) / width) ** 2) / 2)
    return np.convolve(np.pad(curve, reach, mode="edge"), weights / weights.sum(), "valid")


def late(curve: Floats, share: float) -> Floats:
    """A curve that follows another and lags behind it, as one does that knows no future."""
    found, value = np.empty_like(curve), 0.0
    for place, wanted in enumerate(curve):
        value += (wanted - value) * share
        found[place] = value
    return found
