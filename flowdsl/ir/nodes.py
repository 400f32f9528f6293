"""What the tracer records and the passes work on. Everything is frozen; a pass returns a changed copy (`attrs.evolve`).

References inside values are kept in Tekton's own notation, `$(tasks.infer.results.video)`, because that is what a
Python f-string can carry; `flowdsl.ir.refs` finds them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from flowdsl.diagnostics import Location
from flowdsl.diagnostics.frozen import frozen
from flowdsl.ir.bundle import Bundle
from flowdsl.ir.conditions import Expression
from flowdsl.ir.options import PipelineOptions, Step, TaskOptions
from flowdsl.ir.types import NOTHING, Data, Kind, TypeSpec
from flowdsl.ir.volumes import Bound

Text = str | tuple[str, ...] | Mapping[str, str]
"""A value as Tekton carries it: a string, an array of strings, an object of strings."""
_TASK, _PIPELINE = TaskOptions(), PipelineOptions()


@frozen
class ParamDecl:
    """A parameter of a task or a pipeline. `default` is None where there is none."""

    name: str
    type: TypeSpec
    location: Location
    default: Text | None = None
    description: str = ""
    field: str = ""
    """The parameter's name in Python, where Tekton's own is none."""

    @property
    def python(self) -> str:
        """What the function calls it."""
        return self.field or self.name


@frozen
class ResultDecl:
    """A result of a task. `field` is the attribute of the returned value that holds it; None: the whole value.

    `value` is where a Task takes it from, if not from the file of that name: `$(steps.build.results.digest)`.
    """

    name: str
    type: TypeSpec
    field: str | None = None
    description: str = ""
    value: Text = ""


@frozen
class WorkspaceDecl:
    """A workspace a task declares. `auto`: it gets a sub-path on the run's volume when no caller binds it."""

    name: str
    location: Location
    read_only: bool = False
    optional: bool = False
    mount_path: str = ""
    description: str = ""
    auto: bool = False
    field: str = ""

    @property
    def python(self) -> str:
        """What the function calls it."""
        return self.field or self.name


@frozen
class EnvDecl:
    """An environment variable from a key of a Secret or ConfigMap, asked for by a parameter of the signature."""

    name: str
    kind: Kind
    object_name: str
    key: str
    optional: bool = False


@frozen
class Use:
    """What one use of a task asks for over the task itself, and the line that says so (`flowdsl.ir.uses`).

    `variant` is the name that the use gives its Task; "" where that is made of what the use asks for.
    """

    of: TaskDef
    given: Mapping[str, object]
    location: Location
    variant: str = ""


@frozen
class TaskDef:
    """A task: its contract (params, results, workspaces) and how it runs (`options`, or a remote `reference`).

    A task that exists elsewhere has options too: what a run says of its pods. `has_body` says whether the function's
    body is code to run, `...` meaning it is not; `script` is that code as one file, once it is sliced, and `bundle`
    what travels with it of the project; `image` stands for that of the options where the task's packages are built into
    one, and `build` is the task that builds it where the pipeline does. `use` says what one use of it asks for, which
    is in `options` already; `base` names the Task that this one is a variant of, for such a use. `decisions` are the
    conditions that its script decides for others, and `decided_fields` where fields of JSON lie that these look at, as
    `flowdsl.decide.wire` writes them; `shared` is the task's name without them. `given` names the options that its
    decorator was given, empty ones too; `prefix` goes before the name of its Task object. `bound` are
    expressions of the values that a `functools.partial` gives parameters, which are none of the task's; `called` is
    that partial.
    """

    name: str
    location: Location
    params: tuple[ParamDecl, ...] = ()
    results: tuple[ResultDecl, ...] = ()
    workspaces: tuple[WorkspaceDecl, ...] = ()
    env: tuple[EnvDecl, ...] = ()
    description: str = ""
    display_name: str = ""
    function: Callable[..., object] | None = None
    has_body: bool = False
    script: str = ""
    bundle: Bundle | None = None
    image: str = ""
    build: TaskDef | None = None
    decisions: str = ""
    decided_fields: str = ""
    shared: str = ""
    options: TaskOptions = _TASK
    reference: Reference | None = None
    use: Use | None = None
    base: str = ""
    given: frozenset[str] = frozenset()
    prefix: str = ""
    bound: Mapping[str, str] = NOTHING
    called: Callable[..., object] | None = None

    @property
    def object_name(self) -> str:
        """What its Task object is called."""
        return self.prefix + self.name

    @property
    def place(self) -> Location:
        """Where its options are said: at the use that asks for others, else at the decorator."""
        return self.use.location if self.use is not None else self.location

    def param(self, name: str) -> ParamDecl | None:
        """The parameter of that name, or None."""
        return next((param for param in self.params if param.name == name), None)

    @property
    def has_step(self) -> bool:
        """Whether the function has a step of its own, beside those of `steps=`."""
        return self.works or not any(isinstance(part, Step) for part in self.options.steps)

    @property
    def only_step(self) -> Step | None:
        """The one step of a task that has none of its own; None where it has, or where there are several.

        A step by reference is not the task's to change.
        """
        if not self.options.steps or self.has_step:
            return None
        steps = [part for part in self.options.steps if isinstance(part, Step)]
        return steps[0] if len(steps) == 1 and not steps[0].ref else None

    @property
    def works(self) -> bool:
        """Whether that step is told what to run: a body, or options that say it."""
        own = self.options
        return bool(self.has_body or own.command or own.args or own.script or own.module)

    @property
    def mounted(self) -> Bundle | None:
        """Its bundle where that comes as a ConfigMap; None where it stands in the script, or where there is none."""
        return self.bundle if self.bundle is not None and self.bundle.mounted else None

    @property
    def makes_files(self) -> bool:
        """Whether a result is a File or Directory, so that the task needs a place on the run's volume."""
        return any(result.type.kind in (Kind.FILE, Kind.DIRECTORY) for result in self.results)


@frozen
class Reference:
    """A Task that exists elsewhere: by name in the cluster, or through a resolver with its params.

    See Tekton's `docs/taskruns.md` (taskRef) and `docs/resolution.md`.
    """

    name: str = ""
    resolver: str = ""
    params: tuple[tuple[str, Data], ...] = ()
    kind: str = ""
    api_version: str = ""


@frozen
class WorkspaceUse:
    """A pipeline workspace as one task sees it. `producer` is the node that fills it; '' where none does."""

    workspace: str
    sub_path: str = ""
    producer: str = ""


@frozen
class Condition:
    """One `when` expression; `cel` excludes the others. `location` is where the user wrote it.

    `expression` is what Tekton has no expression for: `flowdsl.compiler.decisions` puts one on what was decided in its
    place. It holds where that is not true, if `opposite`. `shown` is what the user wrote.
    """

    input: str = ""
    operator: str = "in"
    values: tuple[str, ...] = ()
    cel: str = ""
    location: Location | None = None
    expression: Expression | None = None
    opposite: bool = False
    shown: str = ""


@frozen
class Node:
    """One task of a pipeline. `arguments` and `matrix` hold text; `bindings` the workspaces by the task's own name.

    `said` names those of `retries` and `timeout` that the call gave; the others are the task's.
    """

    name: str
    task: TaskDef
    location: Location
    arguments: Mapping[str, Text] = NOTHING
    bindings: Mapping[str, WorkspaceUse] = NOTHING
    matrix: Mapping[str, Text] = NOTHING
    include: tuple[tuple[str, Mapping[str, str]], ...] = ()
    when: tuple[Condition, ...] = ()
    after: tuple[str, ...] = ()
    final: bool = False
    retries: int | None = None
    timeout: str = ""
    on_error: str = ""
    said: tuple[str, ...] = ()
    display_name: str = ""
    pipeline: PipelineDef | None = None
    extra: Mapping[str, Data] = NOTHING

    @property
    def mapped(self) -> bool:
        """Whether the node fans out over a matrix."""
        return bool(self.matrix or self.include)


@frozen
class PipelineWorkspace:
    """A workspace of the pipeline and what the PipelineRun binds to it; `source` is the user's volume object."""

    name: str
    source: Bound | None = None
    optional: bool = False
    description: str = ""
    location: Location | None = None


@frozen
class PipelineResult:
    """A result of the whole pipeline: a reference to a task's result. `written` is the type as given, "" for none."""

    name: str
    value: Text
    type: TypeSpec
    description: str = ""
    location: Location | None = None
    written: str | None = None


@frozen
class PipelineDef:
    """A traced pipeline, ready for the passes. `decided` has its conditions as they were written, as JSON."""

    name: str
    location: Location
    params: tuple[ParamDecl, ...] = ()
    workspaces: tuple[PipelineWorkspace, ...] = ()
    nodes: tuple[Node, ...] = ()
    results: tuple[PipelineResult, ...] = ()
    description: str = ""
    display_name: str = ""
    options: PipelineOptions = _PIPELINE
    decided: str = ""

    def within(self) -> Iterator[Node]:
        """Every task, those of the pipelines in it for each of these."""
        for node in self.nodes:
            if node.pipeline is None:
                yield node
            else:
                yield from node.pipeline.within()

    @property
    def undecided(self) -> bool:
        """Whether something in it, or in a pipeline in it, waits for a condition that Tekton has no expression for."""
        for node in self.nodes:
            if node.pipeline is not None and node.pipeline.undecided:
                return True
            for condition in node.when:
                if condition.expression is not None:
                    return True
        return False


_WITH_PYTHON = "python:3.12-slim"
_BY_PYTHON = "#!/usr/bin/env python3\n"


def _runs_python(task: TaskDef) -> TaskOptions | Step | None:
    """What says a task's image, where `python3` is in it: the task runs by it, as a body or as a script of its own."""
    if task.has_body:
        return task.options if task.options.python == "python3" else None
    step = task.only_step
    return step if step is not None and step.script.startswith(_BY_PYTHON) else None


def image_with_python(nodes: Iterable[Node]) -> str:
    """What a task that nobody wrote runs in: an image with Python that the run pulls anyway, one without a GPU first.

    "" where no task says its own: the project's settings do.
    """
    found = [each for node in nodes if (each := _runs_python(node.task)) is not None and "$(" not in each.image]
    images = [each.image for each in sorted(found, key=lambda each: bool(each.gpu))]
    if not images or _WITH_PYTHON in images:
        return _WITH_PYTHON
    return next(filter(None, images), "")
