"""Linting a pipeline's Python file: what it compiles to is checked, and told at the lines that made it."""

from __future__ import annotations

from pathlib import Path

import attrs

from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.lint.engine import Options, check_documents, select
from flowdsl.lint.ignores import Ignores
from flowdsl.yamlread.documents import Document
from flowdsl.yamlread.sources import load


def lint_python(file: str, options: Options) -> list[Document]:
    """The documents of a pipeline, their findings placed in the Python. Raises FlowError for what does not compile."""
    from flowdsl.cli.compile import compile_target
    from flowdsl.cli.load import load_target
    from flowdsl.compiler import CompileOptions
    from flowdsl.compiler.places import python_place
    from flowdsl.compiler.validate import gates_for

    alpha = options.gates.flags | ({"pipelines-in-pipelines"} if options.gates.alpha else set())
    target = load_target(file)
    compiled = compile_target(target, CompileOptions(alpha=frozenset(alpha)))
    opted = frozenset().union(*(each.options.alpha for each in pipelines_of(target)))
    found = [
        Document(file, index, data["kind"], data["metadata"].get("name", ""), data, checked=_is_tekton(data))
        for index, data in enumerate(compiled.documents)
    ]
    # What the pipeline opts in to, its cluster has.
    own = gates_for(alpha | opted)
    gates = attrs.evolve(options.gates, flags=options.gates.flags | own.flags)
    gates = attrs.evolve(gates, api_fields="alpha") if own.alpha else gates
    for document, finding in check_documents(found, attrs.evolve(options, gates=gates)):
        place = python_place(document.data, finding.path, compiled.pipeline)
        document.add(finding, place.line, place.column, place.file)
    files = {place.file for document in found for place in document.places}
    ignores = {name: Ignores.of(load(Path(name)).text) for name in files}
    for document in found:
        select(document, options.selection, ignores)
    return found


def pipelines_of(target: Pipeline | Manifest) -> list[Pipeline]:
    """The pipelines that are compiled."""
    return target.pipelines if isinstance(target, Manifest) else [target]


def _is_tekton(data: dict[str, object]) -> bool:
    return str(data["apiVersion"]).startswith("tekton.dev/")
