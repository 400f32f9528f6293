"""Who answers the custom task `rate` on a laptop: the real page, on loopback, as long as the task waits.

What was said is in a SQLite file on a claim of the run: a retry, or a run that goes on, asks nobody twice.
"""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from flowdsl import PVC, Secret, task
from sonic_flow.files import stop
from sonic_flow.rating.book import Asked, Book
from sonic_flow.rating.clips import fetched
from sonic_flow.rating.desk import Desk, wait_for
from sonic_flow.s3 import Signer, object_url
from sonic_flow.settings import PYTHON
from sonic_flow.tasks.rating import Rated

KEPT = Path("/ratings")


@task(image=PYTHON, volumes=[PVC("ratings").mount("/ratings", read_only=False)])
def ask_raters(
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
    access_key: Secret = Secret("sonic-s3", key="access-key"),
    secret_key: Secret = Secret("sonic-s3", key="secret-key"),
) -> Rated:
    """Serve the page until `wanted` have scored or the time is over."""
    if backend != "ask":
        stop(f"rating={backend}: on this machine there is `ask`, and `off`")
    if not 1 <= least <= wanted or not 0 < hours < 1e5:
        stop("raters: least is 1 or more, wanted no less than least; rating_hours is above 0")
    clip = fetched(object_url(endpoint, bucket, region, key), Signer(region, access_key, secret_key), sha256, KEPT)
    book = Book(KEPT / "ratings.sqlite")
    asked = book.ask(Asked(key, title, sha256, least, wanted, time.time() + hours * 3600))
    with Desk(book, lambda _: clip, token=secrets.token_urlsafe(16)) as desk:
        left = f"{(asked.until - time.time()) / 60:.0f} min left"
        print(f"rate the clip at {desk.address} ({least} to {wanted} raters, {left})", flush=True)
        wait_for(book, key, until=asked.until, wanted=asked.wanted)
    found = book.opinion(key)
    if found.raters < least:
        print(f"only {found.raters} of at least {least} raters came in time")
        return Rated(float("nan"), float("nan"), float("nan"), found.raters)
    return Rated(*found)
