"""A run as people see it: the view, what a lost reader is told, the exit code."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import cast

from flowdsl.cli.output import hurry, is_gone
from flowdsl.cli.say import say
from flowdsl.diagnostics.errors import EXIT_CANCELLED, EXIT_FINDINGS, EXIT_OK
from flowdsl.library.inputs import Given
from flowdsl.library.run_options import RunOptions
from flowdsl.library.run_session import play
from flowdsl.library.stopping import Stop
from flowdsl.view import make_view
from flowdsl.view.events import condition
from flowdsl.view.surviving import SurvivingView


def show_run(given: Given | None, options: RunOptions, *, output: str, logs: bool) -> int:
    """Run, and show it; the exit code. Raises UsageError, FlowError."""
    stop = Stop(hurry)
    view = SurvivingView(make_view(output, live=sys.stdout.isatty(), logs=logs), _output_lost, is_gone)
    try:
        played = play(given, options, view.handle, stop, lambda text: say(text, err=True))
    finally:
        view.close()
    if stop.count:
        return EXIT_CANCELLED
    found = condition(cast("Mapping[str, object]", played.pipeline_run))
    return EXIT_OK if found.get("status") == "True" else EXIT_FINDINGS


def _output_lost(why: str) -> None:
    say(f"note: standard output can't be written ({why}); the run goes on without it", err=True)
