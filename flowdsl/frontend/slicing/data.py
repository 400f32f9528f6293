"""The files beside a package that its code reads: they travel with it."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

import attrs

from flowdsl.frontend.slicing.model import Bundled
from flowdsl.kube.conventions import CONFIG_MAP_MOST, MANAGED, MANAGED_BY

LARGEST = CONFIG_MAP_MOST
"""Bytes that are read of all of a package: more can't travel, so that of the rest only the sizes are told."""
MOST_FILES = 10_000
"""Files that are looked at."""
_NO_DATA = (".py", ".pyc", ".pyi", ".so", ".pyd")
_OURS = {".lock": b"# Made by `flowdsl lock ", ".yaml": f"{MANAGED}: {MANAGED_BY[MANAGED]}\n".encode()}
"""What is in files that flowdsl writes beside a pipeline's: with them a bundle would hold itself and grow each time."""
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
    left, count = LARGEST, 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each != "__pycache__")
        for each in sorted(names):
            path = os.path.join(place, each)
            if each.startswith(".") or each.endswith(_NO_DATA) or os.path.islink(path) or not os.path.isfile(path):
                continue
            if _written_by_us(path, names):
                continue
            below = os.path.relpath(path, folder).replace(os.sep, "/")
            found = Bundled(f"{name.replace('.', '/')}/{below}", path, unread=os.stat(path).st_size)
            if found.unread <= left:
                with open(path, "rb") as file:
                    found = attrs.evolve(found, data=file.read(left + 1), unread=0)
            left -= found.size
            count += 1
            yield found
            if count == MOST_FILES:
                return  # too many already, which is told of their size or of the script's


def _written_by_us(path: str, beside: list[str]) -> bool:
    """Whether it is the lock or the YAML of a Python file beside it: by its name and by what is in it."""
    stem, ending = os.path.splitext(os.path.basename(path))
    modules = [name[:-3] for name in beside if name.endswith(".py")]
    if ending not in _OURS or not any(stem == each or stem.startswith(f"{each}-") for each in modules):
        return False
    with open(path, "rb") as file:
        return _OURS[ending] in file.read(LARGEST)
