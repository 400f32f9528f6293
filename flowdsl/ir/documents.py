"""Documents beside Tasks and Pipelines that a manifest may hold: runs, and Tekton documents as they are."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from flowdsl.diagnostics import Location
from flowdsl.ir.types import NOTHING, Data
from flowdsl.ir.volumes import Bound


@attrs.frozen(kw_only=True)
class RunOptions:
    """Everything `pipeline_run(...)` and `task_run(...)` take: docs/pipelineruns.md, docs/taskruns.md.

    `workspaces` binds names to `PVC`, `VolumeClaim`, `Secret`, `ConfigMap`, `EmptyDir` or a binding as Tekton has
    it. `embed` writes the spec into the run instead of a reference. Timeouts are Go durations; those of tasks and
    finally are a PipelineRun's. `metadata` and `extra` take further fields of the object's metadata and spec.
    """

    name: str = ""
    generate_name: str = ""
    params: Mapping[str, object] = NOTHING
    workspaces: Mapping[str, Bound] = NOTHING
    timeout: str = ""
    tasks_timeout: str = ""
    finally_timeout: str = ""
    service_account: str = ""
    pod_template: Mapping[str, Data] = NOTHING
    embed: bool = False
    labels: Mapping[str, str] = NOTHING
    annotations: Mapping[str, str] = NOTHING
    metadata: Mapping[str, Data] = NOTHING
    extra: Mapping[str, Data] = NOTHING


@attrs.frozen
class Raw:
    """A Tekton document as it is."""

    document: Mapping[str, Data]
    location: Location
