"""A speech as MP3: as long, and as well in time with the mouth, as the same speech as WAV; a broken one is told."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from sonic_flow.local import measure, media
from sonic_flow.media import speech_seconds, waveform
from sonic_flow.mp3 import mp3_seconds
from sonic_flow.tests.clips import FPS, SPEECH, pictures, speech


def write_mp3(path: Path, rate: int = 44100, layout: str = "mono", *, note: bool = True) -> Path:
    """The shipped speech as MP3, by LAME; without its note nobody knows what it put before the sound."""
    samples, given = speech()
    whole = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None, :], np.float32), "fltp", "mono")
    whole.sample_rate, whole.pts, whole.time_base = given, 0, Fraction(1, given)
    with av.open(str(path), "w", format="mp3", options={"write_xing": "1" if note else "0"}) as container:
        stream = container.add_stream("libmp3lame", rate=rate, layout=layout)
        resampler = av.AudioResampler("fltp", layout, rate, frame_size=stream.codec_context.frame_size or 1152)
        for frame in (*resampler.resample(whole), *resampler.resample(None), None):
            container.mux(stream.encode(frame))
    return path


@pytest.mark.parametrize(
    ("rate", "layout"), [(44100, "stereo"), (48000, "mono"), (22050, "stereo"), (16000, "mono"), (8000, "mono")]
)
def test_it_is_as_long_as_the_wav_and_as_what_is_decoded(tmp_path: Path, rate: int, layout: str) -> None:
    path = write_mp3(tmp_path / "speech.mp3", rate, layout)
    samples, heard_at = media.read_mp3(path, 60)
    assert heard_at == rate
    assert speech_seconds(path) == pytest.approx(speech_seconds(SPEECH), abs=0.001)
    assert len(samples) / rate == pytest.approx(speech_seconds(path), abs=0.001)


def test_without_the_encoders_note_all_its_frames_count(tmp_path: Path) -> None:
    path = write_mp3(tmp_path / "speech.mp3", note=False)
    samples, rate = media.read_mp3(path, 60)
    assert speech_seconds(path) == pytest.approx(len(samples) / rate, abs=0.001)
    assert 0 < speech_seconds(path) - speech_seconds(SPEECH) < 0.1


def test_tags_at_both_ends_are_no_sound(tmp_path: Path) -> None:
    plain = write_mp3(tmp_path / "speech.mp3").read_bytes()
    tagged = b"ID3\x04\0\0\0\0\x01\x00" + b"\0" * 128 + plain + b"TAG" + b"x" * 125
    assert mp3_seconds(tagged) == mp3_seconds(plain)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda data: data[: len(data) // 2], "it is cut off in frame"),
        (lambda data: data[:20000] + b"\xff" * 9000 + data[29000:], "there is no sound"),
        (lambda data: data + b"<script>", "there is no sound"),
        (lambda data: b"\xff\xfb\x90\x44", "it is cut off in frame 1"),
        (lambda data: data[: len(data) // 2].rstrip(b"U") + b"TAG", "it is cut off"),
    ],
    ids=["cut off", "spoilt within", "something after it", "one header", "cut off before a tag"],
)
def test_a_broken_one_is_told(tmp_path: Path, spoil: Callable[[bytes], bytes], told: str) -> None:
    path = write_mp3(tmp_path / "speech.mp3")
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(SystemExit, match=rf"^error: speech\.mp3 is no whole MP3: .*{told}"):
        speech_seconds(path)


def test_one_that_never_ends_is_not_decoded_to_its_end(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the speech lasts more than 2 s"):
        media.read_mp3(write_mp3(tmp_path / "speech.mp3"), 2)


def test_it_has_no_wave_for_the_page(tmp_path: Path) -> None:
    assert waveform(write_mp3(tmp_path / "speech.mp3")) == []


def test_the_mouth_is_as_well_in_time_with_it_as_with_the_wav(tmp_path: Path) -> None:
    """The mouth is that of the WAV: an MP3 that came late or early by a frame would show."""
    opening = measure.mouth_opening(pictures())
    wav, mp3 = speech(), media.read_mp3(write_mp3(tmp_path / "speech.mp3"), 60)
    before, after = (measure.sync(opening, samples, rate, FPS) for samples, rate in (wav, mp3))
    assert after.offset == before.offset == 0
    assert after.distance == pytest.approx(before.distance, abs=0.02)
    assert measure.same_sound(media.resampled(*mp3, 16000), media.resampled(*wav, 16000)) > 0.98
