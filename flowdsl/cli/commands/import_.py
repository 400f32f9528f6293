"""`flowdsl import`: Tekton YAML as a Python module."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.group import FilesCommand
from flowdsl.cli.say import give, say
from flowdsl.diagnostics import UsageError, escape
from flowdsl.diagnostics.errors import EXIT_FINDINGS, EXIT_OK
from flowdsl.diagnostics.escape import line

if TYPE_CHECKING:
    from flowdsl.library.importing import ImportResult


@click.command("import", cls=FilesCommand)
@click.argument("paths", nargs=-1, metavar="FILE|DIR|-...")
@click.option("-o", "--to", metavar="PATH", help="The module to write, or a folder. [standard output]")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff if the module at -o is stale.")
@click.option("--stubs", is_flag=True, help="Only typed references to the Tasks, for catalogs.")
@click.option("--force", is_flag=True, help="Overwrite a module that differs.")
@options.exclude
@options.alpha
@options.output
def command(
    *,
    paths: tuple[str, ...],
    to: str | None,
    check: bool,
    stubs: bool,
    force: bool,
    exclude: tuple[str, ...],
    alpha: tuple[str, ...],
    output: str,
) -> int:
    """Turn Tekton YAML into a Python module that compiles to the same documents.

    \b
    Examples:
      flowdsl import tekton/ -o pipelines/build.py
      kubectl get pipeline build -o yaml | flowdsl import -
      flowdsl import --stubs catalog/ -o tasks.py
    """
    from flowdsl.library.import_files import import_files, module_of

    target = module_of(to, paths, stubs=stubs) if paths else None
    if check and paths and target is None:
        raise UsageError("--check compares with a module; name it: -o pipelines/build.py")
    result = import_files(paths, exclude, sys.stdin.buffer, stubs=stubs, alpha=frozenset(alpha))
    if output == "text":
        _tell(result)
    stale = False
    if target is None:
        give("" if output == "json" else result.text)
    elif check:
        stale = _is_stale(result, target)
    else:
        _write(result, target, stubs=stubs, force=force)
    if output == "json":
        give(_report(result, target, stale=stale), nl=True)
    # What of a folder can't be imported is no reason to withhold the rest, and no success either.
    return EXIT_FINDINGS if result.failed or stale else EXIT_OK


def _tell(result: ImportResult) -> None:
    from flowdsl.yamlread.excerpts import rendered

    if result.diagnostics:
        say(rendered(result.diagnostics), err=True)


def _write(result: ImportResult, target: Path, *, stubs: bool, force: bool) -> None:
    from flowdsl.emit import write_files
    from flowdsl.library.import_files import counts, stale_module

    if target.is_file() and not force and stale_module(result.text, target) is not None:
        raise UsageError(f"{target} is there already and differs; look with --check, overwrite it with --force")
    write_files({target: result.text.encode()})
    say(f"wrote {line(target)}: {counts(result, stubs=stubs)}", err=True)


def _is_stale(result: ImportResult, target: Path) -> bool:
    from flowdsl.library.import_files import stale_module

    told = stale_module(result.text, target)
    if told is None:
        say(f"{line(target)} is up to date", err=True)
    else:
        say(told, nl=False)
        say("stale: the YAML and the module say different things", err=True)
    return told is not None


def _report(result: ImportResult, target: Path | None, *, stale: bool) -> str:
    from flowdsl.diagnostics.render import as_data
    from flowdsl.library.import_files import objects

    report = {
        "file": str(target) if target else None,
        "stale": stale,
        "documents": objects(result),
        "module": result.text,
        "diagnostics": [as_data(item) for item in result.diagnostics],
    }
    return escape.json_text(report, indent=2)
