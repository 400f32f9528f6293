"""Every document through the closed models; what they refuse is reported at the user's Python lines."""

from __future__ import annotations

import re
from typing import Any

from flowdsl.diagnostics import Collector, Location
from flowdsl.ir.nodes import PipelineDef

_INDEXED = re.compile(r"spec\.(tasks|finally)\[(\d+)\]")


def validate(documents: list[dict[str, Any]], pipeline: PipelineDef, collector: Collector) -> list[dict[str, Any]]:
    """The documents as the models write them, in the order of Tekton's documents; FLOW200 for what they refuse."""
    from pydantic import ValidationError

    from flowdsl.tekton import dump, parse
    from flowdsl.tekton.decode import decode_errors

    written = []
    for document in documents:
        if not document["apiVersion"].startswith("tekton.dev/"):
            written.append(document)
            continue
        try:
            written.append(dump(parse(document)))
        except ValidationError as error:
            for found in decode_errors(error):
                hint = f"did you mean {found.suggestion!r}?" if found.suggestion else "see the field in Tekton's API"
                collector.error(
                    "FLOW200",
                    found.message,
                    _place(document, found.path, pipeline),
                    hint=hint,
                    path=f"{document['kind']} {found.path}",
                )
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
