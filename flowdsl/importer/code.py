"""Python source, laid out as `ruff format` lays it out: on one line where it fits, else one part a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import attrs

WIDTH = 88
_INDENT = 4


@attrs.frozen
class Part:
    """One argument, element or field: `prefix` is what stands before it (`name=`, `"key": `)."""

    code: Code
    prefix: str = ""
    comments: tuple[str, ...] = ()


@attrs.frozen
class Group:
    """Parts in brackets behind a head: a call, a list, a dict, a subscript."""

    head: Code
    brackets: str
    parts: tuple[Part, ...] = ()
    star: bool = False


@attrs.frozen
class Pair:
    """Two pieces with ` = ` between them: an annotation and a default, a variable and a call."""

    left: Code
    right: Code


@attrs.frozen
class Dotted:
    """An attribute of what stands before: `task.with_options(...).map`."""

    left: Code
    name: str


Code = str | Group | Pair | Dotted
"""A piece of source: text that is not broken up, or what can be."""


def call(head: Code, /, *parts: Part | Code, **named: Code) -> Group:
    """A call; named arguments follow the positional ones, and may have any name: they are those of users' params."""
    given = [part if isinstance(part, Part) else Part(part) for part in parts]
    return Group(head, "()", (*given, *(Part(code, f"{name}=") for name, code in named.items())))


def sequence(items: Iterable[Part | Code]) -> Group:
    """A list."""
    return Group("", "[]", tuple(item if isinstance(item, Part) else Part(item) for item in items))


def mapping(entries: Mapping[str, Code]) -> Group:
    """A dict with text for keys."""
    return Group("", "{}", tuple(Part(code, f"{quoted(name)}: ") for name, code in entries.items()))


def literal(value: object) -> Code:
    """Plain data as source."""
    if isinstance(value, str):
        return text_block(value) if "\n" in value.rstrip("\n") else quoted(value)
    if isinstance(value, Mapping):
        return mapping({str(name): literal(item) for name, item in value.items()})
    if isinstance(value, (list, tuple)):
        return sequence(literal(item) for item in value)
    return repr(value)


def quoted(text: str) -> str:
    """A string literal, in double quotes unless that takes more escapes."""
    mark = "'" if text.count('"') > text.count("'") else '"'
    return mark + "".join(_escaped(char, mark) for char in text) + mark


def formatted(parts: Sequence[tuple[str, bool]]) -> str:
    """An f-string of (text, False) and (expression, True) parts."""
    body = "".join(f"{{{part}}}" if is_code else _braced(part) for part, is_code in parts)
    return f'f"{body}"'


def _braced(text: str) -> str:
    return "".join(_escaped(char, '"') for char in text).replace("{", "{{").replace("}", "}}")


def text_block(text: str, *, opened: bool = True) -> str:
    """A triple-quoted literal whose lines are those of the text."""
    body = "".join(char if char in "\n\t" else _escaped(char, "") for char in text)
    # Quotes that would end the literal: three of them, and those at its own end.
    body = re.sub(r'"""|"+\Z', lambda quotes: '\\"' * len(quotes[0]), body)
    return ('"""\\\n' if opened else '"""') + body + '"""'


def comment_lines(comments: Iterable[str], indent: int = 0) -> list[str]:
    """Comments as lines of their own; whatever is in one, it neither ends its line nor steers a terminal."""
    pad = " " * indent
    return [f"{pad}# {_printable(comment)}".rstrip() for comment in comments]


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else _escaped(char, "") for char in text.expandtabs(_INDENT))


def _escaped(char: str, mark: str) -> str:
    if char in ("\\", mark):
        return "\\" + char
    if char.isprintable():
        return char
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char) or _numbered(ord(char))


def _numbered(number: int) -> str:
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def flat(code: Code) -> str | None:
    """The code on one line, or None where it can't be."""
    if isinstance(code, str):
        return None if "\n" in code else code
    if isinstance(code, Dotted):
        left = flat(code.left)
        return None if left is None else f"{left}.{code.name}"
    if isinstance(code, Pair):
        sides = flat(code.left), flat(code.right)
        return None if None in sides else f"{sides[0]} = {sides[1]}"
    head = flat(code.head)
    parts = [flat(part.code) for part in code.parts]
    if head is None or any(part.comments for part in code.parts):
        return None
    inner = [f"{part.prefix}{text}" for part, text in zip(code.parts, parts, strict=True) if text is not None]
    if len(inner) < len(parts):
        return None
    return f"{head}{code.brackets[0]}{', '.join(inner)}{code.brackets[1]}"


def render(code: Code, indent: int = 0, column: int | None = None, after: int = 0) -> str:
    """Source that starts at a column of a line indented by `indent`, with `after` characters to follow on its line."""
    start = indent if column is None else column
    text = flat(code)
    if isinstance(code, Dotted):
        return f"{render(code.left, indent, start, after + len(code.name) + 1)}.{code.name}"
    if isinstance(code, Pair):
        return text if text is not None and start + len(text) + after <= WIDTH else _pair(code, indent, start, after)
    if isinstance(code, str) or (text is not None and start + len(text) + after <= WIDTH):
        return text if text is not None else str(code)
    if not code.parts:
        return render(code.head, indent, start, after + 2) + code.brackets
    head = render(code.head, indent, start, 1)
    pad = " " * (indent + _INDENT)
    lines = [head + code.brackets[0]]
    for part in code.parts:
        lines += comment_lines(part.comments, len(pad))
        within = indent + _INDENT
        written = render(part.code, within, within + len(part.prefix), 1)
        lines.append(f"{pad}{part.prefix}{written},")
    return "\n".join([*lines, " " * indent + code.brackets[1]])


def _pair(code: Pair, indent: int, start: int, after: int) -> str:
    """The left side whole where it fits, as the right one can be broken up too."""
    right_can = isinstance(code.right, Group) and bool(code.right.parts)
    left = flat(code.left) if right_can else None
    if left is None or start + len(left) + 4 > WIDTH:
        tail = flat(code.right)
        left = render(code.left, indent, start, 3 + len(tail) + after if tail is not None else 3)
    column = len(left.rpartition("\n")[2]) + 3 + (start if "\n" not in left else 0)
    return f"{left} = {render(code.right, indent, column, after)}"
