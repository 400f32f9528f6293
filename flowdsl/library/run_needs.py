"""The Secrets and ConfigMaps that a run's tasks take and nobody gives: said before the first task starts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from flowdsl.diagnostics.escape import line
from flowdsl.kinds.table import CONFIG_MAP, SECRET, TASK
from flowdsl.library.documents import name_of
from flowdsl.library.run_inputs import Inputs, pipeline_spec

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import PipelineRun

# The fields that name one, and the field in them that has the name.
_NAMED = {
    "secretKeyRef": (SECRET, "name"),
    "secretRef": (SECRET, "name"),
    "secret": (SECRET, "secretName"),
    "configMapKeyRef": (CONFIG_MAP, "name"),
    "configMapRef": (CONFIG_MAP, "name"),
    "configMap": (CONFIG_MAP, "name"),
}
_OPTION = {SECRET.name: "secrets", CONFIG_MAP.name: "config_maps"}


def missing_objects(inputs: Inputs, run: PipelineRun, stand_ins: Collection[str]) -> list[str]:
    """A line for each: who takes it, and how it is given. Tasks that something stands in for take nothing."""
    have = {
        (kind.name, name_of(each)) for kind in (SECRET, CONFIG_MAP) for each in inputs.documents if kind.is_of(each)
    }
    have |= {(SECRET.name, name) for name in inputs.local.secrets}
    have |= {(CONFIG_MAP.name, name) for name in inputs.local.config_maps}
    wanted: dict[tuple[str, str], list[str]] = {}
    for who, part in _parts(inputs, run, stand_ins):
        for kind, name in _taken(part):
            if (kind, name) not in have and "$(" not in name and who not in wanted.setdefault((kind, name), []):
                wanted[kind, name].append(who)
    return [
        f"{kind} {line(name)} is not here, and {' and '.join(map(line, users))} would fail without it: give it with "
        f'LocalRun({_OPTION[kind]}={{"{line(name)}": {{...}}}}), or as a document'
        for (kind, name), users in wanted.items()
        if users
    ]


def _parts(inputs: Inputs, run: PipelineRun, stand_ins: Collection[str]) -> Iterator[tuple[str, object]]:
    """Who takes something, and the document that says what: the tasks of the run's pipeline, and the run."""
    yield "the run", _map(run.get("spec")).get("workspaces")
    pipeline = _map(pipeline_spec(run, inputs.documents))
    tasks = {name_of(each): each for each in inputs.documents if TASK.is_of(each)}
    for field in ("tasks", "finally"):
        listed = pipeline.get(field)
        for task in map(_map, listed if isinstance(listed, list) else ()):
            called = str(_map(task.get("taskRef")).get("name"))
            if called not in stand_ins and str(task.get("name")) not in stand_ins:
                yield f"task {task.get('name')}", [task.get("taskSpec"), _map(tasks.get(called)).get("spec")]


def _taken(part: object) -> Iterator[tuple[str, str]]:
    """The kind and name of each that a document takes and can't do without."""
    if isinstance(part, list):
        for each in part:
            yield from _taken(each)
    elif isinstance(part, Mapping):
        for field, value in part.items():
            if field in _NAMED and isinstance(value, Mapping):
                kind, key = _NAMED[field]
                if isinstance(name := value.get(key), str) and not value.get("optional"):
                    yield kind.name, name
            elif isinstance(value, (dict, list)):
                yield from _taken(value)


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
