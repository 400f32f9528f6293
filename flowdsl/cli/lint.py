"""`flowdsl lint`: reads the command line's choices and the project's, and prints what was found."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from flowdsl.check import FLAGS, LEVELS, Gates
from flowdsl.cli.output import is_gone
from flowdsl.cli.say import give, say
from flowdsl.diagnostics import Severity, UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.linter import settings as project
from flowdsl.linter.engine import Options, lint_sources
from flowdsl.linter.rules import words
from flowdsl.linter.select import Selection
from flowdsl.yamlread.documents import Document
from flowdsl.yamlread.sources import Source, load_all, load_stream


def lint_command(paths: tuple[str, ...], *, jsonl: bool, output: str, fix: bool, diff: bool, **chosen: Any) -> int:
    """The command's exit code: 1 where something is found that is to fail it."""
    config = chosen.pop("config")
    found = project.load(Path(config) if config else project.find(Path.cwd()))
    options = _options(found, **{key: chosen[key] for key in ("select", "ignore", "extend_select", "feature_gate")})
    fail_on = chosen["fail_on"] or found.fail_on
    if jsonl:
        return _lines(paths, options)
    if not paths:
        raise UsageError("name files or folders to lint, or - for standard input")
    sources = _sources(paths, (*found.exclude, *chosen["exclude"]), sys.stdin.buffer)
    documents = _python(paths, options) + lint_sources(sources, options)
    if fix or diff:
        sources, documents = _mend(sources, documents, options, write=fix and not diff)
    _print(documents, {source.name: source.text for source in sources}, output, len(sources))
    return _code(documents, fail_on)


def _options(
    found: project.Settings,
    *,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    extend_select: tuple[str, ...],
    feature_gate: tuple[str, ...],
) -> Options:
    selection = Selection(
        words(_parts(select)) or found.select,
        (*found.ignore, *words(_parts(ignore))),
        (*found.extend, *words(_parts(extend_select))),
        found.per_file,
    )
    return Options(_gates(feature_gate or found.gates), selection)


def _parts(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.strip() for each in given for part in each.split(",") if part.strip())


def _gates(given: tuple[str, ...]) -> Gates:
    """`alpha`, `beta` or `stable` set the level; any other name is a flag that is on."""
    level, flags = "beta", set()
    for name in _parts(given):
        if name in LEVELS:
            level = name
        elif name in FLAGS:
            flags.add(name)
        else:
            raise UsageError(f"there is no feature gate {name!r}; there are {', '.join((*LEVELS, *FLAGS))}")
    # Who names the cluster's flags wants to hear what that cluster says, whatever a document was written for.
    return Gates(level, frozenset(flags), declared=not given)


def _lines(paths: tuple[str, ...], options: Options) -> int:
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
    return 1 if rejected else 0


def _sources(paths: tuple[str, ...], exclude: tuple[str, ...], stream: BinaryIO) -> list[Source]:
    sources: list[Source] = []
    for path in paths:
        if path == "-":
            sources.append(load_stream("-", stream))
        elif not path.endswith(".py"):
            try:
                sources += load_all([Path(path)], exclude)
            except FileNotFoundError as error:
                raise UsageError(str(error)) from error
    return sources


def _python(paths: tuple[str, ...], options: Options) -> list[Document]:
    """The documents that pipelines in Python files compile to, with their findings at the Python lines."""
    files = [path for path in paths if path.endswith(".py") or ".py:" in path]
    if not files:
        return []
    from flowdsl.library.lint_python import lint_python

    return [document for file in files for document in lint_python(file, options)]


def _mend(
    sources: list[Source], documents: list[Document], options: Options, *, write: bool
) -> tuple[list[Source], list[Document]]:
    from flowdsl.emit import write_files
    from flowdsl.linter.mend import mend

    mended = [mend(source, [each for each in documents if each.file == source.name], options) for source in sources]
    changed = [(before, after) for before, after in zip(sources, mended, strict=True) if before.text != after.text]
    if not write:
        for before, after in changed:
            say(_diff(before, after), nl=False)
        return sources, documents
    for before, after in changed:
        if before.name != "-":
            write_files({Path(before.name): after.text.encode()})
        say(f"mended {line(before.name)}", err=True)
        if before.name == "-":
            give(after.text)
    python = [each for each in documents if each.file not in {source.name for source in sources}]
    return mended, python + lint_sources(mended, options)


def _diff(before: Source, after: Source) -> str:
    import difflib

    lines = difflib.unified_diff(
        before.text.splitlines(keepends=True),
        after.text.splitlines(keepends=True),
        line(before.name),
        f"{line(before.name)} mended",
    )
    return "".join(lines)


def _print(documents: list[Document], texts: dict[str, str], output: str, files: int) -> None:
    import flowdsl
    from flowdsl.linter import report

    if output != "text":
        if output == "sarif":
            give(report.as_sarif(documents, flowdsl.__version__))
        else:
            give(report.as_json(documents) if output == "json" else report.as_github(documents))
        return
    text = report.as_text(documents, texts)
    checked = sum(document.checked for document in documents)
    if text:
        say(text, nl=False)
    say(f"checked {_many(checked, 'Tekton document')} in {_many(max(files, 1), 'file')}", err=True)


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _code(documents: list[Document], fail_on: str) -> int:
    severities = {finding.severity for document in documents for finding in document.shown}
    return 1 if Severity.ERROR in severities or (fail_on == "warning" and severities) else 0
