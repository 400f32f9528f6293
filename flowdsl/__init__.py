"""flowdsl: Tekton workflows as typed Python functions.

Decorate functions with `task` and `pipeline`, wire them by calling them, and compile to `tekton.dev/v1` YAML.
"""

from flowdsl.api import Pipeline, pipeline
from flowdsl.frontend.control import cel, context, on_finish, when
from flowdsl.frontend.references import bundle, cluster, git, http, hub, named, task_ref
from flowdsl.frontend.task import Task, task
from flowdsl.ir.local import LocalRun, Service
from flowdsl.ir.options import Body, Sidecar, Step, StepTemplate
from flowdsl.ir.volumes import (
    PVC,
    ConfigMap,
    Directory,
    EmptyDir,
    File,
    Secret,
    ServiceAccount,
    VolumeClaim,
    Workspace,
)

__version__ = "0.1.0"

__all__ = [
    "PVC",
    "Body",
    "ConfigMap",
    "Directory",
    "EmptyDir",
    "File",
    "LocalRun",
    "Pipeline",
    "Secret",
    "Service",
    "ServiceAccount",
    "Sidecar",
    "Step",
    "StepTemplate",
    "Task",
    "VolumeClaim",
    "Workspace",
    "bundle",
    "cel",
    "cluster",
    "context",
    "git",
    "http",
    "hub",
    "named",
    "on_finish",
    "pipeline",
    "task",
    "task_ref",
    "when",
]
