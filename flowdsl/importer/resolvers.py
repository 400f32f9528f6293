"""References to Tasks and Pipelines elsewhere: `named(...)`, `hub(...)`, `git(...)` and their kin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from flowdsl.importer.code import Code, call, literal, quoted
from flowdsl.importer.shapes import Unsupported
from flowdsl.importer.writer import Writer
from flowdsl.kinds.table import TASK

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import PipelineRef, TaskRef

# By resolver: the function, its params in the order it writes them, the arguments they go to (positional ones first),
# and what it writes of an argument that is not given.
_KNOWN: dict[str, tuple[str, tuple[str, ...], dict[str, str], dict[str, str]]] = {
    "hub": (
        "hub",
        ("catalog", "type", "kind", "name", "version"),
        {"name": "", "version": "version", "catalog": "catalog", "kind": "kind", "type": "type_"},
        {"type": "artifact", "kind": "task"},
    ),
    "git": (
        "git",
        ("url", "revision", "pathInRepo"),
        {"url": "", "pathInRepo": "", "revision": "revision"},
        {},
    ),
    "bundles": (
        "bundle",
        ("bundle", "name", "kind", "serviceAccount"),
        {"bundle": "", "name": "", "kind": "kind", "serviceAccount": "service_account"},
        {"kind": "task"},
    ),
    "cluster": (
        "cluster",
        ("kind", "name", "namespace"),
        {"name": "", "namespace": "namespace", "kind": "kind"},
        {"kind": "task"},
    ),
    "http": ("http", ("url",), {"url": ""}, {}),
}
_NEEDED = {"hub": {"version"}, "git": {"revision"}}


def reference_code(reference: TaskRef | PipelineRef, writer: Writer) -> Code:
    """The source of a taskRef or pipelineRef. Raises Unsupported."""
    given = {name: value for name, value in reference.items() if value not in (None, "", [])}
    if set(given) - {"name", "kind", "apiVersion", "resolver", "params"}:
        raise Unsupported("taskRef", "a field that v1 does not have")
    if "resolver" not in given:
        return _named(cast("Mapping[str, str]", given), writer)
    if set(given) - {"resolver", "params"}:
        raise Unsupported("taskRef", "a resolver and a name")
    params = reference.get("params") or []
    values = {each["name"]: each.get("value") for each in params}
    if len(values) < len(params) or any(set(each) - {"name", "value"} for each in params):
        raise Unsupported("taskRef", "params of the resolver")
    resolver = reference["resolver"]
    return _known(resolver, values, writer) or call(writer.use("resolver"), quoted(resolver), literal(values))


def _named(given: Mapping[str, str], writer: Writer) -> Code:
    # A custom task needs no name: its controller may know all from its kind.
    custom = given.get("apiVersion") and given.get("kind")
    if not given.get("name") and not custom:
        raise Unsupported("taskRef", "a reference without a name")
    said: dict[str, Code] = {}
    if given.get("kind") and (given["kind"] != TASK.name or given.get("apiVersion")):
        said["kind"] = quoted(given["kind"])
    if given.get("apiVersion"):
        said["api_version"] = quoted(given["apiVersion"])
    return call(writer.use("named"), quoted(given.get("name", "")), **said)


def _known(resolver: str, values: Mapping[str, object], writer: Writer) -> Code | None:
    """The function for a resolver, where it writes exactly these params in this order."""
    if resolver not in _KNOWN:
        return None
    function, written, arguments, defaults = _KNOWN[resolver]
    texts = {name: value for name, value in values.items() if isinstance(value, str) and value}
    if len(texts) < len(values) or [name for name in written if name in values] != list(values):
        return None
    positional = [name for name, argument in arguments.items() if not argument]
    needed = {*positional, *_NEEDED.get(resolver, ())}
    if not needed <= set(values):
        return None
    said = {
        argument: quoted(texts.get(name, ""))
        for name, argument in arguments.items()
        if argument and texts.get(name, "") != defaults.get(name, "")
    }
    return call(writer.use(function), *(quoted(texts[name]) for name in positional), **said)


def reference_name(reference: TaskRef) -> str:
    """What a reference is best called: the Task's name where it says one."""
    if reference.get("name"):
        return str(reference["name"])
    values = {each.get("name"): each.get("value") for each in reference.get("params") or ()}
    for name in ("name", "pathInRepo", "url"):
        value = values.get(name)
        if isinstance(value, str) and "$(" not in value:
            last = value.rstrip("/").rpartition("/")[2]
            return str(last.rpartition(".")[0] or last)
    return ""
