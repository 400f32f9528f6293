"""flowdsl: Tekton workflows as typed Python functions.

Decorate functions with `task` and `pipeline`, wire them by calling them, and compile to `tekton.dev/v1` YAML.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

from flowdsl.api import Manifest, Pipeline, manifest, pipeline
from flowdsl.frontend.control import cel, condition, context, on_finish, when
from flowdsl.frontend.manifest import pipeline_run, raw, step_action, task_run
from flowdsl.frontend.references import bundle, cluster, git, http, hub, named, resolver, task_ref
from flowdsl.frontend.task import Task, task
from flowdsl.ir.declared import Param, Result
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

if TYPE_CHECKING:
    from flowdsl.library import compile as compile  # noqa: A004 - `flowdsl.compile` is what it is called
    from flowdsl.library import diff, import_yaml, lint

__version__ = "0.1.0"

# Not `compile`: `from flowdsl import *` must not hide Python's own.
__all__ = [
    "PVC",
    "Body",
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
    "git",
    "http",
    "hub",
    "import_yaml",
    "lint",
    "manifest",
    "named",
    "on_finish",
    "pipeline",
    "pipeline_run",
    "raw",
    "resolver",
    "step_action",
    "task",
    "task_ref",
    "task_run",
    "when",
]

_LIBRARY = ("compile", "diff", "import_yaml", "lint")


def __getattr__(name: str) -> object:
    """The library's functions load on first use: a pipeline's file needs none of them."""
    if name not in _LIBRARY:
        raise AttributeError(f"module 'flowdsl' has no attribute {name!r}")
    from flowdsl import library

    return getattr(library, name)


# Functions of the façade that share their name with a subpackage, and where they are.
_SHARED = {"cluster": "flowdsl.frontend.references", "diff": "flowdsl.library", "lint": "flowdsl.library"}


class _Callable(ModuleType):
    """A package that is also the function of its name: `flowdsl.lint(...)` beside `flowdsl.lint.engine`."""

    def __call__(self, *given: object, **named: object) -> object:
        name = self.__name__.rpartition(".")[2]
        return getattr(importlib.import_module(_SHARED[name]), name)(*given, **named)


class _Package(ModuleType):
    """Importing a subpackage sets it as an attribute here, over the function; so those packages answer calls."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in _SHARED and type(value) is ModuleType:
            value.__class__ = _Callable
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
