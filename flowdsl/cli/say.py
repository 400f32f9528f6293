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


def note(text: str) -> None:
    """Print what is good to know beside what was asked for."""
    say(f"note: {text}", err=True)


def give(text: str | bytes, *, nl: bool = False) -> None:
    """Print a document that a format's own writer made, as it is: in UTF-8, whatever the terminal's encoding is."""
    click.echo(text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text, nl=nl)


def show(text: str) -> None:
    """Print text for people in which all is escaped and coloured already."""
    click.echo(text, nl=False)
