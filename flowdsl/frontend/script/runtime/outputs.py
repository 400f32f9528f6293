"""Encoders: a function of (what is encoded, the value) gives its text. And writing the results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowdsl.frontend.script.runtime.common import _flowdsl_env, _flowdsl_fail, _flowdsl_show, _flowdsl_wrong

_Encode = Callable[[str, object], str]
_Results = list[tuple[str, "str | None", str, _Encode]]


def _flowdsl_str_out(what: str, value: object) -> str:
    return value if isinstance(value, str) else _flowdsl_wrong(what, "str", value)


def _flowdsl_int_out(what: str, value: object) -> str:
    import numbers

    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        _flowdsl_wrong(what, "int", value)
    return str(int(value))


def _flowdsl_float_out(what: str, value: object) -> str:
    import numbers

    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        _flowdsl_wrong(what, "float", value)
    return repr(float(value))


def _flowdsl_bool_out(what: str, value: object) -> str:
    if type(value).__name__ not in ("bool", "bool_"):  # numpy's are none of Python's
        _flowdsl_wrong(what, "bool", value)
    return "true" if value else "false"


def _flowdsl_choice_out(choices: tuple[str, ...]) -> _Encode:
    def encode(what: str, value: object) -> str:
        import enum

        text = str(value.value if isinstance(value, enum.Enum) else value)
        if text not in choices:
            _flowdsl_wrong(what, "one of " + ", ".join(choices), value)
        return text

    return encode


def _flowdsl_plain(value: Any) -> object:
    import enum

    if isinstance(value, enum.Enum):
        return _flowdsl_plain(value.value)
    names = None
    if not isinstance(value, type):
        names = getattr(value, "__dataclass_fields__", None)
        names = names or (isinstance(value, tuple) and getattr(value, "_fields", None))
        if hasattr(type(value), "__attrs_attrs__"):
            names = [field.name for field in type(value).__attrs_attrs__]
    if names:
        return {name: _flowdsl_plain(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {key.value if isinstance(key, enum.Enum) else key: _flowdsl_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_flowdsl_plain(item) for item in value]
    return value


def _flowdsl_json_out(what: str, value: object) -> str:
    import json

    try:
        return json.dumps(_flowdsl_plain(value), ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        return _flowdsl_fail(what + ": " + type(value).__name__ + " can't be written as JSON: " + str(error))


def _flowdsl_taken(value: Any) -> object:
    import enum

    if isinstance(value, enum.Enum):
        return _flowdsl_taken(value.value)
    kind = type(value)
    names = {name: name for name in getattr(kind, "_fields", ())}
    if hasattr(kind, "model_fields"):
        names = {name: field.alias or name for name, field in kind.model_fields.items()}
    elif hasattr(kind, "__attrs_attrs__"):
        fields = [field for field in kind.__attrs_attrs__ if field.init]
        names = {field.name: getattr(field, "alias", None) or field.name.lstrip("_") for field in fields}
    elif hasattr(kind, "__dataclass_fields__"):
        import dataclasses

        names = {field.name: field.name for field in dataclasses.fields(value) if field.init}
    if names:
        return {taken: _flowdsl_taken(getattr(value, name)) for name, taken in names.items()}
    if isinstance(value, dict):
        return {key.value if isinstance(key, enum.Enum) else key: _flowdsl_taken(item) for key, item in value.items()}
    return [_flowdsl_taken(item) for item in value] if isinstance(value, (list, tuple)) else value


def _flowdsl_taken_out(what: str, value: object) -> str:
    return _flowdsl_json_out(what, _flowdsl_taken(value))


def _flowdsl_optional_out(encode: _Encode) -> _Encode:
    return lambda what, value: "" if value is None else encode(what, value)


def _flowdsl_list_out(encode: _Encode) -> _Encode:
    def encode_all(what: str, value: object) -> str:
        import json

        if not isinstance(value, (list, tuple)):
            _flowdsl_wrong(what, "list", value)
        texts = [encode(what + "[" + str(index) + "]", item) for index, item in enumerate(value)]
        return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))

    return encode_all


def _flowdsl_object_out(properties: Mapping[str, _Encode]) -> _Encode:
    def encode(what: str, value: object) -> str:
        import json

        texts = {key: one(what + "." + key, _flowdsl_field(what, value, key)) for key, one in properties.items()}
        return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))

    return encode


def _flowdsl_field(what: str, value: object, name: str) -> object:
    if isinstance(value, dict) and name in value:
        return value[name]
    if isinstance(value, dict) or not hasattr(value, name):
        _flowdsl_wrong(what, "a value with a field " + name, value)
    return getattr(value, name)


def _flowdsl_enter() -> None:
    import os

    folder = _flowdsl_env("FLOWDSL_OUTPUT_DIR")
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)


def _flowdsl_path_out(name: str, *, folder: bool) -> _Encode:
    def place(what: str, value: object) -> str:
        import os

        expected = "the path of a folder" if folder else "the path of a file"
        if not isinstance(value, (str, os.PathLike)):
            _flowdsl_wrong(what, expected, value)
        path = os.path.abspath(value)
        if not os.path.exists(path):
            _flowdsl_fail(what + ": " + path + " does not exist; the task must write it before it returns its path")
        if os.path.isdir(path) != folder:
            _flowdsl_wrong(what, expected, value)
        home = os.path.realpath(_flowdsl_env("FLOWDSL_OUTPUT_DIR"))
        real = os.path.realpath(path)
        if real != home and not real.startswith(home + os.sep):
            real = _flowdsl_bring(what, real, os.path.join(home, name, os.path.basename(path)))
        return os.path.relpath(real, os.path.realpath(_flowdsl_env("FLOWDSL_OUTPUT_ROOT")))

    return place


def _flowdsl_bring(what: str, source: str, target: str) -> str:
    import os
    import shutil

    # A copy, not a move: the file may be another task's. Contents only, so that the next task's user can read them.
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.isdir(source):
            return str(shutil.copyfile(source, target))
        if target.startswith(source.rstrip(os.sep) + os.sep):
            _flowdsl_fail(what + ": the folder " + source + " holds the task's own output folder")
        shutil.rmtree(target, ignore_errors=True)  # what an earlier try of the task left
        return str(shutil.copytree(source, target, copy_function=shutil.copyfile))
    except (OSError, shutil.Error) as error:
        return _flowdsl_fail(what + ": " + source + " can't be copied to the run's volume: " + str(error))


def _flowdsl_message_size(name: str, text: str) -> int:
    import json

    entry = json.dumps({"key": name, "value": text, "type": 1}, ensure_ascii=False, separators=(",", ":"))
    # Go writes these three as \u003c, \u003e and \u0026.
    return len(entry.encode("utf-8")) + 1 + 5 * sum(entry.count(sign) for sign in "<>&")


def _flowdsl_write(returned: object, results: _Results, limit: int) -> None:
    sizes = {"Tekton's own": 128}  # the step's start time, and its exit code where it may fail
    texts = []
    for name, field, env, encode in results:
        what = "result " + name
        text = encode(what, returned if field is None else _flowdsl_field(what, returned, field))
        texts.append((name, env, text))
        try:
            sizes[name] = _flowdsl_message_size(name, text)
        except UnicodeEncodeError:
            _flowdsl_fail("result " + name + ": the text is not valid Unicode: " + _flowdsl_show(text))
    if sum(sizes.values()) > limit:
        listed = ", ".join(name + " " + str(size) for name, size in sizes.items())
        total = str(sum(sizes.values()))
        carried = " bytes and Tekton carries " + str(limit) + " of one step: "
        _flowdsl_fail("the results take " + total + carried + listed + "; return large data as a File")
    for name, env, text in texts:
        try:
            with open(_flowdsl_env(env), "w", encoding="utf-8", newline="") as handle:
                handle.write(text)
        except OSError as error:
            _flowdsl_fail("result " + name + " can't be written: " + str(error))
