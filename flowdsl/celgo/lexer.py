"""The words of a CEL expression."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import attrs

from .tree import CelSyntaxError
from .values import UInt

# cel-go's parser takes no longer text.
LONGEST = 100_000
_WORD = re.compile(
    r"""(?P<space>[ \t\r\n\f]+|//[^\n]*)
    |(?P<raw>[bB]?[rR](?:\"\"\"(?s:.*?)\"\"\"|'''(?s:.*?)'''|"[^"\n\r]*"|'[^'\n\r]*'))
    |(?P<text>[bB]?(?:\"\"\"(?s:(?:[^\\]|\\.)*?)\"\"\"|'''(?s:(?:[^\\]|\\.)*?)'''
        |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'))
    |(?P<float>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
    |(?P<whole>(?:0x[0-9a-fA-F]+|[0-9]+)[uU]?)
    |(?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-<>+*/%!?:.,()\[\]{}])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\\"'`?])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))"
)
_NAMED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_KEYWORDS = {"true": True, "false": False, "null": None}


@attrs.frozen
class Word:
    """One word: its kind (sign, name, value, end), its text or value, and where it stands."""

    kind: str
    value: Any
    at: int


def words(text: str) -> Iterator[Word]:
    """The words, the last one of the kind `end`. Raises CelSyntaxError."""
    if len(text) > LONGEST:
        raise CelSyntaxError(f"the expression is longer than {LONGEST} characters", 0)
    at = 0
    while at < len(text):
        found = _WORD.match(text, at)
        if found is None:
            what = "a text is not closed" if text[at] in "'\"" else f"unexpected {text[at]!r}"
            raise CelSyntaxError(what, at)
        kind = found.lastgroup or ""
        if kind != "space":
            yield _word(kind, found[0], at)
        at = found.end()
    yield Word("end", "", at)


def _word(kind: str, text: str, at: int) -> Word:
    if kind == "float":
        if math.isinf(value := float(text)):
            raise CelSyntaxError("a number that no double holds", at)
        return Word("value", value, at)
    if kind == "whole":
        return Word("value", _whole(text, at), at)
    if kind in {"raw", "text"}:
        return Word("value", _string(text, at), at)
    if kind == "name" and text in _KEYWORDS:
        return Word("value", _KEYWORDS[text], at)
    return Word("sign" if text == "in" else kind, text, at)


def _whole(text: str, at: int) -> Any:
    digits = text.rstrip("uU")
    value = int(digits, 16) if digits.startswith("0x") else int(digits[:40])
    if digits != text:
        if value >= 2**64:
            raise CelSyntaxError("a uint that does not fit into 64 bits", at)
        return UInt(value)
    # One more than the largest int, for the least one: `-9223372036854775808`.
    if value > 2**63:
        raise CelSyntaxError("an int that does not fit into 64 bits", at)
    return value


def _string(text: str, at: int) -> Any:
    prefix = text[: min(text.find(quote) for quote in "\"'" if quote in text)].lower()
    body = text[len(prefix) :]
    body = body[3:-3] if body[:3] in {'"""', "'''"} else body[1:-1]
    # Go's text is UTF-8, so a carriage return in a long string is a newline.
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    if "r" not in prefix:
        body = _unescaped(body, at, bytes_wanted="b" in prefix)
    if "b" not in prefix:
        return body
    return b"".join(ord(each[1]).to_bytes(1, "big") if each[0] else each[1].encode() for each in _marked(body))


def _marked(text: str) -> Iterator[tuple[bool, str]]:
    """The characters; those that stand for one byte are kept in a private plane while they are text."""
    for each in text:
        code = ord(each)
        yield (True, chr(code - 0xF0000)) if 0xF0000 <= code < 0xF0100 else (False, each)


def _unescaped(text: str, at: int, *, bytes_wanted: bool) -> str:
    def replaced(found: re.Match[str]) -> str:
        if found[1]:
            return _NAMED.get(found[1], found[1])
        if found[2] or found[5]:
            code = int(found[2], 16) if found[2] else int(found[5], 8)
            return chr(0xF0000 + code) if bytes_wanted else chr(code)
        code = int(found[3] or found[4], 16)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:
            raise CelSyntaxError("an escape that is no character", at)
        return chr(code)

    rest = _ESCAPE.sub("", text)
    if "\\" in rest:
        raise CelSyntaxError("unknown escape in a string", at)
    return _ESCAPE.sub(replaced, text)
