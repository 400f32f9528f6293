"""`flowdsl explain`: a diagnostic, or a pipeline."""

from __future__ import annotations

import click

from flowdsl.cli import options
from flowdsl.cli.say import give, say, show
from flowdsl.cli.source import Source
from flowdsl.diagnostics import UsageError, escape


@click.command("explain")
@click.argument("what", required=False, metavar="[CODE|FILE]")
@options.alpha
@options.output
@click.pass_obj
def command(bound: object, /, *, what: str | None, alpha: tuple[str, ...], output: str) -> int:
    """Explain a diagnostic (FLOW005), or what a pipeline is: tasks, params, results and why each edge is there.

    \b
    Examples:
      flowdsl explain FLOW005
      python pipelines/sonic.py explain
    """
    if what and what.upper().startswith("FLOW") and not what.endswith(".py"):
        return _explain_code(what.upper())
    from flowdsl.cli.explain import as_text, explain_pipeline
    from flowdsl.compiler import CompileOptions, compile_pipeline

    pipeline = Source.of(bound, (what,) if what else ()).pipeline()
    data = explain_pipeline(compile_pipeline(pipeline, CompileOptions(alpha=frozenset(alpha))))
    if output == "json":
        give(escape.json_text(data, indent=2), nl=True)
    else:
        say(as_text(data), nl=False)
    return 0


def _explain_code(code: str) -> int:
    import difflib

    from flowdsl.diagnostics import catalog

    try:
        show(catalog.page(code))
    except KeyError as error:
        close = difflib.get_close_matches(code, catalog.codes(), 1)
        raise UsageError(f"there is no code {code}" + (f"; did you mean {close[0]}?" if close else "")) from error
    return 0
