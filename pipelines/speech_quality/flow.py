"""Evaluate a recording with numpy and soundfile, and put it among the training data where it is good enough.

    flowdsl run pipelines/speech_quality/flow.py                   # the spoken line of Sonic, in a quiet room
    flowdsl run pipelines/speech_quality/flow.py --set room=5      # in a loud one: it is turned down
    flowdsl lock pipelines/speech_quality/flow.py                  # pins the packages, in flow.lock

The cluster needs the claim `speech` with `speech.wav` on it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from flowdsl import PVC, File, LocalRun, Workspace, otherwise, pipeline, task, when

from .audio import read, write
from .limits import limits
from .measures import clipped, loudness, signal_to_noise

AUDIO = ["numpy==2.1.*", "soundfile==0.13.*"]


class Quality(NamedTuple):
    """Each measure, and whether the recorder was set right: `fit` is by limits.json."""

    snr: float
    loudness: float
    clipped: float
    fit: bool


@task(image="python:3.12-slim", packages=AUDIO, cpu="500m", memory="256Mi")
def add_room(recording: File, room: float, seed: int) -> File:
    """The same words in a room whose noise is `room` dB below the voice: what a model is to put up with."""
    import numpy as np

    voice, rate = read(recording)
    noise = np.random.default_rng(seed).normal(size=len(voice))
    made = Path("in_a_room.wav")
    write(made, voice + noise * np.sqrt(np.mean(voice**2) / 10 ** (room / 10)), rate)
    return made


@task(image="python:3.12-slim", packages=AUDIO, cpu="500m", memory="256Mi")
def measure(recording: File) -> Quality:
    """All that is known of one recording."""
    samples, rate = read(recording)
    bounds = limits()
    snr, level, cut = signal_to_noise(samples, rate), loudness(samples, rate), clipped(samples)
    fit = bounds.quietest <= level <= bounds.loudest and cut <= bounds.clipped
    print(f"{recording.name}: {len(samples) / rate:.1f} s, SNR {snr:.1f} dB, {level:.1f} dBFS, {cut:.2%} clipped")
    return Quality(snr, level, cut, fit)


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def accept(recording: File, snr: float) -> None:
    """Stands for a copy to the training data."""
    print(f"{recording.name} goes to the training data: SNR {snr:.1f} dB")


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def turn_down(snr: float, loudness: float) -> None:
    """Stands for a word to who recorded it."""
    print(f"to be recorded again: SNR {snr:.1f} dB, {loudness:.1f} dBFS")


def here() -> LocalRun:
    """What a laptop has in place of the claim."""
    return LocalRun(claims={"speech": Path(__file__).parents[1] / "assets"})


@pipeline(files=PVC("speech", sub_path="runs"), local=here)
def speech_quality(
    recordings: Workspace = PVC("speech"), room: float = 40.0, lowest: float = 15.0, seed: int = 7
) -> dict[str, float]:
    """Measure a recording as it is and in a room; take it if the voice stands out there."""
    clean = measure.with_options(name="measure-clean")(recordings / "speech.wav")
    noisy = add_room(recordings / "speech.wav", room, seed)
    heard = measure.with_options(name="measure-noisy")(noisy)
    with when(heard.fit & (heard.snr >= lowest)):
        accept(noisy, heard.snr)
    with otherwise():
        turn_down(heard.snr, heard.loudness)
    return {"clean": clean.snr, "heard": heard.snr}


if __name__ == "__main__":
    speech_quality.cli()
