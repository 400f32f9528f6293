"""What a pipeline is: what it takes, what it does in which order and why, what it gives."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias, TypedDict, cast

import attrs

from flowdsl.compiler import CompileOptions
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.graph.dag import critical_path, redundant_order
from flowdsl.graph.edges import Edge, edges
from flowdsl.ir.bundle import Bundle
from flowdsl.ir.nodes import PipelineDef, Use
from flowdsl.ir.texts import plain_data
from flowdsl.kube import is_duration
from flowdsl.kube.durations import parse_duration
from flowdsl.library.compiling import compile_to_look

_WHY = {
    "result": "takes its result {label!r}",
    "file": "takes its file {label!r}",
    "workspace": "works on what it left in workspace {label!r}",
    "after": "was told to run after it",
    "when": "runs or not by its result {label!r}",
}

_NAME = re.compile(r"[A-Za-z0-9_.-]+")

Value: TypeAlias = str | tuple[str, ...] | Mapping[str, str]
"""A string, an array or an object, of text."""


class Param(TypedDict):
    """A param; its default is None where it has none."""

    name: str
    type: str
    default: Value | None
    required: bool


class Space(TypedDict):
    """A workspace, and what is bound to it."""

    name: str
    source: str


class Wait(TypedDict):
    """A task that another one waits for, and why."""

    task: str
    kind: str
    why: str


# `finally` is a word of Python. `asks` is what one use asks for over its task, by the option.
TaskData = TypedDict(
    "TaskData",
    {
        "name": str,
        "task": str,
        "asks": dict[str, str],
        "location": str,
        "finally": bool,
        "waitsFor": list[Wait],
        "bundle": "BundleData | None",
    },
)


class BundleData(TypedDict):
    """What travels with a task of the user's project; `configMap` is empty where it stands in the script."""

    hash: str
    files: int
    bytes: int
    configMap: str


class Path(TypedDict):
    """The chain of tasks that decides how long a run may take; `seconds` by their timeouts and tries.

    `limit` is the pipeline's own timeout in seconds, None where it has none.
    """

    tasks: list[str]
    seconds: float
    limit: float | None


class Result(TypedDict):
    """A result, with the expression that gives it."""

    name: str
    type: str
    value: Value


class StartData(TypedDict):
    """What starts a run: what happens, what has to hold besides, and the params as they were written."""

    name: str
    kind: str
    what: str
    only: list[str]
    params: dict[str, str]
    location: str


class Explanation(TypedDict):
    """A pipeline as JSON-ready data."""

    name: str
    displayName: str
    description: str
    location: str
    starts: list[StartData]
    params: list[Param]
    workspaces: list[Space]
    tasks: list[TaskData]
    criticalPath: Path
    results: list[Result]


def explain(
    target: Pipeline, *, alpha: Collection[str] = (), profile: str = "", tell: Callable[[str], None] = lambda _: None
) -> Explanation:
    """The pipeline as data. `tell` is told of packages that no lock has. Raises FlowError where it does not compile."""
    compiled = compile_to_look(target, CompileOptions(alpha=frozenset(alpha)), profile, tell)
    pipeline = compiled.pipeline
    waits: dict[str, list[Edge]] = {node.name: [] for node in pipeline.nodes}
    for edge in edges(pipeline):
        waits[edge.target].append(edge)
    dag = compiled.dag
    spare = redundant_order(dag)
    path, seconds = critical_path(dag)
    return {
        "name": pipeline.name,
        "displayName": pipeline.display_name,
        "description": pipeline.description,
        "location": str(pipeline.location),
        "starts": _starts(pipeline),
        "params": [
            {"name": param.name, "type": str(param.type), "default": param.default, "required": param.default is None}
            for param in pipeline.params
        ],
        "workspaces": [{"name": space.name, "source": _source(space.source)} for space in pipeline.workspaces],
        "tasks": [
            {
                "name": node.name,
                "task": node.task.name,
                "asks": _asks(node.task.use),
                "location": str(node.location),
                "finally": node.final,
                "waitsFor": [_why(edge, spare) for edge in waits[node.name]],
                "bundle": _bundle(node.task.bundle),
            }
            for node in pipeline.nodes
        ],
        "criticalPath": {"tasks": path, "seconds": seconds, "limit": _limit(pipeline.options.timeout)},
        "results": [
            {"name": result.name, "type": str(result.type), "value": result.value} for result in pipeline.results
        ],
    }


def _starts(pipeline: PipelineDef) -> list[StartData]:
    if not pipeline.options.on:
        return []
    # Few pipelines say what starts them.
    from flowdsl.ir.said_starts import said

    return [
        {
            "name": each.name,
            "kind": each.kind,
            "what": each.what,
            "only": list(each.only),
            "params": dict(each.params),
            "location": each.location,
        }
        for each in map(said, pipeline.options.on)
    ]


def _limit(timeout: str) -> float | None:
    """The seconds of a pipeline's timeout; `0` is none to Tekton."""
    seconds = parse_duration(timeout) / 1e9 if timeout and is_duration(timeout) else 0
    return seconds or None


_CALLED = {"PVC": "claim", "VolumeClaim": "a claim for each run", "EmptyDir": "scratch volume"}


def _source(source: object) -> str:
    """What a workspace is bound to, in words; "" where the run says."""
    if source is None:
        return ""
    if isinstance(source, Mapping):
        return json.dumps(plain_data(source), ensure_ascii=False)
    kind = type(source).__name__
    fields = attrs.asdict(cast("attrs.AttrsInstance", source))
    name = fields.pop("name", "")
    fields.pop("access_mode", None)
    said = [f"{field.replace('_', ' ')} {value}" for field, value in fields.items() if value not in ("", False)]
    return ", ".join([f"{_CALLED.get(kind, kind)} {name}".rstrip(), *said])


def _asks(use: Use | None) -> dict[str, str]:
    """What one use asks for over its task, by the option: of variables the names alone."""
    return {name: _shown(name, value) for name, value in use.given.items()} if use is not None else {}


def _shown(name: str, value: object) -> str:
    if name == "env" and isinstance(value, Mapping):
        return ", ".join(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={each}" for key, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _bundle(bundle: Bundle | None) -> BundleData | None:
    if bundle is None:
        return None
    name = bundle.name if bundle.mounted else ""
    return {"hash": bundle.digest, "files": len(bundle.files), "bytes": bundle.size, "configMap": name}


def _why(edge: Edge, spare: set[tuple[str, str]]) -> Wait:
    # A result has a name; a condition that was decided is told as it was written.
    decided = edge.kind == "when" and not _NAME.fullmatch(edge.label)
    why = f"runs or not by {edge.label}" if decided else _WHY[edge.kind].format(label=edge.label)
    if edge.kind == "after" and (edge.source, edge.target) in spare:
        why += ", and would anyway"
    return {"task": edge.source, "kind": edge.kind, "why": why}
