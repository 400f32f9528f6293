"""The settings: one class for pipeline, task and service, which takes no value that Sonic can't take."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest

from sonic_flow.settings import RANGES, Settings


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"min_resolution": 100}, "min_resolution=100 is outside 256..2048"),
        ({"min_resolution": 512.5}, "min_resolution=512.5 is outside"),
        ({"expand_ratio": 1.5}, "expand_ratio=1.5 is outside 0..1"),
        ({"expand_ratio": math.nan}, "expand_ratio=nan is outside"),
        ({"inference_steps": 0}, "inference_steps=0 is outside 1..200"),
        ({"inference_steps": "25"}, "inference_steps='25' is outside"),
        ({"inference_steps": True}, "inference_steps=True is outside"),
        ({"dynamic_scale": 0.0}, "dynamic_scale=0.0 is outside"),
        ({"motion_scale": 9.0}, "motion_scale=9.0 is outside"),
        ({"lip_sync_align": 1}, "lip_sync_align=1 is neither true nor false"),
        ({"smooth_motion": "false"}, "smooth_motion='false' is neither"),
        ({"duration": "2"}, "duration='2' is no number of seconds"),
    ],
)
def test_what_sonic_cannot_take_is_no_setting(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        Settings(**changes)


def test_every_number_has_a_range() -> None:
    defaults = dataclasses.asdict(Settings())
    numbers = {name for name, value in defaults.items() if isinstance(value, (int, float)) and value is not bool(value)}
    assert numbers == set(RANGES)


def test_they_are_what_json_can_write_and_read() -> None:
    chosen = Settings(inference_steps=30, duration=2.5)
    assert Settings(**json.loads(json.dumps(dataclasses.asdict(chosen)))) == chosen


def test_without_a_duration_the_clip_is_as_long_as_the_speech() -> None:
    assert Settings().seconds(5.541) == 5.541
    assert Settings(duration=5.1).seconds(5.541) == 5.1
