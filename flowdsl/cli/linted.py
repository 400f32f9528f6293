"""What lint found, printed: as text, JSON, SARIF or GitHub's commands; a verdict a line; what mending would do."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import BinaryIO

import flowdsl
from flowdsl.cli.output import is_gone
from flowdsl.cli.say import give, say
from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.errors import EXIT_FINDINGS, EXIT_OK
from flowdsl.diagnostics.escape import line
from flowdsl.diagnostics.unified import unified
from flowdsl.library.lint_files import Linted
from flowdsl.linter import report
from flowdsl.linter.engine import Options
from flowdsl.yamlread.sources import Source


def print_verdicts(paths: tuple[str, ...], options: Options) -> int:
    """A verdict a line for each document of a stream; 1 where one is not accepted. Raises UsageError."""
    from flowdsl.linter import jsonl

    if len(paths) > 1:
        raise UsageError("--jsonl reads one stream: a file, or - for standard input")
    stream: BinaryIO = sys.stdin.buffer if not paths or paths[0] == "-" else open(paths[0], "rb")  # noqa: SIM115
    rejected = False
    sys.stdout.flush()
    out = sys.stdout.buffer
    with stream:
        for verdict in jsonl.run(stream, options, workers=os.cpu_count() or 1):
            rejected = rejected or '"accepted":false' in verdict
            out.write(verdict.encode("utf-8", "backslashreplace") + b"\n")
            if is_gone():
                break
    out.flush()
    return EXIT_FINDINGS if rejected else EXIT_OK


def print_diffs(changed: list[tuple[Source, Source]]) -> None:
    """What mending would do."""
    for before, after in changed:
        name = line(before.name)
        texts = before.text.splitlines(keepends=True), after.text.splitlines(keepends=True)
        say("".join(unified(*texts, name, f"{name} mended")), nl=False)


def write_mended(changed: list[tuple[Source, Source]]) -> None:
    """Write what was mended into its file, and of standard input to standard output."""
    from flowdsl.emit import write_files

    for before, after in changed:
        if before.name != "-":
            write_files({Path(before.name): after.text.encode()})
        say(f"mended {line(before.name)}", err=True)
        if before.name == "-":
            give(after.text)


def print_findings(found: Linted, output: str) -> None:
    """What was found, for people or for machines."""
    texts = {source.name: source.text for source in found.sources}
    if output == "sarif":
        from flowdsl.library.catalogue import RULES

        give(report.as_sarif(found.documents, flowdsl.__version__, texts, RULES))
    elif output != "text":
        give(report.as_json(found.documents) if output == "json" else report.as_github(found.documents))
    else:
        text = report.as_text(found.documents, texts)
        checked = sum(document.checked for document in found.documents)
        if text:
            say(text, nl=False)
        say(f"checked {_many(checked, 'Tekton document')} in {_many(max(len(found.sources), 1), 'file')}", err=True)


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
