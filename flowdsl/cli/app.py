"""The commands and the one place where exceptions become exit codes."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

import click

from flowdsl.cli.group import Commands
from flowdsl.cli.output import guarded
from flowdsl.cli.say import say
from flowdsl.diagnostics import ClusterError, FlowError, UsageError
from flowdsl.diagnostics.errors import EXIT_CANCELLED, EXIT_INTERNAL, EXIT_OK
from flowdsl.diagnostics.escape import line
from flowdsl.library.lookup import import_paths

if TYPE_CHECKING:
    from flowdsl.frontend.manifest import Manifest
    from flowdsl.frontend.pipeline import Pipeline


def build(pipeline: Pipeline | Manifest | None) -> click.Group:
    """The command group, with or without a file argument."""
    import flowdsl

    about = "Compile, draw and explain" + (f" {_called(pipeline)}." if pipeline else " Tekton pipelines.")
    group = Commands(
        name="flowdsl", help=about, context_settings={"help_option_names": ["-h", "--help"], "obj": pipeline}
    )
    return click.version_option(flowdsl.__version__, prog_name="flowdsl")(group)


def _called(target: Pipeline | Manifest) -> str:
    from flowdsl.frontend.pipeline import Pipeline

    what = "pipeline" if isinstance(target, Pipeline) else "manifest"
    return f"the {what} {target.name!r}"


def run(argv: list[str] | None, pipeline: Pipeline | Manifest | None) -> int:
    """Run a command line and give back the exit code; nothing escapes as a traceback."""
    with guarded(), import_paths():
        try:
            code = int(build(pipeline).main(argv, standalone_mode=False, obj=pipeline) or 0)
            # What does not get out must be known here, not when Python ends.
            sys.stdout.flush()
        except Exception as error:
            return _told(error)
        except KeyboardInterrupt:
            return _told(click.Abort())
        return code


def _told(error: Exception) -> int:
    """Say what went wrong; its exit code."""
    if isinstance(error, FlowError):
        from flowdsl.yamlread.excerpts import rendered

        say(rendered(error.diagnostics), err=True, nl=False)
        return error.exit_code
    if isinstance(error, (UsageError, ClusterError)):
        say(f"error: {error}", err=True)
        return error.exit_code
    if isinstance(error, click.ClickException):
        # It may name what somebody else wrote: a file's name is an argument.
        text = io.StringIO()
        error.show(file=text)
        say(text.getvalue(), err=True, nl=False)
        return error.exit_code
    if isinstance(error, click.Abort):
        say("stopped", err=True)
        return EXIT_CANCELLED
    if isinstance(error, BrokenPipeError):
        # The reader went away (`| head`), and there was nothing else to do.
        return EXIT_OK
    if isinstance(error, OSError) and error.strerror:
        say(f"error: {error.strerror}" + _of_file(error), err=True)
        return UsageError.exit_code
    # The last line of defence: our bug.
    from flowdsl.cli.bug import report

    say(report(error), err=True)
    return EXIT_INTERNAL


def _of_file(error: OSError) -> str:
    return "".join(
        f": {line(os.fsdecode(name))}" for name in (error.filename, error.filename2) if isinstance(name, (str, bytes))
    )
