"""From an annotation to the type that crosses Tekton: what a parameter or a result may be."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import attrs

from flowdsl.ir import volumes
from flowdsl.ir.types import BOOLEAN, DIRECTORY, FILE, FLOAT, INTEGER, JSON, SCALARS, STRING, Kind, TypeSpec

PLAIN: dict[Any, TypeSpec] = {
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
SUPPORTED = (
    "use str, int, float, bool, Literal, Enum, list[...], dict, a TypedDict, dataclass or attrs class, "
    "File, Directory, Workspace, Secret or ConfigMap"
)


class Unsupported(TypeError):  # noqa: N818 - it names what was found
    """A type that no Tekton parameter or result can carry."""


def type_spec(annotation: Any, scope: Mapping[str, Any] | None = None) -> TypeSpec:
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
        return attrs.evolve(type_spec(inner[0], scope), optional=True, python=type_name(annotation))
    if origin is Literal:
        return TypeSpec(Kind.CHOICE, type_name(annotation), choices=tuple(str(arg) for arg in get_args(annotation)))
    if annotation is list or origin in (list, tuple):
        return _array(annotation, scope)
    if origin is dict:
        return attrs.evolve(JSON, python=type_name(annotation), each=_known(get_args(annotation)[1], scope))
    if inspect.isclass(annotation):
        return _class(annotation, scope)
    raise Unsupported(type_name(annotation))


def unwrapped(annotation: Any, kind: type) -> tuple[Any, Any]:
    """The annotation within `Annotated[...]`, and what it holds of a kind, or None."""
    if isinstance(annotation, type) or get_origin(annotation) is not Annotated:
        return annotation, None
    inner, *notes = get_args(annotation)
    own = next((note for note in notes if isinstance(note, Kind)), None)
    if own is not None:
        inner = Annotated[inner, own]  # a File with a note beside it is a File
    return inner, next((note for note in notes if isinstance(note, kind)), None)


def _array(annotation: Any, scope: Mapping[str, Any] | None) -> TypeSpec:
    args = [arg for arg in get_args(annotation) if arg is not Ellipsis] or [str]
    item = type_spec(args[0], scope)
    if len(args) != 1 or item.kind not in SCALARS | {Kind.JSON} or item.optional:
        each = item if len(args) == 1 else None
        return attrs.evolve(JSON, python=type_name(annotation), shape="list", each=each)
    return TypeSpec(Kind.ARRAY, type_name(annotation), item=item)


def _known(annotation: Any, scope: Mapping[str, Any] | None) -> TypeSpec | None:
    """What is within a value that travels as JSON; None for what any value may be, as far as we know."""
    try:
        return type_spec(annotation, scope)
    except Unsupported:
        return None


def _class(cls: type, scope: Mapping[str, Any] | None) -> TypeSpec:
    if issubclass(cls, enum.Enum):
        choices = tuple(str(member.value) for member in cls)
        return TypeSpec(Kind.CHOICE, cls.__name__, choices=choices, constructor=cls.__name__)
    fields = fields_of(cls, scope)
    if fields is None:
        raise Unsupported(cls.__name__)
    constructor = "" if typing.is_typeddict(cls) else cls.__name__
    specs = tuple((name, type_spec(_marked(hint)[1], scope)) for name, hint in fields)
    may_lack = _may_lack(cls, dict(fields))
    keys_left_out = typing.is_typeddict(cls) and may_lack
    if keys_left_out or any(spec.kind not in SCALARS or spec.optional for _, spec in specs):
        # Tekton's objects hold strings only, and all their keys: what is nested or may lack one travels as JSON.
        return TypeSpec(Kind.JSON, cls.__name__, constructor=constructor, properties=specs, may_lack=may_lack)
    return TypeSpec(Kind.OBJECT, cls.__name__, properties=specs, constructor=constructor, may_lack=may_lack)


def fields_of(cls: type, scope: Mapping[str, Any] | None) -> list[tuple[str, Any]] | None:
    """The fields of a TypedDict, NamedTuple, dataclass or attrs class, in order; None for any other class."""
    named = issubclass(cls, tuple) and hasattr(cls, "_fields")
    if not (typing.is_typeddict(cls) or named or dataclasses.is_dataclass(cls) or attrs.has(cls)):
        return None
    try:
        hints = typing.get_type_hints(cls, localns=dict(scope) if scope else None, include_extras=True)
    except (NameError, TypeError) as error:
        raise Unsupported(f"{cls.__name__} ({error})") from error
    return list(hints.items())


def _marked(hint: Any) -> tuple[str, Any]:
    """`NotRequired` or `Required` where a TypedDict says it, of typing or of typing_extensions, and the type within."""
    word = getattr(get_origin(hint), "_name", "")
    return (word, get_args(hint)[0]) if word in ("NotRequired", "Required") else ("", hint)


def _may_lack(cls: type, hints: Mapping[str, Any]) -> frozenset[str]:
    """The fields that a value of the class may be written without."""
    if typing.is_typeddict(cls):
        # Python itself does not see the words in annotations that are text.
        usual: frozenset[str] = getattr(cls, "__optional_keys__", frozenset())
        words = {name: _marked(hint)[0] for name, hint in hints.items()}
        return frozenset(name for name, word in words.items() if word == "NotRequired" or (not word and name in usual))
    if attrs.has(cls):
        return frozenset(field.name for field in attrs.fields(cls) if field.default is not attrs.NOTHING)
    if dataclasses.is_dataclass(cls):
        missing = dataclasses.MISSING
        fields = dataclasses.fields(cls)
        return frozenset(each.name for each in fields if (each.default, each.default_factory) != (missing, missing))
    return frozenset(getattr(cls, "_field_defaults", ()))


def type_name(annotation: Any) -> str:
    """A type as the user wrote it."""
    if annotation in (volumes.File, volumes.Directory):
        return PLAIN[annotation].python
    if inspect.isclass(annotation) and not get_args(annotation):
        return annotation.__name__
    text = str(annotation)
    for own in (volumes.File, volumes.Directory):
        text = text.replace(str(own), PLAIN[own].python)
    return text.replace("typing.", "")
