"""Whether the queue of a run (Kueue's, `@pipeline(queue=...)`) has quota for what its pods ask for.

Kueue admits a run's pods one by one: https://kueue.sigs.k8s.io/docs/tasks/run/external_workloads/tektoncd/. A pod that
asks for what the ClusterQueue does not cover, or for more than one flavor has, waits for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypedDict, cast

import attrs

from flowdsl.kinds.table import PIPELINE_RUN
from flowdsl.kube.conventions import CLUSTER_QUEUES, KUEUE, LOCAL_QUEUES, QUEUE
from flowdsl.kubeclient.answers import odd
from flowdsl.kubeclient.check import ERROR, OK, WARNING, Check
from flowdsl.kubeclient.client import Client
from flowdsl.kubeclient.demand import ASSISTANT, Pods, amount, claims_of, pods_of, widest
from flowdsl.kubeclient.errors import AnsweredError
from flowdsl.kubeclient.resources import base_of, metadata_of, part
from flowdsl.kubeclient.shapes import Shape, shape_of

_VERSION = re.compile(r"v[0-9]{1,3}((alpha|beta)[0-9]{1,3})?")
_SHOWN = 4
"""Tasks that are named of a moment with more."""


class _Version(TypedDict, total=False):
    version: str


class _Group(TypedDict, total=False):
    preferredVersion: _Version


class _LocalSpec(TypedDict, total=False):
    clusterQueue: str
    stopPolicy: str


class _Local(TypedDict, total=False):
    spec: _LocalSpec


class _Quota(TypedDict, total=False):
    name: str
    nominalQuota: object
    borrowingLimit: object


class _Flavor(TypedDict, total=False):
    resources: list[_Quota]


class _ResourceGroup(TypedDict, total=False):
    coveredResources: list[str]
    flavors: list[_Flavor]


class _ClusterSpec(TypedDict, total=False):
    resourceGroups: list[_ResourceGroup]
    cohort: str
    cohortName: str
    stopPolicy: str


class _Cluster(TypedDict, total=False):
    spec: _ClusterSpec


@attrs.frozen
class Quota:
    """What a ClusterQueue has of a resource: in all flavors, and in that which has most. `borrows`: without a limit."""

    total: Decimal
    most: Decimal
    borrows: bool = False


def examine_queues(client: Client, documents: Sequence[Mapping[str, object]]) -> Iterator[Check]:
    """What is to be said of the queue of each run. Raises ClusterError for what is not about queues."""
    for run in (each for each in documents if PIPELINE_RUN.is_of(each)):
        labels = metadata_of(run).get("labels")
        name = labels.get(QUEUE) if isinstance(labels, Mapping) else None
        if isinstance(name, str) and name:
            namespace = str(metadata_of(run).get("namespace") or client.namespace)
            yield from _queue(client, name, namespace, pods_of(run, documents), claims_of(run))


def _queue(client: Client, name: str, namespace: str, pods: Sequence[Pods], claims: int) -> Iterator[Check]:
    version = _served(client)
    if not version:
        hint = "the label has no effect without it: https://kueue.sigs.k8s.io/docs/installation/"
        yield Check(WARNING, f"Kueue is not installed, so no pod of the run waits in queue {name}", hint)
        return
    base = base_of(f"{KUEUE}/{version}")
    what = f"LocalQueue {name}"
    local = _read(client, f"{base}/namespaces/{part(namespace)}/{LOCAL_QUEUES}/{part(name)}", shape_of(_Local))
    if isinstance(local, Check):
        yield _said(local, what, f"in namespace {namespace}")
        return
    spec = cast("_Local", local).get("spec") or {}
    yield from _stopped(what, spec.get("stopPolicy"))
    target = spec.get("clusterQueue", "")
    found = _read(client, f"{base}/{CLUSTER_QUEUES}/{part(target)}", shape_of(_Cluster)) if target else _NOT_FOUND
    if isinstance(found, Check):
        yield _said(found, f"ClusterQueue {target}", f"to which {what} leads")
        return
    whole = cast("_Cluster", found).get("spec") or {}
    yield from _stopped(f"ClusterQueue {target}", whole.get("stopPolicy"))
    yield from _compared(f"queue {name} ({target})", quotas(whole, client.where), pods, claims)


def _served(client: Client) -> str:
    """The version of Kueue's API that the server prefers; empty where it has none."""
    try:
        found = cast("_Group", client.call("GET", f"/apis/{KUEUE}", shape=shape_of(_Group)))
    except AnsweredError as error:
        if error.code != 404:
            raise
        return ""
    version = (found.get("preferredVersion") or {}).get("version", "")
    if not _VERSION.fullmatch(version):
        raise odd(client.where, f"GET /apis/{KUEUE}", "it names no version")
    return version


_NOT_FOUND = Check(ERROR, "does not exist", "an administrator makes it")
_FORBIDDEN = Check(WARNING, "may not be read", "`flowdsl rbac --queues` prints the rights; its quota is not known")


def _read(client: Client, path: str, shape: Shape) -> Mapping[str, object] | Check:
    try:
        return cast("Mapping[str, object]", client.call("GET", path, shape=shape))
    except AnsweredError as error:
        if error.code not in (403, 404):
            raise
        return _FORBIDDEN if error.code == 403 else _NOT_FOUND


def _said(check: Check, what: str, where: str) -> Check:
    return attrs.evolve(check, text=f"{what}, {where}, {check.text}")


def _stopped(what: str, policy: str | None) -> Iterator[Check]:
    if policy not in (None, "", "None"):
        yield Check(WARNING, f"{what} is stopped ({policy}): no pod is admitted", "an administrator lets it go on")


def quotas(spec: _ClusterSpec, where: str) -> dict[str, Quota]:
    """By resource what a ClusterQueue has. Raises OddAnswerError for what is no quota."""
    cohort = bool(spec.get("cohort") or spec.get("cohortName"))
    found: dict[str, Quota] = {name: Quota(Decimal(0), Decimal(0)) for name in _covered(spec)}
    for group in spec.get("resourceGroups") or ():
        for flavor in group.get("flavors") or ():
            for each in flavor.get("resources") or ():
                limit = each.get("borrowingLimit")
                nominal = amount(each.get("nominalQuota", "0"))
                more = amount(limit) if limit is not None else Decimal(0)
                if nominal is None or more is None:
                    raise odd(where, f"GET {CLUSTER_QUEUES}", "it has a quota that is no quantity")
                held = nominal + (more if cohort else 0)
                before = found.get(each.get("name", ""), Quota(Decimal(0), Decimal(0)))
                borrows = before.borrows or (cohort and limit is None)
                found[each.get("name", "")] = Quota(before.total + held, max(before.most, held), borrows)
    return found


def _covered(spec: _ClusterSpec) -> Iterator[str]:
    for group in spec.get("resourceGroups") or ():
        yield from group.get("coveredResources") or ()


def _compared(queue: str, held: Mapping[str, Quota], pods: Sequence[Pods], claims: int) -> Iterator[Check]:
    resources = sorted({name for each in pods for name in each.requests})
    fine = []
    for name in resources:
        largest = max(pods, key=lambda each: each.requests.get(name, Decimal(0)))
        need = largest.requests[name]
        asks = f"{largest.task} asks for {shown(name, need)}"
        quota = held.get(name)
        if quota is None:
            hint = "an administrator adds it to coveredResources and the flavors"
            yield Check(ERROR, f"{asks}, and {queue} has no quota of {name}: its pod waits for ever", hint)
        elif need > quota.most and not quota.borrows:
            hint = "ask for less, or for another queue"
            yield Check(ERROR, f"{asks}, and {queue} gives a pod at most {shown(name, quota.most)}", hint)
        else:
            together, tasks = widest(pods, name)
            if together > quota.total:
                also = ", and may borrow more" if quota.borrows else ""
                moment = f"{shown(name, together)} at once ({_names(tasks)})"
                text = f"at its widest the run asks for {moment}; {queue} has {shown(name, quota.total)}{also}"
                yield Check(WARNING, text, "what does not fit waits until other pods are over")
            else:
                fine.append(f"{shown(name, together)} of {shown(name, quota.total)}")
    if fine:
        yield Check(OK, f"{queue}: at its widest the run asks for {', '.join(fine)}")
    yield from _rest(queue, held, pods, claims)


def _rest(queue: str, held: Mapping[str, Quota], pods: Sequence[Pods], claims: int) -> Iterator[Check]:
    lacking = [name for name in ASSISTANT if name not in held]
    if claims and lacking:
        asked = " and ".join(lacking)
        text = f"the affinity assistants of the run's claims ask for {asked}, of which {queue} has no quota"
        hint = "they carry the run's labels, too: add the quota, or run Tekton with `coschedule: disabled`"
        yield Check(WARNING, text, hint)
    free = [each.task for each in pods if each.known and not each.requests]
    if free:
        hint = "give them cpu= and memory=, or they come on top of what the queue admits"
        yield Check(WARNING, f"{_names(free)} request nothing: for {queue} they count as nothing", hint)
    unknown = [each.task for each in pods if not each.known]
    if unknown:
        yield Check(OK, f"what {_names(unknown)} ask for is not known: their Tasks are elsewhere")


def _names(tasks: Sequence[str]) -> str:
    more = len(tasks) - _SHOWN
    return ", ".join(tasks[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def shown(resource: str, value: Decimal) -> str:
    """An amount as people write it: `4 cpu`, `500m cpu`, `16Gi memory`, `2 nvidia.com/gpu`."""
    for unit, size in (("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)):
        if resource.endswith(("memory", "storage")) and value >= size:
            return f"{_plain(value / size)}{unit} {resource}"
    if resource == "cpu" and value != value.to_integral_value():
        return f"{_plain(value * 1000)}m {resource}"
    return f"{_plain(value)} {resource}"


def _plain(value: Decimal) -> str:
    rounded = round(value, 1)
    return f"{int(rounded) if rounded == rounded.to_integral_value() else rounded}"
