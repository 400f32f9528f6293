"""`flowdsl explain`: a diagnostic, or a pipeline."""

from __future__ import annotations

import click

from flowdsl.cli import options
from flowdsl.cli.say import give, note, say, show
from flowdsl.cli.source import Source
from flowdsl.diagnostics import UsageError, escape
from flowdsl.diagnostics.errors import EXIT_OK


@click.command("explain")
@click.argument("what", required=False, metavar="[RULE|FILE]")
@options.alpha
@options.profile
@options.output
@click.pass_obj
def command(bound: object, /, *, what: str | None, alpha: tuple[str, ...], profile: str, output: str) -> int:
    """Explain a diagnostic, or what a pipeline is: tasks, params, results and why each edge is there.

    \b
    Examples:
      flowdsl explain FLOW005
      flowdsl explain image-may-change
      python pipelines/sonic.py explain
    """
    # A file of Python has a dot in its name.
    if what and what.replace("-", "").isalnum():
        return _explain_rule(what)
    from flowdsl.cli.explained import as_text
    from flowdsl.library.explaining import explain

    pipeline = Source.of(bound, (what,) if what else ()).pipeline()
    data = explain(pipeline, alpha=alpha, profile=profile, tell=note)
    if output == "json":
        give(escape.json_text(data, indent=2), nl=True)
    else:
        say(as_text(data), nl=False)
    return EXIT_OK


def _explain_rule(word: str) -> int:
    from flowdsl.library import catalogue

    try:
        text = catalogue.page(word)
    except KeyError as error:
        close = catalogue.close(word)
        what = "code" if word.upper().startswith("FLOW") else "rule"
        raise UsageError(f"there is no {what} {word}" + (f"; did you mean {close}?" if close else "")) from error
    show(text)
    return EXIT_OK
