"""flowdsl: Tekton workflows as typed Python functions.

Decorate functions with `task` and `pipeline`, wire them by calling them, and compile to `tekton.dev/v1` YAML.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    from flowdsl.frontend.events import body, event, header
    from flowdsl.frontend.facts import context, reason, status, workspace_of
    from flowdsl.frontend.manifest import pipeline_run, raw, step_action, task_run
    from flowdsl.frontend.references import bundle, cluster, git, http, hub, named, resolver, task_ref
    from flowdsl.frontend.reports import commit_status
    from flowdsl.frontend.starts import bucket, pull_request, push, schedule, tag, webhook
    from flowdsl.frontend.task import Task
    from flowdsl.ir.declared import Param, Result
    from flowdsl.ir.local import LocalRun, Service
    from flowdsl.ir.options import Body, Build, Sidecar, Step, StepTemplate
    from flowdsl.ir.pods import PodTemplate
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
    "PodTemplate",
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
    "body",
    "bucket",
    "bundle",
    "cel",
    "cluster",
    "commit_status",
    "condition",
    "context",
    "diff",
    "either",
    "elif_",
    "event",
    "git",
    "header",
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
    "pull_request",
    "push",
    "raw",
    "reason",
    "resolver",
    "schedule",
    "simulate",
    "startswith",
    "status",
    "step_action",
    "tag",
    "task",
    "task_ref",
    "task_run",
    "webhook",
    "when",
    "workspace_of",
]

# The module of each name. It loads on first use: `flowdsl lint` has no need of decorators, nor a pipeline without
# branches of `either`.
_HOMES = {
    name: module
    for module, *names in map(
        str.split,
        """\
        flowdsl.api Manifest Pipeline manifest pipeline
        flowdsl.frontend.choices either
        flowdsl.frontend.control cel condition elif_ isin matches max_ median_of min_ not_ on_finish otherwise
        flowdsl.frontend.control startswith when
        flowdsl.frontend.decorators task
        flowdsl.frontend.events body event header
        flowdsl.frontend.facts context reason status workspace_of
        flowdsl.frontend.manifest pipeline_run raw step_action task_run
        flowdsl.frontend.references bundle cluster git http hub named resolver task_ref
        flowdsl.frontend.reports commit_status
        flowdsl.frontend.starts bucket pull_request push schedule tag webhook
        flowdsl.frontend.task Task
        flowdsl.ir.declared Param Result
        flowdsl.ir.local LocalRun Service
        flowdsl.ir.options Body Build Sidecar Step StepTemplate
        flowdsl.ir.pods PodTemplate
        flowdsl.ir.volumes PVC ConfigMap Directory EmptyDir File Secret ServiceAccount VolumeClaim Workspace
        """.strip().splitlines(),
    )
    for name in names
}


def __getattr__(name: str) -> object:
    """What flowdsl has by this name, its module loaded. Raises AttributeError where it has nothing so called."""
    from importlib import import_module

    if name in _HOMES:
        # Kept: the next use asks nobody.
        globals()[name] = found = getattr(import_module(_HOMES[name]), name)
        return found
    from flowdsl.library import HOMES, function

    if name not in HOMES:
        raise AttributeError(f"module 'flowdsl' has no attribute {name!r}")
    return function(name)


def __dir__() -> list[str]:
    """What editors and notebooks complete, loaded or not."""
    return sorted({*globals(), *__all__})
