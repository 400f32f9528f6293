"""The MFCCs and the face's square that the networks are given."""

from __future__ import annotations

import numpy as np
import pytest

from sonic_flow.local import crop, face
from sonic_flow.local.mfcc import LEAST, dct, filters, mfcc
from sonic_flow.tests.clips import pictures


def test_there_are_13_coefficients_100_times_a_second() -> None:
    assert mfcc(np.zeros(16000)).shape == (13, 99)
    assert mfcc(np.zeros(16000 + 240)).shape == (13, 100)
    assert mfcc(np.zeros(10)).shape == (13, 1)


def test_the_first_is_the_log_of_the_windows_energy() -> None:
    """Twice as loud is 2 ln 2 more, and changes no other coefficient."""
    tone = 0.2 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    quiet, loud = mfcc(tone), mfcc(2 * tone)
    assert loud[0, 5:90] - quiet[0, 5:90] == pytest.approx(2 * np.log(2), abs=1e-4)
    assert loud[1:, 5:90] == pytest.approx(quiet[1:, 5:90], abs=2e-3)
    assert mfcc(np.zeros(1600))[0] == pytest.approx(np.log(LEAST), abs=1e-3)


def test_one_window_by_the_long_way() -> None:
    """The same by the formulas, one number at a time."""
    samples = np.random.default_rng(0).normal(0, 0.1, 400)
    scaled = samples * 32768
    flat = [scaled[0]] + [scaled[n] - 0.97 * scaled[n - 1] for n in range(1, 400)]
    places = np.arange(400)
    power = [abs(np.dot(flat, np.exp(-2j * np.pi * k * places / 512))) ** 2 / 512 for k in range(257)]
    mels = [2595 * np.log10(1 + 8000 / 700) * n / 27 for n in range(28)]
    bins = [int(513 * 700 * (10 ** (mel / 2595) - 1) / 16000) for mel in mels]
    logs = []
    for low, middle, high in zip(bins, bins[1:], bins[2:], strict=False):
        up = sum(power[k] * (k - low) / (middle - low) for k in range(low, middle))
        logs.append(np.log(up + sum(power[k] * (high - k) / (high - middle) for k in range(middle, high))))
    for number in range(1, 13):
        total = sum(value * np.cos(np.pi * number * (2 * k + 1) / 52) for k, value in enumerate(logs))
        wanted = total * np.sqrt(2 / 26) * (1 + 11 * np.sin(np.pi * number / 22))
        assert mfcc(samples)[number, 0] == pytest.approx(wanted, rel=1e-4, abs=1e-3)
    assert mfcc(samples)[0, 0] == pytest.approx(np.log(sum(power)), rel=1e-5)


def test_filters_and_transform_are_whole() -> None:
    assert filters().shape == (26, 257)
    assert filters().max(axis=1) == pytest.approx(1.0)
    assert dct(26) @ dct(26).T == pytest.approx(np.eye(26), abs=1e-12)


def test_the_square_holds_the_face_and_stays_with_it() -> None:
    frames = pictures()
    squares = crop.faces(frames, 224)
    assert {each.shape for each in squares} == {(224, 224, 3)}
    found = [face.locate(squares[number]) for number in (0, 60, 120)]
    for each in found:
        assert each.mouth[0] == pytest.approx(112, abs=14)
        assert each.mouth[1] == pytest.approx(found[0].mouth[1], abs=8)


def test_beyond_the_picture_there_is_grey() -> None:
    picture = np.full((100, 100, 3), 200, np.uint8)
    seen = face.Face((0, 0, 80, 100), (40, 80), 20, ((20, 40), (60, 40)))
    square = crop.square(picture, seen, (0, 0), 140)  # from (-30, 0) to (110, 140), one pixel each
    assert (square[50, :30] == 110).all()
    assert (square[100:, :] == 110).all()
    assert (square[:100, 30:130] == 200).all()
    assert (square[:100, 130:] == 110).all()
    assert (crop.square(picture, seen, (1000, 0), 50) == 110).all()
    assert (crop.square(picture, seen, (-1000, -1000), 50) == 110).all()
