"""The functions that Triggers adds for its interceptors: pkg/interceptors/cel/triggers.go of v0.37.0.

https://tekton.dev/docs/triggers/cel_expressions/
"""

from __future__ import annotations

import functools
import hmac
import re
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from .evaluate import answer, check
from .extensions import EXTENSIONS
from .functions import STANDARD, Table, method
from .goes import canonical, json_object, json_text
from .native import native
from .parser import MACROS, parse
from .regexps import compiled
from .tree import CelError, Node

VARIABLES = frozenset({"body", "header", "extensions", "requestURL"})
# The value of a key of a Secret: (key, name). Raises CelError.
Secrets = Callable[[str, str], str]


def _first_of(header: dict[str, Any], name: str) -> str:
    for value in header.values():
        if not isinstance(value, list) or any(not isinstance(each, str) for each in value):
            raise CelError("failed to convert to http.Header")
    found = header.get(canonical(name)) or [""]
    return str(found[0])


def _truncate(text: str, size: int) -> str:
    if size < 0:
        raise CelError("truncate: a negative length")
    # Triggers cuts bytes.
    return text.encode()[:size].decode(errors="replace")


def _yaml(text: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        raise CelError("failed to decode in parseYAML") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise CelError("failed to decode in parseYAML: no map")
    return {str(key): _plain(value) for key, value in found.items()}


def _plain(value: Any) -> Any:
    """YAML by way of JSON, as sigs.k8s.io/yaml reads it."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    return float(value) if isinstance(value, (int, float)) else str(value)


def _url(text: str) -> dict[str, Any]:
    try:
        parts = urllib.parse.urlsplit(text)
        pairs = urllib.parse.parse_qs(parts.query, keep_blank_values=True, max_num_fields=10_000)
    except ValueError:
        raise CelError("failed to decode in parseURL") from None
    account, _, host = parts.netloc.rpartition("@")
    found: dict[str, Any] = {
        "scheme": parts.scheme, "host": host, "path": urllib.parse.unquote(parts.path), "rawQuery": parts.query,
        "fragment": urllib.parse.unquote(parts.fragment), "queryStrings": pairs,
        "query": {key: ",".join(values) for key, values in pairs.items()},
    }  # fmt: skip
    if account:
        name, _, password = account.partition(":")
        found["auth"] = {"username": urllib.parse.unquote(name), "password": urllib.parse.unquote(password)}
    return found


def _translate(text: str, pattern: str, by: str) -> str:
    expression = compiled(pattern, text)

    def expanded(found: Any) -> str:
        return _EXPANDED.sub(lambda each: _group(found, each), by)

    return str(expression.sub(expanded, text))


_EXPANDED = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))")


def _group(found: Any, reference: re.Match[str]) -> str:
    if reference[1]:
        return "$"
    name = reference[2] or reference[3]
    try:
        return str(found.group(int(name) if name.isascii() and name.isdigit() else name) or "")
    except (IndexError, KeyError, ValueError):
        return ""


def _marshalled(value: Any) -> str:
    return json_text(native(value))


def _edge(index: int) -> Callable[[list[Any]], Any]:
    return lambda many: many[index] if many else None


def _json(text: str) -> dict[str, Any]:
    try:
        return json_object(text)
    except ValueError:
        raise CelError("failed to decode in parseJSON") from None


_OWN: Table = {
    "match": (method("map string string", lambda header, name, value: _first_of(header, name) == value),),
    "canonical": (method("map string", _first_of),),
    "truncate": (method("string int", _truncate),),
    "parseJSON": (method("string", _json),),
    "parseYAML": (method("string", _yaml),),
    "parseURL": (method("string", _url),),
    "marshalJSON": (method("map", _marshalled), method("list", _marshalled)),
    "last": (method("list", _edge(-1)),),
    "first": (method("list", _edge(0)),),
    "translate": (method("string string string", _translate),),
}


# Operators have names that begin with a sign: `_+_`, `@in`.
FUNCTIONS = frozenset(
    {name for table in (STANDARD, EXTENSIONS, _OWN) for name in table if name[0].isalpha()}
    | {*MACROS, "has", "compareSecret"}
)
"""The functions and macros of an interceptor's expressions."""
NAMESPACES = frozenset(name.partition(".")[0] for name in FUNCTIONS if "." in name)
"""What stands before some of them as a variable would: `math.greatest`."""


def _unknown(key: str, name: str) -> str:
    raise CelError(f"failed to find secret {name!r} in compareSecret")


def _table(secrets: Secrets) -> Table:
    def compared(text: str, key: str, name: str, _namespace: str = "") -> bool:
        return hmac.compare_digest(secrets(key, name).encode(), text.encode())

    several = (method("string string string", compared), method("string string string string", compared))
    return {**STANDARD, **EXTENSIONS, **_OWN, "compareSecret": several}


@functools.lru_cache(maxsize=256)
def read(expression: str) -> Node:
    """The tree of an expression of an interceptor, its names and functions known. Raises CelSyntaxError."""
    tree = parse(expression)
    check(tree, VARIABLES, _table(_unknown))
    return tree


def value_of(expression: str, variables: Mapping[str, Any], secrets: Secrets = _unknown) -> Any:
    """What an interceptor's expression gives for `body`, `header`, `extensions` and `requestURL`.

    Raises CelError, CelLimitError.
    """
    return answer(read(expression), variables, _table(secrets))
