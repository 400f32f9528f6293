"""What a pipeline function holds in its hands while it is traced: references to values that exist only at run time."""

from __future__ import annotations

from pathlib import PurePath
from typing import NoReturn

import attrs

from flowdsl.diagnostics import Location
from flowdsl.frontend.inside import Compared, field
from flowdsl.frontend.opaque import Opaque, collected, in_words, named
from flowdsl.frontend.refusal import refuse
from flowdsl.ir.conditions import Fetched
from flowdsl.ir.nodes import WorkspaceUse
from flowdsl.ir.types import Kind, TypeSpec


@in_words("value of the run")
class Reference(Compared):
    """A value known only at run time: its text in Tekton's notation, its type, where it is made.

    Compare it with `==`, `!=` or `isin(...)` inside `when(...)`, or put it into an f-string.
    """

    # With underscores, because an object's properties are attributes too, and may be named `text` or `type`.
    __slots__ = ("_label", "_made_by", "_origin", "_text", "_type")

    def __init__(self, text: str, type_: TypeSpec, label: str, origin: Location, made_by: str = "") -> None:
        self._text = text
        self._type = type_
        self._label = label
        self._origin = origin
        self._made_by = made_by
        """The node that it is a result of; empty for a param and what the run knows."""

    def _words(self) -> str:
        return self._label

    def __str__(self) -> str:
        if self._type.kind in (Kind.ARRAY, Kind.OBJECT):
            refuse(
                "FLOW005",
                f"{self._label} is {self._type}; it can't stand inside a string",
                "pass it whole to a parameter of that type, or take one element: `value[0]`, `value.key`",
            )
        return self._text

    def __format__(self, spec: str) -> str:
        if spec:
            refuse(
                "FLOW008",
                f"{self._label} can't be formatted with {spec!r}: its value is known only at run time",
                "format it in a task's body",
            )
        return str(self)

    def _one_text(self) -> None:
        str(self)  # which says why a list and an object can't be compared

    def _operand(self) -> Fetched:
        text = whole(self) if self._type.kind is Kind.ARRAY else self._text
        return Fetched(text, self._type, self._label.removeprefix("param "))

    def __getitem__(self, key: object, /) -> Compared:
        kind = self._type.kind
        if self._text.endswith("[*])"):
            # docs/matrix.md of Tekton, "Consuming Results from a Matrixed PipelineTask": in aggregate alone.
            hint = "pass the list to a task, and take its element there"
            refuse("FLOW008", f"{self._label} is gathered from a fan-out, which Tekton passes on whole alone", hint)
        if kind is Kind.ARRAY and type(key) is int and key >= 0 and self._type.item:
            return self._part(f"[{key}]", self._type.item)
        if kind is Kind.OBJECT and isinstance(key, str) and key in dict(self._type.properties):
            return self._property(key)
        if kind is Kind.JSON:
            return field(self._operand(), self._label, self._type, key)
        refuse(
            "FLOW008",
            f"{self._label} is {self._type}; it has no element {named(key) if isinstance(key, Opaque) else repr(key)}",
            "index a list with a number, an object with one of its keys",
        )

    def __getattr__(self, name: str) -> Compared:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._type.kind is Kind.OBJECT and name in dict(self._type.properties):
            return self._property(name)
        if self._type.properties:
            return field(self._operand(), self._label, self._type, name)
        refuse(
            "FLOW008",
            f"{self._label} is {self._type}; `.{name}` can't be taken of it while the pipeline is compiled",
            "do it in a task's body: there the value is a plain Python value",
        )

    def _property(self, key: str) -> Reference:
        return self._part(f".{key}", dict(self._type.properties)[key])

    def _part(self, step: str, type_: TypeSpec) -> Reference:
        return Reference(f"{self._text[:-1]}{step})", type_, self._label + step, self._origin, self._made_by)

    def __repr__(self) -> str:
        return f"<{self._label}: {self._type}>"


class _Place(Opaque):
    """A file, folder or workspace: it can be passed on, nothing else."""

    __slots__ = ()

    @collected
    def __eq__(self, other: object) -> NoReturn:
        refuse("FLOW005", f"{self._words()} can't be compared", "compare a result that holds text")

    __ne__ = __eq__
    __hash__ = Opaque.__hash__

    def __str__(self) -> str:
        refuse("FLOW005", f"{self._words()} can't stand inside a string", _PASS)

    def __format__(self, spec: str) -> str:
        return str(self)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        refuse("FLOW008", f"`.{name}` can't be taken of {self._words()} while the pipeline is compiled", _PASS)


_PASS = "pass it whole to a parameter that is a File, a Directory or a Workspace; a task's body gets a path"


# Not attrs classes: data that holds one must not be written as the data of its fields.
@in_words("file of the run")
class FileValue(_Place):
    """A File or Directory on a workspace: where it is mounted from and its path there."""

    __slots__ = ("_label", "_origin", "_path", "_space", "_type")

    def __init__(self, space: WorkspaceUse, path: str, type_: TypeSpec, label: str, origin: Location) -> None:
        self._space = space
        self._path = path
        self._type = type_
        self._label = label
        self._origin = origin

    def _words(self) -> str:
        return f"{self._label} (a {self._type})"

    def __truediv__(self, path: object, /) -> FileBelow:
        """What lies below a Directory: `frames / "0001.png"`."""
        if self._type.kind is not Kind.DIRECTORY:
            hint = "make it a Directory where the task gives a folder; a File goes whole to a File parameter"
            refuse("FLOW008", f"nothing lies below {self._words()}", hint)
        part = _joinable(path)
        return FileBelow(self._space, f"{self._path}/{part}", self._type, f"{self._label} / {part!r}", self._origin)


@in_words("file of the run")
class FileBelow(FileValue):
    """`directory / "path"`: a File or a Directory, as the parameter that takes it says."""

    __slots__ = ()

    def _words(self) -> str:
        return self._label


@in_words("workspace of the run")
class WorkspaceValue(_Place):
    """A pipeline workspace (or a sub-path of it). `assets / "portrait.png"` is a file on it."""

    __slots__ = ("_label", "_origin", "_space")

    def __init__(self, space: WorkspaceUse, label: str, origin: Location) -> None:
        self._space = space
        self._label = label
        self._origin = origin

    def _words(self) -> str:
        return f"the workspace {self._label}"

    def __truediv__(self, path: object, /) -> WorkspaceFile:
        """A file or folder on the workspace."""
        return WorkspaceFile(self, _joinable(path))

    def sub_path(self, path: object) -> WorkspaceValue:
        """The same workspace from a folder below it."""
        joined = "/".join(part for part in (self._space.sub_path, _joinable(path)) if part)
        return WorkspaceValue(attrs.evolve(self._space, sub_path=joined), self._label, self._origin)


@in_words("file of the run")
class WorkspaceFile(_Place):
    """`workspace / "path"`: a File or a Directory, as the parameter that takes it says."""

    __slots__ = ("_path", "_workspace")

    def __init__(self, workspace: WorkspaceValue, path: str) -> None:
        self._workspace = workspace
        self._path = path

    def _words(self) -> str:
        return f"the file {self._path!r} on {self._workspace._words()}"

    def __truediv__(self, path: object, /) -> WorkspaceFile:
        return WorkspaceFile(self._workspace, f"{self._path}/{_joinable(path)}")


def whole(reference: Reference) -> str:
    """An array or object taken whole: `$(params.list[*])`."""
    return reference._text if reference._text.endswith("[*])") else reference._text[:-1] + "[*])"


def _joinable(path: object) -> str:
    """A part of a path: text, a `PurePath`, or a value of the run that is text."""
    value = path._meant("its text") if isinstance(path, Opaque) else path
    if isinstance(value, (str, int, PurePath, Opaque)):
        return str(value)
    refuse("FLOW005", f"a path is text, got {named(value)}", 'write it as `assets / "portrait.png"`')
