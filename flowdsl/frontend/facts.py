"""What a run knows beside params and results: how its tasks ended, their workspaces, and what it is itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, cast

from flowdsl.frontend import places
from flowdsl.frontend.handles import ending, node_of, own_names, workspace_value
from flowdsl.frontend.opaque import Opaque, in_words, named
from flowdsl.frontend.proxies import Reference
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.trace import current
from flowdsl.ir.types import STRING
from flowdsl.ir.volumes import Workspace


def status(of: object) -> str:
    """How a task ended, for tasks in finally: Succeeded, Failed or None.

    `of` is what the task's call gave, or one of its results. See docs/variables.md of Tekton, "Variables available in a
    Pipeline" (https://tekton.dev/docs/pipelines/variables/).
    """
    current("status")
    return cast(str, ending(node_of(of, "status"), "status"))


def reason(of: object) -> str:
    """Why a task ended as it did, for tasks in finally: the reason of its TaskRun's condition. `of` as in `status`."""
    current("reason")
    return cast(str, ending(node_of(of, "reason"), "reason"))


def workspace_of(of: object, name: str) -> Workspace:
    """A workspace that a task was given, or its own folder on the run's volume (`Workspace.auto()`), to pass on.

    `of` as in `status`; `name` is that of the task's parameter.
    """
    current("workspace_of")
    node = node_of(of, "workspace_of")
    if name not in own_names(node):
        have = ", ".join(space.python for space in node.task.workspaces if space.name in node.bindings)
        message = f"task {node.name!r} has no workspace {name if isinstance(name, str) else named(name)!r}"
        refuse("FLOW009", message, f"it has: {have or 'none'}", related=(("task", node.task.location),))
    return cast(Workspace, workspace_value(node, name))


def _variable(path: str, label: str) -> str:
    return cast(str, Reference(f"$({path})", STRING, label, places.caller()))


@in_words("context of the run")
class _Group(Opaque):
    """Variables below one context name: its properties. Any other attribute is FLOW009."""

    __slots__ = ()
    _named = ""

    def _fields(self) -> str:
        return ", ".join(name for name, value in vars(type(self)).items() if isinstance(value, property))

    def _words(self) -> str:
        return f"context.{self._named}"

    def _several(self) -> NoReturn:
        refuse("FLOW006", f"{self._words()} is several values", f"name one: {self._fields()}")

    def __eq__(self, other: object) -> NoReturn:
        self._several()

    __ne__ = __eq__
    __hash__ = Opaque.__hash__

    def __str__(self) -> str:
        self._several()

    def __format__(self, spec: str) -> str:
        self._several()

    if not TYPE_CHECKING:  # for checkers there is what is declared, and nothing else

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("__"):
                raise AttributeError(name)
            refuse("FLOW009", f"{self._words()} has no {name!r}", f"it has: {self._fields()}")


class _PipelineRun(_Group):
    __slots__ = ()
    _named = "pipeline_run"

    @property
    def name(self) -> str:
        """The name of the PipelineRun."""
        return _variable("context.pipelineRun.name", "context.pipeline_run.name")

    @property
    def namespace(self) -> str:
        """The namespace that the run is in."""
        return _variable("context.pipelineRun.namespace", "context.pipeline_run.namespace")

    @property
    def uid(self) -> str:
        """What no other run has."""
        return _variable("context.pipelineRun.uid", "context.pipeline_run.uid")


class _Pipeline(_Group):
    __slots__ = ()
    _named = "pipeline"

    @property
    def name(self) -> str:
        """The name of the Pipeline."""
        return _variable("context.pipeline.name", "context.pipeline.name")


class _PipelineTask(_Group):
    __slots__ = ()
    _named = "pipeline_task"

    @property
    def retries(self) -> str:
        """How often the task may be tried again."""
        return _variable("context.pipelineTask.retries", "context.pipeline_task.retries")


class Context:
    """The run's own facts: docs/variables.md, "Variables available in a Pipeline"."""

    pipeline_run = _PipelineRun()
    pipeline = _Pipeline()
    pipeline_task = _PipelineTask()

    @property
    def tasks_status(self) -> str:
        """How all tasks together ended, for tasks in finally: Succeeded, Failed, Completed or None."""
        return _variable("tasks.status", "context.tasks_status")


context = Context()
