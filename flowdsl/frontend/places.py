"""Where the user is: the innermost frame outside flowdsl."""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import linecache
import os
import sys
import textwrap
from collections.abc import Callable, Iterable
from opcode import opmap
from traceback import FrameSummary
from types import CodeType, FrameType
from typing import Literal

from flowdsl.diagnostics import Location

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


_LIBRARY = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


def caller() -> Location:
    """The user's file and line of the call that is being made."""
    found = frame()
    return Location(display(found.f_code.co_filename), found.f_lineno) if found else Location("<unknown>", 1)


def frame() -> FrameType | None:
    """The innermost frame of the user's own code: neither ours, nor of a library that the user called.

    Where a whole pipeline is in an installed package, the package's frame is the user's.
    """
    outer: FrameType | None = sys._getframe(1)
    installed: FrameType | None = None
    while outer is not None:
        origin = whose(outer.f_code.co_filename, outer.f_code.co_name)
        if origin == "user":
            return outer
        if origin in ("flowdsl", "import") and installed is not None:
            return installed
        if origin == "installed":
            installed = installed or outer
        outer = outer.f_back
    return installed


def unpacked() -> int | None:
    """Into how many names the user's line unpacks something at this moment (`a, b = ...`); None where it does not."""
    found = frame()
    if found is None:
        return None
    code, at = found.f_code.co_code, found.f_lasti
    return code[at + 1] if at >= 0 and code[at] == opmap["UNPACK_SEQUENCE"] else None


def innermost(frames: Iterable[FrameSummary]) -> FrameSummary | None:
    """The same of a traceback's frames."""
    found: dict[str, FrameSummary] = {whose(each.filename, each.name): each for each in frames}
    return found.get("user") or found.get("installed")


def before_made(frames: Iterable[FrameSummary]) -> list[FrameSummary]:
    """The frames up to where a dataclass or an attrs class is made: what it refuses was given to it by the last."""
    return list(itertools.takewhile(lambda frame: frame.name != "__init__" or frame.filename[:1] != "<", frames))


@functools.lru_cache(maxsize=1024)
def whose(filename: str, name: str = "") -> Literal["flowdsl", "import", "library", "installed", "user"]:
    """Whose code is running, by its file and the name of its function."""
    if filename.startswith(_HERE):
        return "flowdsl"
    if filename.startswith("<"):
        if filename.startswith("<frozen "):
            return "import"
        # `__eq__` and its like, as dataclasses and attrs write them; but the lines of a REPL have such a file as well.
        written = filename.startswith("<attrs ") or (filename == "<string>" and name.startswith("__"))
        return "library" if written else "user"
    if any(part in filename for part in _INSTALLED):
        return "installed"
    return "library" if filename.startswith(_LIBRARY) else "user"


def of_function(function: Callable[..., object]) -> Location:
    """The place a function is defined: its `def` or first decorator line, as Python counts."""
    code = function.__code__
    return Location(display(code.co_filename), code.co_firstlineno)


def of_parameter(function: Callable[..., object], name: str) -> Location:
    """The place of a parameter in a signature, `return` meaning the return annotation. Reads the source file."""
    place = of_function(function)
    read = written(function)
    if read is None:
        return place
    definition, _ = read
    found: ast.AST = definition.returns or definition
    if name != "return":
        arguments = definition.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        found = next((item for item in every if item.arg == name), definition)
    line: int = getattr(found, "lineno", definition.lineno)
    # The column is only right where the function is not indented: dedenting moved it.
    column = getattr(found, "col_offset", 0) + 1 if found is not definition else 0
    return Location(place.file, place.line + line - 1, column)


def written(function: Callable[..., object] | CodeType) -> tuple[ast.FunctionDef, int] | None:
    """A function as its source file has it, and the line that it starts at; None where that can't be read."""
    try:
        lines, first = _source_lines(function)
        definition = ast.parse(textwrap.dedent("".join(lines))).body[0]
    except (OSError, TypeError, SyntaxError, ValueError, IndexError, RecursionError):
        return None
    return (definition, first) if isinstance(definition, ast.FunctionDef) else None


def tree(filename: str) -> ast.Module | None:
    """A whole source file; None where it can't be read."""
    try:
        return ast.parse("".join(linecache.getlines(filename)))
    except (SyntaxError, ValueError, RecursionError):
        return None


def _source_lines(function: Callable[..., object] | CodeType) -> tuple[list[str], int]:
    """As `inspect.getsourcelines` has it, which looks at the files of all modules that are loaded to find one."""
    found = function if isinstance(function, CodeType) else inspect.unwrap(function)
    code = found if isinstance(found, CodeType) else getattr(found, "__code__", None)
    if isinstance(code, CodeType):
        linecache.checkcache(code.co_filename)
        lines = linecache.getlines(code.co_filename, getattr(found, "__globals__", None))
        if lines:
            return inspect.getblock(lines[code.co_firstlineno - 1 :]), code.co_firstlineno
    return inspect.getsourcelines(function)


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
