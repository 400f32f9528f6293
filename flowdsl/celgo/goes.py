"""JSON and headers as Go's standard library reads and writes them."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical(name: str) -> str:
    """textproto.CanonicalMIMEHeaderKey."""
    if not _TOKEN.fullmatch(name):
        return name
    return "-".join(part[:1].upper() + part[1:].lower() for part in name.split("-"))


def text_of(body: bytes) -> str:
    """Bytes as Go's JSON takes them for text: each byte that is no UTF-8 becomes U+FFFD."""
    return _SURROGATE.sub("\ufffd", body.decode("utf-8", "surrogateescape"))


def json_value(text: str) -> Any:
    """json.Unmarshal into an interface: every number is a double. Raises ValueError."""
    try:
        return _mended(json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_constant))
    except RecursionError:
        raise ValueError("it nests too deep") from None


def json_object(text: str) -> dict[str, Any]:
    """json.Unmarshal into a map; null is an empty one. Raises ValueError."""
    found = json_value(text)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError("a number that no double holds")
    return value


def _constant(text: str) -> float:
    raise ValueError(f"invalid {text}")


def _mended(value: Any) -> Any:
    """Half a surrogate pair is U+FFFD for Go."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mended(each) for each in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(each) for key, each in value.items()}
    return value


def json_text(value: Any) -> str:
    """json.Marshal: sorted keys, no blanks, what HTML might take for its own escaped."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(key)}:{json_text(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    if isinstance(value, str):
        return _quoted(value)
    return _number_text(value) if isinstance(value, float) else json.dumps(value)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    for plain, escaped in _HTML.items():
        quoted = quoted.replace(plain, escaped)
    return quoted


def _number_text(value: float) -> str:
    """The fewest digits; with an exponent from 1e21 on and below 1e-6 alone."""
    if value and not 1e-6 <= abs(value) < 1e21:
        mantissa, _, power = repr(value).partition("e")
        return f"{mantissa.removesuffix('.0')}e{int(power):+d}"
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
