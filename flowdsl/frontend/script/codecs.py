"""Which of the runtime's functions decode and encode a type, as the expressions that stand in the script."""

from __future__ import annotations

import re

from flowdsl.frontend.script.model import ScriptInput, ScriptOutput, variable
from flowdsl.ir.types import Kind, TypeSpec
from flowdsl.kube.result_lines import WRITES_INT

_SCALARS = {Kind.INTEGER: "int", Kind.FLOAT: "float", Kind.BOOLEAN: "bool"}
_TEXTS = frozenset({Kind.STRING, Kind.SECRET, Kind.CONFIG_MAP})
WORDS = "_flowdsl_words"
_SHAPES = (
    (re.compile(r"^(?:dict|Dict|Mapping|MutableMapping)\b"), "dict"),
    (re.compile(r"^(?:list|List|Sequence|MutableSequence)\b"), "list"),
    (re.compile(r"^(?:tuple|Tuple)\b"), "tuple"),
)


def argument(item: ScriptInput) -> str:
    """The expression of an input's value."""
    if item.value:
        return item.value
    spec, what = item.type, quoted(f"parameter {item.name}")
    optional = ", optional=True" if spec.optional else ""
    if spec.kind in _TEXTS:
        return f"_flowdsl_env{'_or_none' if spec.optional else ''}({quoted(item.env)})"
    if spec.kind in (Kind.FILE, Kind.DIRECTORY):
        folder = spec.kind is Kind.DIRECTORY
        return f"_flowdsl_path({what}, {quoted(item.env)}, folder={folder}{optional})"
    if spec.kind is Kind.WORKSPACE:
        return f"_flowdsl_workspace({what}, {quoted(item.env)}{optional})"
    if spec.kind is Kind.ARRAY:
        return _array(item, what)
    if spec.kind is Kind.OBJECT:
        properties = ", ".join(
            f"{quoted(key)}: ({quoted(variable(item.env, key))}, {decoder(one)})" for key, one in spec.properties
        )
        return f"_flowdsl_object({what}, {spec.constructor or 'dict'}, {{{properties}}})"
    return f"{decoder(spec)}({what}, _flowdsl_env({quoted(item.env)}))"


def decoder(spec: TypeSpec) -> str:
    """The expression of the function that decodes one text."""
    if spec.optional:
        return f"_flowdsl_optional({_decoder(spec)})"
    return _decoder(spec)


def encoder(item: ScriptOutput) -> str:
    """The expression of the function that encodes a result."""
    return _encoder(item.type, item.name)


def constructors(spec: TypeSpec) -> set[str]:
    """The classes of the user's module that decoding the type needs."""
    found = {spec.constructor} if spec.constructor else set()
    for _, one in spec.properties:
        found |= constructors(one)
    for inner in (spec.item, spec.each):
        found |= constructors(inner) if inner else set()
    return found


def _is_renamed(spec: TypeSpec) -> bool:
    """Whether a class is in it that takes other names than its objects have, at any depth."""
    inner = [one for _, one in spec.properties] + [one for one in (spec.item, spec.each) if one]
    return spec.renamed or any(map(_is_renamed, inner))


def is_tuple(spec: TypeSpec) -> bool:
    """Whether an annotation names a tuple."""
    return _shape(spec) == "tuple"


def quoted(text: str) -> str:
    """A Python literal of a text that is the same on every Python: ASCII, in double quotes."""
    literal = ascii(text)
    if literal[0] == "'":
        return '"' + literal[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
    return literal


def _array(item: ScriptInput, what: str) -> str:
    spec = item.type
    expression = f"{WORDS}[{quoted(item.name)}]"
    if spec.item is not None and spec.holds_files:
        folder = spec.item.kind is Kind.DIRECTORY
        expression = f"_flowdsl_paths({what}, {quoted(item.env)}, {expression}, folder={folder})"
    elif spec.item is not None and spec.item.kind not in _TEXTS:
        expression = f"_flowdsl_list({decoder(spec.item)}, {what}, {expression})"
    if _shape(spec) == "tuple":
        expression = f"tuple({expression})"
    return f"{expression} or None" if spec.optional else expression


def _decoder(spec: TypeSpec) -> str:
    if spec.kind in _SCALARS:
        return f"_flowdsl_{_SCALARS[spec.kind]}"
    if spec.kind is Kind.CHOICE:
        if spec.constructor:
            return f"_flowdsl_enum({spec.constructor})"
        return f"_flowdsl_{'number_choice' if spec.numbers else 'choice'}({_tuple(spec.choices)})"
    if spec.kind is Kind.JSON:
        return _json_decoder(spec)
    return "_flowdsl_str"


def _json_decoder(spec: TypeSpec) -> str:
    rebuild = _rebuilder(spec)
    if rebuild:
        return f"_flowdsl_loaded({rebuild})"
    shape = _shape(spec)
    if shape == "tuple":
        return '_flowdsl_tuple(_flowdsl_of_type((list,), "a JSON array", _flowdsl_json))'
    if shape == "list":
        return '_flowdsl_of_type((list,), "a JSON array", _flowdsl_json)'
    return '_flowdsl_of_type((dict,), "a JSON object", _flowdsl_json)' if shape == "dict" else "_flowdsl_json"


def _rebuilder(spec: TypeSpec) -> str:
    """The expression of the function that turns plain JSON data into the user's classes; '' where it stays as it is."""
    inner = ""
    if spec.kind is Kind.CHOICE and spec.constructor:
        inner = f"_flowdsl_enum({spec.constructor})"
    elif spec.kind in (Kind.JSON, Kind.OBJECT) and spec.properties:
        fields = [(key, _rebuilder(one)) for key, one in spec.properties]
        needed = ", ".join(f"{quoted(key)}: {code}" for key, code in fields if code)
        if spec.constructor or needed:
            inner = f"_flowdsl_record({spec.constructor or 'dict'}, {{{needed}}})"
    elif spec.kind is Kind.ARRAY and spec.item is not None and (one := _rebuilder(spec.item)):
        inner = f"_flowdsl_each({one})"
    elif spec.each is not None and (one := _rebuilder(spec.each)):
        inner = f"_flowdsl_{'items' if spec.shape == 'list' else 'values'}({one})"
    if _shape(spec) == "tuple":
        inner = f"_flowdsl_tuple({inner or '(lambda what, value: value)'})"
    return f"_flowdsl_nullable({inner})" if inner and spec.optional else inner


def _encoder(spec: TypeSpec, name: str) -> str:
    code = _plain_encoder(spec, name)
    return f"_flowdsl_optional_out({code})" if spec.optional else code


def _plain_encoder(spec: TypeSpec, name: str) -> str:
    if spec.kind is Kind.INTEGER:
        return WRITES_INT
    if spec.kind in _SCALARS:
        return f"_flowdsl_{_SCALARS[spec.kind]}_out"
    if spec.kind is Kind.CHOICE:
        return f"_flowdsl_choice_out({_tuple(spec.choices)})"
    if spec.kind is Kind.ARRAY and spec.item is not None:
        return f"_flowdsl_list_out({_encoder(spec.item, name)})"
    if spec.kind is Kind.OBJECT:
        inner = ", ".join(f"{quoted(key)}: {_encoder(one, name)}" for key, one in spec.properties)
        return f"_flowdsl_object_out({{{inner}}})"
    if spec.kind in (Kind.FILE, Kind.DIRECTORY):
        return f"_flowdsl_path_out({quoted(name)}, folder={spec.kind is Kind.DIRECTORY})"
    if spec.kind is Kind.JSON:
        return "_flowdsl_taken_out" if _is_renamed(spec) else "_flowdsl_json_out"
    return "_flowdsl_str_out"


def _tuple(texts: tuple[str, ...]) -> str:
    return "(" + ", ".join(quoted(text) for text in texts) + ("," if len(texts) == 1 else "") + ")"


def _shape(spec: TypeSpec) -> str:
    """Whether an annotation names a dict, list or tuple; '' where it does not say."""
    text = spec.python.removeprefix("typing.").removeprefix("Optional[").removeprefix("collections.abc.")
    return next((shape for pattern, shape in _SHAPES if pattern.match(text)), "")
