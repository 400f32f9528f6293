"""What `run` is given: a pipeline's file or Tekton YAML, to the documents that are run."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from flowdsl.diagnostics import FlowError, Location, Severity, UsageError
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.local import LocalRun
from flowdsl.kinds.table import PIPELINE, PIPELINE_RUN
from flowdsl.library.values import typed

if TYPE_CHECKING:
    from flowdsl.yamlread.documents import Document as ReadDocument

Document = dict[str, Any]


@attrs.define
class Inputs:
    """What is to run: documents, the stand-ins of this machine, and where they came from, to find them again."""

    documents: list[Document]
    local: LocalRun
    source: list[str]
    wanted: str = ""
    notices: list[str] = attrs.field(factory=list)


def from_pipeline(pipeline: Pipeline, values: Mapping[str, str], source: list[str], **options: Any) -> Inputs:
    """Compile a pipeline, and read its YAML back as a cluster would. Raises FlowError, UsageError."""
    from flowdsl.compiler import CompileOptions, compile_pipeline
    from flowdsl.emit import emit_yaml

    local = local_of(pipeline)
    known = [param.name for param in pipeline.params]
    for name in local.params:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"it has: {', '.join(known) or 'none'}"
            raise UsageError(f"{pipeline.location}: LocalRun gives a value for {name!r}, which is no param; {hint}")
    chosen = {**local.params, **values}
    compiled = compile_pipeline(pipeline, CompileOptions(params=chosen, **options))
    documents = read_yaml(emit_yaml(list(compiled.documents)), "the compiled pipeline")
    _check_objects(documents, pipeline.location)
    return Inputs(documents, local, source)


def from_manifest(manifest: Manifest, values: Mapping[str, str], source: list[str], **options: Any) -> Inputs:
    """Compile a manifest; its one PipelineRun is run. Raises FlowError, UsageError."""
    from flowdsl.compiler import CompileOptions
    from flowdsl.compiler.manifest import compile_manifest
    from flowdsl.emit import emit_yaml

    compiled = compile_manifest(manifest, CompileOptions(**options))
    documents = read_yaml(emit_yaml(list(compiled.documents)), "the compiled manifest")
    _check_objects(documents, manifest.location)
    inputs = Inputs(documents, LocalRun(), source)
    set_params(choose_run(inputs), documents, values)
    return inputs


def local_of(pipeline: Pipeline) -> LocalRun:
    """The pipeline's LocalRun, from the function that gives it where there is one. Raises UsageError."""
    given = pipeline.options.local
    if callable(given):
        try:
            given = given()
        except UsageError:
            # It says by itself what is wrong.
            raise
        except Exception as error:  # the user's own function may raise anything
            place = pipeline.location
            raise UsageError(
                f"{place}: local= of pipeline {pipeline.name!r} raised {type(error).__name__}: {error}"
            ) from error
    if given is None:
        return LocalRun()
    if not isinstance(given, LocalRun):
        raise UsageError(f"{pipeline.location}: local= of pipeline {pipeline.name!r} gave {given!r}, not a LocalRun")
    for field in ("secrets", "config_maps"):
        for name, data in getattr(given, field).items():
            # What is wrong is named, never shown.
            if not isinstance(data, Mapping) or not all(isinstance(each, str) for each in data.values()):
                raise UsageError(
                    f"{pipeline.location}: LocalRun({field}=...): {name!r} is a mapping of keys to text, "
                    'such as {"key": "value"}'
                )
    return given


def _check_objects(documents: Sequence[Document], place: Location) -> None:
    """Raises FlowError for a Secret or ConfigMap that a pipeline carries and no cluster would take."""
    from flowdsl.check.examine import examine
    from flowdsl.check.podnames import OBJECTS

    found = [examine(each, pitfalls=False, strict=True) for each in documents if each.get("kind") in OBJECTS]
    findings = tuple(finding.at(place) for examined in found for finding in examined.findings)
    if findings:
        raise FlowError(findings)


def from_yaml(paths: Sequence[str], values: Mapping[str, str], alpha: frozenset[str] = frozenset()) -> Inputs:
    """Read and check YAML files; `alpha` are features of Tekton to allow.

    Raises FlowError with what Tekton's admission would refuse, UsageError.
    """
    files, wanted = [], ""
    for path in paths:
        file, _, name = path.rpartition(":") if not Path(path).exists() and ":" in path else (path, "", "")
        files.append(file)
        wanted = name or wanted
    documents = checked(files, alpha)
    inputs = Inputs(documents, LocalRun(), list(paths), wanted)
    run = choose_run(inputs)
    set_params(run, documents, values)
    return inputs


def checked(files: Sequence[str], alpha: frozenset[str] = frozenset()) -> list[Document]:
    """The documents of YAML files. Raises FlowError with what Tekton or Kubernetes would refuse, UsageError."""
    from flowdsl.compiler.validate import gates_for
    from flowdsl.linter.engine import Options, lint_sources
    from flowdsl.yamlread.sources import load_all

    try:
        sources = list(load_all(map(Path, files)))
    except FileNotFoundError as error:
        raise UsageError(str(error)) from error
    found = lint_sources(sources, Options(gates_for(alpha), strict=True))
    errors = [finding for document in found for finding in document.findings if finding.severity is Severity.ERROR]
    if errors:
        raise FlowError(tuple(errors))
    return [_as_stored(document) if document.checked else document.data for document in found if document.kind]


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


def read_yaml(data: bytes, what: str) -> list[Document]:
    """The documents of YAML. Raises UsageError."""
    import yaml

    try:
        loaded = list(yaml.load_all(data, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise UsageError(f"{what} can't be read: {error}") from error
    return [each for each in loaded if isinstance(each, dict)]


def choose_run(inputs: Inputs) -> Document:
    """The PipelineRun to run; one is made for a Pipeline that has none. Raises UsageError."""
    runs = [each for each in inputs.documents if PIPELINE_RUN.is_of(each)]
    if inputs.wanted:
        return _named_run(runs, inputs.wanted)
    if len(runs) == 1:
        return runs[0]
    if runs:
        names = ", ".join(_name(each) for each in runs)
        raise UsageError(f"there are {len(runs)} PipelineRuns: {names}; name one as FILE:NAME")
    pipelines = [each for each in inputs.documents if PIPELINE.is_of(each)]
    if len(pipelines) != 1:
        what = f"{len(pipelines)} Pipelines and no PipelineRun" if pipelines else "neither a PipelineRun nor a Pipeline"
        raise UsageError(f"{', '.join(inputs.source)} has {what}: there is nothing to run")
    run = _made(pipelines[0])
    inputs.documents.append(run)
    inputs.notices.append(f"there is no PipelineRun; one is made for Pipeline {_name(pipelines[0])}, its volumes empty")
    return run


def _named_run(runs: Sequence[Document], wanted: str) -> Document:
    """The run of a name, or of a generateName, with its hyphen or without. Raises UsageError."""
    for found in (wanted, wanted.rstrip("-")):
        named = [each for each in runs if _name(each) == found]
        if len(named) > 1 and not all((each.get("metadata") or {}).get("name") for each in named):
            raise UsageError(f"there are {len(named)} PipelineRuns {wanted!r}; give them names of their own")
        if named:
            return named[-1]
    names = ", ".join(dict.fromkeys(map(_name, runs)))
    raise UsageError(f"there is no PipelineRun {wanted!r}; there is {names or 'none'}")


def _made(pipeline: Document) -> Document:
    name = _name(pipeline)
    spaces = [each for each in (pipeline.get("spec") or {}).get("workspaces") or () if not each.get("optional")]
    claim = {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
    return {
        **PIPELINE_RUN.header,
        "metadata": {"generateName": f"{name}-"},
        "spec": {
            "pipelineRef": {"name": name},
            # One volume a workspace, shared by the tasks: an emptyDir would be each task's own.
            "workspaces": [{"name": each["name"], "volumeClaimTemplate": claim} for each in spaces],
        },
    }


def _name(document: Mapping[str, Any]) -> str:
    metadata = document.get("metadata") or {}
    return str(metadata.get("name") or str(metadata.get("generateName", "")).rstrip("-"))


def pipeline_spec(run: Mapping[str, Any], documents: Sequence[Document]) -> Mapping[str, Any]:
    """The spec of the run's Pipeline; empty where it is not among the documents."""
    spec = run.get("spec") or {}
    if spec.get("pipelineSpec"):
        found: Mapping[str, Any] = spec["pipelineSpec"]
        return found
    name = (spec.get("pipelineRef") or {}).get("name")
    return next((each.get("spec") or {} for each in documents if PIPELINE.is_of(each) and _name(each) == name), {})


def set_params(run: Document, documents: Sequence[Document], values: Mapping[str, str]) -> None:
    """Give params of the run values that are text, read by the param's type. Raises UsageError."""
    declared = {spec["name"]: spec for spec in pipeline_spec(run, documents).get("params") or ()}
    params = {param["name"]: param for param in (run.get("spec") or {}).get("params") or ()}
    for name, text in values.items():
        if name not in declared:
            close = difflib.get_close_matches(name, declared, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"it has: {', '.join(declared) or 'none'}"
            raise UsageError(f"the pipeline has no param {name!r}; {hint}")
        params[name] = {"name": name, "value": typed(declared[name], text)}
    if params:
        run.setdefault("spec", {})["params"] = list(params.values())
