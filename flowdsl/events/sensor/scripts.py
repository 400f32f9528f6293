"""The script of a dependency, back to the CEL that `flowdsl.events.lua` made it of.

No Lua runs here: a script is read where it is one of ours, word for word, and is nobody's program otherwise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence

import attrs

from flowdsl.celgo.parser import RESERVED
from flowdsl.events.argo import library, script
from flowdsl.events.cel import quoted
from flowdsl.events.lua import NotInLua, literal

_TOKEN = re.compile(r'\s*("(?:[^"\\\n]|\\.)*"|[A-Za-z_][A-Za-z0-9_.]*|-?[0-9][0-9.e+-]*|[(){},])')
_STOPS = re.compile(r"if (.*) ~= true then return \{flow = \{starts = false\}\} end")
_VALUE = re.compile(r"local v[0-9]+ = (.*)")
_SAID = re.compile(r"-- (starts|v[0-9]{1,4}): (.+)")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DEEPEST = 80
_INFIX: Mapping[str, str] = {"all": "&&", "any": "||", "lt": "<", "le": "<=", "plus": "+"}
_METHODS: Mapping[str, str] = {"starts": "startsWith", "lower": "lowerAscii", "sub": "substring"}
_FUNCTIONS: Mapping[str, str] = {"size": "size", "int": "int", "text": "string", "kind": "type"}
_BODY = "event.body"


class ForeignScriptError(Exception):
    """A script that flowdsl did not write."""


@attrs.frozen
class Script:
    """What a script decides and gives, in CEL: `values` are its `v0`, `v1` and so on."""

    condition: str
    values: tuple[str, ...]


def read(text: str) -> Script:
    """The script of a dependency, by its Lua: what its comments say does not count.

    Raises ForeignScriptError: for one of ours with a line more or changed, too.
    """
    first, *rest = lines = [each for each in _lines(text) if not each.startswith("-- ")] or [""]
    stops = _STOPS.fullmatch(first)
    values = [found[1] for each in rest if (found := _VALUE.fullmatch(each))]
    if stops is None or "\n".join((*lines, "")) != script(stops[1], values).removeprefix(library()):
        raise ForeignScriptError
    return Script(_cel(stops[1]), tuple(map(_cel, values)))


def said(text: str) -> Script:
    """What the comments of a script say it decides and gives, which nothing holds to its Lua: a guess.

    Raises ForeignScriptError for a script without them.
    """
    found = {match[1]: match[2] for each in _lines(text) if (match := _SAID.fullmatch(each))}
    condition = found.pop("starts", "")
    if not condition or [*found] != [f"v{number}" for number in range(len(found))]:
        raise ForeignScriptError
    return Script(condition, tuple(found.values()))


def _lines(text: str) -> list[str]:
    """The lines behind the library. Lua's end at these two alone, and ours at one of them."""
    own = library()
    if not text.startswith(own) or "\r" in text:
        raise ForeignScriptError
    return text[len(own) :].removesuffix("\n").split("\n")


def _cel(text: str) -> str:
    words: list[str] = []
    text, at = text.rstrip(), 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ForeignScriptError
        words.append(found[1])
        at = found.end()
    reader = _Reader(words)
    made = reader.expression(0)
    if reader.at != len(words):
        raise ForeignScriptError
    return made


class _Reader:
    """Expressions of ours: calls of the library, constants, lists, and the body."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.at = 0

    def next(self, wanted: str = "") -> str:
        if self.at >= len(self.words) or (wanted and self.words[self.at] != wanted):
            raise ForeignScriptError
        self.at += 1
        return self.words[self.at - 1]

    def sees(self, word: str) -> bool:
        return self.at < len(self.words) and self.words[self.at] == word

    def expression(self, depth: int) -> str:
        if depth > _DEEPEST:
            raise ForeignScriptError
        word = self.next()
        if word.startswith('"'):
            return quoted(_text(word))
        if word == "{":
            return f"[{', '.join(self.items('}', depth))}]"
        if word[0].isdigit() or word[0] == "-":
            return word
        if word == "function":
            return self.function(depth)
        if self.sees("("):
            self.next()
            return self.call(word, depth)
        return {_BODY: "body", "nil": "null"}.get(word, word)

    def items(self, end: str, depth: int) -> list[str]:
        found: list[str] = []
        while not self.sees(end):
            found.append(self.expression(depth + 1))
            if not self.sees(end):
                self.next(",")
        self.next(end)
        return found

    def function(self, depth: int) -> str:
        """What `exists` asks of each: its name, and the condition."""
        self.next("(")
        name = self.next()
        self.next(")")
        self.next("return")
        condition = self.expression(depth + 1)
        self.next("end")
        return f"{name}, {condition}"

    def call(self, name: str, depth: int) -> str:
        special: Mapping[str, Callable[[str, Sequence[str]], str]] = {"matches": _matches, "header": _header}
        start = self.at
        given = self.items(")", depth)
        if name in special:
            return special[name](given[0] if given else "", self.words[start : self.at - 1])
        if name in _INFIX and given:
            return "(" + f" {_INFIX[name]} ".join(given) + ")"
        if name in _METHODS and given:
            return f"{given[0]}.{_METHODS[name]}({', '.join(given[1:])})"
        if name in _FUNCTIONS and len(given) == 1:
            return f"{_FUNCTIONS[name]}({given[0]})"
        return _other(name, given)


def _other(name: str, given: Sequence[str]) -> str:
    made = {
        ("no", 1): "!({0})",
        ("cond", 3): "({0} ? {1} : {2})",
        ("within", 2): "({0} in {1})",
        ("at", 2): "{0}[{1}]",
        ("exists", 2): "{0}.exists({1})",
    }.get((name, len(given)))
    if made is not None:
        return made.format(*given)
    if name == "eq" and len(given) == 2:
        # The name of a type is a text in Lua, and none in CEL.
        left, right = given
        return f"({left} == {right[1:-1] if left.startswith('type(') else right})"
    if name in ("get", "has") and len(given) == 2:
        holder, key = given
        plain = key[1:-1]
        selects = _IDENTIFIER.fullmatch(plain) is not None and plain not in RESERVED
        if name == "get":
            return f"{holder}.{plain}" if selects else f"{holder}[{key}]"
        return f"has({holder}.{plain})" if selects else f"({key} in {holder})"
    raise ForeignScriptError


def _header(name: str, _: Sequence[str]) -> str:
    return f"header.canonical({name})"


def _matches(text: str, words: Sequence[str]) -> str:
    """The patterns of Lua as one regular expression."""
    opened = len(words) - 1 - [*words][::-1].index("{") if "{" in words else len(words)
    patterns = [_text(each) for each in words[opened:] if each.startswith('"')]
    return f"{text}.matches({quoted('|'.join(map(_regex, patterns)))})"


def _regex(pattern: str) -> str:
    """A pattern of Lua that is one of ours: classes, and single characters that repeat."""
    made, at, within = "", 0, False
    while at < len(pattern):
        sign = pattern[at]
        if sign == "%" and at + 1 < len(pattern):
            at += 1
            sign = re.escape(pattern[at])
        elif sign in "[]":
            within = sign == "["
        elif not within and sign == "-":
            raise ForeignScriptError  # it repeats there, which none of ours does
        elif not within and sign in "(){}|\\":
            sign = f"\\{sign}"
        made += sign
        at += 1
    return made


def _text(word: str) -> str:
    try:
        found = json.loads(word)
        same = literal(found) == word  # what JSON and Lua read in two ways is nothing that ours have
    except (ValueError, NotInLua):
        raise ForeignScriptError from None
    if not same:
        raise ForeignScriptError
    assert isinstance(found, str)
    return found
