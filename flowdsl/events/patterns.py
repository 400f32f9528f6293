"""Regular expressions as patterns of Lua: alternatives, of which each has single characters that repeat."""

from __future__ import annotations

_MOST = 64
"""Alternatives, and characters that a count writes out."""
_MAGIC = "^$()%.[]*+-?"
_CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": " \t\n\r\f"}


class _Beyond(Exception):  # noqa: N818 - it never leaves this file
    """There is no pattern for it."""


def lua_patterns(regex: str) -> list[str] | None:
    """Patterns of which one fits where the expression does; None where there are none."""
    try:
        reader = _Reader(regex)
        found = reader.alternatives()
        if reader.at < len(regex):
            raise _Beyond
    except (_Beyond, IndexError):
        return None
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        if not text.isascii():
            raise _Beyond  # Lua sees bytes

    def alternatives(self) -> list[str]:
        found = self.row()
        while self.sees("|"):
            self.at += 1
            found += self.row()
        return _few(found)

    def row(self) -> list[str]:
        found = [""]
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            part = self.part()
            found = _few([f"{before}{each}" for before in found for each in part])
        return found

    def part(self) -> list[str]:
        if self.sees("^") or self.sees("$"):
            return [self.anchor()]
        if self.sees("("):
            return self.group()
        single = self.single()
        return self.repeated(single)

    def anchor(self) -> str:
        sign = self.text[self.at]
        # An anchor is one at the ends alone; in between Lua takes it for a character.
        ends = self.text[: self.at].strip("(?:") == "" if sign == "^" else self.text[self.at + 1 :].strip(")") == ""
        if not ends or (sign == "^" and self.at and self.text[: self.at] == "^(?:"):
            raise _Beyond
        self.at += 1
        return sign

    def group(self) -> list[str]:
        self.at += 1
        if self.sees("?"):
            if not self.text.startswith("?:", self.at):
                raise _Beyond
            self.at += 2
        inner = self.alternatives()
        if not self.sees(")"):
            raise _Beyond
        self.at += 1
        if self.sees("?"):
            self.at += 1
            return _few([*inner, ""])
        if self.at < len(self.text) and self.text[self.at] in "*+{":
            raise _Beyond
        return inner

    def single(self) -> str:
        sign = self.text[self.at]
        self.at += 1
        if sign == ".":
            return "[^\n]"
        if sign == "[":
            return self.members()
        if sign == "\\":
            sign = self.text[self.at]
            self.at += 1
            if sign in _CLASSES:
                return f"[{_CLASSES[sign]}]"
            if sign.isalnum():
                raise _Beyond
        elif sign in "*+?{":
            raise _Beyond
        return _escaped(sign)

    def members(self) -> str:
        found = "[^" if self.sees("^") else "["
        self.at += len(found) - 1
        while not self.sees("]"):
            sign = self.text[self.at]
            self.at += 1
            if sign == "[":
                raise _Beyond
            if sign == "\\":
                sign = self.text[self.at]
                self.at += 1
                if sign in _CLASSES:
                    found += _CLASSES[sign]
                    continue
                if sign.isalnum():
                    raise _Beyond
            if self.sees("-") and self.text[self.at + 1] != "]":
                last = self.text[self.at + 1]
                if not (sign.isalnum() and last.isalnum()):
                    raise _Beyond
                self.at += 2
                found += f"{sign}-{last}"
            else:
                found += _escaped(sign)
        self.at += 1
        if found in ("[", "[^"):
            raise _Beyond
        return found + "]"

    def repeated(self, single: str) -> list[str]:
        if self.at >= len(self.text) or self.text[self.at] not in "*+?{":
            return [single]
        sign = self.text[self.at]
        self.at += 1
        least, most = 0, 0
        if sign == "{":
            counts, _, rest = self.text[self.at :].partition("}")
            self.at = len(self.text) - len(rest)
            first, comma, last = counts.partition(",")
            if len(counts) > 9 or not counts.isascii() or not first.isdigit() or (last and not last.isdigit()):
                raise _Beyond
            least, most = int(first), int(last or (-1 if comma else first))
            if max(least, most) > _MOST:
                raise _Beyond
        if self.at < len(self.text) and self.text[self.at] in "*+?{":
            raise _Beyond  # lazy, or twice
        if sign != "{":
            return [single + sign]
        return [single * least + (f"{single}*" if most < 0 else f"{single}?" * (most - least))]

    def sees(self, sign: str) -> bool:
        return self.text.startswith(sign, self.at)


def _escaped(sign: str) -> str:
    return f"%{sign}" if sign in _MAGIC else sign


def _few(found: list[str]) -> list[str]:
    if len(found) > _MOST:
        raise _Beyond
    return found
