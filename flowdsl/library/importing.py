"""`flowdsl.import_yaml`: from YAML sources to a module that is known to compile to the same documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from flowdsl.check import DEFAULT_GATES, Gates
from flowdsl.diagnostics import Finding, FlowError, Severity, UsageError
from flowdsl.importer.comments import Comments
from flowdsl.importer.documents import Loaded, kept_diagnostic, load_documents, lost_diagnostic
from flowdsl.importer.fence import FenceError, checked
from flowdsl.importer.findings import Kept
from flowdsl.importer.module import Imported, write_stubs
from flowdsl.kinds.as_code import is_start
from flowdsl.kinds.table import STARTING
from flowdsl.library.documents import Document, sources_of
from flowdsl.library.importing_tried import plain_module
from flowdsl.yamlread.sources import Source


@attrs.frozen
class ImportResult:
    """The module's text, the documents it stands for, and what is to be told; no text where an error forbids one."""

    text: str
    documents: tuple[Document, ...]
    diagnostics: tuple[Finding, ...]
    kept: tuple[Kept, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything found is an error."""
        return any(each.severity is Severity.ERROR for each in self.diagnostics)


def import_yaml(source: str | Path | Sequence[Path], *, stubs: bool = False) -> str:
    """The text of a Python module that compiles to the given Tekton YAML: text, a file or folder, or several of them.

    What is equal is the documents after Tekton's defaulting; it is tried before the text is given. Whatever the DSL has
    no words for is kept in it as plain data. Nothing of the YAML runs. `stubs` gives typed references to the Tasks
    alone.

    Raises FlowError for YAML that can't be read, and UsageError where a path is not there or no Tekton document is in
    what was given.
    """
    given: list[str | Path] = [source] if isinstance(source, (str, Path)) else list(source)
    result = import_sources([each for item in given for each in sources_of(item)], stubs=stubs)
    if result.failed:
        raise FlowError(result.diagnostics)
    if not result.documents:
        raise UsageError("there is no Tekton document in what was given")
    return result.text


def import_sources(
    sources: Iterable[Source], *, title: str = "", stubs: bool = False, alpha: frozenset[str] = frozenset()
) -> ImportResult:
    """Import sources. Whatever would not compile to what was read is kept as a raw document instead, and told.

    `stubs` gives typed references to the Tasks alone. `alpha` are feature flags that the documents may use. An error in
    a file that was named ends it; what was found in a folder and can't be taken is told, and the rest is imported.
    """
    gates: Gates = DEFAULT_GATES.opened(alpha)
    sources = list(sources)
    loaded, told = load_documents(sources, gates)
    named = {each.name for each in sources if not each.walked}
    wrong = {each.location.file for each in told if each.severity is Severity.ERROR and each.location}
    if wrong & named or (wrong and not loaded):
        return ImportResult("", (), tuple(told))
    while True:
        written = _written(loaded, title, alpha, stubs=stubs)
        if not written.lost:
            break
        told += [lost_diagnostic(loaded[index]) for index in written.lost]
        left = [each for index, each in enumerate(loaded) if index not in written.lost]
        if not left or named & {loaded[index].document.file for index in written.lost}:
            return ImportResult("", (), tuple(told))
        loaded = left
    documents = tuple(each.data for each in loaded)
    ordered = sorted(written.kept, key=lambda kept: kept.index)
    told += [kept_diagnostic(loaded[each.index], each, stubs=stubs) for each in ordered]
    return ImportResult(written.text, documents, tuple(told), written.kept)


def _written(loaded: list[Loaded], title: str, alpha: frozenset[str], *, stubs: bool) -> Imported:
    documents = tuple(each.data for each in loaded)
    if stubs:
        return _fenced_stubs(documents, title)
    return faithful_module(documents, [each.comments for each in loaded], title, alpha)


def faithful_module(
    documents: tuple[Document, ...],
    comments: list[Comments] | None = None,
    title: str = "",
    alpha: frozenset[str] = frozenset(),
) -> Imported:
    """A module that compiles to documents equal to these after Tekton's defaulting; tried before it is given back."""
    comments = comments or [Comments() for _ in documents]
    if any(kind.is_of(each) for each in documents for kind in STARTING.values()) or any(map(is_start, documents)):
        # Not at the top: most YAML starts nothing.
        from flowdsl.library.importing_starts import with_starts

        return with_starts(documents, comments, title, alpha)
    return plain_module(documents, comments, title, alpha)


def _fenced_stubs(documents: tuple[Document, ...], title: str) -> Imported:
    """Stubs are not run here; but nothing leaves that could not be."""
    written = write_stubs(documents, title)
    if _passes(written):
        return written
    alone = [index for index, each in enumerate(documents) if not _passes(write_stubs((each,)))]
    return attrs.evolve(written, lost=tuple(alone or range(len(documents))))


def _passes(written: Imported) -> bool:
    try:
        checked(written.text)
    except FenceError:
        return False
    return True
