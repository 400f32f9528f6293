"""The files beside a package that its code reads: they travel with it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from flowdsl.frontend.slicing.model import Bundled
from flowdsl.frontend.slicing.project import Module

LARGEST = 1024 * 1024
"""Bytes of one file that are read: more could not travel with a script or a ConfigMap anyway."""
_NO_DATA = (".py", ".pyc", ".pyi", ".so", ".pyd")


def data_files(package: Module) -> Iterator[Bundled]:
    """The data of a package, in the order of their paths; hidden files, links and code are none."""
    folder = os.path.dirname(package.file)
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each != "__pycache__")
        for name in sorted(names):
            path = os.path.join(place, name)
            if name.startswith(".") or name.endswith(_NO_DATA) or os.path.islink(path) or not os.path.isfile(path):
                continue
            below = os.path.relpath(path, folder).replace(os.sep, "/")
            with open(path, "rb") as file:
                data = file.read(LARGEST)
            yield Bundled(f"{package.name.replace('.', '/')}/{below}", path, data=data)
