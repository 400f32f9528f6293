"""The slicing stage: every function body becomes the one script its step runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from flowdsl.compiler.logged import with_log_readers
from flowdsl.compiler.packages import Locks, install_call, names_of, need_of, recipe_of
from flowdsl.diagnostics import Collector
from flowdsl.frontend.rules import MISSING_MODULE
from flowdsl.ir.nodes import PipelineDef, TaskDef
from flowdsl.ir.types import STRING, Kind, TypeSpec
from flowdsl.kube.conventions import ARCHITECTURE, ARGUMENT_MOST

if TYPE_CHECKING:
    from flowdsl.frontend.script import Script, ScriptInput
    from flowdsl.frontend.slicing import Surveys
    from flowdsl.packages.images import Recipe

_ENCODED = 8
"""More bytes than a character of a script takes once it is encoded: most are too short for a closer look."""
_WORKSPACE = TypeSpec(Kind.WORKSPACE, "Workspace")


def with_scripts(
    pipeline: PipelineDef, collector: Collector, locks: Locks, surveys: Surveys | None = None
) -> PipelineDef:
    """The pipeline with `script` set on every task that has a body; each function is sliced once.

    `locks` has the packages of the tasks that want some, `surveys` what is known of their projects' modules.
    """
    surveys = surveys if surveys is not None else {}
    done: dict[int, TaskDef] = {}
    written: dict[object, TaskDef] = {}
    nodes = []
    for node in pipeline.nodes:
        if node.pipeline is not None:
            nodes.append(attrs.evolve(node, pipeline=with_scripts(node.pipeline, collector, locks, surveys)))
            continue
        known = id(node.task)
        task = done.get(known)
        if task is None and not node.task.has_body:
            task = done[known] = with_script(node.task, collector, locks, surveys)
        elif task is None:
            source = _source(node.task)
            same = written.setdefault(source, node.task)
            if same is node.task:
                task = written[source] = with_script(node.task, collector, locks, surveys)
            else:
                # A script's image may come by a param, and have a task that builds it.
                sliced = attrs.evolve(node.task, script=same.script, bundle=same.bundle)
                with_image = attrs.evolve(sliced, image=same.image, params=same.params, build=same.build)
                task = with_log_readers(with_image, collector)
            done[known] = task
        nodes.append(node if task is node.task else attrs.evolve(node, task=task))
    return attrs.evolve(pipeline, nodes=tuple(nodes))


def _source(task: TaskDef) -> object:
    """What a task's script is made of: uses of it that ask for other resources have the same."""
    origin, options = (task.use.of if task.use is not None else task), task.options
    made_of = (options.image, options.python, options.requires, options.packages, options.packages_image)
    bound = tuple(task.bound.items())
    return (
        id(task.function),
        id(origin.options),
        bound,
        *made_of,
        options.apt,
        options.node_selector.get(ARCHITECTURE),
    )


def with_script(
    task: TaskDef, collector: Collector, locks: Locks, surveys: Surveys | None = None, *, mount: bool = True
) -> TaskDef:
    """A task with the script of its body; as it is where it has none.

    Without `mount` all that it needs is in the script, for what takes one of any length.
    """
    if not task.has_body:
        need_of(task, collector)  # which says that there is nothing to install them for
        task = with_log_readers(task, collector)
        _check_together(task, collector)
        return task
    script, recipe = _script(task, collector, locks, surveys, mount)
    made = task if script is None else attrs.evolve(task, script=script.text, bundle=script.bundle)
    made = with_log_readers(made, collector)
    _check_together(made, collector)
    if recipe is None:
        return made
    from flowdsl.compiler.builds import in_image

    return in_image(made, recipe, collector)


def _check_together(task: TaskDef, collector: Collector) -> None:
    """Report FLOW071 for scripts of several steps that are too long together; the body's alone is told elsewhere."""
    others = [part.script for part in task.options.containers if part.script]
    scripts = [task.script, *others] if task.script else others
    if not others or task.options.verbatim or sum(map(len, scripts)) * _ENCODED < ARGUMENT_MOST:
        return
    from flowdsl.frontend.script import script_size_problem

    problem = script_size_problem(*scripts)
    if problem:
        told = ", ".join(f"{len(each.encode('utf-8', 'replace')) / 1024:,.1f} KiB" for each in scripts)
        hint = "put the code in an image, or its data in a file on a workspace"
        collector.error("FLOW071", f"{problem}; before that: {told}", task.location, hint=hint)


def _script(
    task: TaskDef, collector: Collector, locks: Locks, surveys: Surveys | None, mount: bool
) -> tuple[Script | None, Recipe | None]:
    """A task's script, None where findings in the collector say why, and the image that is built for it."""
    function = task.function
    if function is None:
        return None, None
    # Not at the top: a pipeline of container tasks has nothing to slice.
    from flowdsl.frontend.script import ScriptOutput, build_script, script_roots
    from flowdsl.frontend.slicing import slice_source, target_version

    inputs = script_inputs(task, function)
    options = task.options
    target = target_version(options.image, options.python)
    roots = script_roots(inputs)
    packages, requires = "", list(options.requires)
    need = need_of(task, collector)
    resolution = locks.of(need, collector) if need is not None else None
    if need is not None:
        requires += names_of(need, resolution)
    if resolution is not None:
        packages = install_call(resolution, image=bool(options.requires))
    # Without a lock nobody knows which modules come along with the packages.
    found = Collector() if need is not None and locks.unlocked else collector
    cut = slice_source(function, roots, requires=requires, target=target, collector=found, surveys=surveys)
    if found is not collector:
        collector.extend(each for each in found if each.code != MISSING_MODULE.code)
    if cut is None:
        return None, None
    if not task.results:
        from flowdsl.frontend.slicing.dropped import dropped_values

        dropped_values(function, collector)
    outputs = [ScriptOutput(result.name, result.type, result.field) for result in task.results]
    name, python = task.name, options.python
    script = build_script(
        cut, inputs, outputs, task=name, collector=collector, python=python, packages=packages, mount=mount
    )
    return script, recipe_of(options, resolution)


def script_inputs(task: TaskDef, function: Callable[..., object]) -> list[ScriptInput]:
    """Every parameter of the function in its order: params, workspaces and secrets alike."""
    from flowdsl.frontend.script import ScriptInput

    types = {param.python: param.type for param in task.params}
    types.update({space.python: attrs.evolve(_WORKSPACE, optional=space.optional) for space in task.workspaces})
    types.update({item.name: TypeSpec(item.kind, item.kind.value, optional=item.optional) for item in task.env})
    types.update(dict.fromkeys(task.bound, STRING))
    kinds = inspect.signature(function).parameters
    return [
        ScriptInput(
            name,
            types[name],
            positional=parameter.kind is inspect.Parameter.POSITIONAL_ONLY,
            value=task.bound.get(name, ""),
        )
        for name, parameter in kinds.items()
        if name in types
    ]
