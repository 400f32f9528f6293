"""One run on this machine, new or resumed: from what was given to the finished PipelineRun."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.local import LocalRun
from flowdsl.kinds.table import SECRET
from flowdsl.library.confinement import check_confined
from flowdsl.library.environments import environments_of, locked
from flowdsl.library.executors import make_task_runner
from flowdsl.library.inputs import Given, from_yaml, load, source_of, to_run
from flowdsl.library.local import check_data, local_of
from flowdsl.library.pins import python_file
from flowdsl.library.run_folders import cache_beside, command_line, find_run, known_as, new_folder, runs_root
from flowdsl.library.run_inputs import Inputs, choose_run, set_params
from flowdsl.library.run_kept import kept_documents
from flowdsl.library.run_needs import missing_objects
from flowdsl.library.run_options import RunOptions
from flowdsl.library.run_settings import RunSettings, load_settings
from flowdsl.library.stand_ins import stand_ins, with_variants
from flowdsl.library.stopping import Stop, signals
from flowdsl.library.targets import is_python
from flowdsl.runner.cache import Cache
from flowdsl.runner.equivalents import equivalent, image_build
from flowdsl.runner.pipelinerun.engine import Settings
from flowdsl.runner.session import Session
from flowdsl.runner.store import RunFolder
from flowdsl.view.events import Event, Notice

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import PipelineRun
    from flowdsl.runner.packages import Environments
    from flowdsl.runner.taskrun import Runner


@attrs.frozen
class Played:
    """A run that is over: its folder, and the PipelineRun with its status."""

    folder: RunFolder
    pipeline_run: PipelineRun


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
    folder = find_run(options.resume, runs) if options.resume else None
    inputs = _resumed(folder, given, options) if folder else _new(given, options, tell)
    tasks = with_variants(stand_ins(inputs.local, settings), inputs.documents)
    hidden = [folder.path if folder else Path(options.folder) if options.folder else runs, runs, cache_beside(runs)]
    packages = environments_of(inputs, tasks, settings, options.executor or settings.executor, options.environment)
    with make_task_runner(inputs, options, settings, hidden) as task_runner:
        task_runner.packages = packages
        inputs.notices += filter(None, [check_confined(task_runner, options.unconfined)])
        folder = folder or new_folder(inputs, options, runs)
        if not folder.lock():
            raise UsageError(f"run {folder.name} is running now")
        try:
            session = _session(inputs, folder, options, settings, runs, tasks, task_runner, stop)
            for text in (*inputs.notices, *missing_objects(inputs, session.run, tasks)):
                show(Notice(text))
            with signals(stop):
                finished = session.play(show, stop.attach)
            return Played(folder, finished)
        finally:
            folder.unlock()


def _new(given: Given | None, options: RunOptions, tell: Callable[[str], None]) -> Inputs:
    if given is None:
        raise UsageError("name what to run: a pipeline's Python file, or Tekton YAML with a PipelineRun")
    loaded = load(given)
    values = options.values
    inputs = locked(loaded.target, lambda: to_run(loaded, values), options.environment, tell, values.profile)
    return _with_secrets(inputs, options.secrets)


def _with_secrets(inputs: Inputs, secrets: Mapping[str, Mapping[str, str]]) -> Inputs:
    check_data(secrets, "secrets=")
    inputs.local = attrs.evolve(inputs.local, secrets={**inputs.local.secrets, **secrets})
    return inputs


def _resumed(folder: RunFolder, given: Given | None, options: RunOptions) -> Inputs:
    """The documents of the run as they were; from its source only what is not kept: stand-ins and Secrets."""
    if options.values.params:
        raise UsageError(
            "a run goes on with the values it was started with; leave out new ones (--set; a program: params=), or "
            "start a new run"
        )
    source = (source_of(given) if given is not None else []) or list(folder.about().get("source") or ())
    inputs = Inputs(kept_documents(folder), LocalRun(), source, wanted=folder.name)
    if isinstance(given, (Pipeline, Manifest)) or any(map(is_python, source)):
        target = _again(given, source)
        # A manifest has no stand-ins of its own.
        inputs.local = LocalRun() if isinstance(target, Manifest) else local_of(target)
        inputs.locked_by.append(python_file(target))
    else:
        present = [each for each in source if Path(each).exists()]
        documents = from_yaml(present).documents if present else []
        inputs.documents += [each for each in documents if SECRET.is_of(each)]
    return _with_secrets(inputs, options.secrets)


def _again(given: Given | None, source: list[str]) -> Pipeline | Manifest:
    if isinstance(given, (Pipeline, Manifest)):
        return given
    from flowdsl.library.loading import load_target

    return load_target(source[0])


def _session(
    inputs: Inputs,
    folder: RunFolder,
    options: RunOptions,
    settings: RunSettings,
    runs: Path,
    tasks: Mapping[str, Mapping[str, object]],
    task_runner: Runner,
    stop: Stop,
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
        task_runner=task_runner,
        equivalent=equivalent,
        image_build=None if task_runner.executor.host().images else image_build,
        settings=Settings(slots, gpu_required=(options.gpu or settings.gpu) == "require"),
        environment=dict(options.environment),
        set_params=lambda values: set_params(run, inputs.documents, values),
        chosen=frozenset(about.get("set") or ()),
        only=options.only or tuple(about.get("only") or ()),
        resumed=bool(options.resume),
        cache=_cache(runs, task_runner.packages) if options.cache else None,
        packages=task_runner.packages,
        command=command_line(),
        known_as=known_as(folder, runs),
        asked_to_end=lambda: stop.count > 0,
    )


def _cache(runs: Path, packages: Environments | None) -> Cache:
    """What tasks gave before, with the packages that they have here in its keys."""
    return Cache(cache_beside(runs), packages.plan) if packages is not None else Cache(cache_beside(runs))
