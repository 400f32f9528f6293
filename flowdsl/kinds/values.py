"""Param values as Tekton decodes them: a text, a list of texts, a map of texts; any other JSON is its own text.

Source: ParamValue.UnmarshalJSON in pkg/apis/pipeline/v1/param_types.go. The text is the JSON that Tekton's webhook is
sent. The API server wrote that from what it had decoded: keys sorted, no blanks, whole numbers of at most 64 bits as
they are and all others as Go writes a float64, and `<`, `>` and `&` escaped, as encoding/json does.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Union

Value = Union[str, list[str], dict[str, str]]  # noqa: UP007 - an alias made at run time

_HTML = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"})
_INT64 = range(-(2**63), 2**63)
# Go writes a float without an exponent between these.
_SMALLEST, _LARGEST = 1e-6, 1e21


def kind_of(value: object) -> str:
    """`string`, `array` or `object`: one element that is no text, and a list or a map is a text as a whole."""
    if isinstance(value, (list, tuple)) and all(item is None or isinstance(item, str) for item in value):
        return "array"
    if isinstance(value, Mapping) and all(item is None or isinstance(item, str) for item in value.values()):
        return "object"
    return "string"


def decoded(value: object) -> Value:
    """The value as Tekton holds it; null is the empty text, alone and within a list or a map."""
    if isinstance(value, str):
        return value
    kind = kind_of(value)
    if kind == "array" and isinstance(value, (list, tuple)):
        return [item or "" for item in value]
    if kind == "object" and isinstance(value, Mapping):
        return {str(key): item or "" for key, item in value.items()}
    return "" if value is None else json_text(value)


def json_text(value: object) -> str:
    """The JSON of a value, as the API server writes it."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int):
        # One that no float64 holds is refused by the API server; here it must only not fall over.
        return str(value) if value in _INT64 else _float(float(value) if value.bit_length() < 1024 else math.inf)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Mapping):
        items = sorted((str(key), item) for key, item in value.items())
        return "{" + ",".join(f"{_quoted(key)}:{json_text(item)}" for key, item in items) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(json_text, value)) + "]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).translate(_HTML)


def _float(number: float) -> str:
    """A float64 as Go's encoding/json writes it: the shortest digits that read back the same."""
    size = abs(number)
    if not math.isfinite(number):
        return str(number)  # JSON has no word for it, and no reader of ours gives one
    if number.is_integer() and size < _LARGEST:
        # Python writes all digits of a large one, Go the shortest and zeros after them.
        digits, _, exponent = f"{number!r}".partition("e")
        if not exponent:
            return digits.removesuffix(".0")
        whole, _, part = digits.partition(".")
        return whole + part + "0" * (int(exponent) - len(part))
    text = repr(number)
    if (size and size < _SMALLEST) or size >= _LARGEST:
        digits, _, exponent = text.partition("e")
        return f"{digits.removesuffix('.0')}e{int(exponent):+d}"
    if "e" not in text:
        return text
    digits, _, exponent = text.removeprefix("-").partition("e")
    return ("-" if number < 0 else "") + "0." + "0" * (-int(exponent) - 1) + digits.replace(".", "")
