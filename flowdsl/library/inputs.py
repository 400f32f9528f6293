"""What `run`, `apply`, `submit` and `doctor` are given, to documents: a pipeline, a manifest, YAML, plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import attrs

from flowdsl.diagnostics import FlowError, Location, Severity, UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.ir.local import LocalRun
from flowdsl.library import arguments
from flowdsl.library.documents import Document, Documents, files_at, sources_of
from flowdsl.library.run_inputs import Inputs, choose_run, set_params
from flowdsl.library.targets import file_and_name, is_python

if TYPE_CHECKING:
    from flowdsl.compiler import Compilation
    from flowdsl.frontend.manifest import Manifest
    from flowdsl.frontend.pipeline import Pipeline
    from flowdsl.yamlread.documents import Document as ReadDocument
    from flowdsl.yamlread.sources import Source


@attrs.frozen
class Files:
    """Files as a command line names them: one of Python (`FILE.py`, `FILE.py:NAME`), or YAML (`FILE`, `FILE:RUN`)."""

    words: tuple[str, ...]

    @property
    def python(self) -> str:
        """The Python file; empty where they are YAML. Raises UsageError for more than that."""
        found = [word for word in self.words if is_python(word)]
        if found and len(self.words) > 1:
            raise UsageError("name one Python file, or YAML files")
        return found[0] if found else ""


Given: TypeAlias = "Documents | Files"


@attrs.frozen
class Values:
    """What goes into the documents: values of params as text, a namespace, alpha features to allow, a profile.

    `events` are the targets that are given what starts a pipeline, in place of its run; None: those of the project.
    """

    params: Mapping[str, str] = attrs.field(factory=dict)
    namespace: str = ""
    alpha: frozenset[str] = frozenset()
    profile: str = ""
    events: tuple[str, ...] | None = ()

    @classmethod
    def given(
        cls,
        params: Mapping[str, str] | None,
        namespace: str,
        alpha: Iterable[str],
        profile: str,
        events: tuple[str, ...] | None = (),
    ) -> Values:
        """What a program gave as arguments. Raises UsageError for what has another type."""
        flags = frozenset(arguments.words("alpha", alpha))
        return cls(arguments.texts("params", params), namespace, flags, arguments.word("profile", profile), events)


@attrs.frozen
class Loaded:
    """What was given, a Python file run, and in which words it is found again."""

    target: Given
    source: list[str]


def to_run(given: Given | Loaded, values: Values) -> Inputs:
    """What a run on this machine takes: of a pipeline its LocalRun, too. Raises FlowError, UsageError."""
    found = given if isinstance(given, Loaded) else load(given)
    target = pipeline_in(found.target)
    if target is not None:
        from flowdsl.library.local import check_params, local_of

        local = local_of(target)
        check_params(local, [param.name for param in target.params], target.location)
        chosen = attrs.evolve(values, params={**local.params, **values.params})
        compiled = _compiled(target, chosen, local=True)
        documents = _read_back(compiled, "the compiled pipeline")
        _check_objects(documents, target.location)
        return Inputs(documents, local, found.source, traced=(target, compiled.pipeline))
    inputs = _without_local(found, values)
    set_params(choose_run(inputs), inputs.documents, values.params)
    return inputs


def to_apply(given: Given, values: Values) -> Inputs:
    """What a cluster takes, each with a name. Raises FlowError, UsageError."""
    found = load(given)
    target = pipeline_in(found.target)
    if target is not None:
        compiled = _compiled(target, values)
        documents = _read_back(compiled, "the compiled pipeline")
        return Inputs(documents, LocalRun(), found.source, namespace=compiled.namespace)
    inputs = _without_local(found, values)
    _check_named(inputs)
    if values.params:
        set_params(choose_run(inputs), inputs.documents, values.params)
    return inputs


def source_of(given: Given) -> list[str]:
    """What was given, in words that find it again; empty where nothing does."""
    if isinstance(given, Path):
        return [str(given)]
    if isinstance(given, Files):
        return list(given.words)
    target, pipeline = target_in(given), pipeline_in(given)
    if pipeline is not None:
        return [f"{pipeline.location.file}:{pipeline.name}"]
    return [target.location.file] if target is not None else []


def target_in(given: object) -> Pipeline | Manifest | None:
    """The same where it is what compiles. Files are asked first: a run of YAML loads no decorators."""
    if given is None or isinstance(given, (Files, Path, str)):
        return None
    from flowdsl.frontend.manifest import Manifest
    from flowdsl.frontend.pipeline import Pipeline

    return given if isinstance(given, (Pipeline, Manifest)) else None


def pipeline_in(given: object) -> Pipeline | None:
    """The same where it is a pipeline."""
    found = target_in(given)
    if found is None:
        return None
    from flowdsl.frontend.pipeline import Pipeline

    return found if isinstance(found, Pipeline) else None


def load(given: Given) -> Loaded:
    """What is given, a Python file run. Raises UsageError for a bad path, FlowError for a bad file."""
    source = source_of(given)
    files = Files((str(given),)) if isinstance(given, Path) else given
    if not isinstance(files, Files):
        return Loaded(given, source)
    if files.python:
        from flowdsl.library.loading import load_target

        return Loaded(load_target(files.python), source)
    if not files.words:
        raise UsageError("name a pipeline's Python file, or Tekton YAML")
    return Loaded(files, source)


def _without_local(found: Loaded, values: Values) -> Inputs:
    target, manifest = found.target, target_in(found.target)
    if manifest is not None:
        compiled = _compiled(manifest, attrs.evolve(values, params={}))
        documents = _read_back(compiled, "the compiled manifest")
        _check_objects(documents, manifest.location)
        return Inputs(documents, LocalRun(), found.source, namespace=compiled.namespace)
    if values.profile:
        raise UsageError(f"a profile is for what compiles, and these are documents: leave {values.profile!r} out")
    if values.events:
        raise UsageError("--events is for a pipeline, and these are documents: leave it out")
    if isinstance(target, Files):
        return from_yaml(target.words, values.alpha)
    return Inputs(checked(sources_of(target), values.alpha), LocalRun(), found.source)


def _compiled(target: Pipeline | Manifest, values: Values, *, local: bool = False) -> Compilation:
    from flowdsl.compiler import CompileOptions
    from flowdsl.library.compiling import compile_target

    options = CompileOptions(
        namespace=values.namespace or None, params=values.params, alpha=values.alpha, events=values.events
    )
    return compile_target(target, options, values.profile, local=local)


def from_yaml(words: Sequence[str], alpha: frozenset[str] = frozenset()) -> Inputs:
    """Read and check YAML files; `alpha` are features of Tekton to allow.

    Raises FlowError with what Tekton's admission would refuse, UsageError.
    """
    files, wanted = [], ""
    for word in words:
        file, name = file_and_name(word)
        files.append(file)
        wanted = name or wanted
    return Inputs(checked(files_at(map(Path, files)), alpha), LocalRun(), list(words), wanted)


def checked(sources: Iterable[Source], alpha: frozenset[str] = frozenset()) -> list[Document]:
    """The documents of YAML. Raises FlowError with what Tekton or Kubernetes would refuse."""
    from flowdsl.check import DEFAULT_GATES
    from flowdsl.linter.engine import Options, lint_sources

    found = lint_sources(list(sources), Options(DEFAULT_GATES.opened(alpha), strict=True))
    errors = [finding for document in found for finding in document.findings if finding.severity is Severity.ERROR]
    if errors:
        raise FlowError(tuple(errors))
    # A run within a TriggerTemplate is the template's: an event makes it, and nobody else.
    whole = [document for document in found if document.kind and not document.template]
    return [_as_stored(document) if document.checked else document.data for document in whole]


def _as_stored(document: ReadDocument) -> Document:
    """A document as a cluster holds it: of v1, its fields with the names that Go's decoder reads them as."""
    from flowdsl.check import Report
    from flowdsl.check.conversion import to_v1
    from flowdsl.check.decoding import FIELD_IN_ANOTHER_CASE, NUMBER_FOR_TEXT
    from flowdsl.kinds import model_for
    from flowdsl.kinds.decode import as_read

    data = to_v1(document.data, Report())
    if not any(finding.code in (NUMBER_FOR_TEXT.code, FIELD_IN_ANOTHER_CASE.code) for finding in document.findings):
        return dict(data)
    return as_read(model_for(str(data.get("kind")), str(data.get("apiVersion"))), data)


def _read_back(compiled: Compilation, what: str) -> list[Document]:
    """The documents as a cluster reads them from YAML. Raises UsageError."""
    import yaml

    from flowdsl.emit import emit_yaml

    data = emit_yaml(list(compiled.documents))
    try:
        loaded: list[object] = list(yaml.load_all(data, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise UsageError(f"{what} can't be read: {error}") from error
    return [each for each in loaded if isinstance(each, dict)]


def _check_objects(documents: Sequence[Document], place: Location) -> None:
    """Raises FlowError for a Secret or ConfigMap that a pipeline carries and no cluster would take."""
    from flowdsl.check.examine import examine
    from flowdsl.check.podnames import OBJECTS

    found = [examine(each, pitfalls=False, strict=True) for each in documents if each.get("kind") in OBJECTS]
    findings = tuple(finding.at(place) for examined in found for finding in examined.findings)
    if findings:
        raise FlowError(findings)


def _check_named(inputs: Inputs) -> None:
    """Raise UsageError for a document that no cluster takes: it has no name, or nothing to hold one."""
    where = line(", ".join(inputs.source) or "what was given")
    for document in inputs.documents:
        metadata = document.get("metadata")
        named: Mapping[str, object] = metadata if isinstance(metadata, dict) else {}
        name = named.get("name") or named.get("generateName")
        if not isinstance(name, str) or not isinstance(named.get("namespace") or "", str):
            raise UsageError(f"a {line(document.get('kind'))} in {where} has no metadata.name")
        for field in ("labels", "annotations"):
            if not isinstance(named.get(field), (dict, type(None))):
                raise UsageError(f"metadata.{field} of {line(document.get('kind'))} {line(name)} must be a mapping")
