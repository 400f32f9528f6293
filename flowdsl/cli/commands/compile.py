"""`flowdsl compile`: to Tekton YAML, written, printed or compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.say import give, say
from flowdsl.cli.source import Source
from flowdsl.diagnostics import UsageError, escape
from flowdsl.diagnostics.errors import EXIT_FINDINGS, EXIT_OK
from flowdsl.diagnostics.escape import line

if TYPE_CHECKING:
    from flowdsl.library.outputs import Compiled, Stale


@click.command("compile")
@options.file
@click.option("-o", "--to", metavar="PATH", help="Where to: a file, a folder (ends in /), or - for standard output.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff if what is there is stale.")
@click.option("--inline", is_flag=True, help="Embed each Task in the Pipeline instead of sharing it by name.")
@options.params
@click.option("--namespace", metavar="NS", help="Namespace of every object.")
@click.option("--format", "format_", type=click.Choice(["yaml", "json"]), default="yaml", help="What to write.")
@options.events
@options.alpha
@options.profile
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
    events: tuple[str, ...] | None,
    alpha: tuple[str, ...],
    profile: str,
    output: str,
) -> int:
    """Compile to Tekton YAML.

    Without -o the YAML is written beside the Python file, of several pipelines each into its own, with a profile into
    sonic.PROFILE.yaml, with --events into sonic.TARGET.yaml. Nothing is written when anything is wrong.

    --events takes what starts the pipeline (`on=[...]`) in place of a PipelineRun: `triggers` for Tekton Triggers,
    `cron` for CronJobs, `pac` for Pipelines-as-Code (a file of its own, for .tekton/), `argo` for Argo Events; it may
    be given twice, or as `triggers,cron`.

    \b
    Examples:
      python pipelines/sonic.py compile
      flowdsl compile pipelines/sonic.py -o - --set branch=dev | kubectl create -f -
      flowdsl compile pipelines/sonic.py --check
    """
    from flowdsl.compiler import CompileOptions
    from flowdsl.emit import write_files
    from flowdsl.library.outputs import compile_all, stale

    given = CompileOptions(namespace=namespace, inline=inline, params=params, alpha=frozenset(alpha), events=events)
    compiled = compile_all(source.targets(), given, format_, profile)
    if to == "-":
        if check:
            raise UsageError("--check compares with files; there is none with -o -")
        give(_json_files(compiled) if output == "json" else compiled.stream(), nl=output == "json")
        return EXIT_OK
    files = compiled.files(to)
    old = stale(files, to) if check else []
    if not check:
        write_files(files)
    if output == "json":
        give(_json_report(files, compiled, old), nl=True)
    else:
        _tell(files, compiled, old, to, check=check)
    return EXIT_FINDINGS if old else EXIT_OK


def _tell(files: dict[Path, bytes], compiled: Compiled, old: list[Stale], to: str | None, *, check: bool) -> None:
    from flowdsl.yamlread.excerpts import rendered

    if compiled.findings:
        say(rendered(compiled.findings), err=True)
    for each in old:
        say(each.text, nl=False)
    where = f"{len(files)} files in {to}" if to and len(files) > 1 else ", ".join(map(line, files))
    if old:
        say("stale: compile again and commit the result", err=True)
    elif check:
        say(f"{where} {'is' if len(files) == 1 else 'are'} up to date", err=True)
    else:
        say(f"wrote {where}: {compiled.counts}", err=True)


def _json_files(compiled: Compiled) -> str:
    """All documents beside the files that they belong into."""
    files = [{"path": path.as_posix(), "documents": documents} for path, documents in compiled.by_file()]
    return escape.json_text({"files": files}, indent=2)


def _json_report(files: dict[Path, bytes], compiled: Compiled, old: list[Stale]) -> str:
    from flowdsl.diagnostics.render import as_data

    report = {
        "files": [str(path) for path in files],
        "stale": bool(old),
        "differences": [{"file": str(each.path), "text": each.text} for each in old],
        "documents": compiled.objects,
        "diagnostics": [as_data(each) for each in compiled.findings],
    }
    return escape.json_text(report, indent=2)
