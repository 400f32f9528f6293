"""CEL as Lua, which Argo Events' Sensors run: what the conditions of `events.conditions` use of it, with CEL's answers.

Lua has no regular expressions: those that its patterns can say are written as patterns. A field that is null is
one that is missing, since a Sensor's Lua has no other (mapToTable, pkg/sensors/dependencies/transform.go of v1.9.11).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from flowdsl.celgo.goes import canonical
from flowdsl.celgo.parser import parse
from flowdsl.celgo.tree import Call, Each, Literal, Many, Name, Node, Select
from flowdsl.events.patterns import lua_patterns


class NotInLua(Exception):  # noqa: N818 - it names what was found
    """What there is no Lua for; the text says what."""


_FUNCTIONS: Mapping[str, str] = {
    "_&&_": "all",
    "_||_": "any",
    "!_": "no",
    "_==_": "eq",
    "_<_": "lt",
    "_<=_": "le",
    "_?_:_": "cond",
    "_[_]": "at",
    "_+_": "plus",
    "startsWith": "starts",
    "lowerAscii": "lower",
    "substring": "sub",
    "size": "size",
    "int": "int",
    "double": "int",
    "string": "text",
    "type": "kind",
    "unescaped": "unescaped",
}
_TURNED = {"_>_": "lt", "_>=_": "le"}
_TYPES = ("double", "bool", "string")
_WRITTEN_BY_NUMBER = re.compile(r"[\x00-\x07\x0b\x0e-\x1f]")
"""What JSON writes by its number, as in `\\u0007`: all else of its escapes is Lua's, too."""


def lua(cel: str, body: str = "event.body") -> str:
    """An expression of Lua for one of CEL; `body` is where the payload stands. Raises NotInLua."""
    return _Writer(body).node(parse(cel))


def literal(text: str) -> str:
    """A text as Lua writes it. Raises NotInLua for one that it can't write."""
    if _WRITTEN_BY_NUMBER.search(text):
        raise NotInLua("a control character in a text")
    return json.dumps(text, ensure_ascii=False)


class _Writer:
    def __init__(self, body: str) -> None:
        self.body = body

    def node(self, node: Node) -> str:
        if isinstance(node, Literal):
            return self.value(node.value)
        if isinstance(node, Name):
            return self.name(node.name)
        if isinstance(node, Select):
            word = "has" if node.has else "get"
            return f"{word}({self.node(node.operand)}, {literal(node.field)})"
        if isinstance(node, Many):
            return "{" + ", ".join(map(self.node, node.items)) + "}"
        if isinstance(node, Each) and node.macro == "exists":
            return f"exists({self.node(node.over)}, function({node.variable}) return {self.node(node.steps[0])} end)"
        if isinstance(node, Call):
            return self.call(node)
        raise NotInLua("a macro or a map")

    def value(self, value: object) -> str:
        if value is None:
            return "nil"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return repr(value)
        if isinstance(value, str):
            return literal(value)
        raise NotInLua("bytes")

    def name(self, name: str) -> str:
        if name == "body":
            return self.body
        if name == "extensions":
            raise NotInLua("what an interceptor has added")
        return literal(name) if name in _TYPES else name

    def call(self, call: Call) -> str:
        name = call.function
        own: Callable[[Call], str] | None = {
            "canonical": self.header,
            "matches": self.matches,
            "@in": self.within,
            "_!=_": self.unequal,
            "_[_]": self.element,
        }.get(name)
        if own is not None:
            return own(call)
        given = [*([call.target] if call.target is not None else []), *call.arguments]
        written = [self.node(each) for each in given]
        if name in _TURNED:
            return f"{_TURNED[name]}({', '.join(reversed(written))})"
        if name not in _FUNCTIONS:
            raise NotInLua(f"the function {name}")
        return f"{_FUNCTIONS[name]}({', '.join(written)})"

    def header(self, call: Call) -> str:
        named = call.arguments[0]
        assert isinstance(named, Literal)
        return f"header({literal(canonical(str(named.value)))})"

    def matches(self, call: Call) -> str:
        pattern = call.arguments[0]
        if isinstance(call.target, Name) and call.target.name == "requestURL":
            return "true"  # the event has its own address
        assert call.target is not None
        if not isinstance(pattern, Literal):
            raise NotInLua("a regular expression that is no constant")
        found = lua_patterns(str(pattern.value))
        if found is None:
            raise NotInLua(f"the regular expression {str(pattern.value)!r}")
        return f"matches({self.node(call.target)}, {{{', '.join(map(literal, found))}}})"

    def within(self, call: Call) -> str:
        left, right = call.arguments
        if isinstance(right, Many):
            return f"within({self.node(left)}, {self.node(right)})"
        return f"has({self.node(right)}, {self.node(left)})"  # `"from" in body`

    def unequal(self, call: Call) -> str:
        left, right = call.arguments
        return f"no(eq({self.node(left)}, {self.node(right)}))"

    def element(self, call: Call) -> str:
        holder, key = call.arguments
        word = "get" if isinstance(key, Literal) and isinstance(key.value, str) else "at"
        return f"{word}({self.node(holder)}, {self.node(key)})"
