"""Steps, sidecars and step templates: what the DSL has a word for by that word, the rest in `extra`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from flowdsl.diagnostics import Path
from flowdsl.importer.code import Code, Group, Part, call, literal, mapping, quoted
from flowdsl.importer.comments import Comments
from flowdsl.importer.shapes import text_of
from flowdsl.importer.writer import Writer
from flowdsl.ir.options import TaskOptions
from flowdsl.kinds.table import HOLDING

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import EnvVar, StepTemplate
    from flowdsl.kinds.shapes import Sidecar as ContainerSidecar
    from flowdsl.kinds.shapes import Step as ContainerStep

GPU = TaskOptions().gpu_resource
_STEP = {
    "name": "name",
    "image": "image",
    "command": "command",
    "args": "args",
    "script": "script",
    "workingDir": "working_dir",
    "timeout": "timeout",
    "onError": "on_error",
    "securityContext": "security",
}
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
T = TypeVar("T")
_SIDECAR = {
    "name": "name",
    "image": "image",
    "command": "command",
    "args": "args",
    "script": "script",
    "securityContext": "security",
}
_TEMPLATE = {"image": "image", "workingDir": "working_dir"}


def step(item: ContainerStep, writer: Writer, owner: str) -> Group:
    """A `Step(...)`."""
    said, rest = _said(item, _STEP, writer, owner, "step")
    reference = rest.get("ref")
    if isinstance(reference, Mapping):
        name = reference.get("name")
        said["ref"] = quoted(str(name)) if set(reference) == {"name"} else literal(reference)
        del rest["ref"]
    params = item.get("params")
    named = {each.get("name") for each in params or ()}
    if params and len(named) == len(params) and all(set(each) == {"name", "value"} for each in params):
        said["params"] = literal({each["name"]: text_of(each["value"]) for each in params})
        del rest["params"]
    return _call("Step", said, rest, writer)


def sidecar(item: ContainerSidecar, writer: Writer, owner: str) -> Group:
    """A `Sidecar(...)`."""
    said, rest = _said(item, _SIDECAR, writer, owner, "sidecar")
    return _call("Sidecar", said, rest, writer)


def template(item: StepTemplate, writer: Writer, owner: str) -> Group:
    """A `StepTemplate(...)`."""
    said, rest = _said(item, _TEMPLATE, writer, owner, "template")
    return _call("StepTemplate", said, rest, writer)


def parts(
    items: Sequence[T],
    make: Callable[[T, Writer, str], Group],
    writer: Writer,
    comments: Comments,
    at: Path,
    owner: str,
) -> Group:
    """A list of them, each with the comments that stand by it."""
    made = [Part(make(item, writer, owner), "", comments.take((*at, index))) for index, item in enumerate(items)]
    return Group("", "[]", tuple(made))


def _said(
    item: ContainerStep | ContainerSidecar | StepTemplate,
    fields: Mapping[str, str],
    writer: Writer,
    owner: str,
    kind: str,
) -> tuple[dict[str, Code], dict[str, object]]:
    said: dict[str, Code] = {}
    rest = {name: value for name, value in item.items() if value is not None}
    for field, python in fields.items():
        value = rest.pop(field, None)
        if value in (None, "", []):
            continue
        if field == "securityContext" and not value:
            rest[field] = value
        else:
            said[python] = (
                script(value, writer, f"{owner}-{item.get('name') or kind}")
                if field == "script" and isinstance(value, str)
                else literal(value)
            )
    entries = environment(item.get("env"), writer)
    if entries is not None:
        rest.pop("env", None)
        if entries:
            said["env"] = mapping(entries)
    if kind != "template":
        said |= _resources(rest)
    return said, rest


def script(text: str, writer: Writer, wanted: str) -> Code:
    """A script: in place where it is one line, else a constant of the module, where it can be read."""
    return writer.constant(f"{wanted}-script", text) if "\n" in text.rstrip("\n") else quoted(text)


def _call(name: str, said: Mapping[str, Code], rest: Mapping[str, object], writer: Writer) -> Group:
    extra = {"extra": literal(rest)} if rest else {}
    return call(writer.use(name), **said, **extra)


def environment(env: Sequence[EnvVar] | None, writer: Writer) -> dict[str, Code] | None:
    """The env list as entries of a dict; None where a dict can't hold it."""
    if not env:
        return {}
    names = [each.get("name") for each in env]
    if len(set(names)) < len(names):
        return None
    found: dict[str, Code] = {}
    for each in env:
        fields = {field for field, value in each.items() if value is not None} - {"name"}
        name = each["name"]
        if not fields:
            found[name] = "None"
        elif fields == {"value"}:
            found[name] = literal(text_of(each["value"]))
        elif fields == {"valueFrom"} and isinstance(each["valueFrom"], Mapping):
            found[name] = _source(each["valueFrom"], writer)
        else:
            return None
    return found


def _source(source: Mapping[str, object], writer: Writer) -> Code:
    for kind in HOLDING:
        key = source.get(kind.variables[0])
        if len(source) == 1 and isinstance(key, Mapping) and key.get("name") and key.get("key"):
            if set(key) == {"name", "key"}:
                return call(writer.use(kind.python), quoted(key["name"]), quoted(key["key"]))
            if set(key) == {"name", "key", "optional"} and key["optional"] is True:
                return call(writer.use(kind.python), quoted(key["name"]), quoted(key["key"]), optional="True")
    return literal(source)


def _resources(rest: dict[str, object]) -> dict[str, Code]:
    """`cpu=`, `memory=` and `gpu=` for computeResources that have nothing else."""
    found = amounts(rest.get("computeResources"))
    if not found:
        return {}
    del rest["computeResources"]
    return {name: literal(value) for name, value in found.items()}


def amounts(given: object) -> dict[str, object] | None:
    """The values of `cpu=`, `memory=` and `gpu=` that say computeResources; None where there is more in them."""
    if not isinstance(given, Mapping) or not set(given) <= {"requests", "limits"}:
        return None
    requests, limits = given.get("requests") or {}, given.get("limits") or {}
    names = {*requests, *limits}
    if not names <= {"cpu", "memory", GPU} or not all(
        isinstance(text, str) for each in (requests, limits) for text in each.values()
    ):
        return None
    found: dict[str, object] = {
        name: _range(requests.get(name, ""), limits.get(name, "")) for name in ("cpu", "memory") if name in names
    }
    if GPU in names:
        number = limits.get(GPU, "")
        if requests.get(GPU) != number or not _NUMBER.fullmatch(number):
            return None
        found["gpu"] = int(number)
    return found


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low}..{high}"
