"""The reference renderer: does the mouth of the portrait really move with the speech, and is the clip whole?"""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from sonic_flow.local import face, media, motion, render, sound
from sonic_flow.local.pixels import Pixels
from sonic_flow.media import clip_seconds, wav_seconds
from sonic_flow.settings import Settings
from sonic_flow.tests.clips import ASSETS, FPS, PORTRAIT, SPEECH, pictures, speech, write


def moved(**changes: Any) -> motion.Movement:
    samples, rate = speech()
    settings = Settings(**{"dynamic_scale": 1.0, "motion_scale": 1.0, **changes})
    return motion.movement(samples, rate, 139, FPS, settings)


def test_assets_are_small() -> None:
    assert sum(path.stat().st_size for path in ASSETS.iterdir()) < 600_000


def test_the_face_of_the_portrait_is_found_where_it_was_drawn() -> None:
    found = face.locate(np.asarray(Image.open(PORTRAIT)))
    assert found.mouth == pytest.approx((320, 400), abs=4)
    assert 70 < found.mouth_width < 100
    assert [round(x) for x, _ in found.eyes] == pytest.approx([261, 379], abs=5)
    assert [round(y) for _, y in found.eyes] == pytest.approx([266, 266], abs=4)


@pytest.mark.parametrize("colour", ["black", "white", "blue"])
def test_no_face_in_a_plain_picture(colour: str) -> None:
    with pytest.raises(ValueError, match="no face"):
        face.locate(np.asarray(Image.new("RGB", (300, 300), colour)))


def test_the_mouth_follows_the_voice_and_rests_in_silence() -> None:
    opening = moved().opening
    assert opening[:4].max() < 0.01
    assert opening[-5:].max() < 0.02
    assert opening.max() > 0.8


def test_scales_and_switches_do_what_they_say() -> None:
    assert moved(dynamic_scale=2.0).opening == pytest.approx(2 * moved().opening)
    assert moved(motion_scale=0.5).yaw == pytest.approx(moved().yaw / 2)
    late = moved(lip_sync_align=False).opening
    shifts = [np.corrcoef(moved().opening[: 139 - k], late[k:])[0, 1] for k in range(8)]
    assert int(np.argmax(shifts)) in (1, 2, 3)
    rough = moved(smooth_motion=False)
    assert np.abs(np.diff(rough.yaw)).mean() > 3 * np.abs(np.diff(moved().yaw)).mean()


def test_the_mouth_is_dark_when_open_and_the_picture_is_the_portrait_when_closed() -> None:
    framed = render.framed(Image.open(PORTRAIT), 256, 0.18)
    renderer = render.Renderer(framed)
    still = renderer.frame(0, 0, 0, 0, 0, 0, 0)
    assert np.abs(still.astype(int) - np.asarray(framed)).max() <= 3  # at the lips' edge
    spoken = renderer.frame(1.0, 0, 0, 0, 0, 0, 0)
    x, y = (round(at) for at in renderer.face.mouth)
    assert spoken[y + 4 : y + 10, x - 4 : x + 4].mean() < 0.6 * still[y + 4 : y + 10, x - 4 : x + 4].mean()
    assert (spoken[:80] == still[:80]).all()  # the forehead does not speak


def test_blinks_close_the_eyes_only() -> None:
    renderer = render.Renderer(render.framed(Image.open(PORTRAIT), 256, 0.18))
    assert renderer.blinks
    still, blinked = renderer.frame(0, 0, 0, 0, 0, 0, 0), renderer.frame(0, 0, 1, 0, 0, 0, 0)
    rows = np.flatnonzero((still != blinked).any(axis=(1, 2)))
    (_, left), (_, right) = renderer.face.eyes
    assert rows.min() > min(left, right) - 0.13 * renderer.face.width
    assert rows.max() < max(left, right) + 0.10 * renderer.face.width


def test_few_steps_are_blurred_as_the_contract_says() -> None:
    def detail(frame: Pixels) -> float:
        return float(np.abs(np.diff(frame.astype(float), axis=1)).mean())

    assert detail(pictures(Settings(inference_steps=5))[0]) < 0.95 * detail(pictures()[0])


def test_the_clip_is_a_whole_mp4_as_long_as_the_speech(tmp_path: Path) -> None:
    clip = write(tmp_path / "clip.mp4", pictures())
    assert max(abs(seconds - wav_seconds(SPEECH)) for seconds in clip_seconds(clip)) < 0.05
    with av.open(str(clip)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height, video.pix_fmt) == (256, 256, "yuv420p")
    content = clip.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert b"moof" not in content


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    clip = media.Clip(write(tmp_path / "clip.mp4", pictures()))
    assert (clip.fps, len(clip.pictures)) == (25, 139)
    assert np.abs(clip.pictures[60].astype(int) - pictures()[60]).mean() < 3
    samples, rate = speech()
    wanted = media.resampled(samples, rate, clip.rate)
    size = min(len(wanted), len(clip.samples))
    assert np.corrcoef(wanted[:size], clip.samples[:size])[0, 1] > 0.99  # also: not shifted by the encoder's lead-in


def test_the_same_input_gives_the_same_clip(tmp_path: Path) -> None:
    one, other = (write(tmp_path / name, pictures()).read_bytes() for name in ("a.mp4", "b.mp4"))
    assert one == other


@pytest.mark.parametrize("content", [b"", b"\0\0\0\x18ftypisom", b"not a video" * 100])
def test_what_is_no_clip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clip.mp4").write_bytes(content)
    with pytest.raises(ValueError, match="clip"):
        media.Clip(tmp_path / "clip.mp4")


@pytest.mark.parametrize(("width", "channels"), [(1, 1), (2, 2), (3, 1), (4, 2)])
def test_every_width_of_pcm_is_read(tmp_path: Path, width: int, channels: int) -> None:
    wanted = np.sin(np.arange(800) / 10) * 0.5
    whole = np.round(wanted * 2 ** (8 * width - 1)).astype(np.int64) + (128 if width == 1 else 0)
    data = b"".join(int(v).to_bytes(width, "little", signed=width > 1) * channels for v in whole)
    with wave.open(str(tmp_path / "a.wav"), "wb") as writer:
        writer.setparams((channels, width, 8000, 0, "NONE", ""))
        writer.writeframes(data)
    samples, rate = sound.read_wav(tmp_path / "a.wav")
    assert rate == 8000
    assert samples == pytest.approx(wanted, abs=0.01)
