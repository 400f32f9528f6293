"""From an annotation to the type that crosses Tekton: what a parameter or a result may be."""

from __future__ import annotations

import enum
import inspect
import types
import typing
from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar, Union, get_args, get_origin

import attrs

from flowdsl.ir import volumes
from flowdsl.ir.records import field_names, is_renamed, may_lack, taken_names
from flowdsl.ir.types import BOOLEAN, DIRECTORY, FILE, FLOAT, INTEGER, JSON, PATHS, SCALARS, STRING, Kind, TypeSpec

T = TypeVar("T")
PLAIN: dict[object, TypeSpec] = {
    str: STRING,
    int: INTEGER,
    float: FLOAT,
    bool: BOOLEAN,
    dict: JSON,
    volumes.File: FILE,
    volumes.Directory: DIRECTORY,
    volumes.Workspace: TypeSpec(Kind.WORKSPACE, "Workspace"),
    volumes.Secret: TypeSpec(Kind.SECRET, volumes.Secret.__name__),
    volumes.ConfigMap: TypeSpec(Kind.CONFIG_MAP, volumes.ConfigMap.__name__),
}
_ALONE = PATHS | {Kind.WORKSPACE, Kind.SECRET, Kind.CONFIG_MAP}
SUPPORTED = (
    "use str, int, float, bool, Literal, Enum, list[...], dict, a TypedDict, dataclass, attrs class or pydantic model, "
    "File, Directory, Workspace, Secret or ConfigMap"
)


class Unsupported(TypeError):  # noqa: N818 - it names what was found
    """A type that no Tekton parameter or result can carry."""


def type_spec(annotation: object, scope: Mapping[str, object] | None = None) -> TypeSpec:
    """The TypeSpec of an annotation; `scope` is where its classes' own annotations are read. Raises Unsupported."""
    annotation, _ = unwrapped(annotation, object)
    try:
        if annotation in PLAIN:
            return PLAIN[annotation]
    except TypeError:  # an unhashable annotation is none of ours
        raise Unsupported(repr(annotation)) from None
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        inner = [arg for arg in get_args(annotation) if arg is not type(None)]
        if len(inner) != 1 or len(inner) == len(get_args(annotation)):
            raise Unsupported(type_name(annotation))
        spec = type_spec(inner[0], scope)
        if spec.holds_files:
            raise Unsupported(f"{type_name(annotation)} (a list of files may be empty, and is never None)")
        # The empty string stands for None, and Tekton takes no string for an object.
        kind = Kind.JSON if spec.kind is Kind.OBJECT else spec.kind
        return attrs.evolve(spec, kind=kind, optional=True, python=type_name(annotation))
    if origin is Literal:
        return _literal(annotation)
    if annotation is list or origin in (list, tuple):
        return _array(annotation, scope)
    if origin is dict:
        return attrs.evolve(JSON, python=type_name(annotation), each=_known(get_args(annotation)[1], scope))
    if inspect.isclass(annotation):
        return _class(annotation, scope)
    raise Unsupported(type_name(annotation))


def _literal(annotation: object) -> TypeSpec:
    """A closed list of texts, or of whole numbers: what a text stands for must be plain."""
    values = get_args(annotation)
    numbers = all(type(each) is int for each in values)
    if not numbers and not all(type(each) is str for each in values):
        raise Unsupported(f"{type_name(annotation)} (its values must be all texts or all whole numbers)")
    return TypeSpec(Kind.CHOICE, type_name(annotation), choices=tuple(map(str, values)), numbers=numbers)


def unwrapped(annotation: object, kind: type[T]) -> tuple[object, T | None]:
    """The annotation within `Annotated[...]`, and what it holds of a kind, or None."""
    if isinstance(annotation, type) or get_origin(annotation) is not Annotated:
        return annotation, None
    inner, *notes = get_args(annotation)
    own = next((note for note in notes if isinstance(note, Kind)), None)
    if own is not None:
        inner = Annotated[inner, own]  # a File with a note beside it is a File
    return inner, next((note for note in notes if isinstance(note, kind)), None)


def _array(annotation: object, scope: Mapping[str, object] | None) -> TypeSpec:
    args = [arg for arg in get_args(annotation) if arg is not Ellipsis] or [str]
    item = type_spec(args[0], scope)
    if len(args) == 1 and item.kind in PATHS and not item.optional:
        return TypeSpec(Kind.ARRAY, type_name(annotation), item=item)
    item = _carried(item, type_name(annotation))
    if len(args) != 1 or item.kind not in SCALARS | {Kind.JSON} or item.optional:
        each = item if len(args) == 1 else None
        return attrs.evolve(JSON, python=type_name(annotation), shape="list", each=each)
    return TypeSpec(Kind.ARRAY, type_name(annotation), item=item)


def _known(annotation: object, scope: Mapping[str, object] | None) -> TypeSpec | None:
    """What is within a value that travels as JSON; None for what any value may be, as far as we know."""
    try:
        spec = type_spec(annotation, scope)
    except Unsupported:
        return None
    return _carried(spec, f"dict[str, {spec}]")


def _class(cls: type, scope: Mapping[str, object] | None) -> TypeSpec:
    if issubclass(cls, enum.Enum):
        choices = tuple(str(member.value) for member in cls)
        return TypeSpec(Kind.CHOICE, cls.__name__, choices=choices, constructor=cls.__name__)
    fields = _taken(cls, scope)
    if fields is None:
        raise Unsupported(cls.__name__)
    constructor = "" if typing.is_typeddict(cls) else cls.__name__
    specs = tuple((name, _carried(type_spec(_marked(hint)[1], scope), cls.__name__)) for name, hint in fields)
    lacking = _keys_left_out(cls, dict(fields)) if typing.is_typeddict(cls) else may_lack(cls)
    keys_left_out = typing.is_typeddict(cls) and lacking
    nested = keys_left_out or any(spec.kind not in SCALARS or spec.optional for _, spec in specs)
    # Tekton's objects hold strings only, and all their keys: what is nested or may lack one travels as JSON.
    kind = Kind.JSON if nested else Kind.OBJECT
    return TypeSpec(
        kind, cls.__name__, constructor=constructor, properties=specs, may_lack=lacking, renamed=is_renamed(cls)
    )


def _carried(spec: TypeSpec, holder: str) -> TypeSpec:
    """The type of something within data; Unsupported for what no data can hold."""
    if spec.kind in _ALONE or spec.holds_files:
        raise Unsupported(f"{holder} (a {spec} in it must be a parameter or a result of its own)")
    return spec


def fields_of(cls: type, scope: Mapping[str, object] | None) -> list[tuple[str, object]] | None:
    """The fields of a NamedTuple, dataclass, attrs class or pydantic model, in order; None for any other class."""
    names = field_names(cls)
    if names is None:
        return None
    hints = _hints(cls, scope)
    return [(name, hints[name]) for name in names]


def _taken(cls: type, scope: Mapping[str, object] | None) -> list[tuple[str, object]] | None:
    """The fields by the names that the class takes when an object is made, or the keys of a TypedDict."""
    if typing.is_typeddict(cls):
        return list(_hints(cls, scope).items())
    names = taken_names(cls)
    if names is None:
        return None
    hints = _hints(cls, scope)
    return [(taken, hints[name]) for name, taken in names.items()]


def _hints(cls: type, scope: Mapping[str, object] | None) -> dict[str, object]:
    try:
        return typing.get_type_hints(cls, localns=dict(scope) if scope else None, include_extras=True)
    except (NameError, TypeError) as error:
        raise Unsupported(f"{cls.__name__} ({error})") from error


def _marked(hint: object) -> tuple[str, object]:
    """`NotRequired` or `Required` where a TypedDict says it, of typing or of typing_extensions, and the type within."""
    word = getattr(get_origin(hint), "_name", "")
    return (word, get_args(hint)[0]) if word in ("NotRequired", "Required") else ("", hint)


def _keys_left_out(cls: type, hints: Mapping[str, object]) -> frozenset[str]:
    """The keys that a value of the TypedDict may be written without."""
    # Python itself does not see the words in annotations that are text.
    usual: frozenset[str] = getattr(cls, "__optional_keys__", frozenset())
    words = {name: _marked(hint)[0] for name, hint in hints.items()}
    return frozenset(name for name, word in words.items() if word == "NotRequired" or (not word and name in usual))


def type_name(annotation: object) -> str:
    """A type as the user wrote it."""
    if annotation in (volumes.File, volumes.Directory):
        return PLAIN[annotation].python
    if inspect.isclass(annotation) and not get_args(annotation):
        return annotation.__name__
    text = str(annotation)
    for own in (volumes.File, volumes.Directory):
        text = text.replace(str(own), PLAIN[own].python)
    return text.replace("typing.", "")
