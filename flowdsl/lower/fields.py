"""What all lowering builds documents with: which fields are written, whose of two is taken, and metadata.

Documents are plain data of the shapes in `flowdsl.kinds.shapes`, which type checkers alone know: a field that no
document has, or one of the wrong type, is red where it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NoReturn, TypeVar, cast

from flowdsl.ir.options import PipelineOptions, TaskOptions
from flowdsl.ir.types import Data
from flowdsl.kube.conventions import ALPHA, CACHE, QUEUE

if TYPE_CHECKING:
    from flowdsl.ir.nodes import Text
    from flowdsl.kinds.shapes import ObjectMeta, ParamValue

    ABSENT: NoReturn
else:
    ABSENT = None
"""Stands for a field that `filled` leaves out. Checkers take it for any type, since no document ever has it."""

T = TypeVar("T", bound=Mapping[str, object])
_NUMBERS = frozenset({int, float, bool})


def filled(fields: T) -> T:
    """The fields that say something: empty text, lists and mappings are left out."""
    # No `cast`: seven calls a document.
    return {name: value for name, value in fields.items() if value or type(value) in _NUMBERS}  # type: ignore[return-value]


def with_extra(fields: T, extra: Mapping[str, Data]) -> T:
    """The fields that say something, and the user's as they are: they stand for ours, None for no such field."""
    if not extra:
        return filled(fields)
    ours = {name: value for name, value in fields.items() if name not in extra}
    own = {name: value for name, value in extra.items() if value is not None}
    return cast("T", {**filled(ours), **own})


def overlaid(fields: T, own: Mapping[str, Data]) -> T:
    """The fields, the user's in the place of ours, that say something."""
    return filled(cast("T", {**fields, **own}) if own else fields)


def plain(value: Text) -> ParamValue:
    """A value as JSON data."""
    if isinstance(value, str):
        return value
    return dict(value) if isinstance(value, Mapping) else list(value)


def with_opt_ins(metadata: ObjectMeta, alpha: Iterable[str]) -> ObjectMeta:
    """Metadata that says which alpha features the object was written for, where it uses any."""
    names = ",".join(sorted(alpha))
    return {**metadata, "annotations": {ALPHA: names}} if names else metadata


def object_meta(name: str, given: ObjectMeta, options: TaskOptions | PipelineOptions) -> ObjectMeta:
    """An object's metadata: its name, what holds for all objects, its own. Verbatim ones get no label of flowdsl's."""
    ours: ObjectMeta = {} if options.verbatim else given
    meta: ObjectMeta = {
        "name": name,
        "namespace": given.get("namespace", ""),
        "annotations": {**ours.get("annotations", {}), **annotations_of(options)},
        "labels": {**ours.get("labels", {}), **options.labels, **queue_label(options)},
    }
    return overlaid(meta, options.metadata)


def queue_label(options: TaskOptions | PipelineOptions) -> dict[str, str]:
    """Kueue's label. Tekton hands it on to pods, where Kueue looks for it: from a run, and from a Pipeline to its runs.

    On the Pipeline it holds for runs that others start (docs/labels.md, "Label propagation").
    """
    return {QUEUE: options.queue} if isinstance(options, PipelineOptions) and options.queue else {}


def annotations_of(options: TaskOptions | PipelineOptions) -> dict[str, str]:
    """The annotations of an object; TaskRuns inherit a Task's, and local runs look there for `cache`."""
    cache = {CACHE: "true"} if isinstance(options, TaskOptions) and options.cache else {}
    return {**options.annotations, **cache}
