"""Whether Go takes a text for a regular expression: what `regexp.Compile` reads, RE2's syntax with Perl's classes.

Source: https://pkg.go.dev/regexp/syntax. Names of Unicode scripts are taken on trust: the list grows with every Go.
"""

from __future__ import annotations

import re

_SUBCATEGORIES = {"C": "cfos", "L": "lmotu", "M": "cen", "N": "dlo", "P": "cdefios", "S": "ckmo", "Z": "lps"}
_CATEGORIES = {"Any", *_SUBCATEGORIES} | {
    f"{group}{each}" for group, letters in _SUBCATEGORIES.items() for each in letters
}
_SCRIPT = re.compile(r"[A-Z][a-z]+(?:_[A-Z]?[a-z]+)*")
_REPEAT = re.compile(r"\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\}")
_NAMED = re.compile(r"\(\?P?<([A-Za-z0-9_]+)>")
_FLAGS = re.compile(r"\(\?([imsU]*)(-[imsU]+)?([:)])")
_POSIX = {
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
}  # fmt: skip
_MOST = 1000


class _Wrong(Exception):  # noqa: N818 - it never leaves this file
    """What is wrong with the pattern."""


def regexp_error(pattern: str) -> str | None:
    """What Go finds wrong with a pattern; None where it compiles."""
    try:
        _Reader(pattern).read()
    except _Wrong as error:
        return str(error)
    return None


class _Reader:
    """One walk over a pattern. `sizes` holds, for each open group, how often counted repeats multiply what is in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.sizes = [1]

    def read(self) -> None:
        """Raises _Wrong."""
        last = 0  # how often the last thing repeats what it has in it; 0 where there is nothing to repeat
        repeated = False
        while self.at < len(self.text):
            char = self.text[self.at]
            counted = _REPEAT.match(self.text, self.at) if char == "{" else None
            if char in "*+?" or counted:
                last, repeated = self._repeat(last, repeated, counted), True
                continue
            repeated = False
            if char == "(":
                last = self._open(last)
            elif char == ")":
                last = self._close()
            elif char == "|":
                self.at, last = self.at + 1, 0
            else:
                self._one(char)
                last = 1
            self.sizes[-1] = max(self.sizes[-1], last)
        if len(self.sizes) > 1:
            raise _Wrong("missing closing )")

    def _repeat(self, last: int, repeated: bool, counted: re.Match[str] | None) -> int:
        operator = counted[0] if counted else self.text[self.at]
        if not last:
            raise _Wrong(f"missing argument to repetition operator: {operator}")
        if repeated:
            raise _Wrong(f"invalid nested repetition operator: {operator}")
        self.at += len(operator)
        if self.text.startswith("?", self.at):
            self.at += 1
        if counted is None:
            return last
        least = int(counted[1])
        most = least if not counted[2] else int(counted[3]) if counted[3] else -1
        if least > _MOST or most > _MOST or (most >= 0 and least > most):
            raise _Wrong(f"invalid repeat count: {operator}")
        size = 1 if most == 0 else last * max(least if most < 0 else most, 1)
        if size > _MOST:
            raise _Wrong(f"invalid repeat count: {operator}")
        self.sizes[-1] = max(self.sizes[-1], size)
        return size

    def _open(self, last: int) -> int:
        if not self.text.startswith("(?", self.at):
            self.at += 1
        elif named := _NAMED.match(self.text, self.at):
            self.at = named.end()
        elif flags := _FLAGS.match(self.text, self.at):
            self.at = flags.end()
            if flags[3] == ")":  # flags for what follows: a repeat would still be of what stands before
                return last
        else:
            raise _Wrong("invalid or unsupported Perl syntax")
        if len(self.sizes) > _MOST:
            raise _Wrong("expression nests too deeply")
        self.sizes.append(1)
        return 0

    def _close(self) -> int:
        if len(self.sizes) == 1:
            raise _Wrong("unexpected )")
        self.at += 1
        return self.sizes.pop()

    def _one(self, char: str) -> None:
        if char == "[":
            self._set()
        elif char == "\\":
            self._escape(in_set=False)
        else:
            self.at += 1

    def _escape(self, *, in_set: bool) -> int:
        """A backslash and what follows: the character it stands for, -1 for a class or an assertion."""
        rest = self.text[self.at + 1 :]
        if not rest:
            raise _Wrong("trailing backslash at end of expression")
        if rest[0] in "dswDSW" or (not in_set and rest[0] in "AbBz"):
            return self._past(2, -1)
        if rest[0] == "Q" and not in_set:
            end = self.text.find("\\E", self.at + 2)
            self.at = len(self.text) if end < 0 else end + 2
            return -1
        if rest[0] in "pP":
            return self._unicode(rest)
        if found := re.match(r"x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))|0[0-7]{0,2}|[1-7][0-7]{1,2}", rest):
            value = int(found[1] or found[2], 16) if rest[0] == "x" else int(found[0], 8)
            if value <= 0x10FFFF:
                return self._past(1 + found.end(), value)
        elif rest[0] in "afnrtv" or (rest[0].isascii() and not rest[0].isalnum()):
            return self._past(2, ord("\a\f\n\r\t\v"["afnrtv".index(rest[0])]) if rest[0].isalpha() else ord(rest[0]))
        raise _Wrong(f"invalid escape sequence: \\{rest[0]}")

    def _unicode(self, rest: str) -> int:
        found = re.match(r"[pP](?:\{\^?([^}]*)\}|(.))", rest, re.DOTALL)
        name = (found[1] if found[1] is not None else found[2]) if found else ""
        if found is None or not (name in _CATEGORIES or (len(name) > 2 and _SCRIPT.fullmatch(name))):
            raise _Wrong(f"invalid character class range: \\{rest[:1]}{name}")
        return self._past(1 + found.end(), -1)

    def _past(self, length: int, value: int) -> int:
        self.at += length
        return value

    def _set(self) -> None:
        self.at += 2 if self.text.startswith("[^", self.at) else 1
        first = True
        while first or not self.text.startswith("]", self.at):
            first = False
            if self.at >= len(self.text):
                raise _Wrong("missing closing ]")
            end = self.text.find(":]", self.at + 2) if self.text.startswith("[:", self.at) else -1
            if end >= 0:
                name = self.text[self.at + 2 : end]
                if name.removeprefix("^") not in _POSIX:
                    raise _Wrong(f"invalid character class range: [:{name}:]")
                self.at = end + 2
                continue
            low = self._member()
            if low < 0 or not self.text.startswith("-", self.at) or self.text.startswith("-]", self.at):
                continue
            if self.at + 1 >= len(self.text):
                continue
            self.at += 1
            high = self._member(in_range=True)
            if high < low:
                raise _Wrong("invalid character class range")
        self.at += 1

    def _member(self, *, in_range: bool = False) -> int:
        if self.text[self.at] != "\\":
            return self._past(1, ord(self.text[self.at]))
        if in_range and self.text[self.at + 1 : self.at + 2] in tuple("dswDSWpP"):
            raise _Wrong(f"invalid escape sequence: {self.text[self.at : self.at + 2]}")
        return self._escape(in_set=True)
