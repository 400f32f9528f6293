"""Speech recognition on a laptop: `python -m sonic_flow.local.transcriber --port PORT`.

CMU's pocketsphinx, with the English model, dictionary and grammar that its package has in it
(https://pypi.org/project/pocketsphinx/): a real recogniser, small and of before the networks. It understands clear
American English.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Any

import av
import numpy as np
from av.error import FFmpegError

from sonic_flow.local import web
from sonic_flow.local.media import mono
from sonic_flow.local.pixels import Floats

RATE = 16000
FRAMES = 100  # of the recogniser, a second
MOST = 600  # seconds
QUIET = ("<s>", "</s>", "<sil>")


def samples_of(content: bytes) -> Floats:
    """The sound of a clip or of a sound file. Refuses what has none."""
    try:
        with av.open(io.BytesIO(content)) as container:
            if not container.streams.audio:
                raise web.RefusedError(422, "the file has no sound")
            samples = mono(container, RATE)
    except (FFmpegError, IndexError, UnicodeDecodeError) as error:
        raise web.RefusedError(422, f"the file can't be decoded: {error}") from None
    if not len(samples) or len(samples) > MOST * RATE:
        raise web.RefusedError(422, f"the sound lasts {len(samples) / RATE:.0f} s; it may last {MOST} s")
    return samples


def recogniser() -> Any:
    """pocketsphinx' decoder; the package is of an extra, and has no types."""
    return import_module("pocketsphinx").Decoder(samprate=RATE, loglevel="FATAL")


def transcribe(decoder: Any, files: Mapping[str, bytes], name: str) -> web.Answer:
    """The words of a file with their times, in the form of OpenAI's verbose_json."""
    began = time.monotonic()
    (content,) = web.needed(files, "file")
    samples = samples_of(content)
    decoder.start_utt()
    decoder.process_raw((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    words = [
        {"word": each.word.split("(")[0], "start": each.start_frame / FRAMES, "end": (each.end_frame + 1) / FRAMES}
        for each in decoder.seg() or ()
        if each.word not in QUIET and not each.word.startswith(("[", "++"))
    ]
    text = " ".join(str(each["word"]) for each in words)
    seconds = round(len(samples) / RATE, 3)
    print(f"{seconds} s in {time.monotonic() - began:.1f} s: {text}", flush=True)
    answer = {"task": "transcribe", "language": "english", "duration": seconds, "text": text, "words": words}
    return web.Answer("application/json", json.dumps({**answer, "version": name}).encode())


def main() -> None:
    """Load the model, then serve until SIGTERM."""
    name = f"pocketsphinx {version('pocketsphinx')}, en-us"
    options = web.arguments(name).parse_args()
    decoder = recogniser()
    web.serve("/v1/audio/transcriptions", lambda _, files: transcribe(decoder, files, name), name, options)


if __name__ == "__main__":
    main()
