"""Tasks and StepActions as decorated functions."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import Path
from flowdsl.importer import steps
from flowdsl.importer.code import (
    Code,
    Group,
    Part,
    call,
    comment_lines,
    literal,
    mapping,
    quoted,
    render,
    sequence,
    text_block,
)
from flowdsl.importer.comments import Comments
from flowdsl.importer.names import dashed
from flowdsl.importer.signatures import Signature, read_results, read_signature
from flowdsl.importer.writer import Writer
from flowdsl.ir.types import TypeSpec

_META = frozenset({"name", "labels", "annotations"})
_SPEC = frozenset(
    {
        "params", "workspaces", "results", "steps", "stepTemplate", "sidecars", "volumes", "displayName", "description",
        "metadata",
    }
)  # fmt: skip
_ACTION = frozenset(
    {
        "params", "results", "description", "image", "command", "args", "workingDir", "env", "script",
        "securityContext",
    }
)  # fmt: skip

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import EmbeddedTask, ObjectMeta, PipelineSpec, StepActionSpec, TaskSpec


@attrs.frozen
class TaskFunction:
    """A function of the module that pipelines and runs may call; `asked` is what a use asks of it."""

    name: str
    task_name: str
    signature: Signature
    asked: Mapping[str, Code] = attrs.field(factory=dict)


def write_task(
    spec: TaskSpec | EmbeddedTask,
    meta: ObjectMeta,
    function: str,
    writer: Writer,
    comments: Comments,
    at: Path,
    *,
    inline: bool = False,
    results: Mapping[str, TypeSpec] = MappingProxyType({}),
) -> TaskFunction:
    """Write `@task(...)` and its function; `at` is where the spec is in its document. Raises Unsupported.

    `results` are types of results that are more than Tekton says.
    """
    name = meta.get("name") or dashed(function)
    signature = read_signature(spec, writer, comments, at, function)
    read_results(signature, spec.get("results") or (), writer, comments, (*at, "results"), function, results)
    said: dict[str, Code] = {"verbatim": "True"}
    if inline:
        said["inline"] = "True"
    said |= naming(name, function, meta)
    said |= texts(spec)
    said["steps"] = steps.parts(spec.get("steps") or [], steps.step, writer, comments, (*at, "steps"), function)
    if isinstance(spec.get("stepTemplate"), Mapping):
        said["step_template"] = steps.template(spec["stepTemplate"], writer, function)
    if spec.get("sidecars"):
        made = steps.parts(spec["sidecars"], steps.sidecar, writer, comments, (*at, "sidecars"), function)
        said["sidecars"] = made
    if spec.get("volumes"):
        said["volumes"] = sequence(
            Part(literal(each), "", comments.take((*at, "volumes", index)))
            for index, each in enumerate(spec["volumes"])
        )
    rest = {field: value for field, value in spec.items() if field not in _SPEC and value is not None}
    if rest:
        said["extra"] = literal(rest)
    _write(writer, comments.take(at if inline else ()), call(writer.use("task"), **said), signature, function, spec)
    return TaskFunction(function, name, signature)


def write_step_action(
    spec: StepActionSpec, meta: ObjectMeta, function: str, writer: Writer, comments: Comments
) -> None:
    """Write `@step_action(...)` and its function. Raises Unsupported."""
    at: Path = ("spec",)
    signature = read_signature(spec, writer, comments, at, function)
    read_results(signature, spec.get("results") or (), writer, comments, (*at, "results"), function)
    rest = {field: value for field, value in spec.items() if field not in _ACTION and value is not None}
    said: dict[str, Code] = {**naming(meta["name"], function, meta), **texts(spec)}
    given: Mapping[str, object] = spec
    for field, python in (
        ("image", "image"),
        ("command", "command"),
        ("args", "args"),
        ("workingDir", "working_dir"),
        ("securityContext", "security"),
    ):
        if given.get(field):
            said[python] = literal(given[field])
    env = steps.environment(spec.get("env"), writer)
    if env is None:
        rest["env"] = spec["env"]
    elif env:
        said["env"] = mapping(env)
    if spec.get("script"):
        said["script"] = steps.script(spec["script"], writer, function)
    if rest:
        said["extra"] = literal(rest)
    _write(writer, comments.take(()), call(writer.use("step_action"), **said), signature, function, spec)


def naming(name: str, function: str, meta: ObjectMeta) -> dict[str, Code]:
    """`name=` where the function's does not give it, and the rest of the metadata."""
    said: dict[str, Code] = {} if dashed(function) == name else {"name": quoted(name)}
    return said | metadata(meta)


def metadata(meta: ObjectMeta, known: frozenset[str] = _META) -> dict[str, Code]:
    """Labels, annotations, and whatever else an object's metadata has."""
    said = {field: literal(meta[field]) for field in ("labels", "annotations") if meta.get(field)}
    rest = {field: value for field, value in meta.items() if field not in known and value is not None}
    return said | ({"metadata": literal(rest)} if rest else {})


def texts(spec: TaskSpec | EmbeddedTask | StepActionSpec | PipelineSpec) -> dict[str, Code]:
    """`display_name=`, and `description=` where the docstring can't carry it."""
    shown = {**spec}.get("displayName")
    said = {"display_name": literal(shown)} if shown else {}
    description = spec.get("description")
    if description and docstring(description) is None:
        said["description"] = literal(description)
    return said


def docstring(text: str) -> str | None:
    """The docstring that says exactly this, indented; None where none does."""
    body = text.removesuffix("\n")
    ended = body != text
    if not body or (ended and "\n" not in body) or any(char in body for char in "\t\r\x0c\x0b"):
        return None
    lines = [f"    {line}" if line else "" for line in body.split("\n")]
    inner = "\n".join(lines)[4:] + ("\n    " if ended else "")
    written = text_block(inner, opened=False)
    # What a formatter or a reader would change is no docstring: `described` in the frontend reads it this way.
    same = inspect.cleandoc(inner) + ("\n" if ended else "") == text
    return written if same and '\\"' not in written and "\\" not in inner and not any(_trailing(lines)) else None


def _trailing(lines: list[str]) -> list[str]:
    return [line for line in lines if line != line.rstrip()]


def _write(
    writer: Writer,
    comments: tuple[str, ...],
    decorator: Group,
    signature: Signature,
    function: str,
    spec: TaskSpec | EmbeddedTask | StepActionSpec,
) -> None:
    lines = comment_lines(comments)
    lines.append("@" + render(decorator, 0, 1))
    lines += body(signature, function, spec)
    writer.blocks.append("\n".join(lines))


def body(signature: Signature, function: str, spec: TaskSpec | EmbeddedTask | StepActionSpec) -> list[str]:
    """A function without code of its own, as strict checkers accept one that returns something."""
    said = docstring(spec["description"]) if spec.get("description") else None
    gives = signature.returns != "None"
    if said is None and not gives:
        return [signature.head(function, " ...")]
    lines = [signature.head(function), *([f"    {said}"] if said else [])]
    return [*lines, "    raise NotImplementedError" if gives else "    ..."]
