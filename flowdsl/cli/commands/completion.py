"""`flowdsl completion`: for shells."""

from __future__ import annotations

import click

from flowdsl.cli.say import give
from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.errors import EXIT_OK


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, /, *, shell: str) -> int:
    """Print a completion script for the flowdsl command.

    \b
    Example:
      flowdsl completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None or ctx.parent is None:
        raise UsageError(f"there is no completion for {shell}")
    give(found(ctx.parent.command, {}, "flowdsl", "_FLOWDSL_COMPLETE").source(), nl=True)
    return EXIT_OK
