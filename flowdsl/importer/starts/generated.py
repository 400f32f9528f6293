"""The tasks of a Pipeline that nobody wrote: taken out, and read as the options that they come from."""

from __future__ import annotations

import json
from collections.abc import Mapping

import attrs

from flowdsl.events.newest import first_tasks, without_first_task
from flowdsl.events.reporting import ADDRESSES, OWN_PARAMS, account_of
from flowdsl.importer.shapes import Unsupported
from flowdsl.importer.starts.cel_texts import HERE
from flowdsl.importer.starts.objects import Fields, Objects, by_name, count_of, listed, mapping, name_of, text
from flowdsl.ir.events import CommitStatus
from flowdsl.ir.volumes import Secret
from flowdsl.kinds.table import TASK

_IN_LINK = {"$(context.pipelineRun.namespace)": "{namespace}", "$(context.pipelineRun.name)": "{run}"}


@attrs.frozen
class Generated:
    """A Pipeline without those tasks (`names`), and what asked for them. `provider` is whom its reports go to."""

    pipeline: Fields
    names: frozenset[str]
    max_at_once: int = 0
    keep: int = 0
    report: CommitStatus | None = None
    provider: str = ""


def without_generated(objects: Objects, pipeline: Fields) -> Generated:
    """The Pipeline as its user wrote it. Raises Unsupported for tasks that look like ours and are none."""
    first = first_tasks(pipeline)
    limits = by_name(listed(first[0], "params")) if first else {}
    names = {str(each.get("name")) for each in first}
    found = Generated(
        without_first_task(pipeline), frozenset(names), count_of(limits.get("most")), count_of(limits.get("keep"))
    )
    name = account_of(name_of(pipeline))
    reporting = [each for each in _tasks(pipeline) if text(each, "taskRef", "name") == name]
    return _without_report(found, objects, name, reporting) if reporting else found


def _tasks(pipeline: Fields) -> list[Fields]:
    return [*listed(pipeline, "spec", "tasks"), *listed(pipeline, "spec", "finally")]


def _without_report(found: Generated, objects: Objects, name: str, reporting: list[Fields]) -> Generated:
    told = by_name(listed(reporting[0], "params"))
    shown = next((by_name(listed(each, "params")) for each in reporting if "values" in _phase(each)), {})
    provider = str(told.get("provider") or "")
    if provider not in ADDRESSES:
        raise Unsupported("spec", f"the Task {name} tells {provider or 'nobody'} of its runs")
    link = str(told.get("link") or "")
    for tekton, python in _IN_LINK.items():
        link = link.replace(tekton, python)
    pipeline, api = name_of(found.pipeline), str(told.get("api") or "")
    context = str(told.get("context") or "")
    report = CommitStatus(
        token=_token(objects.get(TASK, name)),
        location=HERE,
        context="" if context == pipeline else context,
        comment=bool(told.get("number")),
        api="" if api == ADDRESSES[provider] else api,
        link=link,
        baseline=_baseline(shown.get("baseline")),
    )
    names = {str(each.get("name")) for each in reporting}
    spec = {**mapping(found.pipeline, "spec")}
    for field, left in (("tasks", names), ("finally", names), ("params", set(OWN_PARAMS))):
        items = [each for each in listed(spec, field) if each.get("name") not in left]
        if items:
            spec[field] = items
        else:
            spec.pop(field, None)
    whole = {**found.pipeline, "spec": spec}
    return attrs.evolve(found, pipeline=whole, names=found.names | names, report=report, provider=provider)


def _phase(task: Fields) -> str:
    return str(by_name(listed(task, "params")).get("phase"))


def _token(task: Fields) -> Secret:
    for step in listed(task, "spec", "steps"):
        for each in listed(step, "env"):
            key = mapping(each, "valueFrom", "secretKeyRef")
            if text(key, "name") and text(key, "key"):
                return Secret(text(key, "name"), text(key, "key"))
    raise Unsupported("spec", f"the Task {name_of(task)} has no token")


def _baseline(given: object) -> dict[str, str | int | float | bool]:
    try:
        found = json.loads(given) if isinstance(given, str) else {}
    except (ValueError, RecursionError):
        found = {}
    plain = isinstance(found, Mapping) and all(isinstance(each, (str, int, float, bool)) for each in found.values())
    if not plain:
        raise Unsupported("spec", "the baseline of its report is no JSON of single values")
    return dict(found)
