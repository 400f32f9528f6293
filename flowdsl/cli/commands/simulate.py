"""`flowdsl simulate`: what every run of a pipeline can come to."""

from __future__ import annotations

import click

from flowdsl.cli import options
from flowdsl.cli.say import give, say
from flowdsl.cli.source import Source
from flowdsl.diagnostics import UsageError, escape
from flowdsl.diagnostics.errors import EXIT_FINDINGS, EXIT_OK


@click.command("simulate")
@options.files
@click.option(
    "--never",
    "never",
    multiple=True,
    metavar="TASK[:GATE]",
    help="No run may start TASK in which GATE did not succeed. Repeatable.",
)
@click.option("--always", "always", multiple=True, metavar="TASK", help="Every run must start TASK. Repeatable.")
@options.profile
@options.alpha
@options.output
def command(
    source: Source,
    *,
    never: tuple[str, ...],
    always: tuple[str, ...],
    profile: str,
    alpha: tuple[str, ...],
    output: str,
) -> int:
    """Look at every run that a pipeline can have, without running anything.

    Tasks succeed or fail, guards hold or not, lists are empty or not, in every way that goes together. Told are tasks
    that can never run, results that can be missing although the run is completed, releases that can happen without
    their gate, tasks of finally that can be skipped, and a path of timeouts that is longer than the run's, each with
    its shortest scenario.

    \b
    Examples:
      flowdsl simulate pipelines/sonic.py
      flowdsl simulate pipelines/sonic.py --never upload:gate
      flowdsl simulate tekton/build.yaml --output json
    """
    from flowdsl.library.simulating import simulations
    from flowdsl.worlds import words

    found = simulations(source.needed(), alpha=frozenset(alpha), profile=profile)
    if (never or always) and len(found) > 1:
        raise UsageError("--never and --always are about one pipeline: name one as FILE:PIPELINE")
    answers = [found[0].never(task, without=gate) for task, gate in map(_asked, never)]
    answers += [found[0].always(task) for task in always]
    broken = [each for each in answers if not each]
    if output == "json":
        give(escape.json_text(words.as_data(found, broken), indent=2), nl=True)
    else:
        say("\n".join(map(words.as_text, found)), nl=False)
        for each in broken:
            say(f"\nnot so: {each}")
    return EXIT_FINDINGS if broken or not all(each.clean for each in found) else EXIT_OK


def _asked(text: str) -> tuple[str, str]:
    """A task and its gate. Raises UsageError where the one or the other is announced and left out."""
    task, colon, gate = text.partition(":")
    if not task or (colon and not gate):
        raise UsageError(f"--never {text} names no {'gate' if task else 'task'}: write TASK:GATE, or TASK alone")
    return task, gate
