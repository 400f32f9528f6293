"""Workspaces: everything that lives on the run's own volume gets its place there, one sub-path a producer.

Also finds a task that mounts two PersistentVolumeClaims: with Tekton's default `coschedule: workspaces` the affinity
assistant refuses such a TaskRun (docs/affinityassistants.md).
"""

from __future__ import annotations

import attrs

from flowdsl.diagnostics import Collector
from flowdsl.ir.nodes import Node, PipelineDef, PipelineWorkspace, WorkspaceUse
from flowdsl.ir.volumes import PVC, VolumeClaim
from flowdsl.kube.conventions import OUTPUTS, RUN_VOLUME


def run(pipeline: PipelineDef, collector: Collector) -> PipelineDef:
    """Name the run's volume and bind it; check what each task mounts."""
    taken = {space.name for space in pipeline.workspaces}
    name = RUN_VOLUME
    while name in taken:
        name += "-run"
    files = pipeline.options.files
    # A claim outlives the run, so runs are kept apart on it; a claim template is made for each run anyway.
    prefix = "$(context.pipelineRun.uid)/" if isinstance(files, PVC) else ""
    nodes = tuple(_placed(node, name, prefix, collector) for node in pipeline.nodes)
    spaces = pipeline.workspaces
    if any(use.workspace == name for node in nodes for use in node.bindings.values()):
        description = "Files that tasks hand on, a folder for each task."
        spaces = (*spaces, PipelineWorkspace(name, files, description=description, location=pipeline.location))
    placed = attrs.evolve(pipeline, nodes=nodes, workspaces=spaces)
    _check_claims(placed, collector)
    return placed


def _placed(node: Node, volume: str, prefix: str, collector: Collector) -> Node:
    bindings = {name: _on_volume(use, volume, prefix) for name, use in node.bindings.items()}
    if node.pipeline is not None:
        # A pipeline in a pipeline has no volume of its own: it gets a folder on the outer one.
        for space in node.pipeline.workspaces:
            bindings.setdefault(space.name, WorkspaceUse(volume, prefix + node.name, node.name))
    elif node.task.makes_files:
        if any(space.name == OUTPUTS for space in node.task.workspaces) or node.task.param(OUTPUTS):
            collector.error(
                "FLOW012",
                f"task {node.task.name!r} has File results and a parameter named {OUTPUTS!r}",
                node.task.location,
                hint="rename the parameter: flowdsl uses that workspace for the files",
            )
        bindings[OUTPUTS] = WorkspaceUse(volume, prefix + node.name, node.name)
    return attrs.evolve(node, bindings=bindings) if bindings else node


def _on_volume(use: WorkspaceUse, volume: str, prefix: str) -> WorkspaceUse:
    """A use of the run's own volume, by its name; the whole of what the run has there without a sub-path."""
    if use.workspace:
        return use
    return attrs.evolve(use, workspace=volume, sub_path=(prefix + use.sub_path).rstrip("/"))


def _check_claims(pipeline: PipelineDef, collector: Collector) -> None:
    sources = {space.name: space.source for space in pipeline.workspaces}
    for node in pipeline.nodes:
        claims: dict[str, str] = {}
        for use in node.bindings.values():
            source = sources.get(use.workspace)
            if isinstance(source, PVC):
                claims.setdefault(source.name, use.workspace)
            elif isinstance(source, VolumeClaim):
                claims.setdefault(f"\0{use.workspace}", use.workspace)
        if len(claims) > 1:
            collector.error(
                "FLOW102",
                f"task {node.name!r} mounts {len(claims)} volume claims (workspaces "
                f"{', '.join(claims.values())}); Tekton's affinity assistant allows one",
                node.location,
                hint='put them on one claim: `files=PVC("data", sub_path="runs")` and `PVC("data", sub_path="assets")`',
            )
