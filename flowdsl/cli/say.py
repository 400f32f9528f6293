"""What the commands print: the one way to standard output and standard error.

`say` is for people: whatever the text holds, it moves no cursor and is no command to a CI system. `give` hands over
what a format of its own has escaped already: YAML, JSON, a module, a picture.
"""

from __future__ import annotations

import click

from flowdsl.diagnostics import escape


def say(text: object = "", *, err: bool = False, nl: bool = True) -> None:
    """Print text for people."""
    click.echo(escape.block(text), err=err, nl=nl)


def give(text: str | bytes, *, nl: bool = False) -> None:
    """Print text that a format's own writer made, as it is."""
    click.echo(text, nl=nl)
