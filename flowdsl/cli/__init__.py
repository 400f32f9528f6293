"""The command line. Commands load what they need when they run, so that `--help` is quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowdsl.frontend.manifest import Manifest
    from flowdsl.frontend.pipeline import Pipeline


def main(argv: list[str] | None = None) -> int:
    """The `flowdsl` command: the pipeline's file is an argument. Gives back the exit code."""
    from flowdsl.cli.app import run

    return run(argv, None)


def run_for(pipeline: Pipeline | Manifest, argv: list[str] | None = None) -> int:
    """The same commands for one pipeline or manifest, without the file argument: what `pipeline.cli()` runs."""
    from flowdsl.cli.app import run

    return run(argv, pipeline)
