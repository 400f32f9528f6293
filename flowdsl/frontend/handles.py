"""What calling a task inside a pipeline gives back: the node, its results and its order."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from flowdsl.diagnostics import FlowError, Location
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.frontend import places
from flowdsl.frontend.in_texts import MARK
from flowdsl.frontend.inside import test_of
from flowdsl.frontend.opaque import Opaque, Told, in_words, named
from flowdsl.frontend.proxies import FileValue, Reference, WorkspaceFile, WorkspaceValue
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.stands import StandsForOne
from flowdsl.frontend.trace import Trace, current
from flowdsl.ir.nodes import Node, ResultDecl, WorkspaceUse
from flowdsl.ir.types import PATHS, STRING, Kind, TypeSpec

RUN_VOLUME = ""
"""The workspace name of the run's own volume until the workspaces pass names it."""
Returning = Callable[..., object]
"""The function that a node's results come from: of a task, or of a pipeline that is embedded."""
_PYTHON: typing.Mapping[Kind, type] = {
    Kind.STRING: str,
    Kind.INTEGER: int,
    Kind.FLOAT: float,
    Kind.BOOLEAN: bool,
    Kind.CHOICE: str,
    Kind.ARRAY: list,
    Kind.OBJECT: dict,
    Kind.JSON: dict,
    Kind.FILE: Path,
    Kind.DIRECTORY: Path,
}


class _NoFields(typing.NamedTuple):
    """What every NamedTuple has."""


@in_words("task of the run")
class NodeHandle(StandsForOne):
    """A task of the pipeline being traced: `node.result_name` is a result, `a, b = node` are those of a NamedTuple."""

    __slots__ = ("_function", "_node", "_trace")

    def __init__(self, trace: Trace, node: Node, function: Returning | None = None) -> None:
        self._trace = trace
        self._node = node
        self._function = function or node.task.function

    def after(self, *others: object) -> NodeHandle:
        """Run after other tasks although nothing flows between them; gives the node back."""
        self._trace.order(self._node.name, tuple(node.name for other in others for node in nodes_of(other, "after")))
        return self

    @property
    def status(self) -> Reference:
        """How the task ended: `status(node)`, where the task has no result of that name."""
        return self._end("status")

    @property
    def reason(self) -> Reference:
        """Why the task ended so: `reason(node)`, where the task has no result of that name."""
        return self._end("reason")

    def _end(self, what: str) -> Reference:
        if any(_field(result) == what for result in self._node.task.results):
            refuse(
                "FLOW009",
                f"task {self._node.name!r} has a result {what!r}, and `.{what}` is how a task ended",
                f'write `{what}(task)` for how it ended, `task["{what}"]` for the result; to have both, name the field '
                f'otherwise: `state: Annotated[str, Result(name="{what}")]`',
                related=(("task", self._node.task.location),),
            )
        return ending(self._node, what)

    def __getattr__(self, name: str) -> Opaque:
        if name.startswith("__"):
            raise AttributeError(name)
        node = self._node
        for result in node.task.results:
            if _field(result) == name:
                return result_value(node, result)
        if name in own_names(node):
            return workspace_value(node, name)
        self._lacks(name)

    def _lacks(self, name: str) -> typing.NoReturn:
        node = self._node
        _unless_told(node)
        results = node.task.results
        if self._is_tuple() and hasattr(_NoFields, name):
            fields = ", ".join(f"`.{_field(result)}`" for result in results)
            refuse("FLOW008", f"`.{name}` can't be taken of {self._words()}", f"take its results one by one: {fields}")
        if len(results) == 1 and results[0].field is None and hasattr(_PYTHON.get(results[0].type.kind), name):
            getattr(single(self, f"taking `.{name}`"), name)
        have = [_field(result) for result in results] + list(node.bindings)
        refuse(
            "FLOW009",
            f"task {node.name!r} has no result {name!r}",
            did_you_mean(name, have, f"it has: {', '.join(have) or 'none'}"),
            related=(("task", node.task.location),),
        )

    def __getitem__(self, key: object, /) -> object:
        node = self._node
        for result in node.task.results:
            if _field(result) == key:
                return result_value(node, result)
        if isinstance(key, int) and self._is_tuple():
            return self._at(key)
        return super().__getitem__(key)

    def _at(self, index: int) -> Opaque:
        results = self._node.task.results
        if -len(results) <= index < len(results):
            return result_value(self._node, results[index])
        fields = ", ".join(_field(result) for result in results)
        refuse("FLOW009", f"{self._words()} has {len(results)} results, none at [{index}]", f"it has: {fields}")

    def __iter__(self) -> Iterator[object]:
        if not self._is_tuple():
            _unless_told(self._node)
            super().__iter__()
        node = self._node
        have, wanted = len(node.task.results), places.unpacked()
        if wanted is not None and wanted != have:
            fields = ", ".join(_field(result) for result in node.task.results)
            refuse(
                "FLOW030",
                f"{self._words()} has {have} results, and is unpacked into {wanted}",
                f"it has: {fields}; a name for each, or take one by its name",
                related=(("task", node.task.location),),
            )
        return iter([result_value(node, result) for result in node.task.results])

    def __len__(self) -> int:
        return len(self._node.task.results) if self._is_tuple() else super().__len__()

    def _is_tuple(self) -> bool:
        """Whether the results are the fields of a NamedTuple. What a fan-out gives is a list of those, not one."""
        return not self._node.mapped and self._function is not None and _returns_tuple(self._function)

    def _words(self) -> str:
        return f"task {self._node.name!r}"

    @property
    def _test(self) -> str:  # type: ignore[override]
        alone = [result.type.kind for result in self._node.task.results]
        return test_of(alone[0]) if len(alone) == 1 else StandsForOne._test

    def _meant(self, purpose: str) -> Opaque:
        return single(self, purpose)

    def __repr__(self) -> str:
        return f"<task {self._node.name}>"


@in_words("fan-out over an empty list")
class Empty(Opaque):
    """What a fan-out gives whose list is empty in the run, where it was asked to: no elements, of each result."""

    __slots__ = ("_handle",)

    def __init__(self, handle: NodeHandle) -> None:
        self._handle = handle

    def _words(self) -> str:
        return "[]"

    def __getattr__(self, name: str) -> list[object]:
        if name.startswith("__"):
            raise AttributeError(name)
        getattr(self._handle, name)  # which says so where there is no such result
        return []

    def __getitem__(self, key: object, /) -> list[object]:
        self._handle[key]
        return []

    def whole(self) -> list[object]:
        """What is given to a task where all of it is; FLOW009 where the fan-out has several results."""
        single(self._handle, "passing it")
        return []


def _field(result: ResultDecl) -> str:
    return result.field or result.name


def own_names(node: Node) -> list[str]:
    """The workspaces that a call was given, as the function calls them and as Tekton does."""
    return [space.python for space in node.task.workspaces if space.name in node.bindings] + list(node.bindings)


def _returns_tuple(function: Returning) -> bool:
    try:
        returned = typing.get_type_hints(function).get("return")
    except (NameError, TypeError, AttributeError, SyntaxError):  # FLOW001 says so
        return False
    return isinstance(returned, type) and issubclass(returned, tuple) and hasattr(returned, "_fields")


def nodes_of(value: object, what: str) -> list[Node]:
    """The node that a value comes from; several where it is one of several, as `either` gives, or a list of them."""
    if isinstance(value, Told):
        return []
    if isinstance(value, (list, tuple)):
        return [node for each in value for node in nodes_of(each, what)]
    choice = value._choice() if isinstance(value, Opaque) else None
    if choice is None:
        return [node_of(value, what)]
    return [
        node_of(each, what) for each in choice._values() if isinstance(each, Opaque) and not isinstance(each, Empty)
    ]


def node_of(value: object, what: str) -> Node:
    """The node that a call gave, or that one of its results comes from; FLOW005 for anything else."""
    if isinstance(value, NodeHandle):
        return value._node
    if isinstance(value, Told):
        raise FlowError(())
    if isinstance(value, Opaque):
        value = value._meant(what)
    name = made_by(value)
    if name and name in (nodes := current(what).nodes):
        return nodes[name]
    refuse(
        "FLOW005",
        f"{what} takes tasks of this pipeline, got {named(value)}",
        "pass what a task's call gave back, or one of its results",
    )


def made_by(value: object) -> str:
    """The name of the node that a value comes from; empty where none does."""
    if isinstance(value, Reference):
        return value._made_by
    if isinstance(value, WorkspaceFile):
        value = value._workspace
    return value._space.producer if isinstance(value, (FileValue, WorkspaceValue)) else ""


def made_at(value: object, nodes: Mapping[str, Node]) -> Location | None:
    """The place of the call that gave a value; None where no call did."""
    node = nodes.get(value._node.name if isinstance(value, NodeHandle) else made_by(value))
    return node.location if node is not None else None


def ending(node: Node, what: str) -> Reference:
    """`status` or `reason` of a node: docs/variables.md of Tekton, "Variables available in a Pipeline"."""
    return Reference(f"$(tasks.{node.name}.{what})", STRING, f"{node.name}.{what}", node.location, node.name)


def workspace_value(node: Node, name: str) -> WorkspaceValue:
    """A workspace that a call was given."""
    own = next((space.name for space in node.task.workspaces if space.python == name), name)
    use = node.bindings[own]
    bound = WorkspaceUse(use.workspace, use.sub_path, use.producer or node.name)
    return WorkspaceValue(bound, f"{node.name}.{name}", node.location)


def _unless_told(node: Node) -> None:
    """Stop the trace without a word where the task gives something of a type that can't be read: that is told."""
    given = getattr(node.task.function, "__annotations__", {}).get("return")
    if not node.task.results and given not in (None, "None"):
        raise FlowError(())


def single(handle: NodeHandle, purpose: str) -> Reference | FileValue:
    """The only result of a task; FLOW009 where it has none or several."""
    results = handle._node.task.results
    if len(results) == 1:
        return result_value(handle._node, results[0])
    _unless_told(handle._node)
    have = ", ".join(result.name for result in results)
    refuse(
        "FLOW009",
        f"task {handle._node.name!r} has {len(results)} results; {purpose} needs one",
        f"name it: one of {have}" if have else "give the task a return annotation",
    )


def result_value(node: Node, result: ResultDecl) -> Reference | FileValue:
    """What a result is to the pipeline function."""
    label = f"{node.name}.{result.name}"
    text = f"$(tasks.{node.name}.results.{result.name})"
    if result.type.kind in PATHS and not node.mapped:
        return FileValue(WorkspaceUse(RUN_VOLUME, node.name, node.name), text, result.type, label, node.location)
    if not node.mapped:
        return Reference(text, result.type, label, node.location, node.name)
    # The fan-out's results come as one array: docs/matrix.md, "Consuming Results from a Matrixed PipelineTask".
    gathered = TypeSpec(Kind.ARRAY, f"list[{result.type}]", item=result.type)
    return Reference(f"$(tasks.{node.name}.results.{result.name}[*])", gathered, label, node.location, node.name)


_ALONE = frozenset({NodeHandle, Reference, bool, int, float, type(None)})


def surely_none(values: Iterable[object]) -> bool:
    """Whether certainly none of these is a choice (`either`) or holds one: quick to tell of what most calls give."""
    for value in values:
        if type(value) is str:
            if MARK in value:
                return False
        elif type(value) not in _ALONE:
            return False
    return True
