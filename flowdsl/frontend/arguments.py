"""Binding a call's arguments to a task's contract: types checked on every edge, files placed, all findings gathered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from flowdsl.diagnostics import Collector, Location
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.frontend.comparing import InConditions
from flowdsl.frontend.embedded import has_reference, json_text
from flowdsl.frontend.encode import Mismatch, at, check_keys, encode, encode_scalar, flows
from flowdsl.frontend.handles import RUN_VOLUME
from flowdsl.frontend.opaque import named
from flowdsl.frontend.parameters import names_of
from flowdsl.frontend.proxies import FileBelow, FileValue, Reference, WorkspaceFile, WorkspaceValue, whole
from flowdsl.frontend.stands import meant
from flowdsl.ir.nodes import ParamDecl, TaskDef, Text, WorkspaceDecl, WorkspaceUse
from flowdsl.ir.records import held
from flowdsl.ir.types import PATHS, SCALARS, Kind, TypeSpec


@attrs.define
class Binder:
    """Binds the arguments of one call. What is wrong goes to the collector and the binding goes on without it."""

    task: TaskDef
    node_name: str
    collector: Collector
    location: Location
    arguments: dict[str, Text] = attrs.field(factory=dict)
    matrix: dict[str, Text] = attrs.field(factory=dict)
    verbatim: bool = False
    elsewhere: frozenset[str] = frozenset()
    """Fields of the PipelineTask that `extra` gives: what is not passed as an argument is there."""
    bindings: dict[str, WorkspaceUse] = attrs.field(factory=dict)

    def bind(
        self, given: Mapping[str, object], *, fan_out: bool = False, covered: frozenset[str] = frozenset()
    ) -> None:
        """Bind the arguments by name; `covered` are params that a matrix `include` gives."""
        known = {param.python: param for param in self.task.params}
        spaces = {space.python: space for space in self.task.workspaces}
        fixed = {env.name for env in self.task.env}
        for name, value in given.items():
            if name in known:
                self._param(known[name], value, fan_out=fan_out)
            elif name in spaces:
                self._workspace(spaces[name], value)
            elif name in fixed:
                self.error(
                    "FLOW003",
                    f"{name!r} of task {self.task.name!r} comes from its Secret or ConfigMap",
                    "leave it out of the call",
                )
            elif name not in self._declared():
                self._unknown(name, [*known, *spaces])
        for param in () if self.elsewhere & {"params", "matrix"} else self.task.params:
            if param.python not in given and param.default is None and param.python not in covered:
                self.error(
                    "FLOW004",
                    f"task {self.task.name!r} needs {param.python}: {param.type}",
                    f"pass it: `{param.python}=...`",
                    (("declared", param.location),),
                )
        for space in () if "workspaces" in self.elsewhere else self.task.workspaces:
            if space.name not in self.bindings and space.python not in given:
                self._unbound(space)

    def _declared(self) -> tuple[str, ...]:
        """The function's own parameters: one that is in no contract has a type that was told of at the `def`."""
        function = self.task.function
        return tuple(name for name in names_of(function) if name not in self.task.bound) if function is not None else ()

    def _unknown(self, name: str, have: list[str]) -> None:
        hint = did_you_mean(name, have, f"it takes: {', '.join(have) or 'nothing'}")
        if name in self.task.bound:
            hint = "the partial that the task is made of binds it; leave it out of the one or the other"
        self.error(
            "FLOW003", f"task {self.task.name!r} has no parameter {name!r}", hint, (("task", self.task.location),)
        )

    def _unbound(self, space: WorkspaceDecl) -> None:
        if space.auto:
            self.bindings[space.name] = WorkspaceUse(RUN_VOLUME, f"{self.node_name}/{space.name}", "")
        elif not space.optional:
            self.error(
                "FLOW010",
                f"task {self.task.name!r} needs workspace {space.name!r}, and the call gives none",
                f"pass a workspace of the pipeline: `{space.python}=...`; or declare it `Workspace.auto()` for a "
                "folder on the run's own volume",
                (("declared", space.location),),
            )

    def _workspace(self, space: WorkspaceDecl, value: object) -> None:
        if value is None and space.optional:
            return
        if isinstance(value, WorkspaceFile):
            value = value._workspace.sub_path(value._path)
        if not isinstance(value, WorkspaceValue):
            self.mismatch(space.name, "Workspace", value, space.location)
            return
        self.bindings[space.name] = value._space

    def _param(self, param: ParamDecl, value: object, *, fan_out: bool) -> None:
        value = meant(value, f"passing it to {param.name!r}")
        if param.type.kind in PATHS:
            if fan_out and _is_many(value):
                self._each_file(param, value)
            else:
                self._file(param, value)
            return
        if param.type.holds_files:
            self._files(param, value)
            return
        if fan_out and param.type.kind is not Kind.ARRAY and _is_many(value):
            spec = TypeSpec(Kind.ARRAY, f"list[{param.type}]", item=attrs.evolve(param.type, optional=False))
            text = self._text(param.name, spec, value, param.location)
            if text is not None:
                self.matrix[param.name] = text
            return
        text = self._text(param.name, param.type, value, param.location)
        if self.verbatim and isinstance(value, Reference) and isinstance(text, tuple):
            # Tekton takes an array as the one text that refers to it, or as a list that holds that text.
            text = text[0]
        if text is not None:
            self.arguments[param.name] = text

    def _file(self, param: ParamDecl, value: object) -> None:
        if value is None and param.default is not None:
            return
        if isinstance(value, WorkspaceFile):
            use = value._workspace._space
            self.arguments[param.name] = value._path
        elif isinstance(value, FileValue) and (value._type.kind is param.type.kind or isinstance(value, FileBelow)):
            use = value._space
            self.arguments[param.name] = value._path
        else:
            self.mismatch(param.name, str(param.type), value, param.location)
            return
        self.bindings[param.name] = use

    def _each_file(self, param: ParamDecl, value: object) -> None:
        """A fan-out over files, those of another fan-out or of several calls: a path each, and one workspace."""
        item = attrs.evolve(param.type, optional=False)
        many = attrs.evolve(param, type=TypeSpec(Kind.ARRAY, f"list[{param.type}]", item=item), default=None)
        self._files(many, value)
        if param.name in self.arguments:
            self.matrix[param.name] = self.arguments.pop(param.name)

    def _files(self, param: ParamDecl, value: object) -> None:
        """A list of files: those of a fan-out, or of several calls. All lie in one workspace."""
        item = param.type.item
        if isinstance(value, Reference) and value._type.holds_files and flows(value._type, param.type):
            self.arguments[param.name] = (whole(value),)
            self.bindings[param.name] = WorkspaceUse(RUN_VOLUME, value._made_by, value._made_by)
            return
        if not isinstance(value, (list, tuple)) or item is None:
            self.mismatch(param.name, str(param.type), value, param.location)
            return
        one = Binder(self.task, self.node_name, self.collector, self.location)
        places: list[tuple[WorkspaceUse, str]] = []
        for each in value:
            one.bindings.clear()
            one._file(attrs.evolve(param, type=item, default=None), meant(each, f"passing it to {param.name!r}"))
            if param.name not in one.bindings:
                return
            places.append((one.bindings[param.name], str(one.arguments[param.name])))
        if len({use.workspace for use, _ in places}) > 1:
            hint = "give those of each workspace to a parameter of its own"
            self.error("FLOW005", f"{self.task.name}({param.name}=...): the files lie in several workspaces", hint)
            return
        folders = {use.sub_path for use, _ in places}
        workspace = places[0][0].workspace if places else RUN_VOLUME
        self.bindings[param.name] = WorkspaceUse(workspace, folders.pop() if len(folders) == 1 else "")
        shared = self.bindings[param.name].sub_path
        self.arguments[param.name] = tuple(
            path if use.sub_path == shared else f"{use.sub_path}/{path}" for use, path in places
        )

    def _text(self, name: str, spec: TypeSpec, value: object, declared: Location) -> Text | None:
        """The text of a value for a param, or None after a finding."""
        value = meant(value, f"passing it to {name!r}")
        if isinstance(value, Reference):
            if not flows(value._type, spec):
                self.mismatch(name, str(spec), value, declared)
                return None
            return (
                (whole(value),)
                if spec.kind is Kind.ARRAY
                else (whole(value) if spec.kind is Kind.OBJECT else value._text)
            )
        if isinstance(value, InConditions) and (why := value._only_compared()) is not None:
            self.error("FLOW008", *why, (("takes", declared),))
            return None
        if isinstance(value, (FileValue, WorkspaceValue, WorkspaceFile)):
            self.mismatch(name, str(spec), value, declared)
            return None
        try:
            if spec.kind is Kind.ARRAY and isinstance(value, (list, tuple)) and spec.item:
                return self._elements(name, spec.item, value, declared)
            if spec.kind in (Kind.OBJECT, Kind.JSON) and has_reference(value):
                return json_text(value, spec) if spec.kind is Kind.JSON else self._object(name, spec, value, declared)
            if spec.kind in SCALARS and spec.kind is not Kind.STRING and isinstance(value, str) and "$(" in value:
                raise Mismatch(f"expected {spec}, got text with a reference in it")
            return encode(value, spec)
        except Mismatch as error:
            self.error("FLOW005", f"{self.task.name}({name}=...): {error}", _type_hint(spec), (("declared", declared),))
            return None

    def _object(self, name: str, spec: TypeSpec, value: object, declared: Location) -> Text:
        given = check_keys(held(value), spec)
        wanted = dict(spec.properties)
        texts = {key: self._text(f"{name}.{key}", wanted[key], item, declared) for key, item in given.items()}
        return {key: text for key, text in texts.items() if isinstance(text, str)}

    def _elements(self, name: str, item: TypeSpec, values: Sequence[object], declared: Location) -> Text | None:
        texts = []
        for index, value in enumerate(values):
            if isinstance(value, InConditions):
                text = self._text(name, item, value, declared)
                if not isinstance(text, str):
                    return None
                texts.append(text)
            elif item.kind is Kind.JSON and has_reference(value):
                texts.append(at(f"[{index}]", json_text, value, item))
            else:
                texts.append(at(f"[{index}]", encode_scalar, value, item))
        return tuple(texts)

    def mismatch(self, name: str, expected: str, value: object, declared: Location) -> None:
        """FLOW005 that names both ends of the edge."""
        origin = value._origin if isinstance(value, (Reference, FileValue, WorkspaceValue)) else None
        related = (("takes", declared), *((("comes from", origin),) if origin else ()))
        if isinstance(value, (Reference, FileValue)):
            got = f"{value._label} is {value._type}"
        elif isinstance(value, (WorkspaceValue, WorkspaceFile)):
            got = "a Workspace is given" if isinstance(value, WorkspaceValue) else "a file on a workspace is given"
        else:
            got = f"{named(value)} is given"
        hint = f"pass a value of type {expected}, or change the type at one end"
        if expected in ("File", "Directory") and isinstance(value, (str, WorkspaceValue)):
            hint = "pass a File result of a task, or a file on a workspace: `assets / 'portrait.png'`"
        self.error("FLOW005", f"{self.task.name} takes {name}: {expected}, but {got}", hint, related)

    def error(self, code: str, message: str, hint: str, related: tuple[tuple[str, Location], ...] = ()) -> None:
        """Gather one finding at the call."""
        self.collector.error(code, message, self.location, hint=hint, related=related)


def by_name(
    what: str,
    order: Sequence[str],
    args: Sequence[object],
    kwargs: Mapping[str, object],
    collector: Collector,
    location: Location,
) -> dict[str, object]:
    """The arguments of a call by name, as Python binds them; what it would refuse goes to the collector.

    `what` is called, and takes `order` by position.
    """
    if not args:
        return dict(kwargs)
    if len(args) > len(order):
        taken = f"{len(order)} argument{'' if len(order) == 1 else 's'}"
        message = f"{what} takes {taken} by position, got {len(args)}"
        collector.error("FLOW003", message, location, hint="pass the others by name")
    given = dict(zip(order, args, strict=False))
    for name, value in kwargs.items():
        if name in given:
            collector.error("FLOW003", f"{name!r} is given twice", location, hint="drop one of the two")
        given[name] = value
    return given


def _is_many(value: object) -> bool:
    return isinstance(value, (list, tuple)) or (isinstance(value, Reference) and value._type.kind is Kind.ARRAY)


def _type_hint(spec: TypeSpec) -> str:
    if spec.kind is Kind.JSON:
        return "pass plain data, or let a task's body put the pieces together"
    if spec.kind is Kind.CHOICE:
        return f"one of: {', '.join(spec.choices)}"
    return f"pass {spec}"
