"""A manifest: Tasks, Pipelines, StepActions, runs and raw documents that are emitted together, in the order given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from flowdsl.diagnostics import Collector, Location
from flowdsl.frontend import places
from flowdsl.frontend.opaque import named
from flowdsl.frontend.options_check import accept, only, read_options
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.signature import type_spec
from flowdsl.frontend.task import Task, make_task
from flowdsl.ir.documents import Raw, RunOptions
from flowdsl.ir.nodes import ParamDecl, Reference, ResultDecl, TaskDef, WorkspaceDecl
from flowdsl.ir.options import TaskOptions
from flowdsl.ir.types import STRING, Data, Kind, TypeSpec

_STEP_ACTION = frozenset(
    [
        "annotations",
        "args",
        "command",
        "description",
        "env",
        "extra",
        "image",
        "labels",
        "metadata",
        "name",
        "script",
        "security",
        "working_dir",
    ]
)
P = ParamSpec("P")
R = TypeVar("R")


class Run:
    """A PipelineRun or a TaskRun, as `kind` says, of a `target`; None where the spec is given in `extra`."""

    def __init__(self, kind: str, target: Pipeline | Task[..., Any] | Reference | None, given: dict[str, Any]) -> None:
        self.kind = kind
        self.target = target
        self.location = places.caller()
        self.problems = Collector()
        self.options = read_options(RunOptions, given, self.location, self.problems)


def pipeline_run(target: Pipeline | Reference | None = None, /, **options: Any) -> Run:
    """A PipelineRun of a pipeline, or of one that exists elsewhere: `named("release")`, `git(...)`.

    The options are those of `flowdsl.ir.documents.RunOptions`.
    """
    if not isinstance(target, (Pipeline, Reference, type(None))):
        refuse("FLOW002", f"pipeline_run takes a pipeline, got {named(target)}", 'pass a @pipeline or named("name")')
    return Run("PipelineRun", target, options)


def task_run(target: Task[..., Any] | Reference | None = None, /, **options: Any) -> Run:
    """A TaskRun of a task, or of one that exists elsewhere; options as for `pipeline_run`."""
    if not isinstance(target, (Task, Reference, type(None))):
        refuse("FLOW002", f"task_run takes a task, got {named(target)}", 'pass a @task or named("name")')
    return Run("TaskRun", target, options)


class StepAction:
    """A StepAction: a step to refer to, `Step(ref="name")`. `task` holds its contract and its one container."""

    def __init__(self, task: Task[..., Any]) -> None:
        self.task = task


def step_action(**options: Any) -> Callable[[Callable[..., Any]], StepAction]:
    """Make a function's signature a StepAction's params and results; its body is `...`.

    Options: name, image, command, args, script, env, working_dir, security (a securityContext), labels, annotations,
    metadata, description, and `extra` for further fields of the spec: docs/stepactions.md.
    """
    only(_STEP_ACTION, options, "step_action")
    return lambda function: StepAction(make_task(function, {"verbatim": True, "security": {}, **options}, None))


class RawTask(Task[P, R]):
    """A Task given as its Tekton document, which a pipeline calls like any other task."""

    document: Mapping[str, Any]


def raw(document: Mapping[str, Any]) -> Any:
    """A Tekton document as it is, for a manifest; a Task among them can be called in a pipeline by its name.

    For what the DSL has no words for. Nothing in it is changed. Kinds of Tekton's that flowdsl models are checked like
    every other; a compile tells of the others that nothing checked them (FLOW024), and refuses a kind of tekton.dev
    that Tekton does not have (FLOW406).
    """
    location = places.caller()
    texts = isinstance(document, Mapping) and [document.get(name) for name in ("apiVersion", "kind")]
    if not texts or not all(isinstance(each, str) and each for each in texts):
        refuse(
            "FLOW002",
            f"raw takes a Kubernetes document, got {named(document)}",
            'raw({"apiVersion": ..., "kind": ...})',
        )
    accept(document, Mapping[str, Data], "document")
    if document["kind"] != "Task":
        return Raw(document, location)
    return _raw_task(document, location)


def _raw_task(document: Mapping[str, Any], location: Location) -> RawTask[..., Any]:
    name = str(_mapping(document.get("metadata")).get("name", ""))
    spec = _mapping(document.get("spec"))
    params = tuple(
        ParamDecl(str(each.get("name")), _declared(each), location, "" if "default" in each else None)
        for each in _items(spec, "params")
    )
    results = tuple(ResultDecl(str(each.get("name")), _declared(each)) for each in _items(spec, "results"))
    spaces = tuple(
        WorkspaceDecl(str(each.get("name")), location, optional=bool(each.get("optional")))
        for each in _items(spec, "workspaces")
    )
    reference = Reference(name=name)
    definition = TaskDef(
        name, location, params, results, spaces, options=TaskOptions(verbatim=True), reference=reference
    )

    def stand_in(**_: Any) -> Any:
        refuse("FLOW011", f"task {name!r} is a document; it can't be run here", "call it inside a pipeline")

    found: RawTask[..., Any] = RawTask(stand_in, definition, tuple(param.name for param in params), Collector())
    found.document = document
    return found


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(spec: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    given = spec.get(field)
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, (list, tuple)) else []


def _declared(item: Mapping[str, Any]) -> TypeSpec:
    if item.get("type") == "array" or isinstance(item.get("default"), list):
        return type_spec(list[str])
    properties = tuple((str(key), STRING) for key in _mapping(item.get("properties") or item.get("default")))
    return TypeSpec(Kind.OBJECT, "dict[str, str]", properties=properties) if properties else STRING


class Manifest:
    """Documents that are emitted together. `items` keep their order; a name is taken from the file."""

    def __init__(self, items: tuple[Any, ...]) -> None:
        self.location = places.caller()
        self.items = items
        for index, item in enumerate(items):
            if not isinstance(item, (Task, Pipeline, Run, StepAction, Raw)):
                hint = "pass what @task, @pipeline, @step_action, pipeline_run, task_run or raw gave"
                shown = f"a function {item.__name__!r}" if inspect.isfunction(item) else named(item)
                refuse("FLOW002", f"manifest takes Tekton documents, got {shown} at position {index + 1}", hint)

    @property
    def name(self) -> str:
        """What the manifest is called in messages: its file without the ending."""
        return self.location.file.rpartition("/")[2].removesuffix(".py")

    @property
    def pipelines(self) -> list[Pipeline]:
        """The pipelines in it, those that its runs embed included."""
        targets = (item.target if isinstance(item, Run) and item.options.embed else item for item in self.items)
        return [item for item in targets if isinstance(item, Pipeline)]
