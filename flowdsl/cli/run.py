"""`flowdsl run`: what is to run, where it is kept, what is shown, and how it ends."""

from __future__ import annotations

import os
import signal
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from flowdsl.cli.output import hurry, is_gone
from flowdsl.cli.run_packages import environments_of, locked
from flowdsl.cli.say import say
from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.errors import EXIT_FINDINGS, EXIT_OK
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.local import LocalRun
from flowdsl.kinds.table import SECRET
from flowdsl.library import run_inputs
from flowdsl.library.confinement import check_confined, sight_of
from flowdsl.library.run_inputs import Inputs
from flowdsl.library.run_kept import kept_documents
from flowdsl.library.run_settings import RunSettings, load_settings
from flowdsl.view.events import Notice, condition

if TYPE_CHECKING:
    from flowdsl.runner.cache import Cache
    from flowdsl.runner.packages import Environments
    from flowdsl.runner.pipelinerun.engine import Engine
    from flowdsl.runner.store import RunFolder
    from flowdsl.runner.taskrun import Runner

EXIT_CANCELLED = 130


@attrs.frozen
class Choices:
    """The command line's choices."""

    files: tuple[str, ...]
    values: Mapping[str, str]
    name: str = ""
    folder: str = ""
    resume: str = ""
    only: tuple[str, ...] = ()
    namespace: str = ""
    alpha: frozenset[str] = frozenset()
    jobs: int | None = None
    gpu: str = ""
    executor: str = ""
    output: str = "text"
    logs: bool = True
    cache: bool = True
    unconfined: bool = False


def run_command(pipeline: Pipeline | None, choices: Choices, *, watch: bool = False) -> int:
    """Run, once or whenever the files change; the exit code. Raises UsageError, FlowError."""
    if not watch:
        return run_once(pipeline, choices)
    from flowdsl.cli.watching import watch_files

    if choices.resume:
        raise UsageError("--watch starts a new run at each change; it does not go with --resume")
    return watch_files(_source(pipeline, choices.files), lambda: run_once(_fresh(pipeline, choices), choices))


def run_once(pipeline: Pipeline | None, choices: Choices) -> int:
    """One run, new or resumed."""
    from flowdsl.library.stand_ins import stand_ins

    settings = load_settings(Path.cwd())
    runs = Path(settings.folder / settings.runs) if settings.runs else _runs()
    if choices.resume:
        folder = find_run(choices.resume, runs)
        inputs = _resumed(folder, pipeline, choices)
        path = folder.path
    else:
        inputs = _inputs(pipeline, choices)
        path = Path(choices.folder) if choices.folder else runs
    tasks = stand_ins(inputs.local, settings)
    # Before there is a folder: a mistake leaves no run behind.
    hidden = [path, runs, _cache(runs)]
    packages = environments_of(inputs, tasks, choices.executor or settings.executor)
    with make_task_runner(inputs, choices, settings, hidden, os.environ) as task_runner:
        task_runner.packages = packages
        inputs.notices += filter(None, [check_confined(task_runner, choices.unconfined)])
        if not choices.resume:
            folder = _create(inputs, choices, runs)
        if not folder.lock():
            raise UsageError(f"run {folder.name} is running now")
        try:
            return _play(inputs, folder, choices, settings, runs, tasks, task_runner)
        finally:
            folder.unlock()


def _runs() -> Path:
    from flowdsl.runner.store import RUNS

    return RUNS


def _cache(runs: Path) -> Path:
    return runs.parent / "cache"


def _kept(runs: Path, packages: Environments | None) -> Cache:
    """What tasks gave before, with the packages that they have here in its keys."""
    from flowdsl.runner.cache import Cache

    return Cache(_cache(runs), packages.plan) if packages is not None else Cache(_cache(runs))


def _source(pipeline: Pipeline | None, files: tuple[str, ...]) -> list[str]:
    if pipeline is not None:
        return [f"{pipeline.location.file}:{pipeline.name}"]
    if not files:
        raise UsageError("name what to run: a pipeline's Python file, or Tekton YAML with a PipelineRun")
    return list(files)


def _fresh(pipeline: Pipeline | None, choices: Choices) -> Pipeline | None:
    """The pipeline as its file is now: the module at hand is the one that was loaded when the command began."""
    if pipeline is None:
        return None
    from flowdsl.library.loading import forget_beside, load_pipeline

    forget_beside(Path(pipeline.location.file))
    return load_pipeline(f"{pipeline.location.file}:{pipeline.name}")


def _inputs(pipeline: Pipeline | None, choices: Choices) -> Inputs:
    source = _source(pipeline, choices.files)
    python = [file for file in source if file.endswith(".py") or ".py:" in file]
    if python and len(source) > 1:
        raise UsageError("run takes one Python file, or YAML files")
    if python:
        options: dict[str, Any] = {"alpha": choices.alpha, "namespace": choices.namespace or None}
        if pipeline is None:
            from flowdsl.library.loading import load_target

            target = load_target(source[0])
            if isinstance(target, Manifest):
                manifest = target
                return locked(manifest, lambda: run_inputs.from_manifest(manifest, choices.values, source, **options))
            pipeline = target
        found = pipeline
        return locked(found, lambda: run_inputs.from_pipeline(found, choices.values, source, **options))
    return run_inputs.from_yaml(source, choices.values, choices.alpha)


def _create(inputs: Inputs, choices: Choices, runs: Path) -> RunFolder:
    """Name the run and make its folder. Raises UsageError where there is one of that name, or params are missing."""
    from flowdsl.check.names import SUBDOMAIN_HINT, is_subdomain
    from flowdsl.runner.pipelinerun.naming import LONGEST as LONGEST_NAME
    from flowdsl.runner.pipelinerun.naming import generated
    from flowdsl.runner.pipelinerun.only import only
    from flowdsl.runner.store import RunFolder

    run = run_inputs.choose_run(inputs)
    metadata = run.setdefault("metadata", {})
    if choices.name or not metadata.get("name"):
        metadata["name"] = choices.name or generated(str(metadata.get("generateName") or "run-"))
    if not is_subdomain(metadata["name"]) or len(metadata["name"]) > LONGEST_NAME:
        raise UsageError(
            f"{metadata['name']!r} is no name for a run: {SUBDOMAIN_HINT.replace('253', str(LONGEST_NAME))}"
        )
    metadata.pop("generateName", None)
    # It is looked for again when it is played, by the name that it has now.
    inputs.wanted = metadata["name"]
    metadata["namespace"] = choices.namespace or metadata.get("namespace") or "default"
    metadata["uid"] = str(uuid.uuid4())
    if (run.get("spec") or {}).get("status") == "PipelineRunPending":
        raise UsageError("the PipelineRun is pending (spec.status): a cluster would not start it; leave that out")
    _check_missing(run, inputs)
    if choices.only:
        only(run_inputs.pipeline_spec(run, inputs.documents), choices.only)
    path = Path(choices.folder) if choices.folder else runs / metadata["name"]
    about = {
        "name": metadata["name"],
        "source": inputs.source,
        "only": list(choices.only),
        "set": sorted(choices.values),
    }
    try:
        return RunFolder.create(path, inputs.documents, about)
    except FileExistsError:
        hint = f"go on with it: --resume {path}" if choices.folder else "choose another --name"
        raise UsageError(f"{path} holds a run already; {hint}, or remove it") from None


def _check_missing(run: Mapping[str, Any], inputs: Inputs) -> None:
    from flowdsl.runner.pipelinerun.params import missing_params

    spec = run_inputs.pipeline_spec(run, inputs.documents)
    given = {param["name"]: "" for param in (run.get("spec") or {}).get("params") or ()}
    given |= {name: "" for service in inputs.local.services for name in service.params}
    missing = missing_params(spec.get("params") or (), given)
    if missing:
        example = " ".join(f"--set {name}=..." for name in missing)
        raise UsageError(f"the run has no value for {', '.join(missing)}; give it: {example}")


def find_run(name: str, runs: Path) -> RunFolder:
    """A run by its name, its folder, or `last`. Raises UsageError."""
    import difflib

    from flowdsl.runner.store import RunFolder, find_runs, newest_run

    for path in (runs / name, Path(name)):
        if os.path.lexists(path / "run.json"):
            return RunFolder(path)
    if name == "last" and (newest := newest_run(runs)) is not None:
        return newest
    found = find_runs(runs)
    close = difflib.get_close_matches(name, [each.path.name for each in found], 1)
    hint = f"did you mean {close[0]!r}?" if close else "flowdsl runs list shows those there are"
    raise UsageError(f"there is no run {name!r} in {runs}; {hint}")


def _resumed(folder: RunFolder, pipeline: Pipeline | None, choices: Choices) -> Inputs:
    """The documents of the run as they were; from its source only what is not kept: stand-ins and Secrets."""
    if choices.values:
        raise UsageError("a run goes on with the values it was started with; leave out --set, or start a new run")
    source = list(choices.files) or list(folder.about().get("source") or ())
    inputs = Inputs(kept_documents(folder), LocalRun(), source, wanted=folder.name)
    if pipeline is not None or any(".py" in each for each in source):
        from flowdsl.library.loading import load_target

        target = pipeline or load_target(source[0])
        # A manifest has no stand-ins of its own.
        inputs.local = LocalRun() if isinstance(target, Manifest) else run_inputs.local_of(target)
    else:
        present = [each for each in source if Path(each).exists()]
        for each in run_inputs.from_yaml(present, {}).documents if present else ():
            if SECRET.is_of(each):
                inputs.documents.append(each)
    return inputs


def _play(
    inputs: Inputs,
    folder: RunFolder,
    choices: Choices,
    settings: RunSettings,
    runs: Path,
    tasks: Mapping[str, Mapping[str, Any]],
    task_runner: Runner,
) -> int:
    from flowdsl.runner.equivalents import equivalent
    from flowdsl.runner.pipelinerun.engine import Settings
    from flowdsl.runner.session import Session
    from flowdsl.view import make_view
    from flowdsl.view.surviving import SurvivingView

    run = run_inputs.choose_run(inputs)
    about = folder.about()
    slots = choices.jobs or settings.jobs or max(8, 2 * (os.cpu_count() or 1))
    session = Session(
        folder=folder,
        run=run,
        documents=inputs.documents,
        local=inputs.local,
        stand_ins=tasks,
        task_runner=task_runner,
        equivalent=equivalent,
        settings=Settings(slots, gpu_required=(choices.gpu or settings.gpu) == "require"),
        environment=dict(os.environ),
        set_params=lambda values: run_inputs.set_params(run, inputs.documents, values),
        chosen=frozenset(about.get("set") or ()),
        only=choices.only or tuple(about.get("only") or ()),
        resumed=bool(choices.resume),
        cache=_kept(runs, task_runner.packages) if choices.cache else None,
        packages=task_runner.packages,
        command=command_line(),
        known_as=known_as(folder, runs),
        asked_to_end=lambda: watcher.count > 0,
    )
    watcher = Interrupts()
    shown = make_view(choices.output, live=sys.stdout.isatty(), logs=choices.logs)
    view = SurvivingView(shown, _output_lost, is_gone)
    try:
        for text in inputs.notices:
            view.handle(Notice(text))
        with interrupts(watcher):
            finished = session.play(view.handle, watcher.attach)
    finally:
        view.close()
    if watcher.count:
        return EXIT_CANCELLED
    return EXIT_OK if condition(finished).get("status") == "True" else EXIT_FINDINGS


def command_line() -> str:
    """How to call flowdsl from here: a virtual environment may have been named by its path alone."""
    import shlex
    import shutil

    return "flowdsl" if shutil.which("flowdsl") else f"{shlex.quote(sys.executable)} -m flowdsl"


def known_as(folder: RunFolder, runs: Path) -> str:
    """What `--resume` and `runs logs` find the run by: its name, or the folder where it is kept elsewhere."""
    import shlex

    usual = runs / folder.name
    return shlex.quote(folder.name if usual.resolve() == folder.path.resolve() else str(folder.path))


def _output_lost(why: str) -> None:
    say(f"note: standard output can't be written ({why}); the run goes on without it", err=True)


_EXECUTORS = ("process", "docker", "podman")


def make_task_runner(
    inputs: Inputs, choices: Choices, settings: RunSettings, hidden: list[Path], environment: Mapping[str, str]
) -> Runner:
    """The half of the runner that runs TaskRuns, with the executor that is asked for. Raises UsageError."""
    from flowdsl.runner.taskrun import image_runner, process_runner

    executor = choices.executor or settings.executor
    if executor in ("", "process"):
        values = [*choices.values.values(), *map(str, inputs.local.params.values())]
        sight = None if choices.unconfined else sight_of(inputs.source, settings.folder, values, hidden, environment)
        return process_runner(extra_path=environment.get("PATH", ""), sight=sight)
    if executor not in _EXECUTORS:
        raise UsageError(f"there is no executor {executor!r}; there is {', '.join(_EXECUTORS)}")
    try:
        return image_runner(executor, environment)
    except LookupError as error:
        raise UsageError(f"--executor {executor}: {error.args[0]}") from error


class Interrupts:
    """Ctrl-C, SIGTERM and SIGHUP: the first ends the run gracefully, the second at once."""

    def __init__(self) -> None:
        self.count = 0
        self._engine: Engine | None = None

    def attach(self, engine: Engine) -> None:
        """The engine to end, from now on; at once where that was asked for already."""
        self._engine = engine
        for each in range(1, self.count + 1):
            self._end(each)

    def __call__(self, number: int, frame: object) -> None:
        """The signal's handler. It only leaves word: the thread it interrupts may hold any lock."""
        self.count += 1
        hurry()
        self._end(self.count)

    def _end(self, count: int) -> None:
        from flowdsl.runner.pipelinerun.machine import CANCEL, CANCEL_RUN_FINALLY

        if self._engine is not None:
            self._engine.cancel(CANCEL_RUN_FINALLY if count == 1 else CANCEL)


@contextmanager
def interrupts(found: Interrupts) -> Iterator[None]:
    """Handle signals by an `Interrupts` while the context lasts."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    # `nohup` has a command ignore the end of its terminal.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, found) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
