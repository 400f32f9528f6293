"""`flowdsl graph`: the pipeline as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from flowdsl.cli import options
from flowdsl.cli.say import give, note, say
from flowdsl.cli.source import Source
from flowdsl.diagnostics.errors import EXIT_OK
from flowdsl.diagnostics.escape import line

FORMATS = ("mermaid", "dot", "svg", "html")


@click.command("graph")
@options.file
@click.option("--format", "format_", type=click.Choice(FORMATS), help="What to draw.")
@click.option("-o", "--to", metavar="PATH", help="Where to; the ending names the format. Standard output if absent.")
@options.alpha
@options.profile
def command(source: Source, *, format_: str | None, to: str | None, alpha: tuple[str, ...], profile: str) -> int:
    """Draw the pipeline: Mermaid, DOT, SVG, or a page to open in a browser.

    \b
    Examples:
      python pipelines/sonic.py graph
      flowdsl graph pipelines/sonic.py -o sonic.html
    """
    from flowdsl.emit import write_files
    from flowdsl.library.drawing import draw, format_of

    text = draw(source.pipeline(), format_ or format_of(to), alpha=alpha, profile=profile, tell=note)
    if to and to != "-":
        write_files({Path(to): text.encode()})
        say(f"wrote {line(to)}", err=True)
    else:
        give(text)
    return EXIT_OK
