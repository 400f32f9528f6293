"""The library behind `flowdsl.compile`, `lint`, `diff` and `import_yaml`: typed, loaded on first use, writing nothing.

What each command does, for programs: documents in, objects out. What goes wrong in the user's input is raised as
`FlowError` (it holds diagnostics), a path that is not there as `UsageError`; both are in `flowdsl.diagnostics`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline

if TYPE_CHECKING:
    from flowdsl.compiler import Compilation
    from flowdsl.differ import Difference
    from flowdsl.yamlread.documents import Document
    from flowdsl.yamlread.sources import Source

Documents: TypeAlias = "str | Path | Pipeline | Manifest | Compilation | Iterable[Mapping[str, Any]]"
"""What `lint` and `diff` take: YAML text, the path of a file or folder, what is to be compiled or was, or documents."""


def compile(  # noqa: A001 - `flowdsl.compile` is what it is called
    target: Pipeline | Manifest,
    *,
    params: Mapping[str, str] | None = None,
    namespace: str | None = None,
    inline: bool = False,
    alpha: Collection[str] = (),
) -> Compilation:
    """Compile a pipeline or a manifest to checked documents: `flowdsl.compile(p).documents`.

    `params` are values for the PipelineRun as text; `inline` embeds the Tasks; `alpha` opts in to alpha features.
    Raises FlowError with everything found where any of it is an error.
    """
    from flowdsl.compiler import CompileOptions, compile_pipeline
    from flowdsl.compiler.manifest import compile_manifest

    options = CompileOptions(namespace=namespace, inline=inline, params=dict(params or {}), alpha=frozenset(alpha))
    return compile_manifest(target, options) if isinstance(target, Manifest) else compile_pipeline(target, options)


def lint(
    documents: Documents, *, select: Iterable[str] = (), ignore: Iterable[str] = (), level: str = "beta"
) -> list[Document]:
    """Check documents: each comes back with `accepted`, and the findings that are told as `shown` places.

    `level` is the cluster's `enable-api-fields`: stable, beta or alpha. `select` and `ignore` are codes or their
    beginnings. Raises UsageError for a path that is not there; what is wrong with a document is a finding.
    """
    from flowdsl.check import LEVELS, Gates
    from flowdsl.diagnostics import UsageError
    from flowdsl.linter.engine import Options, lint_sources
    from flowdsl.linter.select import Selection

    if level not in LEVELS:
        raise UsageError(f"there is no level {level!r}; there are {', '.join(LEVELS)}")
    options = Options(Gates(level, frozenset()), Selection(tuple(select), tuple(ignore)))
    return lint_sources(_sources(documents), options)


def diff(before: Documents, after: Documents) -> list[Difference]:
    """The differences in meaning from one set of documents to another, as `Added`, `Removed` and `Changed` objects.

    Raises UsageError for a path that is not there, FlowError for a pipeline that does not compile or YAML that is none.
    """
    from flowdsl.differ import compare

    return compare(_data(before), _data(after))


def import_yaml(source: str | Path | Sequence[Path], *, stubs: bool = False) -> str:
    """The text of a Python module that compiles to the given Tekton YAML: text, a file or folder, or several of them.

    `stubs` gives typed references to the Tasks alone. Raises FlowError for YAML that can't be read, and UsageError
    where a path is not there or no Tekton document is in what was given.
    """
    from flowdsl.cli.importing import import_sources
    from flowdsl.diagnostics import FlowError, UsageError

    given: list[str | Path] = [source] if isinstance(source, (str, Path)) else list(source)
    result = import_sources([each for item in given for each in _sources(item)], stubs=stubs)
    if result.failed:
        raise FlowError(result.diagnostics)
    if not result.documents:
        raise UsageError("there is no Tekton document in what was given")
    return result.text


def _sources(documents: Documents) -> list[Source]:
    """Text with the places that findings point to; documents that have none are written out first."""
    from flowdsl.diagnostics import UsageError
    from flowdsl.emit import emit_yaml
    from flowdsl.yamlread.sources import Source, load_all

    if isinstance(documents, str):
        return [Source("<text>", documents)]
    if isinstance(documents, Path):
        try:
            return list(load_all([documents]))
        except FileNotFoundError as error:
            raise UsageError(str(error)) from error
    items = [dict(item) for item in _data(documents)]
    return [Source("<documents>", emit_yaml(items).decode())] if items else []


def _data(documents: Documents) -> list[Mapping[str, Any]]:
    from flowdsl.compiler import Compilation

    if isinstance(documents, (Pipeline, Manifest)):
        documents = compile(documents)
    if isinstance(documents, Compilation):
        return list(documents.documents)
    if isinstance(documents, (str, Path)):
        return _read(documents)
    return list(documents)


def _read(documents: str | Path) -> list[Mapping[str, Any]]:
    from flowdsl.diagnostics import Diagnostic, FlowError, Location, Severity
    from flowdsl.yamlread.documents import documents as read

    found: list[Mapping[str, Any]] = []
    for source in _sources(documents):
        for each in read(source):
            if each.foreign:
                continue
            for place in each.places:
                told = place.finding
                if told.severity == "error":
                    where = Location(place.file, place.line or 1, place.column)
                    raise FlowError((Diagnostic(told.code, Severity.ERROR, told.message, where, told.hint),))
            if each.data and not each.template:
                found.append(each.data)
    return found
