"""What Pipelines-as-Code reads of `.tekton/` (ReadTektonTypes, pkg/resolve/resolve.go of v0.43.0)."""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.kinds import labels
from flowdsl.kinds.table import PIPELINE, PIPELINE_RUN, TASK, TEKTON

_READ = tuple(kind.name for kind in (TASK, PIPELINE, PIPELINE_RUN))


def is_read(document: Mapping[str, object]) -> bool:
    """Whether Pipelines-as-Code reads a document of `.tekton/`; it takes no notice of others, and creates none."""
    return document.get("kind") in _READ and str(document.get("apiVersion")).startswith(f"{TEKTON}/")


def is_start(document: Mapping[str, object]) -> bool:
    """Whether a document is a run that Pipelines-as-Code starts."""
    return PIPELINE_RUN.is_of(document) and not {labels.AS_CODE_CEL, labels.AS_CODE_EVENT}.isdisjoint(
        notes_of(document)
    )


def notes_of(document: Mapping[str, object]) -> dict[str, str]:
    """The annotations of a document of whatever shape."""
    metadata = document.get("metadata")
    found = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, Mapping) else {}
