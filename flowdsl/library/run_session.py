"""One run on this machine, new or resumed: from what was given to the finished PipelineRun."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.library.confinement import check_confined
from flowdsl.library.environments import environments_of, locked
from flowdsl.library.executors import make_task_runner
from flowdsl.library.inputs import Given, load, source_of, to_run
from flowdsl.library.local import check_data
from flowdsl.library.resuming import resumed
from flowdsl.library.run_folders import cache_beside, command_line, known_as, new_folder, runs_root
from flowdsl.library.run_inputs import Inputs, choose_run, pipeline_spec, set_params
from flowdsl.library.run_needs import missing_objects
from flowdsl.library.run_options import RunOptions
from flowdsl.library.run_settings import RunSettings, load_settings
from flowdsl.library.run_sources import LAST, find_run
from flowdsl.library.stand_ins import objects_of_stand_ins, stand_ins, with_variants
from flowdsl.library.stopping import Stop, signals
from flowdsl.runner.cache import Cache
from flowdsl.runner.equivalents import equivalent, image_build
from flowdsl.runner.pipelinerun.engine import Settings
from flowdsl.runner.pipelinerun.only import check_named
from flowdsl.runner.session import Session
from flowdsl.runner.store import RunFolder
from flowdsl.view.events import Event, Notice

if TYPE_CHECKING:
    from flowdsl.frontend.pipeline import Pipeline
    from flowdsl.ir.nodes import PipelineDef
    from flowdsl.kinds.shapes import PipelineRun
    from flowdsl.runner.packages import Environments
    from flowdsl.runner.taskrun import Runner


@attrs.frozen
class Played:
    """A run that is over: its folder, and the PipelineRun with its status."""

    folder: RunFolder
    pipeline_run: PipelineRun
    traced: tuple[Pipeline, PipelineDef] | None = None
    """Of a new run the pipeline in Python, with what it was traced to."""


def play(
    given: Given | None,
    options: RunOptions,
    show: Callable[[Event], None],
    stop: Stop,
    tell: Callable[[str], None],
) -> Played:
    """Run what is given, or go on with `options.resume`; `show` gets the events, from any thread.

    `tell` is told of what takes a while before the run begins.

    Raises FlowError for what is wrong with it, UsageError for a wrong call, KeyboardInterrupt where it is asked to stop
    before the run began. A mistake leaves no run behind.
    """
    settings = load_settings(Path.cwd())
    runs = runs_root(settings)
    name = options.resume or (LAST if options.again else "")
    if options.frozen and not name:
        raise UsageError("--frozen goes on with what a run recorded: name it with --resume (a program: resume=)")
    folder = find_run(name, runs, source_of(given) if given is not None else ()) if name else None
    going_on = resumed(folder, given, options, tell) if folder else None
    if going_on:
        check_named(pipeline_spec(choose_run(going_on.inputs), going_on.inputs.documents), options.again)
    inputs = _with_secrets(going_on.inputs if going_on else _new(given, options, tell), options.secrets)
    if options.instead is not None:
        options.instead.begin(inputs)
    tasks = with_variants(stand_ins(inputs.local, settings), inputs.documents)
    inputs.documents += objects_of_stand_ins(inputs.local, settings, inputs.documents)
    hidden = [folder.path if folder else Path(options.folder) if options.folder else runs, runs, cache_beside(runs)]
    packages = environments_of(inputs, tasks, settings, options.executor or settings.executor, options.environment)
    with make_task_runner(inputs, options, settings, hidden) as task_runner:
        task_runner.packages = packages
        inputs.notices += filter(None, [_confinement(task_runner, options)])
        folder = folder or new_folder(inputs, options, runs)
        if not folder.lock():
            raise UsageError(f"run {folder.name} is running now")
        try:
            if going_on and going_on.about is not None:
                # The values first: they make the documents again, should this process end in between.
                folder.write_about(going_on.about)
                folder.write_documents(inputs.documents)
            session = _session(
                inputs, folder, options, settings, runs, tasks, task_runner, stop, resumed=going_on is not None
            )
            for text in (*inputs.notices, *missing_objects(inputs, session.run, tasks)):
                show(Notice(text))
            with signals(stop):
                finished = session.play(show, stop.attach)
            return Played(folder, finished, inputs.traced)
        finally:
            folder.unlock()


def _confinement(task_runner: Runner, options: RunOptions) -> str:
    if options.instead is not None and options.instead.whole:
        return ""  # nothing is started that could reach anything
    return check_confined(task_runner, options.unconfined)


def _new(given: Given | None, options: RunOptions, tell: Callable[[str], None]) -> Inputs:
    if given is None:
        raise UsageError("name what to run: a pipeline's Python file, or Tekton YAML with a PipelineRun")
    loaded = load(given)
    values = options.values
    return locked(loaded.target, lambda: to_run(loaded, values), options.environment, tell, values.profile)


def _with_secrets(inputs: Inputs, secrets: Mapping[str, Mapping[str, str]]) -> Inputs:
    check_data(secrets, "secrets=")
    inputs.local = attrs.evolve(inputs.local, secrets={**inputs.local.secrets, **secrets})
    return inputs


def _session(
    inputs: Inputs,
    folder: RunFolder,
    options: RunOptions,
    settings: RunSettings,
    runs: Path,
    tasks: Mapping[str, Mapping[str, object]],
    task_runner: Runner,
    stop: Stop,
    *,
    resumed: bool,
) -> Session:
    run = choose_run(inputs)
    about = folder.about()
    slots = options.jobs or settings.jobs or max(8, 2 * (os.cpu_count() or 1))
    return Session(
        folder=folder,
        run=run,
        documents=inputs.documents,
        local=inputs.local,
        stand_ins=tasks,
        task_runner=task_runner if options.instead is None else options.instead.around(task_runner),
        equivalent=equivalent,
        image_build=None if task_runner.executor.host().images else image_build,
        settings=Settings(slots, gpu_required=(options.gpu or settings.gpu) == "require"),
        environment=dict(options.environment),
        set_params=lambda values: set_params(run, inputs.documents, values),
        chosen=frozenset(about.get("set") or ()),
        only=options.only or tuple(about.get("only") or ()),
        resumed=resumed,
        again=(*options.again, *options.only),
        other_values=bool(options.values.params),
        cache=_cache(runs, task_runner.packages) if options.cache else None,
        packages=task_runner.packages,
        command=command_line(),
        known_as=known_as(folder, runs),
        asked_to_end=lambda: stop.count > 0,
    )


def _cache(runs: Path, packages: Environments | None) -> Cache:
    """What tasks gave before, with the packages that they have here in its keys."""
    return Cache(cache_beside(runs), packages.plan) if packages is not None else Cache(cache_beside(runs))
