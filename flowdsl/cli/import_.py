"""`flowdsl import`: where the module goes, whether what is there is stale, and what the user is told."""

from __future__ import annotations

import difflib
import sys
from collections import Counter
from pathlib import Path
from typing import BinaryIO

from flowdsl.cli.say import give, say
from flowdsl.diagnostics import FlowError, UsageError, escape
from flowdsl.diagnostics.errors import EXIT_FINDINGS
from flowdsl.diagnostics.escape import line
from flowdsl.diagnostics.render import as_data
from flowdsl.emit import write_files
from flowdsl.kinds.table import TASK
from flowdsl.library.importing import ImportResult, import_sources
from flowdsl.yamlread.excerpts import rendered
from flowdsl.yamlread.sources import Source, load_all, load_stream


def import_command(
    paths: tuple[str, ...],
    *,
    to: str | None,
    check: bool,
    stubs: bool,
    force: bool,
    alpha: tuple[str, ...],
    exclude: tuple[str, ...],
    output: str,
) -> int:
    """Import, then print, write or compare. Raises FlowError for findings, UsageError for a bad call."""
    if not paths:
        raise UsageError("name the YAML files or folders to import, or - for standard input")
    sources = _sources(paths, exclude, sys.stdin.buffer)
    target = _target(to, paths, stubs=stubs)
    if check and target is None:
        raise UsageError("--check compares with a module; name it: -o pipelines/build.py")
    title = f"{'Signatures' if stubs else 'Imported'} from {', '.join(_shown(path) for path in paths)}."
    result = import_sources(sources, title=title, stubs=stubs, alpha=frozenset(alpha))
    if result.failed and not result.text:
        raise FlowError(result.diagnostics)
    if not any(not stubs or TASK.is_of(item) for item in result.documents):
        raise UsageError(f"there is no {TASK.name if stubs else 'Tekton document'} in {', '.join(paths)}")
    if result.diagnostics and output == "text":
        say(rendered(result.diagnostics), err=True)
    code = _put(result, target, check=check, force=force, stubs=stubs, quiet=output == "json")
    if output == "json":
        give(escape.json_text(_report(result, target, stale=bool(code)), indent=2), nl=True)
    # What of a folder can't be imported is no reason to withhold the rest, and no success either.
    return EXIT_FINDINGS if result.failed else code


def _put(result: ImportResult, target: Path | None, *, check: bool, force: bool, stubs: bool, quiet: bool) -> int:
    if target is None:
        if not quiet:
            give(result.text)
        return 0
    there = target.read_text(encoding="utf-8", errors="replace") if target.is_file() else None
    if check:
        return _compare(result.text, there, target)
    if there not in (None, result.text) and not force:
        raise UsageError(f"{target} is there already and differs; look with --check, overwrite it with --force")
    write_files({target: result.text.encode()})
    say(f"wrote {line(target)}: {_counts(result, stubs=stubs)}", err=True)
    return 0


def _compare(text: str, there: str | None, target: Path) -> int:
    if there == text:
        say(f"{line(target)} is up to date", err=True)
        return 0
    before = "/dev/null" if there is None else f"{line(target)} (there)"
    lines = difflib.unified_diff(
        (there or "").splitlines(keepends=True), text.splitlines(keepends=True), before, f"{line(target)} (imported)"
    )
    say("".join(lines), nl=False)
    say("stale: the YAML and the module say different things", err=True)
    return EXIT_FINDINGS


def _sources(paths: tuple[str, ...], exclude: tuple[str, ...], stdin: BinaryIO) -> list[Source]:
    sources = [load_stream("-", stdin)] if "-" in paths else []
    try:
        sources += load_all((Path(path) for path in paths if path != "-"), exclude)
    except FileNotFoundError as error:
        raise UsageError(str(error)) from error
    if not sources:
        raise UsageError(f"there is no YAML in {', '.join(paths)}")
    return sources


def _target(to: str | None, paths: tuple[str, ...], *, stubs: bool) -> Path | None:
    """The module to write; None for standard output."""
    if to is None or to == "-":
        return None
    path = Path(to)
    if to.endswith("/") or path.is_dir():
        stem = "imported" if paths[0] == "-" else Path(paths[0]).resolve().stem
        name = "".join(char if char.isalnum() else "_" for char in stem).strip("_") or "imported"
        return path / (f"{name}_stubs.py" if stubs else f"{name}.py")
    if path.suffix != ".py":
        raise UsageError(f"-o takes a Python file or a folder, got {to}")
    return path


def _shown(path: str) -> str:
    return "standard input" if path == "-" else Path(path).as_posix()


def _counts(result: ImportResult, *, stubs: bool) -> str:
    kinds = Counter(str(item.get("kind")) for item in result.documents if not stubs or TASK.is_of(item))
    return ", ".join(f"{number} {kind}{'s' if number > 1 else ''}" for kind, number in kinds.items())


def _report(result: ImportResult, target: Path | None, *, stale: bool) -> dict[str, object]:
    return {
        "file": str(target) if target else None,
        "stale": stale,
        "documents": [
            {"kind": item.get("kind"), "name": (item.get("metadata") or {}).get("name")} for item in result.documents
        ],
        "module": result.text,
        "diagnostics": [as_data(item) for item in result.diagnostics],
    }
