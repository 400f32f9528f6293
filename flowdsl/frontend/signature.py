"""From a Python signature to the contract of a task or pipeline: params, workspaces, secrets, results."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

import attrs

from flowdsl.diagnostics import Collector, Location
from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend import places
from flowdsl.frontend.annotations import PLAIN, SUPPORTED, Unsupported, fields_of, type_spec, unwrapped
from flowdsl.frontend.encode import Mismatch, encode
from flowdsl.frontend.fits import misfit
from flowdsl.frontend.parameters import EMPTY, Parameter, names_of, parameters, receiver_of
from flowdsl.ir import volumes
from flowdsl.ir.declared import Param, Result
from flowdsl.ir.nodes import EnvDecl, ParamDecl, ResultDecl, WorkspaceDecl
from flowdsl.ir.types import PATHS, Kind, TypeSpec

_OWN: dict[object, object] = {kind: kind for kind in (str, int, float, bool)} | {None: type(None)}
_OWN |= {"str": str, "int": int, "float": float, "bool": bool, "None": type(None)}
_UNSAID = Param()


@frozen
class Signature:
    """What a signature declares. `order` holds the parameter names as the function takes them."""

    params: tuple[ParamDecl, ...]
    workspaces: tuple[WorkspaceDecl, ...]
    env: tuple[EnvDecl, ...]
    results: tuple[ResultDecl, ...]
    order: tuple[str, ...]
    positional: tuple[str, ...]
    sources: tuple[tuple[str, volumes.Bound], ...] = ()
    """Defaults of Workspace parameters as given: a pipeline binds them in its PipelineRun."""


def read_signature(
    function: Callable[..., object],
    location: Location,
    collector: Collector,
    *,
    for_pipeline: bool = False,
    bound: Collection[str] = (),
) -> Signature:
    """Read a function's signature; what is wrong with it goes to the collector (FLOW001, FLOW015).

    `bound` are parameters that have their values already.
    """
    plain = None if getattr(function, "__type_params__", ()) else _plain_hints(function)
    if plain is not None and not for_pipeline and not bound and _is_simple(function, plain):
        return _simple(names_of(function), function.__code__.co_argcount, tuple(plain.items()), location)
    found = [each for each in parameters(function) if each.name not in bound or each.variable]
    hints = _hints(function, location, collector) if plain is None else plain
    reader = _Reader(location, collector, for_pipeline, function)
    for parameter in found:
        reader.read(parameter, hints)
    return Signature(
        params=tuple(reader.params),
        workspaces=tuple(reader.workspaces),
        env=tuple(reader.env),
        results=() if for_pipeline else _results(hints.get("return"), function, collector),
        order=tuple([each.name for each in found]),
        positional=tuple([each.name for each in found if not each.keyword_only]),
        sources=tuple(reader.sources),
    )


def _is_simple(function: Callable[..., object], hints: Mapping[str, object]) -> bool:
    """Whether every parameter is a scalar without a default: there is nothing to find wrong with such a signature."""
    code = function.__code__
    arguments = code.co_argcount + code.co_kwonlyargcount + ("return" in hints)
    return (
        not function.__defaults__
        and not code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
        and len(hints) == arguments
        and all(hint in PLAIN for name, hint in hints.items() if name != "return")
    )


@lru_cache(maxsize=512)
def _simple(
    names: tuple[str, ...], positional: int, hints: tuple[tuple[str, object], ...], location: Location
) -> Signature:
    """What such a signature declares. Tasks that are made in a loop share it."""
    kinds = dict(hints)
    result = PLAIN.get(kinds.get("return"))
    return Signature(
        params=tuple([ParamDecl(name, PLAIN[kinds[name]], location) for name in names]),
        workspaces=(),
        env=(),
        results=(ResultDecl("result", result),) if result else (),
        order=names,
        positional=names[:positional],
    )


def _plain_hints(function: Callable[..., object]) -> dict[str, object] | None:
    """The hints of a function that mentions Python's own scalars alone, as most do; None for any other.

    typing evaluates each annotation as an expression, which takes longer than reading all the rest of a signature.
    """
    # Python 3.10 makes `x: str = None` an Optional; a wrapper's annotations are those of what it wraps.
    if any(each is None for each in function.__defaults__ or ()) or function.__kwdefaults__ or vars(function):
        return None
    scope = function.__globals__
    found = {}
    for name, annotation in function.__annotations__.items():
        if type(annotation) not in (str, type, type(None)) or annotation not in _OWN or annotation in scope:
            return None
        found[name] = _OWN[annotation]
    return found


def _hints(function: Callable[..., object], location: Location, collector: Collector) -> dict[str, object]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError, AttributeError, SyntaxError) as error:
        collector.error(
            "FLOW001",
            f"{function.__name__}: an annotation can't be read: {error}",
            location,
            hint="import the name at the top of the module, outside `if TYPE_CHECKING`",
        )
        return {}


_TAKEN_FROM = str | tuple[str, ...] | Mapping[str, str] | None


@attrs.define
class _Reader:
    location: Location
    collector: Collector
    for_pipeline: bool
    function: Callable[..., object]
    params: list[ParamDecl] = attrs.field(factory=list)
    workspaces: list[WorkspaceDecl] = attrs.field(factory=list)
    env: list[EnvDecl] = attrs.field(factory=list)
    sources: list[tuple[str, volumes.Bound]] = attrs.field(factory=list)

    def read(self, parameter: Parameter, hints: dict[str, object]) -> None:
        name = parameter.name
        if parameter.variable:
            self.error(name, "FLOW001", f"parameter *{name}: Tekton has no variable parameters", "name each parameter")
            return
        if name not in hints:
            if not parameter.annotated:
                self.error(name, "FLOW001", *_untyped(name, self.function))
            return
        hint, said = unwrapped(hints[name], Param)
        default = parameter.default
        if problem := misfit(said) or misfit(default):
            self.error(name, "FLOW002", f"parameter {name!r}: {problem}", "see the documentation of what it says")
            return
        try:
            spec = type_spec(hint, self.function.__globals__)
        except Unsupported as error:
            self.error(name, "FLOW001", f"parameter {name!r}: type {error} can't cross Tekton", SUPPORTED)
            return
        if spec.kind is Kind.WORKSPACE:
            self._workspace(name, spec, default)
        elif spec.kind in (Kind.SECRET, Kind.CONFIG_MAP) and self.for_pipeline:
            self.error(
                name,
                "FLOW001",
                f"parameter {name!r}: a pipeline does not take a {spec}; the task that uses it does",
                f"make it the default of the task's parameter, or bind it: `{name}: Workspace = {spec}(...)`",
            )
        elif spec.kind in (Kind.SECRET, Kind.CONFIG_MAP):
            self._env(name, spec, default)
        elif (spec.kind in PATHS or spec.holds_files) and self.for_pipeline:
            self.error(
                name,
                "FLOW001",
                f"parameter {name!r}: a pipeline can't be given a {spec} itself",
                f"take the folder that holds it, `{name}: Workspace`, and pass `{name} / 'the-file'` on",
            )
        else:
            self._param(name, spec, default, said or _UNSAID)

    def _param(self, name: str, spec: TypeSpec, default: object, said: Param) -> None:
        text = None
        if default is not EMPTY:
            try:
                if spec.holds_files:
                    raise Mismatch(f"{spec} has none")
                text = encode(default, spec) if spec.kind not in PATHS else ("" if default is None else None)
            except Mismatch as error:
                self.error(name, "FLOW015", f"default of {name!r}: {error}", "make the default fit the annotation")
        alias = said.name if said.name != name else ""
        self.params.append(
            ParamDecl(alias or name, spec, self.location, text, said.description, field=name if alias else "")
        )

    def _workspace(self, name: str, spec: TypeSpec, default: object) -> None:
        if isinstance(default, volumes.WorkspaceSpec):
            options = default
        elif default is EMPTY or default is None or self.for_pipeline:
            options = volumes.WorkspaceSpec(optional=spec.optional)
        else:
            self.error(
                name, "FLOW015", f"default of workspace {name!r}: {default!r}", "use Workspace(...) as the default"
            )
            return
        if self.for_pipeline and default is not EMPTY and options is not default:
            if problem := misfit(default, volumes.Bound):
                hint = "bind it: PVC, VolumeClaim, Secret, ConfigMap, EmptyDir, or a binding as Tekton has it"
                self.error(name, "FLOW015", f"default of workspace {name!r}: {problem}", hint)
                return
            self.sources.append((name, typing.cast("volumes.Bound", default)))
        alias = options.name
        self.workspaces.append(
            WorkspaceDecl(
                alias or name,
                self.location,
                options.read_only,
                options.optional or spec.optional,
                options.mount_path,
                options.description,
                options.auto,
                field=name if alias else "",
            )
        )

    def _env(self, name: str, spec: TypeSpec, default: object) -> None:
        wanted = volumes.Secret if spec.kind is Kind.SECRET else volumes.ConfigMap
        if not isinstance(default, wanted) or not default.key:
            self.error(
                name,
                "FLOW015",
                f"parameter {name!r} must say which {spec} it comes from",
                f'give it a default: `{name}: {spec} = {spec}("name", key="key")`',
            )
            return
        self.env.append(EnvDecl(name, spec.kind, default.name, default.key, default.optional))

    def error(self, name: str, code: str, message: str, hint: str) -> None:
        self.collector.error(code, message, places.of_parameter(self.function, name), hint=hint)


def _results(annotation: object, function: Callable[..., object], collector: Collector) -> tuple[ResultDecl, ...]:
    scope = function.__globals__
    if annotation is None or annotation is type(None):
        return ()
    try:
        several = inspect.isclass(annotation) and annotation not in PLAIN and not typing.is_typeddict(annotation)
        if several and isinstance(annotation, type) and (fields := fields_of(annotation, scope)):
            return tuple(_result(name, hint, scope, name) for name, hint in fields)
        return (_result("result", annotation, scope, None),)
    except Unsupported as error:
        collector.error(
            "FLOW001",
            f"return type {error} can't be a Tekton result",
            places.of_parameter(function, "return"),
            hint="return str, int, float, bool, list, dict, File or Directory, or a NamedTuple or dataclass of them",
        )
        return ()


def _result(name: str, annotation: object, scope: Mapping[str, object], field: str | None) -> ResultDecl:
    inner, said = unwrapped(annotation, Result)
    if problem := misfit(said) or (said and misfit(said.value, _TAKEN_FROM)):
        raise Unsupported(problem)
    said = said or Result()
    return ResultDecl(said.name or name, _result_type(inner, scope), field, said.description, said.taken_from)


def _result_type(annotation: object, scope: Mapping[str, object]) -> TypeSpec:
    spec = type_spec(annotation, scope)
    if spec.kind in (Kind.SECRET, Kind.CONFIG_MAP):
        raise Unsupported(str(spec))
    if spec.holds_files:
        raise Unsupported(f"{spec} (return a Directory that holds them)")
    return spec


def _untyped(name: str, function: Callable[..., object]) -> tuple[str, str]:
    """What is wrong with a parameter that has no type, and how it is mended."""
    if name == receiver_of(function):
        hint = f"take `{name}` out and write `@staticmethod` below `@task`; what it needs of the object is a parameter"
        return f"{function.__qualname__} is a method, and a task has no {name!r}", hint
    return f"parameter {name!r} has no type", f"annotate it: `{name}: str`"
