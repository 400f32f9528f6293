"""When a schedule's times are, as the reader of Kubernetes' CronJobs has them."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest

from flowdsl.kube.cron_times import Times


def at(text: str, zone: str = "UTC") -> float:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def said(moment: float | None) -> str:
    return "" if moment is None else f"{datetime.datetime.fromtimestamp(moment, datetime.timezone.utc):%Y-%m-%d %H:%M}"


NEXT = [
    ("30 2 * * *", "UTC", "2026-01-01 02:30", "2026-01-02 02:30"),
    ("30 2 * * *", "Asia/Shanghai", "2026-01-01 00:00", "2026-01-01 18:30"),
    ("*/15 * * * *", "UTC", "2026-01-01 02:31", "2026-01-01 02:45"),
    ("5/20 * * * *", "UTC", "2026-01-01 02:26", "2026-01-01 02:45"),
    ("0 9-17/4 * * 1-5", "UTC", "2026-01-02 17:00", "2026-01-05 09:00"),
    ("0 0 * jan,mar sun", "UTC", "2026-01-25 00:00", "2026-03-01 00:00"),
    # Both days are named: either is enough. A star in one of them: the other alone.
    ("0 0 13 * 5", "UTC", "2026-02-07 00:00", "2026-02-13 00:00"),
    ("0 0 13 * 5", "UTC", "2026-02-13 00:00", "2026-02-20 00:00"),
    ("0 0 13 * *", "UTC", "2026-02-13 00:00", "2026-03-13 00:00"),
    # A step makes a star say something (robfig/cron), so that either is enough here too.
    ("0 0 */2 * 1", "UTC", "2026-02-01 00:00", "2026-02-02 00:00"),
    ("0 0 29 2 ?", "UTC", "2026-01-01 00:00", "2028-02-29 00:00"),
    ("@weekly", "UTC", "2026-01-01 00:00", "2026-01-04 00:00"),
    ("@hourly", "UTC", "2026-01-01 00:00", "2026-01-01 01:00"),
    ("@yearly", "UTC", "2026-01-01 00:00", "2027-01-01 00:00"),
    ("0 0 30 2 *", "UTC", "2026-01-01 00:00", ""),
    # The clock goes from 01:59 to 03:00, so that there is no 02:30 on that day.
    ("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", "2026-03-30 00:30"),
    # And from 02:59 to 02:00: 02:30 is there twice.
    ("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", "2026-10-25 00:30"),
    ("30 2 * * *", "Europe/Berlin", "2026-10-25 00:30", "2026-10-25 01:30"),
    ("30 2 * * *", "Europe/Berlin", "2026-10-25 01:30", "2026-10-26 01:30"),
]


@pytest.mark.parametrize(("text", "zone", "after", "expected"), NEXT)
def test_the_next_time(text: str, zone: str, after: str, expected: str) -> None:
    assert said(Times.of(text, ZoneInfo(zone)).after(at(after))) == expected


LATEST = [
    ("* * * * *", "2026-01-01 00:00", "2026-01-01 02:00", "2026-01-01 02:00"),
    ("0 * * * *", "2026-01-01 00:00", "2026-01-01 00:59", ""),
    ("0 * * * *", "2026-01-01 00:00", "2026-01-01 03:59", "2026-01-01 03:00"),
    ("0 3 * * *", "2025-12-30 03:00", "2026-01-01 02:00", "2025-12-31 03:00"),
    ("0 3 1 1 *", "2020-01-01 03:00", "2026-12-01 02:00", "2026-01-01 03:00"),
    ("0 0 30 2 *", "2001-01-01 00:00", "2026-12-01 02:00", ""),
]


@pytest.mark.parametrize(("text", "since", "until", "expected"), LATEST)
def test_the_latest_time_that_was_missed(text: str, since: str, until: str, expected: str) -> None:
    assert said(Times.of(text, ZoneInfo("UTC")).latest(at(since), at(until))) == expected
