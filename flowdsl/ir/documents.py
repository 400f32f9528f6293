"""Documents beside Tasks and Pipelines that a manifest may hold: runs, and Tekton documents as they are."""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.diagnostics import Location
from flowdsl.diagnostics.frozen import frozen
from flowdsl.ir.pods import PodTemplate
from flowdsl.ir.types import NOTHING, Data
from flowdsl.ir.volumes import Bound


@frozen(kw_only=True)
class RunOptions:
    """What `pipeline_run(...)` or `task_run(...)` was given; what each option means stands there."""

    name: str = ""
    generate_name: str = ""
    params: Mapping[str, object] = NOTHING
    workspaces: Mapping[str, Bound] = NOTHING
    timeout: str = ""
    tasks_timeout: str = ""
    finally_timeout: str = ""
    service_account: str = ""
    pod_template: PodTemplate | Mapping[str, Data] = NOTHING
    embed: bool = False
    labels: Mapping[str, str] = NOTHING
    annotations: Mapping[str, str] = NOTHING
    metadata: Mapping[str, Data] = NOTHING
    extra: Mapping[str, Data] = NOTHING


@frozen
class Raw:
    """A Tekton document as it is."""

    document: Mapping[str, Data]
    location: Location
