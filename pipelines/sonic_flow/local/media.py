"""MP4 in and out, by PyAV: H.264 and AAC; and MP3 in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError

from sonic_flow.local.pixels import Floats, Pixels

HEARD = 48000  # Hz of the AAC track: at 16 kHz the encoder's lead-in alone would be 64 ms


def write_clip(
    target: Path, pictures: Iterable[Pixels], fps: int, samples: Floats, rate: int, tags: Mapping[str, str]
) -> None:
    """Write pictures (height, width, 3; bytes) and sound as one MP4, `moov` before `mdat`, not fragmented."""
    with av.open(str(target), "w", format="mp4", options={"movflags": "faststart"}) as container:
        container.metadata.update(tags)
        video = container.add_stream("libx264", rate=fps, options={"crf": "18", "preset": "veryfast"})
        audio = container.add_stream("aac", rate=HEARD, layout="mono")
        audio.bit_rate = 96000
        video.pix_fmt = "yuv420p"
        video.codec_context.thread_count = 1  # x264's output depends on it, and so would a clip's hash on the machine
        for number, picture in enumerate(pictures):
            if number == 0:
                video.height, video.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for sounding in sound_frames(samples, rate):
            container.mux(audio.encode(sounding))
        container.mux(audio.encode(None))


def sound_frames(samples: Floats, rate: int) -> Iterator[av.AudioFrame]:
    """The sound as the encoder takes it."""
    whole = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None, :], np.float32), "fltp", "mono")
    whole.sample_rate, whole.pts, whole.time_base = rate, 0, Fraction(1, rate)
    resampler = av.AudioResampler("fltp", "mono", HEARD, frame_size=1024)
    yield from resampler.resample(whole)
    yield from resampler.resample(None)


def resampled(samples: Floats, rate: int, wanted: int) -> Floats:
    """The samples at another rate."""
    whole = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None, :], np.float32), "fltp", "mono")
    whole.sample_rate, whole.pts, whole.time_base = rate, 0, Fraction(1, rate)
    resampler = av.AudioResampler("fltp", "mono", wanted)
    pieces = [*resampler.resample(whole), *resampler.resample(None)]
    return np.concatenate([piece.to_ndarray()[0] for piece in pieces])


def read_mp3(path: Path, most_seconds: float) -> tuple[Floats, int]:
    """The samples of an MP3, its channels mixed into one, and its rate. ValueError where it is none, or too long.

    What the encoder put before the sound is left out, so that it is as long as what was encoded.
    """
    pieces: list[Floats] = []
    held = 0
    try:
        with av.open(str(path), format="mp3") as container:  # what the file holds chooses no other reader
            rate = container.streams.audio[0].rate
            resampler = av.AudioResampler("fltp", "mono", rate)
            for frame in container.decode(audio=0):
                held += frame.samples
                if held > most_seconds * rate:
                    raise ValueError(f"the speech lasts more than {most_seconds:g} s")
                pieces += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
            pieces += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    except (FFmpegError, IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"the speech is neither a PCM WAV nor an MP3 that can be decoded: {error}") from None
    if not held:
        raise ValueError("the speech holds no samples")
    return np.concatenate(pieces), rate


class Clip:
    """A clip that is read: `fps`, `pictures` (bytes, one a frame), `samples` (mono, -1..1) and their `rate`."""

    def __init__(self, path: Path, most_frames: int = 3000) -> None:
        """ValueError where it can't be decoded, or has no pictures or no sound."""
        try:
            with av.open(str(path)) as container:
                if not container.streams.video or not container.streams.audio:
                    raise ValueError("the clip has no pictures or no sound")
                stream = container.streams.video[0]
                self.fps = float(stream.average_rate or 25)
                self.pictures: list[Pixels] = []
                for frame in container.decode(stream):
                    if len(self.pictures) == most_frames:
                        raise ValueError(f"the clip has more than {most_frames} frames")
                    self.pictures.append(frame.to_ndarray(format="rgb24"))
            with av.open(str(path)) as container:
                self.rate = 16000
                self.samples = mono(container, self.rate)
        except (FFmpegError, IndexError, UnicodeDecodeError) as error:
            raise ValueError(f"the clip can't be decoded: {error}") from None
        if not self.pictures or not len(self.samples):
            raise ValueError("the clip has no pictures or no sound")


def mono(container: InputContainer, rate: int) -> Floats:
    """The sound from the clip's time 0 on: what lies before it (an encoder's lead-in) is left out."""
    resampler = av.AudioResampler("fltp", "mono", rate)
    pieces: list[Floats] = []
    start: float | None = None
    for frame in (*container.decode(audio=0), None):
        if start is None and frame is not None:
            start = float((frame.pts or 0) * (frame.time_base or 0))
        pieces += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
    samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    shift = round((start or 0.0) * rate)
    return samples[-shift:] if shift < 0 else np.pad(samples, (shift, 0))
