"""Texts that have a type: numbers, truths, one of a few."""

from __future__ import annotations

import math
from contextlib import suppress

from flowdsl.importer.code import Code, quoted
from flowdsl.importer.shapes import Unsupported
from flowdsl.importer.writer import Writer
from flowdsl.ir.types import Kind, TypeSpec


def annotation(typed: TypeSpec, writer: Writer) -> str:
    """The type as Python has it."""
    if typed.kind is Kind.CHOICE:
        return f"{writer.use('Literal', 'typing')}[{', '.join(map(quoted, typed.choices))}]"
    return typed.python


def constant(text: object, typed: TypeSpec) -> Code:
    """The text as a value of that type. Raises Unsupported for one that is none."""
    with suppress(ValueError):
        if isinstance(text, str) and typed.kind is Kind.INTEGER:
            return repr(int(text))
        if isinstance(text, str) and typed.kind is Kind.FLOAT:
            return repr(float(text))
    if typed.kind is Kind.BOOLEAN and text in ("true", "false"):
        return repr(text == "true")
    if isinstance(text, str) and text in typed.choices:
        return quoted(text)
    raise Unsupported("params", f"the default {text!r} is not of the type that its starts hold it to")


def number(text: str, kind: str) -> Code | None:
    """The source of a number or truth of a Python type that is written as just this text; None where none is."""
    with suppress(ValueError):
        if kind == "bool":
            return repr(text == "true") if text in ("true", "false") else None
        if kind == "int" and repr(int(text)) == text:
            return text
        if kind == "float" and repr(float(text)) == text and math.isfinite(float(text)):
            return text
    return None
