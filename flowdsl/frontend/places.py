"""Where the user is: the innermost frame outside flowdsl."""

from __future__ import annotations

import os
import sys
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


def display(path: str) -> str:
    """A path as a user would type it: relative to the working folder where it lies below it."""
    if path.startswith("<"):
        return path
    try:
        relative = os.path.relpath(path)
    except ValueError:
        return path
    return path if relative.startswith("..") else relative
