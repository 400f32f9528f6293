"""Values of params on the command line, as every command that takes them reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.near import did_you_mean

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import ParamSpec, ParamValue
    from flowdsl.yamlread.nodes import Node

_HALF = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def assignments(values: tuple[str, ...], file: str = "") -> dict[str, str]:
    """`PARAM=VALUE` texts by param, over those of a params file. Raises UsageError."""
    found = params_file(file) if file else {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--set takes PARAM=VALUE, got {text!r}")
        found[name] = value
    for name, value in found.items():
        # Bytes that are no UTF-8 come from the shell as halves of surrogate pairs.
        if _HALF.search(name) or _HALF.search(value):
            raise UsageError(f"--set {name!a}: the value is no UTF-8, which no object of a cluster can hold")
    return found


def params_file(file: str) -> dict[str, str]:
    """`name: value` in YAML or JSON, as the text that `--set` takes: what is written, `1.10` and `yes` included.

    Raises UsageError.
    """
    from flowdsl.yamlread.reader import UnreadableError, read
    from flowdsl.yamlread.sources import load

    source = load(Path(file))
    if source.problem is not None:
        raise UsageError(f"--params-file {file}: {source.problem[1]}")
    try:
        roots = [document.root for document in read(source.text)]
    except UnreadableError as error:
        raise UsageError(f"--params-file {file}:{error.line}: {error.message}") from error
    if len(roots) != 1 or roots[0].entries is None:
        raise UsageError(f"--params-file {file} holds no mapping of params to values")
    return {name: _text(node) for name, (_, node) in roots[0].entries.items()}


def _text(node: Node) -> str:
    if node.items is not None or node.entries is not None:
        return _json(node)
    return node.value if isinstance(node.value, str) else node.text


def _json(node: Node) -> str:
    """The node as JSON: numbers and booleans that JSON writes alike, all else of them as the text that is written."""
    if node.items is not None:
        return "[" + ", ".join(map(_json, node.items)) + "]"
    if node.entries is not None:
        return "{" + ", ".join(f"{json.dumps(key)}: {_json(each)}" for key, (_, each) in node.entries.items()) + "}"
    if isinstance(node.value, str) or node.value is None:
        return json.dumps(node.value)
    return node.text if node.text in ("true", "false") or _NUMBER.fullmatch(node.text) else json.dumps(node.text)


def typed(spec: ParamSpec, text: str) -> ParamValue:
    """The value of a declared param that a text stands for: itself, or for a list or an object its JSON.

    Elements that are no text become that, as they are written. Raises UsageError, which names the param, the key, what
    was given and what is expected.
    """
    from flowdsl.machine.params import declared_kind

    name, kind = spec["name"], declared_kind(spec)
    if kind == "string":
        return text
    try:
        # Numbers as they are written: of 1.10 a float would keep 1.1.
        value: object = json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=_Number)
        if kind == "array" and isinstance(value, list):
            return [_element(item) for item in value]
        if kind == "object" and isinstance(value, dict):
            _check_keys(name, spec, value)
            return {_element(key): _element(item) for key, item in value.items()}
    except (ValueError, RecursionError):
        pass  # told below: it is no such JSON
    example = '["a", "b"]' if kind == "array" else _example(spec)
    shown = text if len(text) <= 60 else text[:57] + "..."
    raise UsageError(f"param {name!r} is of type {kind}: write it as JSON, --set '{name}={example}'; got {shown!r}")


class _Number(str):
    """A number of JSON as it is written."""

    __slots__ = ()


def _element(value: object) -> str:
    """An element as text. Raises ValueError for half of a surrogate pair, which JSON can spell and UTF-8 can't hold."""
    text = str(value) if isinstance(value, str) else _again(value)
    if _HALF.search(text):
        raise ValueError(text)
    return text


def _again(value: object) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(map(_again, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_again(each)}" for key, each in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def _example(spec: ParamSpec) -> str:
    keys = list(spec.get("properties") or ()) or ["key"]
    return json.dumps(dict.fromkeys(keys, "..."))


def _check_keys(name: str, spec: ParamSpec, value: Mapping[object, object]) -> None:
    """The keys of an object param against those it declares; what its default has may be missing. Raises UsageError."""
    declared = list(spec.get("properties") or ())
    default = spec.get("default")
    if not declared:
        return
    said = [
        f"there is no key {key!r} (given: {_element(value[key])!r})" + _meant(str(key), declared)
        for key in value
        if key not in declared
    ]
    lacking = [key for key in declared if key not in value and not (isinstance(default, Mapping) and key in default)]
    said += [f"the key {key!r} is missing" for key in lacking]
    if said:
        raise UsageError(f"param {name!r}: {'; '.join(said)}; expected {_example(spec)}")


def _meant(name: str, known: Sequence[str]) -> str:
    hint = did_you_mean(name, known, "")
    return f", {hint}" if hint else ""
