"""`@task`: its options as editors complete them and checkers check them, and what makes a task of a function.

The signature is held to `TaskOptions` by compiler_tests/architecture/test_signatures.py; the option tables of the
documentation are written from the docstring (`compiler_tests/golden/renew_options.py`).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import ParamSpec, TypeVar, overload

from flowdsl.diagnostics import Collector
from flowdsl.frontend import places
from flowdsl.frontend.bodies import is_empty, shown_texts
from flowdsl.frontend.logged import check_logged
from flowdsl.frontend.naming import task_name
from flowdsl.frontend.options_check import check_task_options, read_options
from flowdsl.frontend.partials import bound_by
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.shown import shows
from flowdsl.frontend.signature import read_signature
from flowdsl.frontend.task import Task
from flowdsl.frontend.twice import name_twice
from flowdsl.ir.nodes import Reference, TaskDef
from flowdsl.ir.options import BodyMarker, Build, OnError, Security, Sidecar, Step, StepTemplate, TaskOptions
from flowdsl.ir.types import NOTHING
from flowdsl.ir.volumes import EnvValue, Mount

P = ParamSpec("P")
R = TypeVar("R")


@overload
def task(function: Callable[P, R], /) -> Task[P, R]: ...
@overload
def task(
    *,
    name: str = "",
    image: str = "",
    cpu: str = "",
    memory: str = "",
    gpu: int = 0,
    gpu_resource: str = "nvidia.com/gpu",
    env: Mapping[str, EnvValue] = NOTHING,
    timeout: str = "",
    retries: int = 0,
    on_error: OnError = "",
    step_template: StepTemplate | None = None,
    steps: Sequence[Step | BodyMarker] = (),
    sidecars: Sequence[Sidecar] = (),
    volumes: Sequence[Mount | Mapping[str, object]] = (),
    working_dir: str = "",
    security: Security | Mapping[str, object] = "restricted",
    labels: Mapping[str, str] = NOTHING,
    annotations: Mapping[str, str] = NOTHING,
    node_selector: Mapping[str, str] = NOTHING,
    tolerations: Sequence[Mapping[str, object]] = (),
    service_account: str = "",
    command: list[str] | tuple[str, ...] = (),
    args: list[str] | tuple[str, ...] = (),
    script: str = "",
    module: str = "",
    results_from_log: str | Mapping[str, str] = "",
    requires: list[str] | tuple[str, ...] = (),
    packages: str | list[str] | tuple[str, ...] = (),
    packages_cache: str = "",
    packages_image: str | Build = "",
    apt: list[str] | tuple[str, ...] = (),
    python: str = "python3",
    verbatim: bool = False,
    inline: bool = False,
    display_name: str = "",
    description: str = "",
    metadata: Mapping[str, object] = NOTHING,
    extra: Mapping[str, object] = NOTHING,
    cache: bool = False,
) -> Callable[[Callable[P, R]], Task[P, R]]: ...
@shows(TaskOptions)
def task(function: Callable[..., object] | None = None, /, **options: object) -> object:
    """Make a function a task.

    The signature is the contract: parameters become Tekton params, workspaces or secrets, the return annotation
    becomes results. A body of `...` or `raise NotImplementedError` means that the image, command, args or script do
    the work.

    Args:
        function: The function, where the decorator is written without options: `@task`.
        name: The Task's name in Tekton, where it is not the function's with dashes.
        image: Where the steps run; `"$(params.model)"` takes it from a parameter.
        cpu: A quantity, or a range `"request..limit"`: `"1.."` is a request alone, `"..2"` a limit.
        memory: The same for memory: `"8Gi"`, `"8Gi..16Gi"`.
        gpu: How many GPUs the task requests, and is limited to.
        gpu_resource: The resource that `gpu` counts.
        env: Names to text (`True` is written `true`), `Secret("name", key)`, `ConfigMap("name", key)`, or to a
            `valueFrom` as Tekton has it.
        timeout: How long the task may take, as a duration such as `"1h30m"`.
        retries: How often a failed task is tried again.
        on_error: What a failed step does to the task: `"continue"` or `"stopAndFail"`.
        step_template: Defaults for all steps of the task.
        steps: Further steps, `[Step(...), Body, Step(...)]`, where `Body` is the function.
        sidecars: Containers that run beside the steps.
        volumes: What every step mounts: `Secret("ca").mount("/etc/ca")`, or a volume as Tekton has it.
        working_dir: The folder in which the steps start.
        security: A preset, or a securityContext as Kubernetes has it.
        labels: Labels of the Task object.
        annotations: Annotations of the Task object.
        node_selector: The labels of the nodes on which this task's pod may run.
        tolerations: The taints of nodes that this task's pod tolerates, as Kubernetes has them.
        service_account: The account of this task's pod in the emitted run.
        command: The command of the image that does the work, instead of a body.
        args: Arguments of the command.
        script: A script that does the work, instead of a body.
        module: The module of the image that does the work, by `python -m`, instead of a body.
        results_from_log: Take results from lines that the program prints: `"##vso"` for Azure's logging commands, a
            pattern with groups `name` and `value`, or a pattern for each result: `{"loss": r"loss=([0-9.]+)"}`.
        requires: Modules that the image has, which the body may import.
        packages: Requirements that `flowdsl lock` pins and the step installs, or files that list them.
        packages_cache: A claim in which the packages stay for the next step.
        packages_image: A repository for an image that has them (`flowdsl images push`), or `Build("registry/name")`,
            which the pipeline builds itself; in place of installing.
        apt: Packages of Debian or Ubuntu that the image of `packages_image` has, too: `"ffmpeg"`,
            `"libsndfile1=1.2.0-1"`.
        python: The interpreter in the image.
        verbatim: Add nothing: no variables for params, no security context, no label; the docstring is the description.
        inline: Embed the task in a Pipeline where it is used (`taskSpec`), instead of referring to it.
        display_name: The name that people read, in place of the docstring's first line.
        description: What the task does, in place of the rest of the docstring.
        metadata: Further fields of the object's metadata, as Kubernetes has them.
        extra: Further fields of the Task's spec, as Tekton has them.
        cache: Let local runs take what the task gave before for the same code, image, params and files.
    """
    if function is not None:
        return make_task(function, options, None)
    return lambda inner: make_task(inner, options, None)


def make_task(function: Callable[P, R], given: Mapping[str, object], reference: Reference | None) -> Task[P, R]:
    """A Task from a function and its options; findings are kept on it until a pipeline uses it."""
    problems = Collector()
    called = function
    function = _plain(function)
    bound = bound_by(called, problems) if isinstance(called, functools.partial) else None
    location = places.of_function(function)
    options = read_options(TaskOptions, given, location, problems)
    whole = not problems.has_errors
    name_twice(function, location, problems)
    signature = read_signature(function, location, problems, bound=bound.values if bound is not None else ())
    display_name, description = shown_texts(function, options)
    has_body = reference is None and not is_empty(function)
    if reference is None:
        check_task_options(options, location, problems, has_body=has_body, whole=whole)
    definition = TaskDef(
        name=task_name(options.name, function.__name__, location, problems),
        location=location,
        params=signature.params,
        results=signature.results,
        workspaces=signature.workspaces,
        env=signature.env,
        display_name=display_name,
        description=description,
        function=function,
        has_body=has_body,
        options=options,
        reference=reference,
        given=frozenset(given),
        bound=bound.values if bound is not None else NOTHING,
        called=called if bound is not None else None,
    )
    check_logged(definition, problems)
    order = signature.positional
    if bound is not None:
        order = tuple(name for name in order if name in bound.positional)
    return Task(function, definition, order, problems)


def _plain(function: Callable[P, R]) -> Callable[P, R]:
    """The function itself, where a class has it as a static method or a partial binds values; FLOW002 for none."""
    if isinstance(function, staticmethod):
        function = function.__func__
    inner = function.func if isinstance(function, functools.partial) else function
    if isinstance(inner, Task):
        hint = "call the partial in a pipeline as it is: it is the task with some arguments given"
        refuse("FLOW002", f"@task decorates a function, got {_what(function, inner)}", hint)
    if not inspect.isfunction(inner):
        hint = "write it as `def name(...):`"
        if inner is not function:
            hint += ", and call in it what the partial calls, with the values that it has"
        refuse("FLOW002", f"@task decorates a function, got {_what(function, inner)}", hint)
    found: Callable[P, R] = inner
    return found


def _what(function: object, inner: object) -> str:
    shown = "task" if isinstance(inner, Task) else type(inner).__name__
    return shown if inner is function else f"partial of {shown}"
