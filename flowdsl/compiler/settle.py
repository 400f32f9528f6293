"""A project's settings applied to what was traced: who wins is docs/profiles.md, "Who wins".

A stage before slicing, since the image says which Python a body is for.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import attrs

from flowdsl.compiler.images import rewritten_task
from flowdsl.diagnostics import Collector
from flowdsl.frontend.options_check import check_image, check_pod_options
from flowdsl.ir.nodes import Node, PipelineDef, TaskDef
from flowdsl.ir.options import Build, PipelineOptions, TaskOptions
from flowdsl.ir.settings import Options, Settings
from flowdsl.ir.uses import rebased

_MERGED = ("env", "labels", "annotations", "node_selector")
"""What is joined name by name; every other option is replaced."""
_ELSEWHERE = frozenset({"retries", "timeout", "node_selector", "tolerations", "service_account"})
"""What a pipeline can say of a task that exists already."""
_FOR_PACKAGES = ("packages_cache", "packages_image")
_Bases: TypeAlias = dict[int, tuple[TaskDef, TaskDef]]


def settle(pipeline: PipelineDef, settings: Settings, collector: Collector) -> PipelineDef:
    """The pipeline with the settings applied to tasks, run and name; FLOW002 for a task that has no image even so."""
    if settings:
        pipeline = attrs.evolve(pipeline, nodes=tuple(_nodes(pipeline, settings, collector)))
        pipeline = _settled_run(pipeline, settings, collector)
        return attrs.evolve(pipeline, name=settings.profile.prefix + pipeline.name)
    seen: set[int] = set()
    for node in pipeline.nodes:
        if node.pipeline is not None:
            settle(node.pipeline, settings, collector)
        elif id(node.task) not in seen:
            seen.add(id(node.task))
            check_image(node.task, collector)
    return pipeline


def settle_added(pipeline: PipelineDef, settings: Settings, collector: Collector) -> PipelineDef:
    """The same for tasks that nobody wrote: what decides conditions, and what builds images."""
    if not settings:
        return pipeline
    done: dict[int, TaskDef] = {}
    known = {image for node in pipeline.nodes if node.task.function is not None for image in _images(node.task)}
    nodes = []
    for node in pipeline.nodes:
        task = node.task
        if node.pipeline is not None:
            node = attrs.evolve(node, pipeline=settle_added(node.pipeline, settings, collector))  # noqa: PLW2901
        elif task.function is None and task.reference is None:
            if id(task) not in done:
                # Where it runs in an image that another task names, that is the profile's by now.
                here = settings.without_images() if task.options.image in known else settings
                done[id(task)] = settled_task(attrs.evolve(task, given=_said(task.options)), here, collector)
            own = done[id(task)]
            node = attrs.evolve(node, task=own, retries=own.options.retries, timeout=own.options.timeout)  # noqa: PLW2901
        nodes.append(node)
    return attrs.evolve(pipeline, nodes=tuple(nodes))


def _images(task: TaskDef) -> tuple[str, ...]:
    build = task.options.packages_image
    return (task.options.image, build.image) if isinstance(build, Build) else (task.options.image,)


def _said(options: TaskOptions) -> frozenset[str]:
    return frozenset(each.name for each in attrs.fields(TaskOptions) if getattr(options, each.name) != each.default)


def settled_task(task: TaskDef, settings: Settings, collector: Collector, bases: _Bases | None = None) -> TaskDef:
    """A task with the settings applied; FLOW002 where it has no image even so.

    `bases` keeps one task for all its uses. What one use asks for goes over a profile.
    """
    if settings:
        task = _changed(task, settings, {} if bases is None else bases)
    check_image(task, collector)
    return task


def _changed(task: TaskDef, settings: Settings, bases: _Bases) -> TaskDef:
    profile, use = settings.profile, task.use
    if use is None:
        task = _with_options(task, settings)
    else:
        base, pulled = _base(use.of, settings, bases)
        task = attrs.evolve(rebased(task, base), use=attrs.evolve(use, of=pulled))
    return rewritten_task(attrs.evolve(task, prefix=profile.prefix), profile.images)


def _base(of: TaskDef, settings: Settings, bases: _Bases) -> tuple[TaskDef, TaskDef]:
    """What a use is one of, with the settings applied; and the same with the images of the profile."""
    if id(of) not in bases:
        base = _with_options(of, settings)
        bases[id(of)] = base, rewritten_task(base, settings.profile.images)
    return bases[id(of)]


def matching(name: str, tables: Mapping[str, Options]) -> Iterator[str]:
    """The keys of a profile's `tasks` that a task falls under, the weakest first: patterns in their order, its name."""
    yield from (key for key in tables if key != name and "*" in key and fnmatch.fnmatchcase(name, key))
    if name in tables:
        yield name


def _nodes(pipeline: PipelineDef, settings: Settings, collector: Collector) -> Iterator[Node]:
    done: dict[int, TaskDef] = {}
    bases: _Bases = {}
    for node in pipeline.nodes:
        if node.pipeline is not None:
            # Its spec stands within the other's: it has no name of its own, and no run.
            inner = tuple(_nodes(node.pipeline, settings, collector))
            yield attrs.evolve(node, pipeline=attrs.evolve(node.pipeline, nodes=inner))
            continue
        task = done.get(id(node.task))
        if task is None:
            task = done[id(node.task)] = settled_task(node.task, settings, collector, bases)
        options = task.options
        yield attrs.evolve(
            node,
            task=task,
            retries=node.retries if "retries" in node.said else options.retries,
            timeout=node.timeout if "timeout" in node.said else options.timeout,
        )


def _with_options(task: TaskDef, settings: Settings) -> TaskDef:
    profile = settings.profile
    own = {name: getattr(task.options, name) for name in task.given}
    weak = [_fitting(task, each) for each in (settings.task, profile.task)]
    strong = [profile.tasks[key] for key in matching(task.name, profile.tasks)]
    changes: dict[str, object] = {}
    for layer in (*weak, own, *strong):
        for name, value in layer.items():
            if task.reference is not None and name not in _ELSEWHERE:
                continue
            changes[name] = _joined(changes.get(name), value) if name in _MERGED else value
    evolve: Callable[..., TaskOptions] = attrs.evolve
    return attrs.evolve(task, options=evolve(task.options, **changes))


def _joined(before: object, value: object) -> object:
    """A mapping over another one."""
    return {**before, **value} if isinstance(before, Mapping) and isinstance(value, Mapping) else value


def _fitting(task: TaskDef, defaults: Options) -> Options:
    """The defaults that are for a task of its kind."""
    options = task.options
    if options.verbatim:
        return {}
    left_out: set[str] = set()
    if not task.works or (options.step_template is not None and options.step_template.image):
        left_out.add("image")
    if not options.packages and not options.apt:
        left_out.update(_FOR_PACKAGES)
    return {name: value for name, value in defaults.items() if name not in left_out}


def _settled_run(pipeline: PipelineDef, settings: Settings, collector: Collector) -> PipelineDef:
    given = settings.profile.run
    if not given:
        return pipeline
    evolve: Callable[..., PipelineOptions] = attrs.evolve
    own = pipeline.options
    joined = {name: _joined(getattr(own, name), value) for name, value in given.items() if name in _MERGED}
    options = evolve(own, **{**given, **joined})
    check_pod_options(options, settings.in_profile(next(iter(given))), collector)
    return attrs.evolve(pipeline, options=options)
