"""The scalars that Kubernetes reads from text: each check hands a value on as it is, or raises ValueError."""

from __future__ import annotations

import base64
import re

from flowdsl.kube import is_quantity, parse_duration

_BLANKS = (
    " \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What Go's unicode.IsSpace counts, less the control characters, which JSON can't hold as they are."""


def check_quantity(value: object) -> object:
    """A value for a Quantity."""
    if value is None:
        return value
    if isinstance(value, str):
        # Quantity.UnmarshalJSON trims the text between the quotes (k8s.io/apimachinery/pkg/api/resource).
        if not is_quantity(value.strip(_BLANKS)):
            raise ValueError(f"{value!r} is no quantity, such as 500m or 8Gi")
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("a quantity is a string or a number")
    return value


def check_duration(value: str) -> str:
    """A text for a Duration."""
    parse_duration(value)
    return value


_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([.,]\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII)


def check_timestamp(value: str) -> str:
    """A text for a Timestamp."""
    if _RFC3339.fullmatch(value) is None:
        raise ValueError(f"{value!r} is no RFC 3339 time, such as 2026-01-31T12:00:00Z")
    return value


def check_int_or_string(value: object) -> object:
    """A value for an IntOrString."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("an integer or a string is expected")
    return value


def check_url(value: str) -> str:
    """A text for a URL, which Go's decoder parses. The empty one is none."""
    from flowdsl.kube.go_urls import url_error

    problem = url_error(value)
    if problem:
        raise ValueError(f"{value!r} {problem}: it is no URL")
    return value


def check_bytes(value: object) -> object:
    """A value for bytes: base64, in which line ends may stand, or the bytes as numbers."""
    if isinstance(value, list) and all(type(each) is int and 0 <= each < 256 for each in value):
        return value
    if not isinstance(value, str):
        raise ValueError("a text in base64 is expected")
    try:
        base64.b64decode(value.replace("\n", "").replace("\r", ""), validate=True)
    except ValueError:
        raise ValueError("it is no base64") from None
    return value
