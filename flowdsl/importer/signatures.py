"""Params, workspaces and results of a Task, StepAction or Pipeline as the signature of a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.diagnostics import Path
from flowdsl.importer.code import WIDTH, Code, Group, Pair, Part, call, comment_lines, literal, quoted, render
from flowdsl.importer.comments import Comments
from flowdsl.importer.names import RESULTS, Names, class_name, local_names, python_name
from flowdsl.importer.references import Known
from flowdsl.importer.shapes import STRING, Shape, Unsupported, declared_shape, text_of
from flowdsl.importer.typed import annotation, constant
from flowdsl.importer.writer import Writer
from flowdsl.ir.types import TypeSpec

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import (
        EmbeddedTask,
        ParamSpec,
        ParamValue,
        PipelineSpec,
        PipelineWorkspaceDeclaration,
        StepActionSpec,
        StepResult,
        TaskResult,
        TaskSpec,
        WorkspaceDeclaration,
    )

_PARAM_FIELDS = frozenset({"name", "type", "description", "default", "properties"})
_RESULT_FIELDS = frozenset({"name", "type", "description", "properties", "value"})
_SPACE_FIELDS = frozenset({"name", "description", "mountPath", "readOnly", "optional"})


@attrs.define
class Signature:
    """A function's parameters and return type. `params` and `spaces` map Tekton's names to Python's.

    `arguments` are the parts of the parameter list, each with whether it may be left out.
    """

    arguments: list[tuple[Part, bool]] = attrs.field(factory=list)
    params: dict[str, tuple[str, Shape]] = attrs.field(factory=dict)
    spaces: dict[str, str] = attrs.field(factory=dict)
    required: set[str] = attrs.field(factory=set)
    required_spaces: set[str] = attrs.field(factory=set)
    results: dict[str, Known] = attrs.field(factory=dict)
    returns: Code = "None"

    def head(self, name: str, body: str = "") -> str:
        """`def name(...) -> returns:`, with a body on the same line."""
        parts = [part for part, _ in self.arguments]
        optional = [can for _, can in self.arguments]
        if any(before and not after for before, after in pairwise(optional)):
            # Tekton's order may have one with a default before one without: Python allows that behind a star.
            parts.insert(0, Part("*"))
        returns = render(self.returns)
        tail = f" -> {returns}:{body}"
        if not parts and len(f"def {name}(){tail}") > WIDTH:
            return f"def {name}() -> (\n    {returns}\n):{body}"
        return render(Group(f"def {name}", "()", tuple(parts)), after=len(tail)) + tail


def read_signature(
    spec: TaskSpec | StepActionSpec | PipelineSpec | EmbeddedTask,
    writer: Writer,
    comments: Comments,
    at: Path,
    owner: str,
    *,
    hidden: frozenset[str] | None = None,
    types: Mapping[str, TypeSpec] = MappingProxyType({}),
) -> Signature:
    """The parameters of a spec. Raises Unsupported for what Python's can't say.

    `hidden` are names of the module that a pipeline's body uses, so that no parameter may have them; None for a task.
    `types` are those of params that are more than Tekton says.
    """
    of_pipeline = hidden is not None
    found = Signature()
    params = spec.get("params") or ()
    spaces = _spaces(spec)
    called, bound = [each["name"] for each in params], [each["name"] for each in spaces]
    for field, given in (("params", called), ("workspaces", bound)):
        if len(set(given)) < len(given):
            raise Unsupported(field, "a name that is there twice")
    names, space_names = local_names(called, bound, hidden or frozenset())
    for index, item in enumerate(params):
        said = comments.take((*at, "params", index))
        _param(found, item, names[item["name"]], writer, said, owner, types.get(item["name"]))
    for index, space in enumerate(spaces):
        said = comments.take((*at, "workspaces", index))
        _space(found, space, space_names[space["name"]], writer, said, of_pipeline=of_pipeline)
    return found


def _spaces(
    spec: TaskSpec | StepActionSpec | PipelineSpec | EmbeddedTask,
) -> Sequence[WorkspaceDeclaration | PipelineWorkspaceDeclaration]:
    """The workspaces of a spec; a StepAction has none of its own."""
    given: Mapping[str, object] = spec
    return cast("Sequence[WorkspaceDeclaration | PipelineWorkspaceDeclaration]", given.get("workspaces") or ())


def _param(
    found: Signature,
    item: ParamSpec,
    name: str,
    writer: Writer,
    comments: tuple[str, ...],
    owner: str,
    typed: TypeSpec | None,
) -> None:
    """`typed` is the type of a param whose texts are numbers, truths, or one of a few."""
    _only(item, _PARAM_FIELDS, "params")
    shape = writer.named(declared_shape(item), f"{owner}-{item['name']}") if typed is None else _typed(typed, writer)
    said: dict[str, Code] = {}
    if name != item["name"]:
        said["name"] = quoted(item["name"])
    if item.get("description"):
        said["description"] = literal(item["description"])
    code = _annotated(shape.python, "Param", said, writer)
    default = text_of(item.get("default"))
    if default is not None:
        if typed is None and not _fits(default, shape):
            raise Unsupported("params", f"the default of {item['name']!r} does not fit its type")
        code = Pair(code, literal(default) if typed is None else constant(default, typed))
    else:
        found.required.add(item["name"])
    found.arguments.append((Part(code, f"{name}: ", comments), default is not None))
    found.params[item["name"]] = (name, shape)


def _typed(typed: TypeSpec, writer: Writer) -> Shape:
    return attrs.evolve(STRING, typed=annotation(typed, writer))


def _annotated(python: str, note: str, said: Mapping[str, Code], writer: Writer) -> Code:
    if not said:
        return python
    return Group(writer.use("Annotated", "typing"), "[]", (Part(python), Part(call(writer.use(note), **said))))


def _fits(default: ParamValue, shape: Shape) -> bool:
    if shape.kind == "array":
        return isinstance(default, list) and all(isinstance(item, str) for item in default)
    if shape.kind == "object":
        texts = isinstance(default, dict) and all(isinstance(item, str) for item in default.values())
        return texts and set(default) == set(shape.keys)
    return isinstance(default, str)


def _space(
    found: Signature,
    item: WorkspaceDeclaration | PipelineWorkspaceDeclaration,
    name: str,
    writer: Writer,
    comments: tuple[str, ...],
    *,
    of_pipeline: bool,
) -> None:
    _only(item, _SPACE_FIELDS, "workspaces")
    said: dict[str, Code] = {}
    # A pipeline's workspace gets dashes for the underscores of its parameter.
    if (name.replace("_", "-") if of_pipeline else name) != item["name"]:
        said["name"] = quoted(item["name"])
    fields = {"description": "description", "mountPath": "mount_path", "readOnly": "read_only", "optional": "optional"}
    given: Mapping[str, object] = item
    said |= {python: literal(given[field]) for field, python in fields.items() if given.get(field)}
    space = writer.use("Workspace")
    code: Code = Pair(space, call(space, **said)) if said else space
    found.arguments.append((Part(code, f"{name}: ", comments), bool(said)))
    found.spaces[item["name"]] = name
    if not item.get("optional"):
        found.required_spaces.add(item["name"])


def _only(item: Mapping[str, object], known: frozenset[str], what: str) -> None:
    for field, value in item.items():
        if field not in known and value not in (None, "", [], {}):
            raise Unsupported(what, f"the field {field!r} of {item.get('name')!r}")


def read_results(
    found: Signature,
    items: Sequence[TaskResult | StepResult],
    writer: Writer,
    comments: Comments,
    at: Path,
    owner: str,
    types: Mapping[str, TypeSpec] = MappingProxyType({}),
) -> None:
    """The return type: `str` for one result named `result`, else a NamedTuple with a field each.

    `types` are those of results that are more than Tekton says.
    """
    results = list(items)
    if not results:
        return
    if len({item["name"] for item in results}) < len(results):
        raise Unsupported("results", "two results have one name")
    fields = []
    names = _field_names([item["name"] for item in results])
    for index, item in enumerate(results):
        _only(item, _RESULT_FIELDS, "results")
        name = item["name"]
        shape = writer.named(declared_shape(item), f"{owner}-{name}")
        if shape == STRING and name in types:
            shape = attrs.evolve(shape, typed=annotation(types[name], writer))
        said = {key: literal(value) for key in ("value", "description") if (value := {**item}.get(key))}
        alone = len(results) == 1 and name == "result"
        if not alone and names[name] != name:
            said = {"name": quoted(name), **said}
        fields.append(
            Part(_annotated(shape.python, "Result", said, writer), f"{names[name]}: ", comments.take((*at, index)))
        )
        found.results[name] = Known("" if alone else names[name], shape)
        if alone:
            found.returns = fields[0].code
            if fields[0].comments:
                comments.by_path += [(at[:-1], text) for text in fields[0].comments]
            return
    cls = writer.scope.free(class_name(owner), f"{class_name(owner)}Results")
    lines = [f"class {cls}({writer.use('NamedTuple', 'typing')}):"]
    for part in fields:
        lines += comment_lines(part.comments, 4)
        lines.append(f"    {part.prefix}{render(part.code, 4, 4 + len(part.prefix))}")
    writer.blocks.append("\n".join(lines))
    found.returns = cls


def _field_names(names: list[str]) -> dict[str, str]:
    """Field names by the results' own; a NamedTuple's fields can't begin with an underscore."""
    scope = Names(set(RESULTS))
    return {
        name: scope.free(f"{wanted}_" if (wanted := python_name(name).lstrip("_")) in RESULTS else wanted)
        for name in names
    }
