"""What the library takes as documents: YAML text, files, what compiles or was compiled, plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from flowdsl.diagnostics import UsageError
from flowdsl.library.targets import is_python

if TYPE_CHECKING:
    from flowdsl.compiler import Compilation
    from flowdsl.frontend.manifest import Manifest
    from flowdsl.frontend.pipeline import Pipeline
    from flowdsl.yamlread.sources import Source

Document: TypeAlias = dict[str, object]
"""A document as plain data."""
Documents: TypeAlias = "str | Path | Pipeline | Manifest | Compilation | Iterable[Mapping[str, object]]"
"""What `lint`, `diff` and `apply` take: YAML text, the path of a file or folder, what is to be compiled or was, or
documents as plain data."""


def name_of(document: Mapping[str, object]) -> str:
    """The name of a document; empty where it has none."""
    metadata = document.get("metadata")
    return str(metadata.get("name", "")) if isinstance(metadata, Mapping) else ""


def annotation(document: Mapping[str, object], name: str) -> str:
    """An annotation of a document; empty where it has none."""
    metadata = document.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return str(annotations.get(name, "")) if isinstance(annotations, Mapping) else ""


def counted(documents: Iterable[Mapping[str, object]]) -> str:
    """How many documents of each kind there are, in words: `2 Tasks, 1 Pipeline`."""
    kinds = Counter(str(each.get("kind")) for each in documents)
    return ", ".join(f"{number} {kind}{'s' if number > 1 else ''}" for kind, number in kinds.items())


def files_at(paths: Iterable[Path], exclude: Sequence[str] = ()) -> list[Source]:
    """The YAML files at paths, and in folders without what matches `exclude`. Raises UsageError where nothing is."""
    from flowdsl.yamlread.sources import load_all

    try:
        return list(load_all(paths, exclude))
    except FileNotFoundError as error:
        raise UsageError(str(error)) from error


def sources_of(documents: Documents) -> list[Source]:
    """Text with the places that findings point to; documents that have none are written out first."""
    from flowdsl.emit import emit_yaml
    from flowdsl.yamlread.sources import Source

    if isinstance(documents, str):
        return [Source("<text>", _no_path(documents))]
    if isinstance(documents, Path) and not is_python(documents.name):
        return files_at([documents])
    items = [dict(item) for item in data_of(documents)]
    return [Source("<documents>", emit_yaml(items).decode())] if items else []


def data_of(documents: Documents) -> list[Mapping[str, object]]:
    """The documents as plain data. Raises UsageError for a path that is not there, FlowError for what is no YAML."""
    if isinstance(documents, Path) and is_python(documents.name):
        return _compiled(documents)
    if isinstance(documents, (str, Path)):
        return _read(documents)
    from flowdsl.compiler import Compilation, CompileOptions
    from flowdsl.frontend.manifest import Manifest
    from flowdsl.frontend.pipeline import Pipeline

    if isinstance(documents, (Pipeline, Manifest)):
        from flowdsl.library.compiling import compile_target

        documents = compile_target(documents, CompileOptions())
    if isinstance(documents, Compilation):
        return list(documents.documents)
    found = list(documents) if isinstance(documents, Iterable) else []
    if not isinstance(documents, Iterable) or not all(isinstance(each, Mapping) for each in found):
        raise UsageError(
            "documents are a pipeline, a manifest, a compilation, the Path of a file or folder, YAML as text, or "
            f"mappings; got {type(documents).__name__} {str(documents)[:60]!r}"
        )
    return found


def _compiled(file: Path) -> list[Mapping[str, object]]:
    """What the pipelines of a Python file compile to, each document once."""
    from flowdsl.compiler import CompileOptions
    from flowdsl.library.compiling import compile_target
    from flowdsl.library.loading import load_targets

    found: list[Mapping[str, object]] = []
    for target in load_targets(str(file)):
        found += [each for each in compile_target(target, CompileOptions()).documents if each not in found]
    return found


def _no_path(text: str) -> str:
    """The text. Raises UsageError for what is meant as a path: text is YAML here, wherever it comes from."""
    if "\n" not in text and text.endswith((".py", ".yaml", ".yml", ".json")):
        raise UsageError(f"text is YAML, not a path: give Path({text!r})")
    return text


def _read(documents: str | Path) -> list[Mapping[str, object]]:
    from flowdsl.diagnostics import FlowError, Location, Severity
    from flowdsl.yamlread.documents import documents as read

    found: list[Mapping[str, object]] = []
    for source in sources_of(documents):
        for each in read(source):
            if each.foreign:
                continue
            for finding in each.findings:
                if finding.severity is Severity.ERROR:
                    raise FlowError((finding.at(Location(finding.file, finding.line or 1, finding.column)),))
            if each.data and not each.template:
                found.append(each.data)
    return found
