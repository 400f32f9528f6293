"""CEL's timestamps and durations, read and written as Go does."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

from .tree import CelError

_STAMP = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def timestamp(text: str) -> datetime.datetime:
    """RFC 3339. Raises CelError."""
    found = _STAMP.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        fraction = (found[1] or "")[:7]
        zone = "+00:00" if found[2] in "Zz" else found[2]
        read = datetime.datetime.fromisoformat(f"{text[:19].upper()}{zone}")
    except ValueError:
        raise CelError(f"type conversion error from 'string' to 'timestamp': {text[:40]!r}") from None
    # In its own zone, as Go keeps it.
    return read + datetime.timedelta(seconds=float(fraction or 0))


def timestamp_text(value: datetime.datetime) -> str:
    """RFC 3339 with as many figures of a second as there are."""
    text = value.replace(tzinfo=None, microsecond=0).isoformat()
    fraction = f".{value.microsecond:06d}".rstrip("0").rstrip(".")
    zone = value.isoformat()[-6:]
    return f"{text}{fraction}{'Z' if zone == '+00:00' else zone}"


def duration(text: str) -> datetime.timedelta:
    """Go's time.ParseDuration. Raises CelError."""
    unsigned = text[1:] if text[:1] in {"-", "+"} else text
    parts = _PART.findall(unsigned)
    if unsigned != "0" and (not parts or "".join(map("".join, parts)) != unsigned):
        raise CelError(f"type conversion error from 'string' to 'duration': {text[:40]!r}")
    try:
        length = datetime.timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in parts))
    except OverflowError:
        raise CelError("duration overflow") from None
    return -length if text.startswith("-") else length


def duration_text(value: datetime.timedelta) -> str:
    """Seconds, as cel-go writes one."""
    seconds = value.total_seconds()
    return f"{int(seconds) if seconds.is_integer() else seconds}s"


def _there(value: datetime.datetime, zone: str) -> datetime.datetime:
    import zoneinfo

    found = re.fullmatch(r"([+-]?)([0-9][0-9]):([0-9][0-9])", zone)
    try:
        if found:
            sign = -1 if found[1] == "-" else 1
            return value.astimezone(
                datetime.timezone(sign * datetime.timedelta(hours=int(found[2]), minutes=int(found[3])))
            )
        return value.astimezone(zoneinfo.ZoneInfo(zone or "UTC"))
    except (ValueError, zoneinfo.ZoneInfoNotFoundError, OSError):
        raise CelError(f"unknown time zone {zone[:40]}") from None


def _of(read: Callable[[datetime.datetime], int]) -> Callable[..., int]:
    return lambda value, zone="UTC": read(_there(value, zone))


def _whole(unit: float) -> Callable[[datetime.timedelta], int]:
    return lambda value: int(value.total_seconds() / unit)


TIMES: dict[str, tuple[Callable[..., int], Any]] = {
    "getFullYear": (_of(lambda at: at.year), None),
    "getMonth": (_of(lambda at: at.month - 1), None),
    "getDate": (_of(lambda at: at.day), None),
    "getDayOfMonth": (_of(lambda at: at.day - 1), None),
    "getDayOfWeek": (_of(lambda at: at.isoweekday() % 7), None),
    "getDayOfYear": (_of(lambda at: at.timetuple().tm_yday - 1), None),
    "getHours": (_of(lambda at: at.hour), _whole(3600)),
    "getMinutes": (_of(lambda at: at.minute), _whole(60)),
    "getSeconds": (_of(lambda at: at.second), _whole(1)),
    "getMilliseconds": (_of(lambda at: at.microsecond // 1000), lambda value: value.microseconds // 1000),
}
