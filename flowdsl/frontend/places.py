"""Where the user is: the innermost frame outside flowdsl."""

from __future__ import annotations

import ast
import functools
import inspect
import os
import sys
import textwrap
from collections.abc import Callable
from types import FrameType
from typing import Any

from flowdsl.diagnostics import Location

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def caller() -> Location:
    """The user's file and line of the call that is being made."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    if frame is None:
        return Location("<unknown>", 1)
    return Location(display(frame.f_code.co_filename), frame.f_lineno)


def of_function(function: Callable[..., Any]) -> Location:
    """The place a function is defined: its `def` or first decorator line, as Python counts."""
    code = function.__code__
    return Location(display(code.co_filename), code.co_firstlineno)


def of_parameter(function: Callable[..., Any], name: str) -> Location:
    """The place of a parameter in a signature, `return` meaning the return annotation. Reads the source file."""
    place = of_function(function)
    try:
        text = textwrap.dedent("".join(inspect.getsourcelines(function)[0]))
        definition = ast.parse(text).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return place
    if not isinstance(definition, ast.FunctionDef):
        return place
    found: ast.AST = definition.returns or definition
    if name != "return":
        arguments = definition.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        found = next((item for item in every if item.arg == name), definition)
    line: int = getattr(found, "lineno", definition.lineno)
    # The column is only right where the function is not indented: dedenting moved it.
    column = getattr(found, "col_offset", 0) + 1 if found is not definition else 0
    return Location(place.file, place.line + line - 1, column)


def display(path: str) -> str:
    """A path as a user would type it: relative to the working folder where it lies below it."""
    return path if path.startswith("<") else _below(path, os.getcwd())


@functools.lru_cache(maxsize=256)
def _below(path: str, folder: str) -> str:
    # One file defines many tasks and calls, each of which asks for its place.
    try:
        relative = os.path.relpath(path, folder)
    except ValueError:
        return path
    return path if relative.startswith("..") else relative
