"""Workspaces: a pipeline's declarations, their use by tasks, and what a run binds to them."""

from __future__ import annotations

from flowdsl.check.findings import Path, Report
from flowdsl.check.names import NAME_TWICE
from flowdsl.check.usage import name_hint
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.params import PipelineWorkspaceDeclaration, WorkspaceBinding
from flowdsl.kinds.pipelines import PipelineTask

_SOURCES = ("volumeClaimTemplate", "persistentVolumeClaim", "emptyDir", "configMap", "secret", "projected", "csi")


UNDECLARED_WORKSPACE = Rule("FLOW240", "undeclared-workspace", "a workspace that is not declared")


def check_declared_workspaces(
    workspaces: list[PipelineWorkspaceDeclaration] | None, path: Path, report: Report
) -> None:
    """FLOW213, FLOW240: a pipeline's workspaces have names, each its own."""
    seen: set[str] = set()
    for index, workspace in enumerate(workspaces or ()):
        name = workspace.name or ""
        if not name:
            report.add(UNDECLARED_WORKSPACE, (*path, index), "the workspace has no name", "add `name:`")
        if name in seen:
            report.add(NAME_TWICE, (*path, index, "name"), f"the workspace {name!r} is there twice", "rename one")
        seen.add(name)


def check_used_workspaces(
    tasks: list[PipelineTask], path: Path, declared: list[PipelineWorkspaceDeclaration] | None, report: Report
) -> None:
    """FLOW213, FLOW240: what tasks bind is declared by the pipeline (PipelineTask.validateWorkspaces)."""
    names = {workspace.name or "" for workspace in declared or ()}
    for index, task in enumerate(tasks):
        seen: set[str] = set()
        for number, binding in enumerate(task.workspaces or ()):
            at = (*path, index, "workspaces", number)
            name = binding.name or ""
            if name in seen:
                report.add(NAME_TWICE, (*at, "name"), f"the workspace {name!r} is bound twice", "remove one")
            seen.add(name)
            source = binding.workspace or name
            if source not in names:
                field = "workspace" if binding.workspace else "name"
                hint = name_hint(source, names, "workspaces")
                report.add(UNDECLARED_WORKSPACE, (*at, field), f"the pipeline has no workspace {source!r}", hint)


WORKSPACE_VOLUME = Rule("FLOW241", "workspace-volume", "a volume for a workspace")


def check_binding(binding: WorkspaceBinding, path: Path, report: Report) -> None:
    """FLOW241: a run binds one volume to a workspace, and names it (WorkspaceBinding.Validate)."""
    sources = [field for field in _SOURCES if getattr(binding, field) is not None]
    name = binding.name or ""
    if len(sources) > 1:
        report.add(WORKSPACE_VOLUME, path, f"the workspace {name!r} has {' and '.join(sources)}", "keep one of them")
        return
    if not sources:
        hint = "add persistentVolumeClaim, volumeClaimTemplate, emptyDir, configMap, secret, projected or csi"
        report.add(WORKSPACE_VOLUME, path, f"the workspace {name!r} is bound to no volume", hint)
        return
    missing = {
        "persistentVolumeClaim": (
            "claimName",
            binding.persistentVolumeClaim and binding.persistentVolumeClaim.claimName,
        ),
        "configMap": ("name", binding.configMap and binding.configMap.name),
        "secret": ("secretName", binding.secret and binding.secret.secretName),
        "projected": ("sources", binding.projected and binding.projected.sources),
        "csi": ("driver", binding.csi and binding.csi.driver),
    }.get(sources[0], ("", True))
    if not missing[1]:
        report.add(WORKSPACE_VOLUME, (*path, sources[0]), f"{sources[0]} has no {missing[0]}", f"add `{missing[0]}:`")
