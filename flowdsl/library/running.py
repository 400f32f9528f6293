"""`flowdsl.run`: a run on this machine, with Tekton's semantics and without a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Literal

import attrs

from flowdsl.library.arguments import at_least, one_of, words
from flowdsl.library.documents import Documents
from flowdsl.library.executors import EXECUTORS
from flowdsl.library.failures import failure_of
from flowdsl.library.inputs import Values
from flowdsl.library.records import RunRecord, record_of
from flowdsl.library.run_options import RunOptions
from flowdsl.library.run_session import Played, play
from flowdsl.library.stopping import Stop
from flowdsl.view.events import Event, Notice


def run(
    what: Documents | None = None,
    *,
    params: Mapping[str, str] | None = None,
    secrets: Mapping[str, Mapping[str, str]] | None = None,
    only: Collection[str] = (),
    resume: str = "",
    name: str = "",
    folder: str | Path = "",
    namespace: str = "",
    alpha: Collection[str] = (),
    profile: str = "",
    jobs: int | None = None,
    gpu: Literal["", "auto", "require"] = "",
    executor: Literal["", "process", "docker", "podman"] = "",
    cache: bool = True,
    unconfined: bool = False,
    environment: Mapping[str, str] | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> RunRecord:
    """Run a pipeline, or Tekton YAML with a PipelineRun, to its end: `flowdsl.run(churn, params={"day": "1"}).status`.

    `what` is a pipeline or manifest, the `Path` of its Python file or of YAML, YAML text, or documents; None with
    `resume`, which goes on with a run that was kept (its name, its folder, or `last`).

    `params` are values of the run's params as text (JSON for an array or an object); `secrets` data by name, over those
    of the pipeline's `LocalRun`; `only` names tasks to run, with what they wait for; `profile` is that of `compile`.
    The run is kept in `folder`, by default `.flowdsl/runs/NAME`. `jobs` is how many TaskRuns run at once; `gpu`,
    `executor`, `cache` and `unconfined` are those of the command `run`. `environment` stands for the process's own.
    `on_event` is called with what goes on, from any thread (`flowdsl.view.events`).

    Ctrl-C ends the run gracefully, a second one at once; KeyboardInterrupt is raised when all of it has ended.

    A task that fails makes a `Failed` record and raises nothing. Raises FlowError for what does not compile or Tekton
    would not admit, and where nothing confines the steps of root's run; UsageError for values, names and folders that
    can't be. No run is kept then. Semantics: https://github.com/tektoncd/pipeline/blob/v1.15.0/docs/pipelineruns.md
    """
    at_least("jobs", jobs, 1)
    options = RunOptions(
        values=Values.given(params, namespace, alpha, profile),
        secrets={} if secrets is None else secrets,
        only=words("only", only),
        resume=resume,
        name=name,
        folder=os.fspath(folder) if folder else "",
        jobs=jobs,
        gpu=one_of("gpu", gpu, ("auto", "require")),
        executor=one_of("executor", executor, EXECUTORS),
        cache=cache,
        unconfined=unconfined,
        environment=os.environ if environment is None else environment,
    )
    stop = Stop()
    show = on_event or (lambda _: None)
    played = play(what, options, show, stop, lambda text: show(Notice(text)))
    if stop.count:
        raise KeyboardInterrupt
    return record(played)


def record(played: Played) -> RunRecord:
    """The record of a run that was played."""
    task_runs = played.folder.task_runs()
    found = record_of(played.pipeline_run, task_runs, played.folder.path.absolute())
    failed = {each.run for each in found.tasks if each.status == "Failed"}
    why = {name: failure_of(played.folder, each) for each in task_runs if (name := each["metadata"]["name"]) in failed}
    return attrs.evolve(found, tasks=tuple(attrs.evolve(each, why=why.get(each.run, "")) for each in found.tasks))
