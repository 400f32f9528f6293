"""`$(body.x)` of a TriggerBinding: Kubernetes' JSONPath, as Triggers calls it (pkg/template/jsonpath.go of v0.37.0).

The language: https://kubernetes.io/docs/reference/kubectl/jsonpath/. `range`, which Triggers' pattern for a path can't
make, is not here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import attrs

from flowdsl.celgo.goes import json_text

# With or without braces, with or without the dot; nothing with a brace inside.
_RELAXED = re.compile(r"\{\.?([^{}]+)\}|\.?([^{}]+)", re.DOTALL)
_SLICE = re.compile(r"(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?")
_KEY = re.compile(r"'([^']*)'")
_COMPARISON = re.compile(r"([^!<>=]+)([!<>=]+)(.+)")
_ENDS = frozenset(" \t\r\n.,[]$@{}")
# A path over a large payload could double it at each `..`.
_MOST = 100_000


class PathError(Exception):
    """A path that can't be read, or that leads nowhere; the text says which part."""


def found(root: Any, path: str) -> str:
    """What `path` names in `root`, as text for a JSON document. Raises PathError."""
    relaxed = _RELAXED.fullmatch(path)
    if relaxed is None:
        raise PathError("unexpected path string, expected 'name1.name2'")
    steps = _Path("." + (relaxed[1] or relaxed[2])).read()
    values = [root]
    for step in steps:
        values = step(values)
        if len(values) > _MOST:
            raise PathError("too much is found")
    return _printed(values)


def _printed(values: list[Any]) -> str:
    if len(values) != 1:
        return json_text(values)
    (value,) = values
    text = json_text(value)
    # Without its quotes, so that it can stand inside a text.
    return text[1:-1] if isinstance(value, str) else text


Step = Callable[[list[Any]], list[Any]]


@attrs.define
class _Path:
    text: str
    at: int = 0

    def read(self) -> list[Step]:
        """Its steps. Raises PathError."""
        steps: list[Step] = []
        while self.at < len(self.text):
            step = self._step(steps)
            if step is not None:
                steps.append(step)
        return steps

    def _step(self, before: list[Step]) -> Step | None:
        rest = self.text[self.at :]
        if rest.startswith("[?("):
            return self._filter()
        if rest.startswith(".."):
            if before and before[-1] is _everything:
                raise PathError("invalid multiple recursive descent")
            self.at += 2
            if self.at < len(self.text) and (self.text[self.at].isalnum() or self.text[self.at] == "_"):
                field = self._field()
                return lambda values: field(_everything(values))
            return _everything
        char = rest[0]
        self.at += 1
        if char in " @$":
            return None
        if char == "[":
            return self._array()
        if char == ".":
            return self._field()
        if char in "\"'":
            return self._quoted(char)
        self.at -= 1
        return self._word()

    def _field(self) -> Step:
        name = ""
        while self.at < len(self.text) and self.text[self.at] not in _ENDS:
            if self.text[self.at] == "\\":
                self.at += 1
            name += self.text[self.at : self.at + 1]
            self.at += 1
        return _wildcard if name == "*" else lambda values: _fields(values, name)

    def _quoted(self, quote: str) -> Step:
        end = self.text.find(quote, self.at)
        if end < 0:
            raise PathError("unterminated quoted string")
        text, self.at = self.text[self.at : end], end + 1
        return lambda _: [text]

    def _word(self) -> Step:
        matched = re.compile(r"[+-]?[0-9.]+|\w+").match(self.text, self.at)
        if matched is None:
            raise PathError(f"unrecognized character in action: {self.text[self.at]!r}")
        word, self.at = matched[0], matched.end()
        value: bool | int | float | None = {"true": True, "false": False}.get(word)
        if value is None:
            try:
                value = float(word) if "." in word else int(word)
            except ValueError:
                raise PathError(f"unrecognized identifier {word}") from None
        return lambda values: [value for _ in values]

    def _array(self) -> Step:
        end = self.text.find("]", self.at)
        if end < 0:
            raise PathError("unterminated array")
        inside, self.at = self.text[self.at : end], end + 1
        parts = inside.split(",")
        if len(parts) > 1:
            each = [_Path(f"[{part.strip(' ')}]").read() for part in parts]
            return lambda values: [value for steps in each for value in _walked(steps, values)]
        if key := _KEY.fullmatch(inside):
            steps = _Path(f".{key[1]}").read()
            return lambda values: _walked(steps, values)
        return _slices(":" if inside == "*" else inside)

    def _filter(self) -> Step:
        self.at += len("[?(")
        end = self._filter_end()
        text, self.at = self.text[self.at : end], end + 2
        if self.text[end + 1 : end + 2] != "]":
            raise PathError("unclosed array expect ]")
        compared = _COMPARISON.fullmatch(text)
        if compared is None:
            steps = _Path(text).read()
            return lambda values: _filtered(values, lambda item: _exists(steps, item))
        left, right = (_Path(compared[group]).read() for group in (1, 3))
        operator = compared[2]
        return lambda values: _filtered(
            values, lambda item: _holds(operator, _walked(left, [item]), _walked(right, [item]))
        )

    def _filter_end(self) -> int:
        quote = ""
        for at in range(self.at, len(self.text)):
            char = self.text[at]
            if quote:
                quote = "" if char == quote and self.text[at - 1] != "\\" else quote
            elif char in "\"'":
                quote = char
            elif char == ")":
                return at
        raise PathError("unterminated filter")


def _walked(steps: list[Step], values: list[Any]) -> list[Any]:
    for step in steps:
        values = step(values)
    return values


def _fields(values: list[Any], name: str) -> list[Any]:
    if not values:
        return []
    results = [value[name] for value in values if isinstance(value, dict) and name in value]
    if not results:
        raise PathError(f"{name} is not found")
    return results


def _inner(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value[key] for key in sorted(value)]
    if isinstance(value, list):
        return value
    # Go's index of a text is a byte.
    return list(map(float, value.encode())) if isinstance(value, str) else []


def _wildcard(values: list[Any]) -> list[Any]:
    return [each for value in values for each in _inner(value)]


def _everything(values: list[Any]) -> list[Any]:
    results: list[Any] = []
    waiting = list(reversed(values))
    while waiting:
        value = waiting.pop()
        inner = _inner(value)
        if inner:
            results.append(value)
            waiting.extend(reversed(inner))
        if len(results) > _MOST:
            raise PathError("too much is found")
    return results


def _slices(text: str) -> Step:
    matched = _SLICE.fullmatch(text)
    if matched is None:
        raise PathError(f"invalid array index {text}")
    numbers = [each if each is None else each.removeprefix(":") for each in matched.groups()]
    try:
        start, end, step = (int(each[:18]) if each else None for each in numbers)
    except ValueError:
        raise PathError(f"array index {text} is not a number") from None
    single = numbers[1] is None

    def step_over(values: list[Any]) -> list[Any]:
        return [
            each for value in values if value is not None for each in _sliced(value, start, end, step, single=single)
        ]

    return step_over


def _sliced(value: Any, start: int | None, end: int | None, step: int | None, *, single: bool) -> list[Any]:
    if not isinstance(value, list):
        raise PathError("it is not array or slice")
    size = len(value)
    first = start or 0
    last = first + 1 if single else size if end is None else end
    first += size if first < 0 else 0
    # `[-1]` ends at 0, which means the end.
    last += size if last < 0 or (last == 0 and single) else 0
    if first == last:
        return []
    if not 0 <= first < size:
        raise PathError(f"array index out of bounds: index {first}, length {size}")
    if not 0 <= last <= size:
        raise PathError(f"array index out of bounds: index {last - 1}, length {size}")
    if first > last:
        raise PathError(f"starting index {first} is greater than ending index {last}")
    if step is not None and step <= 0:
        raise PathError("step must be > 0")
    return value[first : last : step or 1]


def _filtered(values: list[Any], passes: Callable[[Any], bool]) -> list[Any]:
    results = []
    for value in values:
        if not isinstance(value, list):
            raise PathError("it is not array or slice and cannot be filtered")
        results += [item for item in value if passes(item)]
    return results


def _exists(steps: list[Step], item: Any) -> bool:
    try:
        return bool(_walked(steps, [item]))
    except PathError:
        return False


def _holds(operator: str, left: list[Any], right: list[Any]) -> bool:
    if not left or not right:
        return False
    if len(left) > 1 or len(right) > 1:
        raise PathError("can only compare one element at a time")
    (one,), (other,) = left, right
    # A number of a payload is a double, one of a path may be whole: for text/template these don't compare.
    if type(one) is not type(other) or isinstance(one, (list, dict)) or one is None:
        raise PathError("incompatible types for comparison")
    if operator not in _OPERATORS or (isinstance(one, bool) and operator not in {"==", "!="}):
        raise PathError(f"unrecognized filter operator {operator}")
    return _OPERATORS[operator](one, other)


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: bool(a == b), "!=": lambda a, b: bool(a != b), "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b), ">": lambda a, b: bool(a > b), ">=": lambda a, b: bool(a >= b),
}  # fmt: skip
