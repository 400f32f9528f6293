"""What a pipeline function holds in its hands while it is traced: references to values that exist only at run time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import attrs

from flowdsl.diagnostics import Diagnostic, FlowError, Location, Severity
from flowdsl.frontend import places
from flowdsl.ir.nodes import Condition, WorkspaceUse
from flowdsl.ir.types import Kind, TypeSpec


def refuse(code: str, message: str, hint: str, related: tuple[tuple[str, Location], ...] = ()) -> NoReturn:
    """Stop the trace with one diagnostic at the user's line."""
    raise FlowError((Diagnostic(code, Severity.ERROR, message, places.caller(), hint, related=related),))


class Reference:
    """A value known only at run time. `text` is Tekton's notation for it, `type` what it is, `origin` where it is made.

    Compare it with `==`, `!=`, `.is_in(...)` or `.not_in(...)` inside `when(...)`, or put it into an f-string.
    """

    __slots__ = ("label", "origin", "text", "type")

    def __init__(self, text: str, type_: TypeSpec, label: str, origin: Location) -> None:
        self.text = text
        self.type = type_
        self.label = label
        self.origin = origin

    def __str__(self) -> str:
        if self.type.kind in (Kind.ARRAY, Kind.OBJECT):
            refuse(
                "FLOW005",
                f"{self.label} is {self.type}; it can't stand inside a string",
                "pass it whole to a parameter of that type, or take one element: `value[0]`, `value.key`",
            )
        return self.text

    def __format__(self, spec: str) -> str:
        if spec:
            refuse(
                "FLOW008",
                f"{self.label} can't be formatted with {spec!r}: its value is known only at run time",
                "format it in a task's body",
            )
        return str(self)

    def __bool__(self) -> NoReturn:
        refuse(
            "FLOW006",
            f"{self.label} has no truth value while the pipeline is compiled",
            f'branch in the run instead: `with when({_source(self)} == "true"):`',
        )

    def __iter__(self) -> Iterator[Any]:
        refuse(
            "FLOW007",
            f"{self.label} can't be looped over while the pipeline is compiled",
            "fan out in the run instead: `some_task.map(item=values)`",
        )

    def __len__(self) -> NoReturn:
        refuse("FLOW007", f"{self.label} has no length while the pipeline is compiled", "measure it in a task's body")

    def __eq__(self, other: object) -> Any:
        return self._condition("in", (other,))

    def __ne__(self, other: object) -> Any:
        return self._condition("notin", (other,))

    __hash__ = object.__hash__

    def is_in(self, *values: Any) -> Condition:
        """A condition that holds when the value is one of these: Tekton's `in`."""
        return self._condition("in", values)

    def not_in(self, *values: Any) -> Condition:
        """A condition that holds when the value is none of these: Tekton's `notin`."""
        return self._condition("notin", values)

    def _condition(self, operator: str, values: tuple[Any, ...]) -> Condition:
        texts = []
        for value in values:
            if isinstance(value, Reference) and value.type.kind is Kind.ARRAY:
                texts.append(whole(value))
            elif isinstance(value, Reference):
                texts.append(str(value))
            elif isinstance(value, bool):
                texts.append("true" if value else "false")
            else:
                texts.append(str(getattr(value, "value", value)))
        return Condition(str(self), operator, tuple(texts), location=places.caller())

    def __getitem__(self, key: Any) -> Reference:
        kind = self.type.kind
        if kind is Kind.ARRAY and isinstance(key, int) and key >= 0 and self.type.item:
            return Reference(self.text[:-1] + f"[{key}])", self.type.item, f"{self.label}[{key}]", self.origin)
        if kind is Kind.OBJECT and key in dict(self.type.properties):
            return self._property(key)
        refuse(
            "FLOW008",
            f"{self.label} is {self.type}; it has no element {key!r}",
            "index a list with a number, an object with one of its keys",
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self.type.kind is Kind.OBJECT and name in dict(self.type.properties):
            return self._property(name)
        refuse(
            "FLOW008",
            f"{self.label} is {self.type}; `.{name}` can't be taken of it while the pipeline is compiled",
            "do it in a task's body: there the value is a plain Python value",
        )

    def _property(self, key: str) -> Reference:
        return Reference(
            self.text[:-1] + f".{key})", dict(self.type.properties)[key], f"{self.label}.{key}", self.origin
        )

    def _arithmetic(self, *_: Any) -> NoReturn:
        refuse(
            "FLOW008",
            f"{self.label} can't be computed with: its value is known only at run time",
            "compute in a task's body, or join text with an f-string",
        )

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __floordiv__ = __mod__ = __pow__ = _arithmetic
    __lt__ = __le__ = __gt__ = __ge__ = __int__ = __float__ = __neg__ = __abs__ = __rtruediv__ = _arithmetic
    __call__ = __contains__ = _arithmetic

    def __truediv__(self, other: Any) -> Any:
        return self._arithmetic(other)

    def __repr__(self) -> str:
        return f"<{self.label}: {self.type}>"


@attrs.frozen
class FileValue:
    """A File or Directory on a workspace: where it is mounted from and its path there."""

    use: WorkspaceUse
    path: str
    type: TypeSpec
    label: str
    origin: Location


@attrs.frozen
class WorkspaceValue:
    """A pipeline workspace (or a sub-path of it). `assets / "portrait.png"` is a file on it."""

    use: WorkspaceUse
    label: str
    origin: Location
    optional: bool = False

    def __truediv__(self, path: Any) -> WorkspaceFile:
        """A file or folder on the workspace."""
        return WorkspaceFile(self, str(path))

    def sub_path(self, path: Any) -> WorkspaceValue:
        """The same workspace from a folder below it."""
        joined = "/".join(part for part in (self.use.sub_path, str(path)) if part)
        return attrs.evolve(self, use=attrs.evolve(self.use, sub_path=joined))


@attrs.frozen
class WorkspaceFile:
    """`workspace / "path"`: a File or a Directory, as the parameter that takes it says."""

    workspace: WorkspaceValue
    path: str

    def __truediv__(self, path: Any) -> WorkspaceFile:
        return WorkspaceFile(self.workspace, f"{self.path}/{path}")


def whole(reference: Reference) -> str:
    """An array or object taken whole: `$(params.list[*])`."""
    return reference.text if reference.text.endswith("[*])") else reference.text[:-1] + "[*])"


def _source(reference: Reference) -> str:
    """How the user would write the reference: the label without its quotes and words."""
    return reference.label.rsplit(" ", 1)[-1]
