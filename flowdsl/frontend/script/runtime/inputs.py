"""Decoders: a function of (what is decoded, its text) gives the value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from flowdsl.frontend.script.runtime.common import (
    _flowdsl_env,
    _flowdsl_fail,
    _flowdsl_show,
    _flowdsl_text,
)

if TYPE_CHECKING:
    import enum

_Given = TypeVar("_Given")
_Decode = Callable[[str, str], object]
_Rebuild = Callable[[str, object], object]
_Kind = Callable[..., object]
_Properties = Mapping[str, "tuple[str, _Decode]"]


def _flowdsl_str(what: str, text: str) -> str:
    return text


def _flowdsl_int(what: str, text: str) -> int:
    import re

    digits = text.strip()
    if not re.match(r"[+-]?[0-9]{1,400}\Z", digits):
        _flowdsl_fail(what + ": expected int, got " + _flowdsl_show(text))
    return int(digits)


def _flowdsl_float(what: str, text: str) -> float:
    try:
        if "_" not in text and text.isascii():
            return float(text)
    except ValueError:
        pass
    return _flowdsl_fail(what + ": expected float, got " + _flowdsl_show(text))


def _flowdsl_bool(what: str, text: str) -> bool:
    lowered = text.strip().lower()
    if lowered not in ("true", "false"):
        _flowdsl_fail(what + ": expected true or false, got " + _flowdsl_show(text))
    return lowered == "true"


def _flowdsl_choice(choices: tuple[str, ...]) -> _Decode:
    def decode(what: str, text: str) -> str:
        if text in choices:
            return text
        if text.strip() in choices:
            return text.strip()
        return _flowdsl_fail(what + ": expected one of " + ", ".join(choices) + "; got " + _flowdsl_show(text))

    return decode


def _flowdsl_number_choice(choices: tuple[str, ...]) -> _Decode:
    def decode(what: str, text: str) -> int:
        return int(str(_flowdsl_choice(choices)(what, text)))

    return decode


def _flowdsl_enum(kind: type[enum.Enum]) -> _Rebuild:
    def decode(what: str, text: object) -> object:
        members = {str(member.value): member for member in kind}
        found = members.get(str(text), members.get(str(text).strip()))
        if found is None:
            _flowdsl_fail(what + ": expected one of " + ", ".join(members) + "; got " + _flowdsl_show(text))
        return found

    return decode


def _flowdsl_json(what: str, text: str) -> object:
    import json

    try:
        return json.loads(text)
    except ValueError as error:
        return _flowdsl_fail(what + ": expected JSON, got " + _flowdsl_show(text) + " (" + str(error) + ")")


def _flowdsl_of_type(kinds: tuple[type, ...], expected: str, decode: _Decode) -> _Decode:
    def checked(what: str, text: str) -> object:
        value = decode(what, text)
        if not isinstance(value, kinds):
            _flowdsl_fail(what + ": expected " + expected + ", got " + _flowdsl_show(value))
        return value

    return checked


def _flowdsl_optional(decode: _Decode) -> _Decode:
    return lambda what, text: None if text == "" else decode(what, text)


def _flowdsl_tuple(decode: Callable[[str, _Given], Iterable[object]]) -> Callable[[str, _Given], object]:
    return lambda what, text: tuple(decode(what, text))


def _flowdsl_list(decode: _Decode, what: str, texts: list[str]) -> list[object]:
    return [decode(what + "[" + str(index) + "]", text) for index, text in enumerate(texts)]


def _flowdsl_build(what: str, kind: _Kind, values: Mapping[str, object]) -> object:
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        return _flowdsl_fail(what + ": " + str(error))


def _flowdsl_object(what: str, kind: _Kind, properties: _Properties, *, optional: bool = False) -> object:
    texts = {key: _flowdsl_env(env) for key, (env, _) in properties.items()}
    if optional and not any(texts.values()):
        return None
    values = {key: decode(what + "." + key, texts[key]) for key, (_, decode) in properties.items()}
    return _flowdsl_build(what, kind, values)


def _flowdsl_record(kind: _Kind, fields: Mapping[str, _Rebuild]) -> _Rebuild:
    def rebuild(what: str, value: object) -> object:
        if not isinstance(value, dict):
            _flowdsl_fail(what + ": expected a JSON object, got " + _flowdsl_show(value))
        values = {key: fields[key](what + "." + key, item) if key in fields else item for key, item in value.items()}
        return _flowdsl_build(what, kind, values)

    return rebuild


def _flowdsl_nullable(rebuild: _Rebuild) -> _Rebuild:
    return lambda what, value: None if value is None else rebuild(what, value)


def _flowdsl_each(rebuild: _Rebuild) -> Callable[[str, Iterable[object]], object]:
    return lambda what, values: [rebuild(what + "[" + str(index) + "]", item) for index, item in enumerate(values)]


def _flowdsl_items(rebuild: _Rebuild) -> _Rebuild:
    def each(what: str, value: object) -> object:
        if not isinstance(value, list):
            _flowdsl_fail(what + ": expected a JSON array, got " + _flowdsl_show(value))
        return [rebuild(what + "[" + str(index) + "]", item) for index, item in enumerate(value)]

    return each


def _flowdsl_values(rebuild: _Rebuild) -> _Rebuild:
    def each(what: str, value: object) -> object:
        if not isinstance(value, dict):
            _flowdsl_fail(what + ": expected a JSON object, got " + _flowdsl_show(value))
        return {key: rebuild(what + "." + key, item) for key, item in value.items()}

    return each


def _flowdsl_loaded(rebuild: _Rebuild) -> _Decode:
    return lambda what, text: rebuild(what, _flowdsl_json(what, text))


def _flowdsl_arrays(names: tuple[str, ...]) -> dict[str, list[str]]:
    import sys

    marks = ["--flowdsl-array=" + name for name in names]
    words = [_flowdsl_text(word) for word in sys.argv[1:]]
    if words[:1] != marks[:1]:
        _flowdsl_fail("the arguments must start with " + marks[0], 2)
    cuts = [0]
    for mark in marks[1:]:
        if words.count(mark) != 1 or words.index(mark) < cuts[-1]:
            _flowdsl_fail(
                "the arguments must hold " + mark + " once, after the arrays before it; no value may equal it", 2
            )
        cuts.append(words.index(mark))
    return {name: words[start + 1 : end] for name, start, end in zip(names, cuts, [*cuts[1:], len(words)])}  # noqa: B905 (3.8 has no strict)


def _flowdsl_path(what: str, env: str, *, folder: bool, optional: bool = False) -> object:
    text = _flowdsl_env(env)
    return None if optional and text == "" else _flowdsl_below(what, env, text, folder=folder)


def _flowdsl_paths(what: str, env: str, texts: list[str], *, folder: bool) -> list[object]:
    return [_flowdsl_below(what + "[" + str(index) + "]", env, text, folder=folder) for index, text in enumerate(texts)]


def _flowdsl_below(what: str, env: str, text: str, *, folder: bool) -> object:
    from pathlib import Path, PurePosixPath

    if text == "":
        _flowdsl_fail(what + ": no path was given")
    parts = PurePosixPath(text)
    if parts.is_absolute() or ".." in parts.parts or "\0" in text:
        _flowdsl_fail(what + ": the path " + _flowdsl_show(text) + " leaves its workspace")
    path = Path(_flowdsl_env(env + "_DIR")) / text
    if not path.exists():
        _flowdsl_fail(what + ": " + str(path) + " does not exist")
    if path.is_dir() != folder:
        _flowdsl_fail(what + ": " + str(path) + (" is a file, not a folder" if folder else " is not a file"))
    return path


def _flowdsl_workspace(what: str, env: str, *, optional: bool = False) -> object:
    import os
    from pathlib import Path

    text = _flowdsl_env(env) if not optional else _flowdsl_text(os.environ.get(env, ""))
    if text == "" or (optional and os.environ.get(env + "_BOUND", "true").strip().lower() == "false"):
        return None if optional else _flowdsl_fail(what + ": the workspace is not bound")
    return Path(text)
