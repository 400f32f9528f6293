"""Importing what a command line names: the sources, the module to write, and whether the one there is stale."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from flowdsl.diagnostics import FlowError, UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.diagnostics.unified import unified
from flowdsl.kinds.table import TASK
from flowdsl.library.documents import counted, files_at
from flowdsl.library.importing import ImportResult, import_sources
from flowdsl.yamlread.sources import Source, load_stream

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import Document


def import_files(
    paths: Sequence[str], exclude: Sequence[str], stdin: BinaryIO, *, stubs: bool, alpha: frozenset[str]
) -> ImportResult:
    """Import files and folders, `-` for standard input.

    Raises FlowError where nothing can be imported, UsageError where nothing is there to be.
    """
    if not paths:
        raise UsageError("name the YAML files or folders to import, or - for standard input")
    sources = _sources(paths, exclude, stdin)
    title = f"{'Signatures' if stubs else 'Imported'} from {', '.join(_shown(path) for path in paths)}."
    result = import_sources(sources, title=title, stubs=stubs, alpha=alpha)
    if result.failed and not result.text:
        raise FlowError(result.diagnostics)
    if not _wanted(result, stubs=stubs):
        raise UsageError(f"there is no {TASK.name if stubs else 'Tekton document'} in {', '.join(paths)}")
    return result


def module_of(to: str | None, paths: Sequence[str], *, stubs: bool) -> Path | None:
    """The module to write; None for standard output. Raises UsageError for what is none."""
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


def stale_module(text: str, target: Path) -> str | None:
    """How the module that is there differs from the text; None where it does not."""
    there = target.read_text(encoding="utf-8", errors="replace") if target.is_file() else None
    if there == text:
        return None
    before = "/dev/null" if there is None else f"{line(target)} (there)"
    lines = (there or "").splitlines(keepends=True), text.splitlines(keepends=True)
    return "".join(unified(*lines, before, f"{line(target)} (imported)"))


def counts(result: ImportResult, *, stubs: bool) -> str:
    """How many documents of each kind were imported, in words."""
    return counted(_wanted(result, stubs=stubs))


def objects(result: ImportResult) -> list[dict[str, str | None]]:
    """Kind and name of each document."""
    documents = [cast("Document", item) for item in result.documents]
    return [{"kind": item.get("kind"), "name": (item.get("metadata") or {}).get("name")} for item in documents]


def _wanted(result: ImportResult, *, stubs: bool) -> list[dict[str, object]]:
    return [item for item in result.documents if not stubs or TASK.is_of(item)]


def _sources(paths: Sequence[str], exclude: Sequence[str], stdin: BinaryIO) -> list[Source]:
    sources = [load_stream("-", stdin)] if "-" in paths else []
    sources += files_at([Path(path) for path in paths if path != "-"], exclude)
    if not sources:
        raise UsageError(f"there is no YAML in {', '.join(paths)}")
    return sources


def _shown(path: str) -> str:
    return "standard input" if path == "-" else Path(path).as_posix()
