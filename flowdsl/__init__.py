"""flowdsl: Tekton workflows as typed Python functions.

Decorate functions with `task` and `pipeline`, wire them by calling them, and compile to `tekton.dev/v1` YAML.
"""

from typing import TYPE_CHECKING

from flowdsl.api import Manifest, Pipeline, manifest, pipeline
from flowdsl.frontend.choices import either
from flowdsl.frontend.control import (
    cel,
    condition,
    elif_,
    isin,
    matches,
    max_,
    median_of,
    min_,
    not_,
    on_finish,
    otherwise,
    startswith,
    when,
)
from flowdsl.frontend.decorators import task
from flowdsl.frontend.facts import context, reason, status, workspace_of
from flowdsl.frontend.manifest import pipeline_run, raw, step_action, task_run
from flowdsl.frontend.references import bundle, cluster, git, http, hub, named, resolver, task_ref
from flowdsl.frontend.task import Task
from flowdsl.ir.declared import Param, Result
from flowdsl.ir.local import LocalRun, Service
from flowdsl.ir.options import Body, Build, Sidecar, Step, StepTemplate
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

if TYPE_CHECKING:
    from flowdsl.library.applying import apply as apply
    from flowdsl.library.comparing import diff
    from flowdsl.library.compiling import compile as compile  # noqa: A004 - `flowdsl.compile` is what it is called
    from flowdsl.library.importing import import_yaml
    from flowdsl.library.linting import lint
    from flowdsl.library.loading import load as load
    from flowdsl.library.running import run as run
    from flowdsl.library.simulating import simulate
    from flowdsl.library.submitting import submit as submit

__version__ = "0.1.0"

# `from flowdsl import *` must not hide Python's own `compile`, nor words that a user's module is likely to have:
# `apply`, `load`, `run`, `submit`.
__all__ = [
    "PVC",
    "Body",
    "Build",
    "ConfigMap",
    "Directory",
    "EmptyDir",
    "File",
    "LocalRun",
    "Manifest",
    "Param",
    "Pipeline",
    "Result",
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
    "condition",
    "context",
    "diff",
    "either",
    "elif_",
    "git",
    "http",
    "hub",
    "import_yaml",
    "isin",
    "lint",
    "manifest",
    "matches",
    "max_",
    "median_of",
    "min_",
    "named",
    "not_",
    "on_finish",
    "otherwise",
    "pipeline",
    "pipeline_run",
    "raw",
    "reason",
    "resolver",
    "simulate",
    "startswith",
    "status",
    "step_action",
    "task",
    "task_ref",
    "task_run",
    "when",
    "workspace_of",
]


def __getattr__(name: str) -> object:
    """The library's functions load on first use: a pipeline's file needs none of them."""
    from flowdsl.library import HOMES, function

    if name not in HOMES:
        raise AttributeError(f"module 'flowdsl' has no attribute {name!r}")
    return function(name)
