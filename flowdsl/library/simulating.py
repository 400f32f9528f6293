"""`flowdsl.simulate`: what every run of a pipeline can come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flowdsl.diagnostics import Location, UsageError
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.kinds.table import PIPELINE, PIPELINE_RUN
from flowdsl.kube.said_conditions import said_conditions
from flowdsl.library.documents import Documents, files_at, name_of, sources_of
from flowdsl.library.inputs import Files, checked
from flowdsl.library.inputs import load as load_given
from flowdsl.worlds.joint import joints_of
from flowdsl.worlds.model import model_of
from flowdsl.worlds.simulation import Simulation

if TYPE_CHECKING:
    from flowdsl.compiler import Compilation
    from flowdsl.kinds import shapes
    from flowdsl.yamlread.sources import Source

Places = dict[str, dict[str, Location]]
"""Where the tasks and results of each pipeline stand, and by the empty name the pipeline."""


def simulate(what: Documents, *, pipeline: str = "") -> Simulation:
    """Every run that a pipeline can have: what can never run, what can be missing, and questions for tests.

    `what` is a pipeline, a manifest, a `Compilation`, the `Path` of a pipeline's Python file or of YAML, YAML as text,
    or documents; of several pipelines `pipeline` names one. Nothing runs: tasks are taken to succeed or fail, guards to
    hold or not, lists to be empty or not, in every way that goes together.

    Raises FlowError for a pipeline that does not compile or YAML that Tekton would refuse, UsageError for a path or
    name that is not there.
    """
    found = simulations(Files((str(what),)) if isinstance(what, Path) else what)
    return _named(found, pipeline) if pipeline or len(found) != 1 else found[0]


def simulations(what: Documents | Files, *, alpha: frozenset[str] = frozenset(), profile: str = "") -> list[Simulation]:
    """A simulation of each Pipeline. Raises FlowError, UsageError."""
    from flowdsl.compiler import Compilation, CompileOptions

    if isinstance(what, Files) and not what.python:
        return [each for word in what.words for each in _of_word(word, alpha)]
    target = load_given(what).target if isinstance(what, (Files, Path)) else what
    if isinstance(target, (Pipeline, Manifest)):
        from flowdsl.library.compiling import compile_target

        target = compile_target(target, CompileOptions(alpha=alpha, unlocked=True), profile)
    if isinstance(target, Compilation):
        return _of_documents(target.documents, _traced(target))
    assert not isinstance(target, Files), "files of YAML have gone another way"
    sources = sources_of(target)
    return _of_documents(checked(sources, alpha), _read(sources))


def _of_word(word: str, alpha: frozenset[str]) -> list[Simulation]:
    """The Pipelines of a YAML file or folder; of `FILE:NAME` the one of that name."""
    file, _, name = word.rpartition(":") if not Path(word).exists() and ":" in word else (word, "", "")
    sources = files_at([Path(file)])
    found = _of_documents(checked(sources, alpha), _read(sources))
    return [_named(found, name)] if name else found


def _named(found: Sequence[Simulation], name: str) -> Simulation:
    chosen = [each for each in found if each.pipeline == name]
    if len(chosen) == 1:
        return chosen[0]
    names = ", ".join(each.pipeline for each in found) or "none"
    if not name:
        raise UsageError(f"there are {len(found)} pipelines ({names}); name one: simulate(…, pipeline=NAME)")
    raise UsageError(f"there is no pipeline {name!r}; there is {names}")


def _of_documents(documents: Iterable[Mapping[str, object]], places: Places) -> list[Simulation]:
    """A simulation of each Pipeline, with the values and timeouts of its run where it has one run alone."""
    found = list(documents)
    runs = [_run_spec(each) for each in found if PIPELINE_RUN.is_of(each)]
    made = []
    for document in found:
        name = name_of(document)
        if PIPELINE.is_of(document):
            own = [each for each in runs if (each.get("pipelineRef") or {}).get("name") == name]
            spec = cast("shapes.Pipeline", document).get("spec") or {}
            made.append(_simulation(name, document, spec, own[0] if len(own) == 1 else {}, places, found))
        elif PIPELINE_RUN.is_of(document) and _run_spec(document).get("pipelineSpec"):
            run = _run_spec(document)
            name = name or str((cast("shapes.PipelineRun", document)["metadata"]).get("generateName", "")).rstrip("-")
            made.append(_simulation(name, document, run["pipelineSpec"], run, places, found))
    if not made:
        raise UsageError("there is no Pipeline to simulate")
    return made


def _simulation(
    name: str,
    document: Mapping[str, object],
    spec: shapes.PipelineSpec,
    run: shapes.PipelineRunSpec,
    places: Places,
    documents: Iterable[Mapping[str, object]],
) -> Simulation:
    metadata = document.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    try:
        model = model_of(name, spec, run, said_conditions(annotations), joints_of(spec, documents))
    except ValueError as error:
        raise UsageError(f"pipeline {name}: {error}") from None
    return Simulation(model, places.get(name))


def _run_spec(document: Mapping[str, object]) -> shapes.PipelineRunSpec:
    return cast("shapes.PipelineRun", document).get("spec") or {}


def _traced(compilation: Compilation) -> Places:
    """The lines of Python."""
    definition = compilation.pipeline
    places = {"": definition.location, **{node.name: node.location for node in definition.nodes}}
    return {definition.name: places}


def _read(sources: Sequence[Source]) -> Places:
    """The lines of YAML."""
    from flowdsl.yamlread.documents import documents

    found: Places = {}
    for document in (each for source in sources for each in documents(source)):
        spec = document.root.child("spec") if document.root else None
        inner = spec.child("pipelineSpec") if spec else None
        spec = inner or spec
        for field in ("tasks", "finally", "results"):
            items = spec.child(field) if spec else None
            for item in (items.items or ()) if items else ():
                name = item.child("name")
                if name is not None:
                    place = Location(document.file, name.line, name.column)
                    found.setdefault(document.name, {}).setdefault(str(name.value), place)
    return found
