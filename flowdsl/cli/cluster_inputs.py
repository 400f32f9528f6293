"""What `apply`, `submit` and `doctor` are given: documents, and the values of params."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import click

from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.local import LocalRun
from flowdsl.kinds.table import PIPELINE
from flowdsl.library import run_inputs
from flowdsl.library.run_inputs import Inputs

Document = dict[str, Any]


@attrs.frozen
class Given:
    """The command line's choice of what it is about."""

    files: tuple[str, ...]
    values: Mapping[str, str] = attrs.field(factory=dict)
    namespace: str = ""
    alpha: frozenset[str] = frozenset()


def documents_of(pipeline: Pipeline | None, given: Given) -> Inputs:
    """The documents, with the values set. Raises UsageError, FlowError."""
    python = [file for file in given.files if file.endswith(".py") or ".py:" in file]
    if python and len(given.files) > 1:
        raise UsageError("name one Python file, or YAML files")
    if pipeline is None and python:
        from flowdsl.library.loading import load_pipeline

        pipeline = load_pipeline(python[0])
    if pipeline is None:
        if not given.files:
            raise UsageError("name a pipeline's Python file, or Tekton YAML")
        return _named(run_inputs.from_yaml(given.files, given.values, given.alpha))
    from flowdsl.compiler import CompileOptions, compile_pipeline
    from flowdsl.emit import emit_yaml

    options = CompileOptions(namespace=given.namespace or None, params=given.values, alpha=given.alpha)
    compiled = compile_pipeline(pipeline, options)
    read = run_inputs.read_yaml(emit_yaml(list(compiled.documents)), "the compiled pipeline")
    return Inputs(read, LocalRun(), list(given.files))


def _named(inputs: Inputs) -> Inputs:
    """The inputs. Raises UsageError for a document that no cluster takes: it has no name, or nothing to hold one."""
    for document in inputs.documents:
        metadata = document.get("metadata")
        named = metadata if isinstance(metadata, dict) else {}
        name = named.get("name") or named.get("generateName")
        if not isinstance(name, str) or not isinstance(named.get("namespace") or "", str):
            raise UsageError(f"a {line(document.get('kind'))} in {line(', '.join(inputs.source))} has no metadata.name")
        for field in ("labels", "annotations"):
            if not isinstance(named.get(field), (dict, type(None))):
                raise UsageError(f"metadata.{field} of {line(document.get('kind'))} {line(name)} must be a mapping")
    return inputs


def owner_of(documents: Sequence[Mapping[str, Any]]) -> str:
    """The pipeline that what is applied belongs to; empty where there is not exactly one."""
    names = [each["metadata"]["name"] for each in documents if PIPELINE.is_of(each)]
    return str(names[0]) if len(names) == 1 else ""


def ask_missing(run: Document, documents: list[Document], *, default_values: Mapping[str, Any]) -> None:
    """Give the run the values it lacks, from a person at a terminal. Raises UsageError where there is none."""
    spec = run_inputs.pipeline_spec(run, documents)
    have = {each["name"] for each in run["spec"].get("params") or ()} | set(default_values)
    lacking = [each for each in spec.get("params") or () if "default" not in each and each["name"] not in have]
    if not lacking:
        return
    names = [each["name"] for each in lacking]
    if not sys.stdin.isatty():
        example = " ".join(f"--set {name}=..." for name in names)
        raise UsageError(f"the run has no value for {', '.join(names)}; give it: {example}, or --params-file")
    values = {}
    for each in lacking:
        about = f" ({line(each['description'])})" if each.get("description") else ""
        values[each["name"]] = click.prompt(f"{line(each['name'])}{about}", err=True)
    run_inputs.set_params(run, documents, values)
