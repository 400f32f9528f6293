"""Give a new version the traffic step by step, and take it back: the tasks `release` and `settle`."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, NamedTuple

from flowdsl import Secret, Workspace, task
from sonic_flow import kube, live, mlflow, registry, route
from sonic_flow.files import stop, write_json
from sonic_flow.kube import Cluster
from sonic_flow.live import Measured
from sonic_flow.measures import Limit, Thresholds  # noqa: F401 - Limit: of Thresholds
from sonic_flow.mlflow import Mlflow
from sonic_flow.notes import load
from sonic_flow.route import Release, Route
from sonic_flow.services import explain
from sonic_flow.settings import PYTHON

DEPLOYMENTS = "apps/v1/deployments"
GRACE = 300.0  # seconds beyond a stage's own for which a release counts as alive


class Released(NamedTuple):
    """Whether the version has all traffic now, the share at which it was taken back (100: never), and why."""

    released: bool
    percent: int
    told: str


@task(image=PYTHON, cpu="100m..500m", memory="128Mi..512Mi", timeout="2h")
def release(
    name: str,
    image: str,
    uid: str,
    namespace: str,
    record: Workspace,
    *,
    stages: list[int] = [5, 25, 50, 100],  # noqa: B006 - never changed: it declares the default of an array parameter
    samples: int = 3,
    stage_seconds: float = 1200.0,
    thresholds: Thresholds = Thresholds(),
    evaluator: str = "",
    backend: str = "http://{name}.{namespace}.svc:{port}",
    container: str = "model",
    api: str = "",
    tracking: str = "",
    model: str = "sonic",
    token: Secret = Secret("sonic-mlflow", key="token"),
) -> Released:
    """Move the traffic of the HTTPRoute `name` to `image`, in stages of percent.

    The route has two Services, each before a Deployment of its name. The one with less traffic gets the image. At each
    stage, answers to real requests are measured by the `evaluator`, and held against the gate's limits and against what
    the other version makes. A bad one, a failed request, or too few `samples` within `stage_seconds`, and all traffic
    goes back: that fails nothing, `told` says why. At 100 the version becomes the registry's champion, or, where it can
    not, the traffic goes back as well. `settle` takes back what this task could not, because it was ended.
    """
    steps = checked(stages, samples, backend, evaluator)
    cluster = kube.cluster(api, namespace)
    server = mlflow.server(tracking, token) if tracking else None
    version = candidate(record) if server else 0
    found = repaired(cluster, route.read(cluster, name), uid, server, model)
    source, target = sorted(found.backends, key=lambda each: -each.weight)
    if source.weight == target.weight:
        stop(f"HTTPRoute {name} gives both Services the same weight: say which version is the champion, by 100 and 0")
    before = registry.called(server, mlflow.model_name(model), registry.CHAMPION) if server else None
    was = before.number if before else 0
    mine = Release(uid, source.name, target.name, route.RISING, 0, time.time() + stage_seconds + GRACE, version, was)
    try:
        found = route.moved(cluster, found, mine)  # from here on it is this release's
        deployed(cluster, target.name, container, image, stage_seconds)
        where = {
            each.name: backend.format(name=each.name, port=each.port, namespace=namespace) for each in found.backends
        }
        percent, why, old = 0, "", None
        for percent in steps:
            mine = replace(mine, percent=percent, until=time.time() + stage_seconds + GRACE)
            found = route.moved(cluster, found, mine)
            why, old = looked_at(
                where[target.name], where[source.name], old, samples, stage_seconds, thresholds, evaluator
            )
            if why:
                break
        if not why:
            found = route.moved(cluster, found, replace(mine, state=route.PROMOTING))
            promote(server, model, mine)
            route.moved(cluster, found, replace(mine, state=route.PROMOTED, until=0.0))
    except kube.ConflictError:
        given_back(cluster, name, uid, server, model)
        stop(f"somebody else changed HTTPRoute {name} during the release: all traffic was given back")
    except BaseException:  # whatever it is: no half of the traffic stays where nobody looks at it
        given_back(cluster, name, uid, server, model)
        raise
    if why:
        given_back(cluster, name, uid, server, model)
    told = f"rolled back at {percent} %: {why}" if why else f"{target.name} has all traffic"
    write_json(record / "release.json", {"released": not why, "percent": percent, "told": told, "target": target.name})
    print(told)
    return Released(not why, percent, told)


@task(image=PYTHON, cpu="100m..500m", memory="64Mi..256Mi", timeout="5m", retries=3)
def settle(
    name: str,
    uid: str,
    namespace: str,
    *,
    api: str = "",
    tracking: str = "",
    model: str = "sonic",
    token: Secret = Secret("sonic-mlflow", key="token"),
) -> str:
    """At the end of a run: take back the traffic that its release has moved and not brought to an end."""
    cluster = kube.cluster(api, namespace)
    server = mlflow.server(tracking, token) if tracking else None
    found = route.read(cluster, name).release
    if found is None or found.run != uid:
        told = "this run moved no traffic"
    elif found.state in (route.RISING, route.PROMOTING):
        given_back(cluster, name, uid, server, model)
        told = f"the release had ended at {found.percent} %: all traffic is back at {found.source}"
    else:
        told = f"nothing to take back: {found.target} is {found.state}"
    print(told)
    return told


def candidate(record: Workspace) -> int:
    """The version that the task `register` has noted. Stops where it has noted none."""
    noted, gap = load(record / "register.json")
    version = noted.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        stop(gap or "register.json names no version")
    return version


def checked(stages: list[int], samples: int, backend: str, evaluator: str) -> list[int]:
    """The stages. Stops where they do not rise to 100, and at whatever else would end a release half way."""
    if not stages or stages[-1] != 100 or stages[0] < 1 or any(a >= b for a, b in zip(stages, stages[1:])):  # noqa: B905, RUF007
        stop(f"stages={stages}: percents that rise to 100, as [5, 25, 50, 100]")
    if not 1 <= samples <= live.MOST:
        stop(f"live_samples={samples}: 1 to {live.MOST}, as many as are measured at each stage")
    if problem := live.address_problem(backend):
        stop(f"live_backend={backend!r}: {problem}")
    if not evaluator.startswith(("http://", "https://")):
        given = f"evaluation_endpoint={evaluator!r} is no http:// or https:// address" if evaluator else "there is none"
        stop(f"a release measures by an evaluator that runs already, by evaluation_endpoint: {given}")
    return stages


def repaired(cluster: Cluster, found: Route, uid: str, server: Mlflow | None, model: str) -> Route:
    """The route, once what an earlier release left half done is taken back. Stops where that release goes on."""
    other = found.release
    if other is None or other.state not in (route.RISING, route.PROMOTING):
        return found
    if other.run != uid and other.until > time.time():
        until = time.strftime("%H:%M:%SZ", time.gmtime(other.until))
        stop(f"HTTPRoute {found.name}: the release of run {other.run} goes on, until {until} at most; try again then")
    print(f"a release of run {other.run} ended at {other.percent} %: all traffic goes back to {other.source}")
    return given_back(cluster, found.name, other.run, server, model)


def given_back(cluster: Cluster, name: str, uid: str, server: Mlflow | None, model: str) -> Route:
    """All traffic, and the champion's name, to where the release of that run took them from."""
    mine = route.read(cluster, name).release
    after = route.rolled_back(cluster, name, uid)
    if server and mine and mine.run == uid and mine.version:
        now = registry.called(server, model, registry.CHAMPION)
        if now is not None and now.number == mine.version and mine.before != mine.version:
            if mine.before:
                registry.call(server, model, registry.CHAMPION, mine.before)
            else:
                registry.uncall(server, model, registry.CHAMPION)
        registry.note(server, model, mine.version, "release", "rolled back")
    return after


def deployed(cluster: Cluster, name: str, container: str, image: str, seconds: float) -> None:
    """Let a Deployment run the image, and wait until all its pods do. Stops where they do not in time."""
    pods: Any = kube.get(cluster, DEPLOYMENTS, name).get("spec", {}).get("template", {}).get("spec", {})
    if container not in [each.get("name") for each in pods.get("containers", [])]:
        stop(f"Deployment {name} has no container {container}")
    named = {"containers": [{"name": container, "image": image}]}
    kube.merge(cluster, DEPLOYMENTS, name, {"spec": {"template": {"spec": named}}})
    deadline = time.monotonic() + seconds
    while True:
        found = kube.get(cluster, DEPLOYMENTS, name)
        status, replicas = found.get("status", {}), found.get("spec", {}).get("replicas", 1)
        seen = status.get("observedGeneration", 0) >= found["metadata"].get("generation", 0)
        counts = [status.get(each, 0) for each in ("updatedReplicas", "availableReplicas", "replicas")]
        if seen and replicas and counts == [replicas] * 3:
            print(f"Deployment {name}: {replicas} of {image}")
            return
        if time.monotonic() >= deadline:
            stop(f"Deployment {name} did not come up within {seconds:g} s; it got no traffic")
        time.sleep(1.0)


def looked_at(
    new: str,
    old: str,
    known: Measured | None,
    samples: int,
    seconds: float,
    thresholds: Thresholds,
    evaluator: str,
) -> tuple[str, Measured | None]:
    """Why the new version is not good enough at this stage, else ""; and what the old one makes, once that is known."""
    try:
        start = live.served(new)
    except (OSError, ValueError) as error:
        return f"it does not answer ({explain(error)})", known
    seen = live.enough(new, start, samples, seconds)
    found = seen.samples
    if seen.failures:
        return f"{seen.failures} of {seen.requests} requests failed", known
    if seen.restarted:
        return (
            f"it started anew after {seen.requests} requests of this stage: whether more of them failed is unknown",
            known,
        )
    if len(found) < samples:
        return f"it served {len(found)} of {samples} samples within {seconds:g} s", known
    now = live.measured(new, found, evaluator)  # at once: a version keeps its samples for some seconds only
    if known is None:
        try:
            others = live.served(old).samples[-samples:]
        except (OSError, ValueError):
            others = []
        known = live.measured(old, others, evaluator) if others else None
    return live.objection(now, known, thresholds.rules()), known


def promote(server: Mlflow | None, model: str, mine: Release) -> None:
    """Call the version champion. Stops where another one has got that name meanwhile."""
    if server is None or not mine.version:
        return
    now = registry.called(server, mlflow.model_name(model), registry.CHAMPION)
    if (now.number if now else 0) not in (mine.before, mine.version):
        stop(f"version {now.number if now else 0} of {model} has become champion during the release")
    registry.call(server, model, registry.CHAMPION, mine.version)
    registry.note(server, model, mine.version, "release", "promoted")
