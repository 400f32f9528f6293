"""`flowdsl.run`: a run on this machine, with Tekton's semantics and without a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Literal, ParamSpec, Protocol, TypeVar, cast, overload

from flowdsl.diagnostics import Location
from flowdsl.library.arguments import at_least, one_of, words
from flowdsl.library.documents import Documents
from flowdsl.library.executors import EXECUTORS
from flowdsl.library.inputs import Values
from flowdsl.library.outcomes import Outcome, outcome_of
from flowdsl.library.run_options import RunOptions
from flowdsl.library.run_session import Played, play
from flowdsl.library.stopping import Stop
from flowdsl.library.typed_params import texts_of
from flowdsl.view.events import Event, Notice
from flowdsl.view.notebook import in_notebook

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


class Returning(Protocol[P, R_co]):
    """A pipeline to a type checker: what its function returns is what a run of it gives."""

    name: str
    location: Location

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Only inside another pipeline."""


@overload
def run(
    what: Returning[P, R_co],
    *,
    params: Mapping[str, object] | None = None,
    secrets: Mapping[str, Mapping[str, str]] | None = None,
    only: Collection[str] = (),
    resume: str = "",
    frozen: bool = False,
    again: Collection[str] = (),
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
    **values: object,
) -> Outcome[R_co]: ...
@overload
def run(
    what: Documents | None = None,
    *,
    params: Mapping[str, object] | None = None,
    secrets: Mapping[str, Mapping[str, str]] | None = None,
    only: Collection[str] = (),
    resume: str = "",
    frozen: bool = False,
    again: Collection[str] = (),
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
    **values: object,
) -> Outcome[object]: ...
def run(
    what: Documents | Returning[P, R_co] | None = None,
    *,
    params: Mapping[str, object] | None = None,
    secrets: Mapping[str, Mapping[str, str]] | None = None,
    only: Collection[str] = (),
    resume: str = "",
    frozen: bool = False,
    again: Collection[str] = (),
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
    **values: object,
) -> Outcome[R_co] | Outcome[object]:
    """Run a pipeline, or Tekton YAML with a PipelineRun, to its end: `flowdsl.run(churn, day="2026-01-31").value`.

    `what` is a pipeline or manifest, the `Path` of its Python file or of YAML, YAML text, or documents; None with
    `resume`, which goes on with a run that was kept (its name, its folder, or `last`): what is unchanged since is not
    run again. `again` names tasks of it that are, with what needs them; `frozen` goes on with the documents that it
    recorded, whatever the files say now.

    What else is given by name is a value of the pipeline's param of that name; `params` has those whose names are taken
    by other arguments, or that are no names in Python (`settings.steps`, a field of an object). Values are of the type
    that the param declares, or text as for `--set` (JSON for an array or an object).

    `secrets` are data by name, over those of the pipeline's `LocalRun`; `only` names tasks to run, with what they wait
    for; `profile` is that of `compile`. The run is kept in `folder`, by default `.flowdsl/runs/NAME`. `jobs` is how
    many TaskRuns run at once; `gpu`, `executor`, `cache` and `unconfined` are those of the command `run`. `environment`
    stands for the process's own. `on_event` is called with what goes on, from any thread (`flowdsl.view.events`); in a
    notebook, where it is not given, a live table shows it.

    Ctrl-C ends the run gracefully, a second one at once; KeyboardInterrupt is raised when all of it has ended.

    A task that fails makes a `Failed` outcome and raises nothing. Raises FlowError for what does not compile or Tekton
    would not admit, and where nothing confines the steps of root's run; UsageError for values, names and folders that
    can't be. No run is kept then. Semantics: https://github.com/tektoncd/pipeline/blob/v1.15.0/docs/pipelineruns.md
    """
    at_least("jobs", jobs, 1)
    given = cast("Documents | None", what)
    options = RunOptions(
        values=Values.given(texts_of(given, params, values), namespace, alpha, profile),
        secrets={} if secrets is None else secrets,
        only=words("only", only),
        resume=resume,
        frozen=frozen,
        again=words("again", again),
        name=name,
        folder=os.fspath(folder) if folder else "",
        jobs=jobs,
        gpu=one_of("gpu", gpu, ("auto", "require")),
        executor=one_of("executor", executor, EXECUTORS),
        cache=cache,
        unconfined=unconfined,
        environment=os.environ if environment is None else environment,
    )
    return outcome_of(run_to_end(given, options, on_event or in_notebook() or (lambda _: None)))


def run_to_end(given: Documents | None, options: RunOptions, show: Callable[[Event], None]) -> Played:
    """Run to the end; `show` gets the events, from any thread. Raises KeyboardInterrupt where Ctrl-C ended the run."""
    stop = Stop()
    done = play(given, options, show, stop, lambda text: show(Notice(text)))
    if stop.count:
        raise KeyboardInterrupt
    return done
