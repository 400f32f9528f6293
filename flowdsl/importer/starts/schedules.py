"""CronJobs back to `schedule(...)`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flowdsl.events.cron import RUN_FILE
from flowdsl.importer.shapes import Unsupported
from flowdsl.importer.starts.cel_texts import HERE
from flowdsl.importer.starts.objects import Fields, Objects, Run, is_current, listed, mapping, name_of, text
from flowdsl.ir.events import Schedule
from flowdsl.kinds.table import CONFIG_MAP, CRON_JOB
from flowdsl.kube.conventions import STARTED_BY

_LONGEST = 4 * 1024 * 1024
Timed = Mapping[str, Mapping[int, Fields]]
"""The CronJobs of pipelines (by index), by the pipeline's name, each with the run that it makes."""


def timed_of(objects: Objects) -> Timed:
    """All that there are: each run is read once, however many pipelines ask for theirs."""
    found: dict[str, dict[int, Fields]] = {}
    for index, job in enumerate(objects.documents):
        run = _run(objects, name_of(job)) if is_current(CRON_JOB, job) else None
        if run is not None:
            found.setdefault(text(run, "spec", "pipelineRef", "name"), {})[index] = run
    return found


def schedules_of(objects: Objects, timed: Timed, pipeline: str) -> list[tuple[Schedule, Run]]:
    """The schedules of a pipeline, each with its run. Raises Unsupported for what `on=` does not write."""
    found = []
    for index, run in timed.get(pipeline, {}).items():
        job, start = objects.documents[index], text(run, "metadata", "labels", STARTED_BY)
        if name_of(job) != f"{pipeline}-{start}":
            raise Unsupported("metadata", f"the CronJob {name_of(job)} isn't named as on= names it")
        made = Run.of(run)
        found.append((_schedule(job, start, made.params), made))
    return found


def _run(objects: Objects, name: str) -> Fields | None:
    """The run that a CronJob of ours makes: its ConfigMap has it."""
    index = objects.by_name.get((CONFIG_MAP.name, name))
    given = text(objects.documents[index], "data", RUN_FILE) if index is not None else ""
    if not given or len(given) > _LONGEST:
        return None
    try:
        found = json.loads(given)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, Mapping) else None


def _schedule(job: Fields, name: str, params: Mapping[str, object]) -> Schedule:
    spec = mapping(job, "spec")
    pod = mapping(spec, "jobTemplate", "spec", "template", "spec")
    containers = listed(pod, "containers")
    command = containers[0].get("command") if containers else None
    overlap = command[-1] if isinstance(command, list) and command else ""
    late = spec.get("startingDeadlineSeconds")
    if overlap not in ("allow", "forbid") or not isinstance(late, int):
        raise Unsupported("spec", f"the CronJob {name_of(job)} isn't what on= writes")
    return Schedule(
        cron=text(spec, "schedule"),
        location=HERE,
        name="" if name == "schedule" else name,
        timezone=text(spec, "timeZone"),
        params=params,
        overlap="forbid" if overlap == "forbid" else "allow",
        starting_deadline=late,
        suspend=spec.get("suspend") is True,
    )
