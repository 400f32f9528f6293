"""The value of a result of the pipeline, as the text that Tekton has for it."""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.frontend.opaque import Opaque
from flowdsl.frontend.proxies import FileValue, Reference, whole
from flowdsl.frontend.stands import meant
from flowdsl.ir.nodes import Text
from flowdsl.ir.refs import strings
from flowdsl.ir.types import STRING, Kind, TypeSpec

_ARRAY = TypeSpec(Kind.ARRAY, "list[str]", item=STRING)


def as_result(given: object) -> tuple[Text, TypeSpec] | None:
    """The text of a result's value and its type; None for what holds no reference."""
    value = meant(given, "returning it")
    if isinstance(value, FileValue):
        return value._path, STRING
    if isinstance(value, Reference):
        many = value._type.kind in (Kind.ARRAY, Kind.OBJECT)
        return (whole(value) if many else value._text), value._type
    if isinstance(value, str) and "$(" in value:
        return value, STRING
    read = composed(value)
    return read if read is not None and any("$(" in text for text in strings(read[0])) else None


def composed(value: object) -> tuple[Text, TypeSpec] | None:
    """The texts of a list or dict of values; None for anything else."""
    if isinstance(value, (list, tuple)):
        return tuple(_part(each) for each in value), _ARRAY
    if isinstance(value, Mapping):
        parts = {str(key): _part(each) for key, each in value.items()}
        return parts, TypeSpec(Kind.OBJECT, "dict[str, str]", properties=tuple((key, STRING) for key in parts))
    return None


def _part(value: object) -> str:
    inner = value._meant("returning it") if isinstance(value, Opaque) else value
    if isinstance(inner, Reference) and inner._type.kind is Kind.ARRAY:
        return whole(inner)
    return str(inner)
