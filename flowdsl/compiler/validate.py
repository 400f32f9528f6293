"""Every document through the closed models and Tekton's admission rules; findings stand at the user's Python lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic_core import to_json

from flowdsl.check import FLAGS, Gates, Report
from flowdsl.check.admission import check_into
from flowdsl.check.decoding import decode
from flowdsl.compiler.places import python_place
from flowdsl.diagnostics import Collector
from flowdsl.ir.nodes import PipelineDef
from flowdsl.passes.limits import check_size
from flowdsl.tekton import dump


def gates_for(alpha: frozenset[str]) -> Gates:
    """The cluster that a pipeline's alpha opt-ins ask for."""
    return Gates("alpha" if "pipelines-in-pipelines" in alpha else "beta", frozenset(alpha & set(FLAGS)))


def validate(
    documents: Iterable[dict[str, Any]], pipeline: PipelineDef, gates: Gates, collector: Collector
) -> list[dict[str, Any]]:
    """The documents as the models write them; what admission or etcd rejects is an error in the collector."""
    written = []
    for document in documents:
        if not document["apiVersion"].startswith("tekton.dev/"):
            written.append(document)
            continue
        report = Report()
        model = decode(document, report)
        if model is not None:
            check_into(model, gates, report)
            written.append(dump(model))
            size = len(to_json(written[-1]))
            what = f"{document['kind']} {document['metadata'].get('name', pipeline.name)!r}"
            check_size(what, size, pipeline.location, collector)
        for found in report.findings:
            if found.severity == "error":
                place = python_place(document, found.path, pipeline)
                where = f"{document['kind']} {found.where}"
                collector.error(found.code, found.message, place, hint=found.hint, path=where)
    return written
