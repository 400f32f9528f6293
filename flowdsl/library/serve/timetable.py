"""Schedules: which times are due, by the rules of Kubernetes' CronJob controller.

The latest time that was missed is started late, if by no more than its deadline; older ones are left out.
https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from datetime import tzinfo

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.kube.cron import cron_problem
from flowdsl.kube.cron_times import Times
from flowdsl.library.serve.deliveries import Deliveries, new_run
from flowdsl.library.serve.served import Schedule
from flowdsl.library.serve.tables import OPEN, NewDelivery, Tables

_FIRST_LOOK = 366 * 24 * 3600.0
"""Seconds that are looked back at most where a schedule has no deadline."""


@attrs.frozen
class Timetable:
    """The schedules, each with its times."""

    schedules: Sequence[tuple[Schedule, Times]]
    deliveries: Deliveries
    tables: Tables

    @classmethod
    def of(cls, schedules: Sequence[Schedule], deliveries: Deliveries, tables: Tables) -> Timetable:
        """The times of schedules. Raises UsageError for what is no time, or no time zone of this machine."""
        return cls([(each, _times(each)) for each in schedules], deliveries, tables)

    def tick(self, now: float) -> list[str]:
        """Start what is due; the names of the runs that are new."""
        return [name for schedule, times in self.schedules for name in self._one(schedule, times, now)]

    def next(self, now: float) -> dict[str, float | None]:
        """When each schedule is due next; None for one that is suspended, or never is."""
        return {each.name: None if each.suspend else times.after(now) for each, times in self.schedules}

    def _one(self, schedule: Schedule, times: Times, now: float) -> tuple[str, ...]:
        since = self.tables.since(schedule.name, now)
        if since > now:
            # The clock was wrong, or is now. Names keep a time that comes again from starting a second run.
            self.tables.dealt(schedule.name, now)
            since = now
        if schedule.suspend:
            return ()
        late = _FIRST_LOOK if schedule.deadline is None else schedule.deadline
        due = times.latest(max(since, now - late), now)
        if due is None:
            return ()
        # As the controller names the Job, and the Job's pod the run: a second firing finds the name taken.
        name = f"{schedule.name}-{int(due) // 60}"
        if self.deliveries.was_there(name):
            self.tables.dealt(schedule.name, due)
            return ()
        run = new_run(name, schedule.run, schedule.name)
        others = self._going_on(run.pipeline, run.start) if schedule.overlap == "forbid" else []
        params = {line(each["name"]): line(each["value"]) for each in schedule.run["spec"].get("params") or ()}
        said = f"not started: {others[0]} has not ended" if others else ""
        verdict = {
            "trigger": schedule.name,
            "outcome": "stopped" if others else "starts",
            "reason": said,
            "params": params,
        }
        came = NewDelivery(at=now, source="schedule", listener=schedule.name, event=schedule.cron, verdicts=[verdict])
        kept = self.deliveries.scheduled(came, [] if others else [run])
        # Only now: what ends between the two starts the name that is taken, which is nothing.
        self.tables.dealt(schedule.name, due)
        return kept.new

    def _going_on(self, pipeline: str, start: str) -> list[str]:
        query = "SELECT name FROM runs WHERE pipeline = ? AND start = ? AND state IN (?, ?, ?)"
        return [each["name"] for each in self.tables.rows(query, pipeline, start, *OPEN)]


def _times(schedule: Schedule) -> Times:
    problem = cron_problem(schedule.cron)
    if problem:
        raise UsageError(f"the schedule {line(schedule.name)} can't be kept: {line(problem)}")
    return Times.of(schedule.cron, _zone(schedule))


def _zone(schedule: Schedule) -> tzinfo:
    try:
        return zoneinfo.ZoneInfo(schedule.zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        message = (
            f"this machine has no time zone {line(schedule.zone)!r}, which the schedule {line(schedule.name)} is in"
        )
        raise UsageError(f"{message}; `pip install tzdata` brings all of them") from None
