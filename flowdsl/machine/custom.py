"""Custom tasks: pipeline tasks of another API than Tekton's, which Tekton hands to their controller as CustomRuns.

https://tekton.dev/docs/pipelines/pipelines/#using-custom-tasks
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flowdsl.kinds.table import TEKTON, in_group

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

CUSTOM_RUN_PARAM = "custom_run"
"""The param by which a stand-in is told what its CustomRun refers to or embeds, as JSON; only if it declares it."""


def custom_of(task: shapes.PipelineTask) -> shapes.TaskRef | shapes.EmbeddedTask | None:
    """The reference, or the embedded spec, of a custom task; None for a task of Tekton's own."""
    what = task.get("taskRef") or task.get("taskSpec")
    if not what:
        return None
    version = what.get("apiVersion", "")
    return what if version and not in_group(version, TEKTON) else None


def custom_name(what: shapes.TaskRef | shapes.EmbeddedTask) -> str:
    """By what its stand-in is registered: `example.dev/v1/Wait`."""
    return f"{what.get('apiVersion', '')}/{what.get('kind', '')}"


def told_params(what: shapes.TaskRef | shapes.EmbeddedTask, spec: shapes.TaskSpec) -> list[shapes.Param]:
    """The param CUSTOM_RUN_PARAM for a stand-in that declares it: apiVersion, kind, and name or spec."""
    if all(each["name"] != CUSTOM_RUN_PARAM for each in spec.get("params") or ()):
        return []
    told = {key: value for key, value in what.items() if key in ("apiVersion", "kind", "name", "spec")}
    return [{"name": CUSTOM_RUN_PARAM, "value": json.dumps(told, sort_keys=True)}]
