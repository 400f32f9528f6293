"""A module of documents that is known to compile to them: written, run behind the fence, compared."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING

import attrs

from flowdsl.compiler import CompileOptions
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.diagnostics import FlowError
from flowdsl.frontend.manifest import Item, Manifest
from flowdsl.importer.comments import Comments
from flowdsl.importer.fence import FenceError, checked, few_builtins
from flowdsl.importer.module import Imported, write_module
from flowdsl.importer.ours import Ours, as_it_is, ours_of
from flowdsl.kinds.defaults import with_defaults
from flowdsl.library.documents import Document

if TYPE_CHECKING:
    from flowdsl.importer.starts.asked import Asked

_MODULE = "_flowdsl_imported"
_NO_RAW: Mapping[int, str] = MappingProxyType({})
_NO_ASKED: Mapping[int, Asked] = MappingProxyType({})
_UNLIKE = "written in the DSL it would not compile to the same document"


def plain_module(
    documents: tuple[Document, ...],
    comments: list[Comments],
    title: str,
    alpha: frozenset[str],
    as_raw: Mapping[int, str] = _NO_RAW,
    asked: Mapping[int, Asked] = _NO_ASKED,
) -> Imported:
    """The module of documents, of which `as_raw` stand as they are. `asked` are the Pipelines that say their starts."""
    raw = dict(as_raw)
    plain: set[int] = set()
    left: set[int] = set()
    while True:
        copies = [Comments(list(each.by_path)) for each in comments]
        ours = ours_of(documents, frozenset(left | raw.keys()))
        written = write_module(documents, copies, title, raw, asked, plain, ours)
        unlike = differing(written.text, documents, alpha, ours)
        fresh = [index for index in unlike if index not in raw]
        if not unlike:
            return written
        if ours.flows:
            # Conditions as they were written first; what was decided of them is what any Pipeline can have.
            left |= ours.flows.keys() & {*unlike} or ours.flows.keys()
            continue
        if not fresh:
            # Not even as it stands.
            alone = _lost(documents, alpha)
            return attrs.evolve(written, lost=tuple(alone or range(len(documents))))
        if plain.issuperset(fresh):
            raw |= dict.fromkeys(fresh, _UNLIKE)
        plain |= set(fresh)


def _lost(documents: tuple[Document, ...], alpha: frozenset[str]) -> list[int]:
    """The documents that can't be written by themselves either."""
    return [
        index
        for index, document in enumerate(documents)
        if differing(write_module([document], as_raw={0: _UNLIKE}).text, (document,), alpha)
    ]


def differing(
    text: str, documents: tuple[Document, ...], alpha: frozenset[str] = frozenset(), ours: Ours | None = None
) -> list[int]:
    """The documents (by index) that a module does not compile to; all of them where it can't be run.

    Those that `ours` does not list its Pipelines are to make, each all that decides its conditions. Where it is not
    given, the module itself shows whether it lists them.
    """
    try:
        with loaded_module(text) as manifest:
            if ours is None:
                ours = as_it_is(documents) if len(manifest.items) == len(documents) else ours_of(documents)
            listed = [index for index in range(len(documents)) if index not in ours.unlisted]
            pairs = zip(manifest.items, listed, strict=True)
            return [index for item, index in pairs if not _makes(item, _wanted(index, documents, ours), alpha)]
    except (FenceError, FlowError):
        return list(range(len(documents)))


def _wanted(index: int, documents: tuple[Document, ...], ours: Ours) -> list[Document]:
    """The documents that an item of the manifest is to make: its own, behind those that decide for it."""
    flow = ours.flows.get(index)
    return [*(documents[each] for each in sorted(flow.places)), documents[index]] if flow else [documents[index]]


@contextmanager
def loaded_module(text: str) -> Iterator[Manifest]:
    """What a module's text says, run behind the fence. Raises FenceError, and FlowError of what it says."""
    code = checked(text)
    try:
        with _module() as module:
            exec(code, module.__dict__)
            manifest: Manifest = module.documents
            yield manifest
    except RecursionError as error:
        raise FenceError("it is nested too deeply") from error


@contextmanager
def _module() -> Iterator[ModuleType]:
    """A module to run what was checked in, with next to no builtins."""
    module = ModuleType(_MODULE)
    module.__dict__["__builtins__"] = few_builtins()
    sys.modules[_MODULE] = module  # type hints of the module's classes are looked up there
    try:
        yield module
    finally:
        del sys.modules[_MODULE]


def _makes(item: Item, wanted: Sequence[Document], alpha: frozenset[str]) -> bool:
    try:
        made = compile_manifest(Manifest((item,)), CompileOptions(alpha=alpha)).documents
    except (FlowError, RecursionError):
        return False
    if len(made) == len(wanted) == 1:
        return same(made[0], wanted[0])
    there = {_key(each): each for each in made}
    return len(made) == len(wanted) and all(_key(each) in there and same(there[_key(each)], each) for each in wanted)


def _key(document: Mapping[str, object]) -> tuple[str, str]:
    meta = document.get("metadata")
    return str(document.get("kind")), str(meta.get("name") if isinstance(meta, Mapping) else "")


def same(made: Mapping[str, object], wanted: Mapping[str, object]) -> bool:
    """Whether two documents are equal once Tekton's webhook has filled in its defaults."""
    return with_defaults(made) == with_defaults(wanted)
