"""From YAML sources to a module that is known to compile to the same documents."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

import attrs

from flowdsl.check import Gates
from flowdsl.compiler import CompileOptions
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.compiler.validate import gates_for
from flowdsl.diagnostics import Diagnostic, FlowError, Severity
from flowdsl.frontend.manifest import Manifest
from flowdsl.importer.comments import Comments
from flowdsl.importer.documents import Loaded, kept_diagnostic, load_documents
from flowdsl.importer.findings import Kept
from flowdsl.importer.module import Imported, write_module, write_stubs
from flowdsl.tekton.defaults import with_defaults
from flowdsl.yamlread.sources import Source

_MODULE = "_flowdsl_imported"
_UNLIKE = "written in the DSL it would not compile to the same document"


@attrs.frozen
class ImportResult:
    """The module's text, the documents it stands for, and what is to be told; no text where an error forbids one."""

    text: str
    documents: tuple[dict[str, Any], ...]
    diagnostics: tuple[Diagnostic, ...]
    kept: tuple[Kept, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything found is an error."""
        return any(each.severity is Severity.ERROR for each in self.diagnostics)


def import_sources(
    sources: Iterable[Source], *, title: str = "", stubs: bool = False, alpha: frozenset[str] = frozenset()
) -> ImportResult:
    """Import sources. Whatever would not compile to what was read is kept as a raw document instead, and told.

    `stubs` gives typed references to the Tasks alone. `alpha` are feature flags that the documents may use. An error in
    a file that was named ends it; what was found in a folder and can't be taken is told, and the rest is imported.
    """
    gates: Gates = gates_for(alpha)
    sources = list(sources)
    loaded, told = load_documents(sources, gates)
    named = {each.name for each in sources if not each.walked}
    wrong = {each.location.file for each in told if each.severity is Severity.ERROR and each.location}
    if wrong & named or (wrong and not loaded):
        return ImportResult("", (), tuple(told))
    documents = tuple(each.data for each in loaded)
    if stubs:
        written = write_stubs(documents, title)
    else:
        written = faithful_module(documents, [each.comments for each in loaded], title, alpha)
    ordered = sorted(written.kept, key=lambda kept: kept.index)
    told += [kept_diagnostic(loaded[each.index], each, stubs=stubs) for each in ordered]
    return ImportResult(written.text, documents, tuple(told), written.kept)


def faithful_module(
    documents: tuple[dict[str, Any], ...],
    comments: list[Comments] | None = None,
    title: str = "",
    alpha: frozenset[str] = frozenset(),
) -> Imported:
    """A module that compiles to documents equal to these after Tekton's defaulting; tried before it is given back."""
    comments = comments or [Comments() for _ in documents]
    as_raw: dict[int, str] = {}
    while True:
        copies = [Comments(list(each.by_path)) for each in comments]
        written = write_module(documents, copies, title, as_raw)
        unlike = [index for index in differing(written.text, documents, alpha) if index not in as_raw]
        if not unlike:
            return written
        as_raw |= dict.fromkeys(unlike, _UNLIKE)


def differing(text: str, documents: tuple[dict[str, Any], ...], alpha: frozenset[str] = frozenset()) -> list[int]:
    """The documents (by index) that a module does not compile to; all of them where it can't be run."""
    module = ModuleType(_MODULE)
    sys.modules[_MODULE] = module  # type hints of the module's classes are looked up there
    try:
        exec(compile(text, "<imported>", "exec"), module.__dict__)
        manifest: Manifest = module.documents
        return [
            index
            for index, (item, wanted) in enumerate(zip(manifest.items, documents, strict=True))
            if not _same(item, wanted, alpha)
        ]
    except FlowError:
        return list(range(len(documents)))
    finally:
        del sys.modules[_MODULE]


def _same(item: Any, wanted: Mapping[str, Any], alpha: frozenset[str]) -> bool:
    try:
        (made,) = compile_manifest(Manifest((item,)), CompileOptions(alpha=alpha)).documents
    except FlowError:
        return False
    return with_defaults(made) == with_defaults(wanted)


__all__ = ["ImportResult", "Loaded", "differing", "faithful_module", "import_sources"]
