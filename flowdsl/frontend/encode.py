"""Python values as the text Tekton carries, checked against a TypeSpec, and the rule for which type may flow where."""

from __future__ import annotations

import enum
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from flowdsl.ir.nodes import Text
from flowdsl.ir.types import SCALARS, Kind, TypeSpec


class Mismatch(ValueError):  # noqa: N818 - it names what was found, as StopIteration does
    """A value does not fit a type. The message says what was expected and what came."""


def encode(value: Any, spec: TypeSpec) -> Text:
    """The text of a Python value for a parameter of this type. Raises Mismatch."""
    if value is None:
        if spec.optional:
            return ""
        raise Mismatch(f"expected {spec}, got None")
    if spec.kind is Kind.ARRAY:
        if not isinstance(value, (list, tuple)) or spec.item is None:
            raise Mismatch(f"expected {spec}, got {_describe(value)}")
        return tuple(encode_scalar(item, spec.item) for item in value)
    if spec.kind is Kind.OBJECT:
        return _encode_object(value, spec)
    if spec.kind is Kind.JSON:
        return _encode_json(value)
    return encode_scalar(value, spec)


def encode_scalar(value: Any, spec: TypeSpec) -> str:
    """The text of a scalar. Raises Mismatch."""
    if spec.kind is Kind.JSON:
        return _encode_json(value)
    if isinstance(value, enum.Enum):
        value = value.value
    writers: dict[Kind, tuple[Any, Callable[[Any], str]]] = {
        Kind.STRING: (str, str),
        Kind.INTEGER: (int, str),
        Kind.FLOAT: ((int, float), _float),
        Kind.BOOLEAN: (bool, lambda flag: "true" if flag else "false"),
        Kind.CHOICE: ((str, int), str),
    }
    if spec.kind not in writers:
        raise Mismatch(f"expected {spec}, got {_describe(value)}")
    accepted, write = writers[spec.kind]
    # bool is a subclass of int to Python, but `steps=True` is a slip, not a number.
    if not isinstance(value, accepted) or (isinstance(value, bool) and spec.kind is not Kind.BOOLEAN):
        raise Mismatch(f"expected {spec}, got {_describe(value)}")
    text = write(value)
    if spec.kind is Kind.CHOICE and text not in spec.choices:
        raise Mismatch(f"expected one of {', '.join(map(repr, spec.choices))}, got {text!r}")
    return text


def decode_text(text: str, spec: TypeSpec) -> Text:
    """The value of `--set name=text`, in Tekton's form, checked against the type. Raises Mismatch."""
    if spec.kind in (Kind.ARRAY, Kind.OBJECT):
        try:
            return encode(json.loads(text), spec)
        except json.JSONDecodeError as error:
            raise Mismatch(f"expected {spec} as JSON, got {text!r}") from error
    if spec.optional and not text:
        return ""
    try:
        readers: dict[Kind, Callable[[str], Any]] = {
            Kind.INTEGER: int,
            Kind.FLOAT: float,
            Kind.BOOLEAN: lambda flag: {"true": True, "false": False}[flag.lower()],
            Kind.JSON: json.loads,
        }
        parsed = readers.get(spec.kind, str)(text)
    except (ValueError, KeyError) as error:
        raise Mismatch(f"expected {spec}, got {text!r}") from error
    return encode(parsed, spec)


def flows(source: TypeSpec, target: TypeSpec) -> bool:
    """Whether a value of the source type may feed a parameter of the target type."""
    if source.optional and not target.optional and target.kind is not Kind.STRING:
        return False
    if target.kind is Kind.STRING:
        return source.kind in SCALARS or source.kind is Kind.JSON
    if target.kind is Kind.FLOAT and source.kind is Kind.INTEGER:
        return True
    if source.kind is not target.kind:
        return False
    if target.kind is Kind.CHOICE:
        return set(source.choices) <= set(target.choices)
    if target.kind is Kind.ARRAY and source.item and target.item:
        return flows(source.item, target.item)
    if target.kind is Kind.OBJECT:
        have = dict(source.properties)
        return all(name in have and flows(have[name], spec) for name, spec in target.properties)
    return True


def _encode_object(value: Any, spec: TypeSpec) -> Text:
    if attrs.has(type(value)):
        value = attrs.asdict(value)
    elif hasattr(value, "__dataclass_fields__"):
        value = {name: getattr(value, name) for name in value.__dataclass_fields__}
    if not isinstance(value, Mapping):
        raise Mismatch(f"expected {spec}, got {_describe(value)}")
    wanted = [name for name, _ in spec.properties]
    if set(value) != set(wanted):
        raise Mismatch(f"expected the keys {', '.join(wanted)}, got {', '.join(map(str, value)) or 'none'}")
    return {name: encode_scalar(value[name], item) for name, item in spec.properties}


def _encode_json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise Mismatch(f"expected a value JSON can write, got {_describe(value)}") from error


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise Mismatch(f"expected a finite number, got {value}")
    return repr(value)


def _describe(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 40 else text[:37] + '...'}"
