"""Where the module of a function stands. Every compile asks; slicing, which is much code, is for some tasks alone."""

from __future__ import annotations

import os
from types import FunctionType

from flowdsl.diagnostics.frozen import frozen


@frozen
class Home:
    """Where a module stands: its package ("" for none), and the folder that top-level imports of it look in."""

    package: str
    root: str

    @property
    def top(self) -> str:
        """The top-level package, "" where the module is in none."""
        return self.package.partition(".")[0]


def home_of(function: FunctionType) -> Home:
    """Where the module of a function stands."""
    package = str(function.__globals__.get("__package__") or "")
    return Home(package, _root(function.__code__.co_filename, package))


def _root(file: str, package: str) -> str:
    folder = os.path.dirname(os.path.abspath(file))
    for _ in package.split(".") if package else ():
        folder = os.path.dirname(folder)
    return folder
