"""Speak the test sentence: PCM, 16 kHz, mono, 16 bits.

    apt-get install espeak-ng; python pipelines/assets/make_speech.py [speech.wav]
    apt-get install flite; python pipelines/assets/make_speech.py clear-speech.wav

espeak-ng makes the voice from rules and formants, so it is no person's, and no recogniser understands it. What is to be
written to a file named `clear-speech.wav` is spoken by flite's `rms`: statistics over recordings of one speaker of the
CMU ARCTIC set, which are free for any use (http://www.festvox.org/cmu_arctic/); nobody has spoken this sentence. The
programs' versions decide the bytes; the files in this folder came from Debian's espeak-ng 1.51 and flite 2.2.
"""

from __future__ import annotations

import subprocess
import sys
import wave
from pathlib import Path

import av

TEXT = "Hello! I am the test portrait. You see me say each word. How do I look?"
RATE, CLEAR = 16000, "clear-speech.wav"


def speech(target: Path) -> None:
    """Write the sentence, with a moment of silence at both ends."""
    spoken = target.with_suffix(".spoken.wav")
    voice = ["espeak-ng", "-v", "en-gb", "-s", "165", "-p", "58", "-w", str(spoken), TEXT]
    if target.name == CLEAR:
        voice = ["flite", "-voice", "rms", "-t", TEXT, "-o", str(spoken)]
    subprocess.run(voice, check=True)
    resampler, samples = av.AudioResampler("s16", "mono", RATE), b""
    with av.open(str(spoken)) as container:
        for frame in (*container.decode(audio=0), None):
            for piece in resampler.resample(frame):
                samples += piece.to_ndarray().tobytes()
    spoken.unlink()
    with wave.open(str(target), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(b"\0\0" * (RATE // 5) + samples.rstrip(b"\0") + b"\0\0" * (RATE // 4))


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("speech.wav")
    speech(place)
    with wave.open(str(place), "rb") as reader:
        print(f"{place}: {place.stat().st_size} bytes, {reader.getnframes() / reader.getframerate():.2f} s")
