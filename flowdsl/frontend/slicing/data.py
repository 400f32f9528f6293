"""The files beside a package that its code reads: they travel with it."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from flowdsl.frontend.slicing.model import Bundled

LARGEST = 1024 * 1024
"""Bytes that are read, of one file and of all of a package: more could not travel with a script anyway."""
_NO_DATA = (".py", ".pyc", ".pyi", ".so", ".pyd")
RESOURCE_CALLS = frozenset(
    {"contents", "files", "get_data", "is_resource", "open_binary", "open_text", "path", "read_binary", "read_text"}
)
"""Functions of `importlib.resources` and `pkgutil` that take a package first."""


def packages_named(call: ast.Call) -> set[tuple[str, bool]]:
    """The package that a call of one of them is given: a dotted name, and whether it is text."""
    if not call.args:
        return set()
    given = call.args[0]
    if isinstance(given, ast.Constant):
        return {(given.value, True)} if isinstance(given.value, str) else set()
    names = []
    while isinstance(given, ast.Attribute):
        if given.attr not in ("__name__", "__package__"):
            names.append(given.attr)
        given = given.value
    return {(".".join([given.id, *reversed(names)]), False)} if isinstance(given, ast.Name) else set()


def data_files(name: str, folder: str) -> Iterator[Bundled]:
    """The data of the package in a folder, in the order of their paths; hidden files, links and code are none."""
    left = LARGEST
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each != "__pycache__")
        for each in sorted(names):
            path = os.path.join(place, each)
            if each.startswith(".") or each.endswith(_NO_DATA) or os.path.islink(path) or not os.path.isfile(path):
                continue
            if left <= 0:
                return  # too much already, which is told of the script's size
            below = os.path.relpath(path, folder).replace(os.sep, "/")
            with open(path, "rb") as file:
                data = file.read(left)
            left -= len(data)
            yield Bundled(f"{name.replace('.', '/')}/{below}", path, data=data)
