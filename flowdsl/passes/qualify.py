"""Names of tasks that two modules of a project use: each gets its module's name in front, `features-prepare`."""

from __future__ import annotations

import os

import attrs

from flowdsl.diagnostics import Collector
from flowdsl.ir.nodes import PipelineDef, TaskDef
from flowdsl.passes.names import lowered


def run(pipeline: PipelineDef, _: Collector) -> PipelineDef:
    """Tell apart different tasks of one name by the modules that define them.

    A name given by `@task(name=...)` stays as it is, and so do tasks of one module: they are told by FLOW012.
    """
    groups: dict[str, dict[int, TaskDef]] = {}
    for node in pipeline.nodes:
        if node.task.function is not None and node.pipeline is None and not node.task.options.name:
            groups.setdefault(node.task.name, {}).setdefault(id(node.task), node.task)
    renamed = {key: name for tasks in groups.values() if len(tasks) > 1 for key, name in _qualified(tasks).items()}
    if not renamed:
        return pipeline
    done: dict[int, TaskDef] = {}
    nodes = []
    for node in pipeline.nodes:
        key = id(node.task)
        if key in renamed:
            task = done.setdefault(key, attrs.evolve(node.task, name=renamed[key]))
            node = attrs.evolve(node, task=task)  # noqa: PLW2901 - the same node with another task
        nodes.append(node)
    return attrs.evolve(pipeline, nodes=tuple(nodes))


def _qualified(tasks: dict[int, TaskDef]) -> dict[int, str]:
    """New names by the key of a task: as little of each module's path in front as tells all of them apart."""
    paths = {key: _module_path(task) for key, task in tasks.items()}
    if len(set(paths.values())) < 2:
        return {}
    for length in range(1, 1 + max(len(path) for path in paths.values())):
        endings = {key: path[-length:] for key, path in paths.items()}
        if len(set(endings.values())) == len(set(paths.values())):
            return {key: "-".join([*map(lowered, endings[key]), tasks[key].name]) for key in tasks}
    return {}


def _module_path(task: TaskDef) -> tuple[str, ...]:
    """The path of the file that defines the task, without its ending; of a package, that of the folder."""
    assert task.function is not None
    parts = os.path.splitext(os.path.abspath(task.function.__code__.co_filename))[0].split(os.sep)
    return tuple(part for part in (parts[:-1] if parts[-1] == "__init__" else parts) if part)
