"""`flowdsl lock`: pin the packages of a pipeline's tasks, with hashes, in the file beside it."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.say import give, say
from flowdsl.cli.source import Source
from flowdsl.diagnostics import escape
from flowdsl.diagnostics.errors import EXIT_FINDINGS, EXIT_OK
from flowdsl.diagnostics.escape import line

if TYPE_CHECKING:
    from flowdsl.library.locking import Locked


@click.command("lock")
@options.file
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff if the lock file is stale.")
@click.option("--upgrade", is_flag=True, help="Take the newest versions; else what is locked stays.")
@click.option("--python", "pythons", multiple=True, metavar="X.Y", help="Lock for this Python here, too. Repeatable.")
@options.profile
@options.output
def command(source: Source, *, check: bool, upgrade: bool, pythons: tuple[str, ...], profile: str, output: str) -> int:
    """Pin the packages of tasks (`@task(packages=[...])`) with hashes, for their images and for this machine.

    uv resolves where it is there, else pip. The lock file lies beside the Python file: train.lock of train.py.

    \b
    Examples:
      flowdsl lock train.py
      flowdsl lock train.py --upgrade --python 3.10 --python 3.13
      flowdsl lock train.py --check
    """
    from flowdsl.emit import write_files
    from flowdsl.library.locking import lock

    target, tell = source.targets()[0], partial(say, err=True)
    locked = lock(target, os.environ, tell, upgrade=upgrade, pythons=pythons, profile=profile)
    if locked.changed and not check and locked.text:
        write_files({locked.path: locked.text.encode()})
    if output == "json":
        give(escape.json_text(_report(locked), indent=2), nl=True)
    else:
        _tell(locked, check=check)
    return EXIT_FINDINGS if check and locked.changed else EXIT_OK


def _tell(locked: Locked, *, check: bool) -> None:
    from flowdsl.library.pins import shown as display

    shown = line(display(locked.path))
    if not locked.text:
        left = "; remove the lock file" if locked.changed else ""
        say(f"no task wants packages: there is nothing to lock{left}", err=True)
    elif check and locked.changed:
        from flowdsl.diagnostics.unified import unified

        have = locked.path.read_text(encoding="utf-8", errors="replace") if locked.path.is_file() else ""
        texts = (have.splitlines(keepends=True), locked.text.splitlines(keepends=True))
        say("".join(unified(*texts, f"{shown} (there)", f"{shown} (locked)")), nl=False)
        say("stale: lock again and commit the result", err=True)
    elif locked.changed:
        say(f"wrote {shown}: {_counts(locked)}", err=True)
    else:
        say(f"{shown} is up to date: {_counts(locked)}", err=True)


def _counts(locked: Locked) -> str:
    targets = sorted({str(each.target) for each in locked.resolutions})
    return f"{locked.packages} for {' and '.join(targets)}"


def _report(locked: Locked) -> dict[str, object]:
    return {
        "file": str(locked.path),
        "changed": locked.changed,
        "resolutions": [
            {
                "requirements": list(each.requirements),
                "python": each.target.python,
                "platform": each.target.platform,
                "packages": [{"name": pin.name, "version": pin.version} for pin in each.pins],
            }
            for each in locked.resolutions
        ],
    }
