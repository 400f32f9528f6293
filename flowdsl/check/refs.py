"""References to Tasks, Pipelines and StepActions: by name or by a resolver (validateRef in container_validation.go)."""

from __future__ import annotations

import re

from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import qualified_name_error
from flowdsl.check.params import check_given
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.tasks import PipelineRef, Ref, TaskRef

_URL_LIKE = re.compile(r"[\w-]+://*", re.ASCII)
_CONCISE = "enable-concise-resolver-syntax"


REFERENCE_LEADS_NOWHERE = Rule("FLOW231", "reference-leads-nowhere", "a reference that leads nowhere")


def check_ref(ref: TaskRef | PipelineRef | Ref, path: Path, gates: Gates, report: Report) -> None:
    """FLOW231, FLOW205, FLOW213: exactly one way to find what is referred to, and a name that can exist."""
    name = ref.name or ""
    if ref.resolver or ref.params is not None:
        _by_resolver(ref, name, path, gates, report)
    elif not name:
        report.add(REFERENCE_LEADS_NOWHERE, path, "the reference has neither a name nor a resolver", "add `name:`")
    elif _URL_LIKE.search(name):
        gates.need_flag(_CONCISE, f"the name {name!r}", (*path, "name"), report)
        hint = "say how to fetch it: `resolver: git` (or http, hub, bundles, cluster) with its params"
        report.add(REFERENCE_LEADS_NOWHERE, (*path, "name"), f"{name!r} is an address without a resolver", hint)
    else:
        why = qualified_name_error(name)
        if why:
            report.add(
                REFERENCE_LEADS_NOWHERE,
                (*path, "name"),
                f"{name!r} is no name of a Kubernetes object: {why}",
                "rename it",
            )


def _by_resolver(ref: TaskRef | PipelineRef | Ref, name: str, path: Path, gates: Gates, report: Report) -> None:
    if ref.params is not None:
        gates.need("beta", "params of a resolver", (*path, "params"), report)
        if name:
            hint = (
                "a resolver takes the name as one of its params; remove `name:`, or `params:` for a Task in the cluster"
            )
            report.add(REFERENCE_LEADS_NOWHERE, (*path, "name"), "name and params can't be used together", hint)
        if not ref.resolver:
            hint = "add `resolver:` (git, hub, bundles, http, cluster); a task's own params stand beside the reference"
            report.add(REFERENCE_LEADS_NOWHERE, path, "the reference has params but no resolver", hint)
        check_given(ref.params, (*path, "params"), report, fold=True)
    if ref.resolver:
        gates.need("beta", "a resolver", (*path, "resolver"), report)
        if name and _URL_LIKE.search(name):
            gates.need_flag(_CONCISE, f"the name {name!r}", (*path, "name"), report)
        elif name:
            hint = "a resolver takes the name as one of its params; remove `name:`"
            report.add(REFERENCE_LEADS_NOWHERE, (*path, "name"), "name and resolver can't be used together", hint)
