"""Python values as the text Tekton carries, checked against a TypeSpec, and the rule for which type may flow where."""

from __future__ import annotations

import enum
import json
import math
from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

from flowdsl.diagnostics.near import did_you_mean
from flowdsl.frontend.opaque import named
from flowdsl.ir.nodes import Text
from flowdsl.ir.texts import as_text, plain_data
from flowdsl.ir.types import SCALARS, Kind, TypeSpec

P = ParamSpec("P")
T = TypeVar("T")


class Mismatch(ValueError):  # noqa: N818 - it names what was found, as StopIteration does
    """A value does not fit a type. The message says what was expected and what came."""


def encode(value: object, spec: TypeSpec) -> Text:
    """The text of a Python value for a parameter of this type. Raises Mismatch."""
    if value is None:
        if spec.optional:
            return ""
        raise Mismatch(f"expected {spec}, got None")
    if spec.kind is Kind.ARRAY:
        if not isinstance(value, (list, tuple)) or spec.item is None:
            raise Mismatch(f"expected {spec}, got {named(value)}")
        return tuple(at(f"[{index}]", encode_scalar, item, spec.item) for index, item in enumerate(value))
    if spec.kind is Kind.OBJECT:
        return _encode_object(value, spec)
    return encode_scalar(value, spec)


def encode_given(value: object, spec: TypeSpec) -> Text:
    """As `encode`, for a value of a run in a manifest: a text may be what Tekton carries, or hold a reference.

    A number or a boolean for a text is written as text. Raises Mismatch.
    """
    if isinstance(value, str):
        return value if "$(" in value or spec.kind is Kind.STRING else decode_text(value, spec)
    if spec.kind is Kind.STRING and isinstance(value, (bool, int, float)):
        return str(as_text(value))
    if spec.kind is Kind.ARRAY and spec.item is not None and isinstance(value, (list, tuple)):
        item = spec.item
        texts = [at(f"[{index}]", encode_given, each, item) for index, each in enumerate(value)]
        return tuple(map(str, texts))
    return encode(value, spec)


def at(place: str, check: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What the check gives; a Mismatch within says where in the value it is. Raises Mismatch."""
    try:
        return check(*given, **named)
    except Mismatch as error:
        text = str(error)
        if text.startswith("at "):
            inner, _, rest = text.removeprefix("at ").partition(": ")
            joined = place + inner if inner.startswith("[") else f"{place}.{inner}"
            raise Mismatch(f"at {joined}: {rest}") from None
        raise Mismatch(f"at {place}: {text}") from None


def encode_scalar(value: object, spec: TypeSpec) -> str:
    """The text of a scalar. Raises Mismatch."""
    if spec.kind is Kind.JSON:
        value = _plain(value)
        check_data(value, spec)
        return plain(value)
    if isinstance(value, enum.Enum):
        value = value.value
    writers: dict[Kind, tuple[type | tuple[type, ...], Callable[[object], str]]] = {
        Kind.STRING: (str, str),
        Kind.INTEGER: (int, _whole),
        Kind.FLOAT: ((int, float), _float),
        Kind.BOOLEAN: (bool, lambda flag: "true" if flag else "false"),
        Kind.CHOICE: (int if spec.numbers else (str, int), str),
    }
    if spec.kind not in writers:
        raise Mismatch(f"expected {spec}, got {named(value)}")
    accepted, write = writers[spec.kind]
    # bool is a subclass of int to Python, but `steps=True` is a slip, not a number.
    if not isinstance(value, accepted) or (isinstance(value, bool) and spec.kind is not Kind.BOOLEAN):
        raise Mismatch(f"expected {spec}, got {named(value)}")
    text = write(value)
    if spec.kind is Kind.CHOICE and text not in spec.choices:
        raise Mismatch(f"expected one of {', '.join(map(repr, spec.choices))}, got {text!r}")
    return text


def decode_text(text: str, spec: TypeSpec) -> Text:
    """The value of `--set name=text`, in Tekton's form, checked against the type. Raises Mismatch."""
    if spec.optional and not text:
        return ""
    if spec.kind in (Kind.ARRAY, Kind.OBJECT):
        try:
            given = json.loads(text)
        except (ValueError, RecursionError) as error:
            # No JSON, a number of thousands of digits, lists in lists without end.
            raise Mismatch(f"expected {spec} as JSON, got {_shortened(text)}") from error
        return encode(given, spec)
    try:
        readers: dict[Kind, Callable[[str], object]] = {
            Kind.INTEGER: lambda digits: _number(digits, "int"),
            Kind.FLOAT: lambda digits: _number(digits, "float"),
            Kind.BOOLEAN: lambda flag: {"true": True, "false": False}[flag.lower()],
            Kind.JSON: json.loads,
        }
        parsed = readers.get(Kind.INTEGER if spec.numbers else spec.kind, str)(text)
    except (ValueError, KeyError, RecursionError) as error:
        raise Mismatch(f"expected {spec}, got {_shortened(text)}") from error
    return encode(parsed, spec)


def _number(text: str, kind: str) -> int | float:
    """A number as scripts and conditions read it. Raises ValueError."""

    from flowdsl.decide.wire import number_of  # not at the top: only a value given as text needs it

    found = number_of(text, kind)
    if found is None:
        raise ValueError(text)
    return found


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


def _encode_object(value: object, spec: TypeSpec) -> Text:
    found = check_keys(_plain(value), spec)
    return {name: at(name, encode_scalar, found[name], item) for name, item in spec.properties}


def _plain(value: object) -> object:
    try:
        return plain_data(value)
    except ValueError as error:
        raise Mismatch(str(error)) from None


def check_data(value: object, spec: TypeSpec) -> None:
    """Data that is to travel as JSON against what is known of its type, at any depth. Raises Mismatch."""
    if value is None and spec.optional:
        return
    if spec.kind is Kind.JSON and not spec.properties:
        wanted = {"dict": Mapping, "list": list}.get(spec.shape, object)
        if not isinstance(value, wanted):
            raise Mismatch(f"expected {spec}, got {named(value)}")
        if spec.each is not None and spec.shape:
            _check_each(value, spec.each)
    elif spec.properties:
        found = check_keys(value, spec, spec.may_lack)
        for name, item in spec.properties:
            if name in found:
                at(name, check_data, found[name], item)
    elif spec.kind is Kind.ARRAY and spec.item is not None:
        if not isinstance(value, list):
            raise Mismatch(f"expected {spec}, got {named(value)}")
        _check_each(value, spec.item)
    elif spec.kind in SCALARS:
        encode_scalar(value, spec)


def _check_each(value: object, item: TypeSpec) -> None:
    if isinstance(value, Mapping):
        for key, each in value.items():
            at(str(key), check_data, each, item)
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            at(f"[{index}]", check_data, each, item)


def check_keys(value: object, spec: TypeSpec, may_lack: frozenset[str] = frozenset()) -> Mapping[str, object]:
    """The value, a map with just the keys of an object's type. Raises Mismatch."""
    if not isinstance(value, Mapping):
        raise Mismatch(f"expected {spec}, got {named(value)}")
    wanted = [name for name, _ in spec.properties]
    missing = [name for name in wanted if name not in value and name not in may_lack]
    unknown = [str(name) for name in value if name not in wanted]
    if not missing and not unknown:
        return value
    said = [f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"] if missing else []
    for name in unknown:
        hint = did_you_mean(name, wanted, "")
        said.append(f"there is no key {name!r}" + (f", {hint}" if hint else ""))
    raise Mismatch(f"{'; '.join(said)}; {spec} has the keys {', '.join(wanted)}")


def plain(value: object) -> str:
    """The JSON of plain data. Raises Mismatch."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise Mismatch(f"expected a value JSON can write, got {named(value)}") from error


def _whole(value: object) -> str:
    # Scripts read no more, and Python writes no more than some thousands.
    if isinstance(value, int) and abs(value) >= 10**400:
        raise Mismatch("expected a whole number of at most 400 digits")
    return str(value)


def _float(value: object) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        raise Mismatch(f"expected a finite number, got {value}")
    assert isinstance(value, (int, float))
    try:
        # One number, one text: Tekton compares texts, and a task's own results are written so.
        return repr(float(value))
    except OverflowError:
        raise Mismatch("expected a number that a float can hold") from None


def _shortened(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
