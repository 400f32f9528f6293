"""What a run leaves in MLflow: the tasks `champion`, `register` and `track`. None minds being tried again."""

from __future__ import annotations

import json
from typing import NamedTuple

from flowdsl import Secret, Workspace, task
from sonic_flow import mlflow, registry
from sonic_flow.files import stop, write_json
from sonic_flow.noted import measures_of, params_of, summarised, tags_of, texts_of
from sonic_flow.notes import load, mapping
from sonic_flow.page import render
from sonic_flow.settings import PYTHON

TOKEN = Secret("sonic-mlflow", key="token")


class Champion(NamedTuple):
    """The version that new ones are held against; 0 where there is none yet."""

    version: int


class Registered(NamedTuple):
    """The model's version in the registry, and the MLflow run that it comes from."""

    version: int
    tracked: str


@task(image=PYTHON, cpu="100m..500m", memory="64Mi..256Mi", timeout="5m", retries=2)
def champion(tracking: str, model: str, record: Workspace, *, token: Secret = TOKEN) -> Champion:
    """Fetch what the gate compares with: the measures of the version that is called champion.

    They are noted as champion.json. Where no version is called so yet, nothing is, and the gate takes its baseline from
    the assets.
    """
    server, name = mlflow.server(tracking, token), mlflow.model_name(model)
    found = registry.called(server, name, registry.CHAMPION)
    if found is None:
        (record / "champion.json").unlink(missing_ok=True)  # of an earlier attempt
        print(f"no version of {name} is called champion yet")
        return Champion(0)
    if not found.run:
        stop(f"version {found.number} of {name} is called champion, and has no run that measured it")
    run = mlflow.as_run(mlflow.field(mlflow.ask(server, "GET", "runs/get", {"run_id": found.run}), "run"))
    content = mlflow.get(server, run, "metrics.json")
    try:
        measured = json.loads(content)
        measured["origin"]["champion"] = found.number
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        stop(f"metrics.json of the champion, version {found.number}, is none of a run ({type(error).__name__})")
    write_json(record / "champion.json", measured)
    print(f"the champion is version {found.number}, {found.source}")
    return Champion(found.number)


@task(image=PYTHON, cpu="100m..500m", memory="64Mi..256Mi", timeout="5m", retries=2)
def register(
    tracking: str,
    model: str,
    image: str,
    uid: str,
    run: str,
    record: Workspace,
    *,
    experiment: str = "sonic",
    token: Secret = TOKEN,
) -> Registered:
    """Make the image that passed the gate a version of the model, by its digest, and call it candidate.

    `uid` and `run` are the PipelineRun's. What was measured is kept with the MLflow run, so that the version can be the
    baseline of later ones. An older run that is tried again takes the alias from no newer version.
    """
    server, name = mlflow.server(tracking, token), mlflow.model_name(model)
    digest = image.partition("@")[2]
    if not digest.startswith("sha256:"):
        stop(f"{image} names no digest: what a version is made of must not change under its name")
    measured = load(record / "metrics.json")[0]
    if not mapping(measured.get("metrics")):
        stop("metrics.json has no measures: a version without could be compared with nothing")
    found = mlflow.tracked(server, mlflow.experiment(server, experiment), uid, run, params_of(record))
    mlflow.put(server, found, "metrics.json", json.dumps(measured).encode(), "application/json")
    tags = {"image.digest": digest, mlflow.UID: uid, "flowdsl.run": run, **texts_of(record)}
    version = registry.registered(server, name, f"oci://{image}", found.id, tags)
    now = registry.called(server, name, registry.CANDIDATE)
    if now is None or now.number < version.number:
        registry.call(server, name, registry.CANDIDATE, version.number)
    print(f"{name} version {version.number} is {digest}")
    write_json(record / "register.json", {"model": name, "version": version.number, "tracked": found.id})
    return Registered(version.number, found.id)


@task(image=PYTHON, cpu="100m..500m", memory="64Mi..256Mi", timeout="8m", retries=2)
def track(
    tracking: str,
    run: str,
    uid: str,
    status: str,
    tasks: list[str],
    record: Workspace,
    *,
    experiment: str = "sonic",
    repository: str = "",
    branch: str = "",
    token: Secret = TOKEN,
) -> str:
    """Keep the run in MLflow, however it ended: settings, measures, commit, image, clip and report. Gives its id there.

    It is found by the PipelineRun's UID, so that a retry adds nothing; the rest is as for the task `report`.
    """
    server = mlflow.server(tracking, token)
    known = summarised(run, uid, status, tasks, record)
    summary, clip = known[:2]
    params = params_of(record)
    found = mlflow.tracked(server, mlflow.experiment(server, experiment), uid, run, params)
    tags = {**tags_of(summary), "mlflow.source.git.repoURL": repository, "mlflow.source.git.branch": branch}
    mlflow.log(server, found, params, measures_of(summary), {key: text for key, text in tags.items() if text})
    page = render(*known).encode()
    files = [("report.html", page, "text/html"), ("report.json", json.dumps(summary).encode(), "application/json")]
    if summary["metrics"]:
        files.append(("metrics.json", json.dumps(summary["metrics"]).encode(), "application/json"))
    if clip:
        files.append(("clip.mp4", clip, "video/mp4"))
    for name, content, kind in files:
        mlflow.put(server, found, name, content, kind)
    ended = {"Succeeded": "FINISHED", "Completed": "FINISHED", "Cancelled": "KILLED"}.get(status, "FAILED")
    mlflow.end(server, found, ended)
    print(f"kept as run {found.id} at {tracking}: {', '.join(name for name, _, _ in files)}")
    return found.id
