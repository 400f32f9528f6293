"""The documents that a run kept, to go on with: they were checked when it began, and may have come to harm since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowdsl.kinds.table import PIPELINE_RUN, TEKTON, in_group
from flowdsl.library.documents import Document

if TYPE_CHECKING:
    from flowdsl.runner.store import RunFolder

_FILE = "documents.yaml"


def kept_documents(folder: RunFolder) -> list[Document]:
    """The documents of a run. Raises DamagedError where one is not what Tekton would decode, or none is the run."""
    from flowdsl.runner.store import DamagedError

    documents = folder.documents()
    if not all(map(_can_be_read, documents)):
        raise DamagedError(folder.path, _FILE, "it holds an object that Tekton would not take")
    if not any(map(_is_run, documents)):
        raise DamagedError(folder.path, _FILE, "there is no PipelineRun with name, namespace and uid")
    return documents


def _is_run(document: Mapping[str, object]) -> bool:
    """Whether it is a PipelineRun that was begun: of several, it alone has a uid."""
    wanted = ("name", "namespace", "uid")
    metadata = document["metadata"]
    named = isinstance(metadata, Mapping) and all(isinstance(metadata.get(each), str) for each in wanted)
    return PIPELINE_RUN.is_of(document) and named


def _can_be_read(document: Mapping[str, object]) -> bool:
    from flowdsl.check.examine import examine

    if not isinstance(document.get("metadata"), dict):
        return False
    if not in_group(document.get("apiVersion"), TEKTON):
        return True
    # No admission: `--only` leaves out what others may refer to. What it would not have let through is null in a list.
    examined = examine(document, admission=False, pitfalls=False)
    return not examined.known or (examined.accepted and not _has_null(document))


def _has_null(value: object) -> bool:
    if isinstance(value, list):
        return any(one is None or _has_null(one) for one in value)
    return isinstance(value, dict) and any(map(_has_null, value.values()))
