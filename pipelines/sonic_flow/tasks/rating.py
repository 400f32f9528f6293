"""Let people score the clip: stage it where raters see it, ask them, note what they said, take it away again.

`rate` is a custom task: on a cluster no pod waits for people. `sonic_flow.rating.controller` answers its CustomRuns
there, `sonic_flow.local.raters` on a laptop.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from flowdsl import File, Secret, Workspace, named, task, task_ref
from sonic_flow.files import stop, write_json
from sonic_flow.rating.opinion import METHOD
from sonic_flow.s3 import Signer, object_url, send, stored
from sonic_flow.settings import PYTHON

API_VERSION, KIND = "rating.flowdsl.dev/v1alpha1", "Rating"
TIMEOUT = "24h"
"""How long raters may have at most; the pipeline's own timeout includes it."""
LARGEST = 512 << 20
"""Bytes of a clip that people are shown."""


class Staged(NamedTuple):
    """Where raters' programs fetch the clip, by the keys they have themselves, and its SHA-256."""

    key: str
    sha256: str


class Rated(NamedTuple):
    """The mean opinion score with the ends of its 95% interval, and how many scored.

    NaN where fewer than were wanted at least: that passes no gate.
    """

    mos: float
    low: float
    high: float
    raters: int


@task(image=PYTHON, cpu="100m..1", memory="64Mi..256Mi", timeout="10m", retries=2)
def stage_clip(
    video: File,
    key: str,
    bucket: str,
    *,
    region: str = "us-east-1",
    endpoint: str = "",
    access_key: Secret = Secret("sonic-s3", key="access-key"),
    secret_key: Secret = Secret("sonic-s3", key="secret-key"),
) -> Staged:
    """Put the clip below a private prefix of the bucket, and read it back."""
    if (size := video.stat().st_size) > LARGEST:
        stop(f"{video.name} has {size} bytes; raters are shown at most {LARGEST}")
    digest = stored(video, object_url(endpoint, bucket, region, key), Signer(region, access_key, secret_key))
    print(f"staged {size} bytes for raters, SHA-256 {digest}")
    return Staged(key, digest)


@task_ref(named("", kind=KIND, api_version=API_VERSION), name="rate", timeout=TIMEOUT)
def rate(
    title: str,
    backend: str,
    bucket: str,
    key: str,
    sha256: str,
    least: int,
    wanted: int,
    hours: float,
    region: str = "us-east-1",
    endpoint: str = "",
) -> Rated:
    """Ask people to score the clip at `key` from 1 to 5.

    `backend` is `ask`, the page for raters; what answers the CustomRun refuses any other word. It ends when `wanted`
    have scored, or after `hours`; with fewer than `least` by then there is no score, NaN, and the run goes on.
    """
    raise NotImplementedError


@task(image=PYTHON, cpu="50m..200m", memory="32Mi..128Mi", timeout="5m")
def keep_rating(mos: float, low: float, high: float, raters: int, *, record: Workspace = Workspace()) -> None:
    """Note what people said, for the gate and the report."""
    known = math.isfinite(mos)
    measures = {"mos": {"value": mos, "method": METHOD}, "mos_low": {"value": low, "method": METHOD}} if known else {}
    told = f"MOS {mos:.2f}, 95% interval {low:.2f} to {high:.2f}, {raters} raters"
    told = told if known else f"too few raters came: {raters}"
    write_json(record / "rating.json", {"metrics": measures, "raters": raters, "told": told})
    print(told)


@task(image=PYTHON, cpu="50m..200m", memory="32Mi..128Mi", timeout="5m", retries=2)
def unstage_clip(
    key: str,
    bucket: str,
    *,
    region: str = "us-east-1",
    endpoint: str = "",
    access_key: Secret = Secret("sonic-s3", key="access-key"),
    secret_key: Secret = Secret("sonic-s3", key="secret-key"),
) -> None:
    """Take away what raters were shown, whether it is there or not."""
    send("DELETE", object_url(endpoint, bucket, region, key), Signer(region, access_key, secret_key))
    print("the clip that was staged for raters is removed")
