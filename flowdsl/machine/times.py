"""Times as Kubernetes writes them, durations as Go prints them and as people say them."""

from __future__ import annotations

import datetime

from flowdsl.kube import parse_duration


def stamp(seconds: float) -> str:
    """Seconds since the epoch as RFC 3339 in UTC, to the second, as metav1.Time is written."""
    return datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(text: str | None) -> float | None:
    """A Go duration in seconds; None for none."""
    return None if text is None else parse_duration(str(text)) / 1e9


def go_duration(seconds: float) -> str:
    """A duration as Go's time.Duration prints it: `1h0m0s`, `1m30s`, `1.5s`, `300ms`, `0s`."""
    nanoseconds = round(seconds * 1e9)
    if nanoseconds == 0:
        return "0s"
    for unit, size in (("ns", 1), ("µs", 10**3), ("ms", 10**6)):
        if nanoseconds < size * 1000:
            return f"{_decimal(nanoseconds, size)}{unit}"
    minutes, rest = divmod(nanoseconds, 60 * 10**9)
    text = f"{_decimal(rest, 10**9)}s"
    if minutes:
        hours, minutes = divmod(minutes, 60)
        text = f"{hours}h{minutes}m{text}" if hours else f"{minutes}m{text}"
    return text


def span(seconds: float) -> str:
    """A duration as a person says it, to the second: `1h30m`, `0s`."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return "".join(f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m"), (left, "s")) if number) or "0s"


def _decimal(number: int, unit: int) -> str:
    whole, part = divmod(number, unit)
    digits = f"{part:0{len(str(unit)) - 1}d}".rstrip("0") if part else ""
    return f"{whole}.{digits}" if digits else str(whole)
