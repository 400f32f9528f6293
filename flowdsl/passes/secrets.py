"""Secrets: a literal that looks like a credential is an error, wherever it would end up in YAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from flowdsl.diagnostics import Collector, Location
from flowdsl.ir.nodes import PipelineDef, TaskDef, Text
from flowdsl.ir.options import Sidecar, Step, TaskOptions
from flowdsl.ir.refs import strings
from flowdsl.ir.volumes import EnvValue
from flowdsl.kube import assigned_credential, find_credential, looks_secret
from flowdsl.kube.source_lines import Sources

_WORD = "an argument"
_Related: TypeAlias = tuple[tuple[str, Location], ...]
_Part: TypeAlias = TaskOptions | Step | Sidecar


def run(pipeline: PipelineDef, collector: Collector) -> PipelineDef:
    """Look at every literal: defaults, arguments, environment, the run's own values.

    A verbatim pipeline says what its YAML said before; `flowdsl lint` tells of secrets in it, as it does for YAML.
    """
    if pipeline.options.verbatim:
        return pipeline
    for param in pipeline.params:
        if _is_secret(param.name, param.default):
            _report(f"the default of param {param.name!r}", param.location, collector)
    for name, value in pipeline.options.run.items():
        if _is_secret(name, str(value)):
            _report(f"run value {name!r}", pipeline.location, collector)
    seen: set[int] = set()
    for node in pipeline.nodes:
        for name, text in node.arguments.items():
            if _is_secret(name, text):
                _report(f"argument {name!r} of task {node.name!r}", node.location, collector)
        if id(node.task) not in seen:
            seen.add(id(node.task))
            _check_task(node.task, collector)
    return pipeline


def _check_task(task: TaskDef, collector: Collector) -> None:
    for param in task.params:
        if _is_secret(param.name, param.default):
            _report(f"the default of {param.name!r} in task {task.name!r}", task.location, collector)
    parts = task.options.containers
    for name, value in _environment(task.options, parts):
        if isinstance(value, str) and looks_secret(name, value):
            _report(f"variable {name!r} of task {task.name!r}", task.place, collector)
    for what, text in _texts(task, parts):
        if start := find_credential(text):
            where = f"{what} of task {task.name!r} (at {start}…)"
            _report(where, task.location, collector, _written_at(task, start))
        elif what != _WORD and (variable := assigned_credential(text)):
            where = f"{variable!r} in {what} of task {task.name!r}"
            _report(where, task.location, collector, _written_at(task, variable))


def _written_at(task: TaskDef, part: str) -> _Related:
    """The line of the user's code, by its path in the project, where a part of the task's own script stands."""
    files = task.mounted.files if task.mounted is not None else ()
    mounted = {file.path: file.content for file in files if isinstance(file.content, str)}
    places = [Sources.of(task.script or "", held).place(part) for held in ({}, mounted)]
    return tuple(("comes from", Location(*place)) for place in places if place is not None)[:1]


def _environment(options: TaskOptions, parts: Iterable[_Part]) -> Iterator[tuple[str, EnvValue]]:
    for part in parts:
        yield from part.env.items()
    if options.step_template is not None:
        yield from options.step_template.env.items()


def _texts(task: TaskDef, parts: Iterable[_Part]) -> Iterator[tuple[str, str]]:
    """Every text that a container of the task gets, with what it is."""
    if task.script:
        yield "a script", task.script
    if task.mounted is not None:
        for file in task.mounted.files:
            if isinstance(file.content, str):
                yield f"file {file.path}", file.content
    for part in parts:
        if part.script:
            yield "a script", part.script
        for word in (*part.command, *part.args):
            yield _WORD, word


def _is_secret(name: str, value: Text | None) -> bool:
    if isinstance(value, str):
        return looks_secret(name, value)
    return value is not None and any(looks_secret(name, text) for text in strings(value))


def _report(where: str, location: Location, collector: Collector, related: _Related = ()) -> None:
    # The value itself is never shown: logs are kept.
    collector.error(
        "FLOW103",
        f"{where} looks like a credential; it would stand readable in the YAML",
        location,
        hint='keep it in a Kubernetes Secret: `token: Secret = Secret("name", key="token")`',
        related=related,
    )
