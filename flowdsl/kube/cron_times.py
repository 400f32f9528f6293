"""When a CronJob's times are: those of robfig/cron v3, which Kubernetes reads them with (spec.go, parser.go).

A time that a clock skips in spring is left out; one that it has twice in autumn is there twice.
https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import attrs

from flowdsl.kube.cron import FIELDS, WORDS, Field

_FARTHEST = 5 * 366
"""Days that are looked through: a February 30th comes never."""
_DAY = datetime.timedelta(days=1)


@attrs.frozen
class Times:
    """The times of a schedule that `cron_problem` has nothing against, in a time zone."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool
    """Whether a day of the month or one of the week is enough: where both are named."""
    zone: datetime.tzinfo

    @classmethod
    def of(cls, text: str, zone: datetime.tzinfo) -> Times:
        """The times of a schedule's text."""
        parts = WORDS.get(text, text).split()
        minutes, hours, days, months, weekdays = map(_numbers, parts, FIELDS)
        either = not (_is_any(parts[2]) or _is_any(parts[4]))
        sets = (frozenset(days), frozenset(months), frozenset(weekdays))
        return cls(tuple(minutes), tuple(hours), *sets, either, zone)

    def after(self, moment: float) -> float | None:
        """The first time after a moment, both in seconds since the epoch; None where there is none for years."""
        day = self._day_of(moment)
        for _ in range(_FARTHEST):
            found = [each for each in self._on(day) if each > moment]
            if found:
                return min(found)
            day += _DAY
        return None

    def latest(self, since: float, until: float) -> float | None:
        """The last time that is after `since` and not after `until`; None where there is none."""
        day, first = self._day_of(until), self._day_of(since)
        for _ in range(_FARTHEST):
            found = [each for each in self._on(day) if since < each <= until]
            if found:
                return max(found)
            day -= _DAY
            if day < first:
                return None
        return None

    def _day_of(self, moment: float) -> datetime.date:
        return datetime.datetime.fromtimestamp(moment, self.zone).date()

    def _on(self, day: datetime.date) -> Iterator[float]:
        """The moments of a day."""
        if day.month not in self.months or not self._has(day):
            return
        for hour in self.hours:
            for minute in self.minutes:
                yield from _moments(datetime.datetime.combine(day, datetime.time(hour, minute), self.zone))

    def _has(self, day: datetime.date) -> bool:
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return of_month or of_week if self.either else of_month and of_week


def _moments(wall: datetime.datetime) -> Iterator[float]:
    """When a clock on the wall shows a time: once, twice, or not at all."""
    found = {wall.replace(fold=fold).timestamp() for fold in (0, 1)}
    for each in sorted(found):
        shown = datetime.datetime.fromtimestamp(each, wall.tzinfo)
        if shown.replace(fold=0, tzinfo=None) == wall.replace(fold=0, tzinfo=None):
            yield each


def _is_any(text: str) -> bool:
    """Whether a field says nothing: a step makes it say something, as does a number beside it."""
    return any(part.partition("/")[0] in ("*", "?") and part.partition("/")[2] in ("", "1") for part in text.split(","))


def _numbers(text: str, field: Field) -> list[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        low, dash, high = span.partition("-")
        if span in ("*", "?"):
            first, last = field.least, field.most
        else:
            first = field.number(low) or 0
            # A step from a number goes to the end.
            last = (field.number(high) or 0) if dash else field.most if slash else first
        found.update(range(first, last + 1, int(step) if slash else 1))
    return sorted(found)
