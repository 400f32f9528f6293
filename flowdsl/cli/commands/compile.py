"""`flowdsl compile`: to Tekton YAML, written, printed or compared."""

from __future__ import annotations

import click

from flowdsl.cli import options
from flowdsl.cli.source import Source


@click.command("compile")
@options.file
@click.option("-o", "--to", metavar="PATH", help="Where to: a file, a folder (ends in /), or - for standard output.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff if what is there is stale.")
@click.option("--inline", is_flag=True, help="Embed each Task in the Pipeline instead of sharing it by name.")
@options.params
@click.option("--namespace", metavar="NS", help="Namespace of every object.")
@click.option("--format", "format_", type=click.Choice(["yaml", "json"]), default="yaml", help="What to write.")
@options.alpha
@options.output
def command(
    source: Source,
    *,
    to: str | None,
    check: bool,
    inline: bool,
    params: dict[str, str],
    namespace: str | None,
    format_: str,
    alpha: tuple[str, ...],
    output: str,
) -> int:
    """Compile to Tekton YAML.

    Without -o the YAML is written beside the Python file, of several pipelines each into its own. Nothing is written
    when anything is wrong.

    \b
    Examples:
      python pipelines/sonic.py compile
      flowdsl compile pipelines/sonic.py -o - --set branch=dev | kubectl create -f -
      flowdsl compile pipelines/sonic.py --check
    """
    from flowdsl.cli.compile import compile_command

    return compile_command(
        source.targets(),
        to=to,
        check=check,
        inline=inline,
        params=params,
        namespace=namespace,
        format_=format_,
        alpha=alpha,
        output=output,
    )
