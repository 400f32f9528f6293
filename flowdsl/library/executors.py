"""What runs the steps of a run on this machine: processes, or containers of an engine."""

from __future__ import annotations

from pathlib import Path

from flowdsl.diagnostics import UsageError
from flowdsl.library.confinement import sight_of
from flowdsl.library.run_inputs import Inputs
from flowdsl.library.run_options import RunOptions
from flowdsl.library.run_settings import RunSettings
from flowdsl.runner.taskrun import Runner, image_runner, process_runner

EXECUTORS = ("process", "docker", "podman")


def make_task_runner(inputs: Inputs, options: RunOptions, settings: RunSettings, hidden: list[Path]) -> Runner:
    """The half of the runner that runs TaskRuns, with the executor that is asked for. Raises UsageError.

    `hidden` are folders that no step is to see: those of the runs themselves.
    """
    executor, environment = options.executor or settings.executor, options.environment
    if executor in ("", "process"):
        values = [*options.values.params.values(), *map(str, inputs.local.params.values())]
        sight = None if options.unconfined else sight_of(inputs.source, settings.folder, values, hidden, environment)
        return process_runner(extra_path=environment.get("PATH", ""), sight=sight)
    if executor not in EXECUTORS:
        raise UsageError(f"there is no executor {executor!r}; there is {', '.join(EXECUTORS)}")
    try:
        return image_runner(executor, environment)
    except LookupError as error:
        raise UsageError(f"--executor {executor}: {error.args[0]}") from error
