"""Closed models of Tekton's v1 API: Task, TaskRun, Pipeline, PipelineRun, and v1beta1 StepAction.

The models load on first use, so that importing this package costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowdsl.tekton.base import Model

KINDS = ("Task", "TaskRun", "Pipeline", "PipelineRun", "StepAction")


class UnknownKind(ValueError):  # noqa: N818 - it names what was found
    """The document is none of the kinds that have a model."""


@cache
def model_for(kind: str, api_version: str) -> type[Model]:
    """The model of a kind. Raises UnknownKind for a kind or version without one."""
    wanted = "tekton.dev/v1beta1" if kind == "StepAction" else "tekton.dev/v1"
    if kind not in KINDS or api_version != wanted:
        raise UnknownKind(f"{api_version} {kind}")
    home = {"Task": "tasks", "StepAction": "tasks", "Pipeline": "pipelines"}.get(kind, "runs")
    found: type[Model] = getattr(import_module(f"flowdsl.tekton.{home}"), kind)
    return found


def parse(document: Mapping[str, Any]) -> Model:
    """The model of a document. Raises UnknownKind, or a ValidationError for what Tekton would not decode."""
    model = model_for(str(document.get("kind")), str(document.get("apiVersion")))
    from flowdsl.tekton.decode import validate

    return validate(model, document)


def dump(model: Model) -> dict[str, Any]:
    """The document of a model: the fields that were set, in the order of the API's documents."""
    from flowdsl.tekton.schema import serializer

    written: dict[str, Any] = serializer(type(model)).to_python(model, by_alias=True, exclude_unset=True)
    return written
