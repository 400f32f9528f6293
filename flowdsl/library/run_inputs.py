"""What is run: the documents, which PipelineRun of them, and the values of its params."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.ir.local import LocalRun
from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import PIPELINE, PIPELINE_RUN
from flowdsl.library.documents import Document
from flowdsl.library.values import typed

if TYPE_CHECKING:
    from flowdsl.frontend.pipeline import Pipeline
    from flowdsl.ir.nodes import PipelineDef
    from flowdsl.kinds.shapes import ParamSpec, PipelineRun, PipelineSpec
    from flowdsl.kinds.shapes import Pipeline as PipelineDocument
    from flowdsl.kubeclient.client import Target


@attrs.define
class Inputs:
    """What is to run: documents, the stand-ins of this machine, and where they came from, to find them again.

    `namespace` is the one that a profile says they are for.
    """

    documents: list[Document]
    local: LocalRun
    source: list[str]
    wanted: str = ""
    notices: list[str] = attrs.field(factory=list)
    # Python files beside which the locks of packages lie, where those are not the files that were named.
    locked_by: list[str] = attrs.field(factory=list)
    namespace: str = ""
    # The pipeline that they were compiled from, with what it was traced to; None where they are documents.
    traced: tuple[Pipeline, PipelineDef] | None = None

    def at(self, target: Target) -> Target:
        """Where on a cluster they are for: what was asked for, else the namespace of their profile, or their own.

        Raises UsageError where a document says another namespace than was asked for, as kubectl does.
        """
        own = {space: each for each in self.documents if (space := _space(each))}
        if target.namespace and (others := [space for space in own if space != target.namespace]):
            named = own[others[0]]
            raise UsageError(
                f"{named.get('kind')} {_name(named)} is of namespace {others[0]!r}, and -n says {target.namespace!r}: "
                f"name the same one (-n {others[0]}), or take the namespace out of the document"
            )
        theirs = next(iter(own)) if len(own) == 1 else ""
        return attrs.evolve(target, namespace=target.namespace or self.namespace or theirs)


def choose_run(inputs: Inputs) -> PipelineRun:
    """The PipelineRun to run; one is made for a Pipeline that has none. Raises UsageError."""
    runs = _of_kind(inputs.documents, PIPELINE_RUN)
    if inputs.wanted:
        return _as_run(_named_run(runs, inputs.wanted))
    if len(runs) == 1:
        return _as_run(runs[0])
    if runs:
        names = ", ".join(_name(each) for each in runs)
        raise UsageError(f"there are {len(runs)} PipelineRuns: {names}; name one as FILE:NAME")
    pipelines = _of_kind(inputs.documents, PIPELINE)
    if len(pipelines) != 1:
        what = f"{len(pipelines)} Pipelines and no PipelineRun" if pipelines else "neither a PipelineRun nor a Pipeline"
        where = ", ".join(inputs.source) or "what was given"
        raise UsageError(f"{where} has {what}: there is nothing to run")
    run = _made(pipelines[0])
    inputs.documents.append(run)
    inputs.notices.append(f"there is no PipelineRun; one is made for Pipeline {_name(pipelines[0])}, its volumes empty")
    return _as_run(run)


def pipeline_spec(run: PipelineRun, documents: Sequence[Mapping[str, object]]) -> PipelineSpec:
    """The spec of the run's Pipeline; empty where it is not among the documents."""
    spec = run.get("spec") or {}
    if spec.get("pipelineSpec"):
        return spec["pipelineSpec"]
    name = (spec.get("pipelineRef") or {}).get("name")
    named = (each for each in _of_kind(documents, PIPELINE) if _name(each) == name)
    found = next(named, {})
    return cast("PipelineDocument", found).get("spec") or {}


def set_params(run: PipelineRun, documents: Sequence[Mapping[str, object]], values: Mapping[str, str]) -> None:
    """Give params of the run values that are text, read by the param's type. Raises UsageError."""
    declared = {spec["name"]: spec for spec in pipeline_spec(run, documents).get("params") or ()}
    params = {param["name"]: param for param in (run.get("spec") or {}).get("params") or ()}
    for name, text in values.items():
        if name not in declared:
            hint = did_you_mean(name, declared, f"it has: {', '.join(declared) or 'none'}")
            raise UsageError(f"the pipeline has no param {name!r}; {hint}")
        params[name] = {"name": name, "value": typed(declared[name], text)}
    if params:
        run.setdefault("spec", {})["params"] = list(params.values())


def lacking(run: PipelineRun, documents: Sequence[Mapping[str, object]], given: Iterable[str] = ()) -> list[ParamSpec]:
    """The params of the run's pipeline that have neither a default nor a value; `given` are those that will get one."""
    have = {param["name"] for param in (run.get("spec") or {}).get("params") or ()} | set(given)
    specs = pipeline_spec(run, documents).get("params") or ()
    return [spec for spec in specs if spec.get("default") is None and spec["name"] not in have]


def _of_kind(documents: Iterable[Mapping[str, object]], kind: Kind) -> list[Document]:
    return [cast("Document", each) for each in documents if kind.is_of(each)]


def _as_run(document: Document) -> PipelineRun:
    """The same object, its fields named."""
    return cast("PipelineRun", document)


def _named_run(runs: Sequence[Document], wanted: str) -> Document:
    """The run of a name, or of a generateName, with its hyphen or without. Raises UsageError."""
    for found in (wanted, wanted.rstrip("-")):
        named = [each for each in runs if _name(each) == found]
        if len(named) > 1 and not all((_as_run(each).get("metadata") or {}).get("name") for each in named):
            raise UsageError(f"there are {len(named)} PipelineRuns {wanted!r}; give them names of their own")
        if named:
            return named[-1]
    names = ", ".join(dict.fromkeys(map(_name, runs)))
    raise UsageError(f"there is no PipelineRun {wanted!r}; there is {names or 'none'}")


def _made(pipeline: Document) -> Document:
    name = _name(pipeline)
    declared = (cast("PipelineDocument", pipeline).get("spec") or {}).get("workspaces") or ()
    spaces = [each for each in declared if not each.get("optional")]
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


def _space(document: Document) -> str:
    return str((_as_run(document).get("metadata") or {}).get("namespace") or "")


def _name(document: Document) -> str:
    metadata = _as_run(document).get("metadata") or {}
    return str(metadata.get("name") or str(metadata.get("generateName", "")).rstrip("-"))
