"""Every document through the closed models and Tekton's admission rules; findings at the user's Python lines."""

from __future__ import annotations

import re
from typing import Any


from flowdsl.diagnostics import Collector, Diagnostic, Location
from flowdsl.ir.nodes import PipelineDef

_INDEXED = re.compile(r"spec\.(tasks|finally)\[(\d+)\]")


def validate(
    documents: list[dict[str, Any]], pipeline: PipelineDef, collector: Collector, alpha: frozenset[str]
) -> list[dict[str, Any]]:
    """The documents as the models write them (fields in Tekton's order); what the rules find goes to the collector."""
    from flowdsl.check import check_raw, gates_for
    from flowdsl.tekton import dump

    gates = gates_for(alpha)
    written = []
    for document in documents:
        if not document["apiVersion"].startswith("tekton.dev/"):
            written.append(document)
            continue
        model, findings = check_raw(document, gates)
        for finding in findings:
            place = _place(document, finding.path, pipeline)
            collector.add(
                Diagnostic(finding.code, finding.severity, finding.message, place, finding.hint,
                           f"{document['kind']} {finding.path}")
            )  # fmt: skip
        written.append(dump(model) if model is not None else document)
    return written


def _place(document: dict[str, Any], path: str, pipeline: PipelineDef) -> Location:
    """The Python line that made the field: the call for a pipeline's task, the function for a Task's own."""
    if document["kind"] == "Task":
        name = document["metadata"]["name"]
        return next((node.task.location for node in pipeline.nodes if node.task.name == name), pipeline.location)
    match = _INDEXED.match(path)
    if match:
        side = [node for node in pipeline.nodes if node.final == (match[1] == "finally")]
        if int(match[2]) < len(side):
            return side[int(match[2])].location
    return pipeline.location
