"""Every document through the closed models and Tekton's admission rules; findings stand at the user's Python lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from pydantic_core import PydanticSerializationError, to_json

from flowdsl.check import Gates
from flowdsl.check.examine import examine
from flowdsl.compiler.places import python_place
from flowdsl.diagnostics import Collector, Severity
from flowdsl.diagnostics.frozen import frozen
from flowdsl.ir.nodes import PipelineDef
from flowdsl.kinds import dump, is_checked
from flowdsl.passes.limits import check_size

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import Document


@frozen
class Lowering:
    """What makes one document; `in_order` where it makes it just as its model would write it, and anew each time."""

    make: Callable[[], Document]
    in_order: bool = False

    @classmethod
    def of(cls, document: Document) -> Lowering:
        """What hands on a document that is made already."""
        return cls(lambda: document)


def validate(
    lowerings: Sequence[Lowering], pipeline: PipelineDef, gates: Gates, collector: Collector
) -> list[Document]:
    """The documents as the models write them; what admission or etcd rejects is an error in the collector.

    From the last to the first: the Pipeline takes the most memory to check, and so does it before all else is held.
    """
    checked = [_checked(each.make(), each.in_order, pipeline, gates) for each in reversed(lowerings)]
    written = []
    while checked:
        document, findings = checked.pop()
        collector.extend(findings)
        if document is not None:
            written.append(document)
    return written


def _checked(
    document: Document, in_order: bool, pipeline: PipelineDef, gates: Gates
) -> tuple[Document | None, Collector]:
    """A document as its model writes it, and what is wrong with it; None where no model can be made of it."""
    collector = Collector()
    if not is_checked(document["kind"], document["apiVersion"]):
        return document, collector
    examined = examine(document, gates, pitfalls=False, strict=True)
    model, written = examined.model, None
    if model is not None:
        # Model and document hold the same: what makes a model write it is the order, and that the user's objects stay
        # the user's.
        written = document if in_order and not examined.report.mended else cast("Document", dump(model))
        what = f"{document['kind']} {(_name(document) or pipeline.name)!r}"
        try:
            check_size(what, len(to_json(written)), pipeline.location, collector)
        except PydanticSerializationError:
            hint = "a text from bytes that are no UTF-8 has such halves: decode it with errors='replace'"
            text = f"{what} holds half of a surrogate pair, which no document can"
            collector.error("FLOW113", text, pipeline.location, hint=hint)
    for found in examined.report.findings:
        if found.severity is Severity.ERROR:
            place = python_place(document, found.path, pipeline)
            collector.add(found.at(place, document["kind"]))
    return written, collector


def _name(document: Document) -> str:
    # A raw document may have anything there.
    metadata: object = document.get("metadata")
    return str(metadata.get("name", "")) if isinstance(metadata, dict) else ""
