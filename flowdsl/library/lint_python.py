"""Linting a pipeline's Python file: what it compiles to is checked, and told at the lines that made it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs

from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.kinds import is_checked
from flowdsl.kube.conventions import NESTED
from flowdsl.linter.engine import Options, check_documents, select
from flowdsl.linter.ignores import Ignores
from flowdsl.yamlread.documents import Document
from flowdsl.yamlread.sources import load


def lint_python(file: str, options: Options, profile: str = "") -> list[Document]:
    """The documents of a file's pipelines, their findings placed in the Python.

    Raises FlowError for what does not compile.
    """
    from flowdsl.library.loading import load_targets

    return lint_targets(load_targets(file), file, options, profile)


def lint_targets(
    targets: Sequence[Pipeline | Manifest], file: str, options: Options, profile: str = ""
) -> list[Document]:
    """The same for what is loaded already; `file` is what the documents are said to be of."""
    found: list[Document] = []
    for target in targets:
        known = [each.data for each in found]
        # Pipelines of one file share Tasks: what is wrong with one is told once.
        found += [each for each in _linted(target, file, options, profile) if each.data not in known]
    for index, document in enumerate(found):
        document.index = index
    files = {finding.file for document in found for finding in document.findings}
    ignores = {name: Ignores.of(load(Path(name)).text) for name in files}
    for document in found:
        select(document, options.selection, ignores)
    return found


def _linted(target: Pipeline | Manifest, file: str, options: Options, profile: str) -> list[Document]:
    """The documents of one pipeline or manifest with their findings."""
    from flowdsl.compiler import CompileOptions
    from flowdsl.compiler.places import python_place
    from flowdsl.library.compiling import compile_target

    alpha = options.gates.flags | ({NESTED} if options.gates.alpha else set())
    compiled = compile_target(target, CompileOptions(alpha=frozenset(alpha)), profile)
    opted = frozenset().union(*(each.options.alpha for each in pipelines_of(target)))
    found = [
        Document(
            file,
            index,
            data["kind"],
            data["metadata"].get("name", ""),
            dict(data),
            checked=is_checked(data["kind"], data["apiVersion"]),
        )
        for index, data in enumerate(compiled.documents)
    ]
    # What the pipeline opts in to, its cluster has.
    gates = options.gates.opened(alpha | opted)
    for document, finding in check_documents(found, attrs.evolve(options, gates=gates)):
        place = python_place(document.data, finding.path, compiled.pipeline)
        document.add(finding, place.line, place.column, place.file)
    return found


def pipelines_of(target: Pipeline | Manifest) -> list[Pipeline]:
    """The pipelines that are compiled."""
    return target.pipelines if isinstance(target, Manifest) else [target]
