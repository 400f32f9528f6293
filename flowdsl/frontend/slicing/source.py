"""From a function to the index of its module. An index is made once for a file's content."""

from __future__ import annotations

import functools
import linecache
import os
import tokenize
from types import FunctionType

from flowdsl.frontend.slicing.cells import with_other_cells
from flowdsl.frontend.slicing.index import ModuleIndex, build_index


def index_of(function: FunctionType) -> ModuleIndex | None:
    """The index of the module that defines the function; None where its source can't be read or isn't Python."""
    file = function.__code__.co_filename
    try:
        state = os.stat(file)
    except (OSError, ValueError):
        # No file: a notebook's cell, a zipped package. `linecache` knows the text of both.
        text = "".join(linecache.getlines(file, function.__globals__))
        return _from_text(*with_other_cells(text, function.__globals__), file) if text else None
    return _from_disk(file, state.st_mtime_ns, state.st_size, state.st_ino)


def index_of_file(file: str) -> ModuleIndex | None:
    """The index of a module's file; None where it can't be read or isn't Python."""
    try:
        state = os.stat(file)
    except (OSError, ValueError):
        return None
    return _from_disk(file, state.st_mtime_ns, state.st_size, state.st_ino)


@functools.lru_cache(maxsize=1024)
def _from_disk(file: str, mtime: int, size: int, inode: int) -> ModuleIndex | None:
    """The arguments beside `file` stand for its content, so that a changed file is read again."""
    try:
        with tokenize.open(file) as handle:
            return build_index(handle.read(), file)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


@functools.lru_cache(maxsize=64)
def _from_text(text: str, before: range, file: str) -> ModuleIndex | None:
    try:
        return build_index(text, file, before)
    except (SyntaxError, ValueError, RecursionError):
        return None
