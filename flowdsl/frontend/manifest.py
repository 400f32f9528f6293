"""A manifest: Tasks, Pipelines, StepActions, runs and raw documents that are emitted together, in the order given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, ParamSpec, TypeVar

from flowdsl.diagnostics import Collector, Location
from flowdsl.frontend import places
from flowdsl.frontend.annotations import type_spec
from flowdsl.frontend.decorators import make_task
from flowdsl.frontend.opaque import named
from flowdsl.frontend.options_check import accept, only, read_options
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.shown import options_of, runs
from flowdsl.frontend.task import Task
from flowdsl.ir.documents import Raw, RunOptions
from flowdsl.ir.nodes import ParamDecl, Reference, ResultDecl, TaskDef, WorkspaceDecl
from flowdsl.ir.options import Security, TaskOptions
from flowdsl.ir.pods import PodTemplate
from flowdsl.ir.settings import EventTarget
from flowdsl.ir.types import NOTHING, STRING, Data, Kind, TypeSpec
from flowdsl.ir.volumes import Bound, EnvValue

P = ParamSpec("P")
R = TypeVar("R")


Target = Pipeline | Task[..., object] | Reference | None
"""What a run is of."""


class Run:
    """A PipelineRun or a TaskRun, as `side` says, of a `target`; None where the spec is given in `extra`."""

    def __init__(self, side: Literal["pipeline", "task"], target: Target, given: Mapping[str, object]) -> None:
        self.side = side
        self.target = target
        self.location = places.caller()
        self.problems = Collector()
        self.options = read_options(RunOptions, given, self.location, self.problems)


def _pipeline_run(target: object = None, /, **options: object) -> Run:
    if not isinstance(target, (Pipeline, Reference, type(None))):
        refuse("FLOW002", f"pipeline_run takes a pipeline, got {named(target)}", 'pass a @pipeline or named("name")')
    return Run("pipeline", target, options)


@runs(_pipeline_run)
def pipeline_run(
    target: Pipeline | Reference | None = None,
    /,
    *,
    name: str = "",
    generate_name: str = "",
    params: Mapping[str, object] = NOTHING,
    workspaces: Mapping[str, Bound] = NOTHING,
    timeout: str = "",
    tasks_timeout: str = "",
    finally_timeout: str = "",
    service_account: str = "",
    pod_template: PodTemplate | Mapping[str, object] = NOTHING,
    embed: bool = False,
    labels: Mapping[str, str] = NOTHING,
    annotations: Mapping[str, str] = NOTHING,
    metadata: Mapping[str, object] = NOTHING,
    extra: Mapping[str, object] = NOTHING,
) -> Run:
    """A PipelineRun of a pipeline, for a manifest: Tekton's docs/pipelineruns.md.

    Args:
        target: The pipeline, or one that exists elsewhere: `named("release")`, `git(...)`; None where `extra` says it.
        name: The name of the PipelineRun.
        generate_name: What its name begins with, where the cluster is to make one.
        params: Values of params; those of a pipeline that is not verbatim are checked by its types.
        workspaces: What is bound to workspaces: `PVC`, `VolumeClaim`, `Secret`, `ConfigMap`, `EmptyDir`, or a binding.
        timeout: How long the run may take, as a duration such as `"1h30m"`.
        tasks_timeout: How long the tasks may take together, those of `finally` aside.
        finally_timeout: How long the tasks of `finally` may take together.
        service_account: The account of the run's pods.
        pod_template: The podTemplate: a `PodTemplate`, or as Tekton has it.
        embed: Write the pipeline's spec into the run, instead of referring to it.
        labels: Labels of the PipelineRun.
        annotations: Annotations of the PipelineRun.
        metadata: Further fields of the object's metadata, as Kubernetes has them.
        extra: Further fields of the PipelineRun's spec, as Tekton has them.
    """
    raise NotImplementedError


def _task_run(target: object = None, /, **options: object) -> Run:
    if not isinstance(target, (Task, Reference, type(None))):
        refuse("FLOW002", f"task_run takes a task, got {named(target)}", 'pass a @task or named("name")')
    return Run("task", target, options)


@runs(_task_run)
def task_run(
    target: Task[..., object] | Reference | None = None,
    /,
    *,
    name: str = "",
    generate_name: str = "",
    params: Mapping[str, object] = NOTHING,
    workspaces: Mapping[str, Bound] = NOTHING,
    timeout: str = "",
    service_account: str = "",
    pod_template: PodTemplate | Mapping[str, object] = NOTHING,
    embed: bool = False,
    labels: Mapping[str, str] = NOTHING,
    annotations: Mapping[str, str] = NOTHING,
    metadata: Mapping[str, object] = NOTHING,
    extra: Mapping[str, object] = NOTHING,
) -> Run:
    """A TaskRun of a task, for a manifest: Tekton's docs/taskruns.md.

    Args:
        target: The task, or one that exists elsewhere: `named("build")`, `git(...)`; None where `extra` says it.
        name: The name of the TaskRun.
        generate_name: What its name begins with, where the cluster is to make one.
        params: Values of params; those of a task that is not verbatim are checked by its types.
        workspaces: What is bound to workspaces: `PVC`, `VolumeClaim`, `Secret`, `ConfigMap`, `EmptyDir`, or a binding.
        timeout: How long the run may take, as a duration such as `"1h30m"`.
        service_account: The account of the run's pods.
        pod_template: The podTemplate: a `PodTemplate`, or as Tekton has it.
        embed: Write the task's spec into the run, instead of referring to it.
        labels: Labels of the TaskRun.
        annotations: Annotations of the TaskRun.
        metadata: Further fields of the object's metadata, as Kubernetes has them.
        extra: Further fields of the TaskRun's spec, as Tekton has them.
    """
    raise NotImplementedError


class StepAction:
    """A StepAction: a step to refer to, `Step(ref="name")`. `task` holds its contract and its one container."""

    def __init__(self, task: Task[..., object]) -> None:
        self.task = task


def _step_action(**options: object) -> Callable[[Callable[..., object]], StepAction]:
    only(options_of(step_action), options, "step_action")
    return lambda function: StepAction(make_task(function, {"verbatim": True, "security": {}, **options}, None))


@runs(_step_action)
def step_action(
    *,
    name: str = "",
    image: str = "",
    command: list[str] | tuple[str, ...] = (),
    args: list[str] | tuple[str, ...] = (),
    script: str = "",
    env: Mapping[str, EnvValue] = NOTHING,
    working_dir: str = "",
    security: Security | Mapping[str, object] = NOTHING,
    labels: Mapping[str, str] = NOTHING,
    annotations: Mapping[str, str] = NOTHING,
    metadata: Mapping[str, object] = NOTHING,
    description: str = "",
    extra: Mapping[str, object] = NOTHING,
) -> Callable[[Callable[..., object]], StepAction]:
    """Make a function's signature a StepAction's params and results; its body is `...`. Tekton's docs/stepactions.md.

    Args:
        name: The StepAction's name in Tekton, where it is not the function's with dashes.
        image: Where the step runs.
        command: The command of the image.
        args: Arguments of the command.
        script: A script, instead of a command.
        env: Names to text (`True` is written `true`), `Secret("name", key)`, `ConfigMap("name", key)`, or to a
            `valueFrom` as Tekton has it.
        working_dir: The folder in which the step starts.
        security: A preset, or a securityContext as Kubernetes has it.
        labels: Labels of the StepAction object.
        annotations: Annotations of the StepAction object.
        metadata: Further fields of the object's metadata, as Kubernetes has them.
        description: What the step does, in place of the docstring.
        extra: Further fields of the StepAction's spec, as Tekton has them.
    """
    raise NotImplementedError


class RawTask(Task[P, R]):
    """A Task given as its Tekton document, which a pipeline calls like any other task."""

    document: Mapping[str, object]


def raw(document: Mapping[str, object]) -> Any:
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
    from flowdsl.kinds.table import TASK

    if not TASK.is_of(document):
        return Raw(document, location)
    return _raw_task(document, location)


def _raw_task(document: Mapping[str, object], location: Location) -> RawTask[..., object]:
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

    def stand_in(**_: object) -> object:
        refuse("FLOW011", f"task {name!r} is a document; it can't be run here", "call it inside a pipeline")

    found: RawTask[..., object] = RawTask(stand_in, definition, tuple(param.name for param in params), Collector())
    found.document = document
    return found


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _items(spec: Mapping[str, object], field: str) -> list[Mapping[str, object]]:
    given = spec.get(field)
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, (list, tuple)) else []


def _declared(item: Mapping[str, object]) -> TypeSpec:
    if item.get("type") == "array" or isinstance(item.get("default"), list):
        return type_spec(list[str])
    properties = tuple((str(key), STRING) for key in _mapping(item.get("properties") or item.get("default")))
    return TypeSpec(Kind.OBJECT, "dict[str, str]", properties=properties) if properties else STRING


Item = Task[..., object] | Pipeline | Run | StepAction | Raw
"""What a manifest holds."""


class Manifest:
    """Documents that are emitted together. `items` keep their order; a name is taken from the file.

    `events` are the targets that are given what starts the pipelines, `namespace` is that of what they are given: both
    where a compile is not given its own. `repositories` are those that Argo Events' source of Git's events names,
    `token` is the Secret (`name/key`) with the provider's token: both where the project's settings name none.
    """

    def __init__(
        self,
        items: tuple[Item, ...],
        events: Sequence[str] = (),
        namespace: str = "",
        repositories: Sequence[str] = (),
        token: str = "",
    ) -> None:
        self.location = places.caller()
        accept(events, Sequence[EventTarget], "events")
        accept(namespace, str, "namespace")
        accept(repositories, Sequence[str], "repositories")
        accept(token, str, "token")
        self.items = items
        self.events = tuple(events)
        self.namespace = namespace
        self.repositories = tuple(repositories)
        self.token = token
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
