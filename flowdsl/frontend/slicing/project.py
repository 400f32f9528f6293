"""Which modules are the project's own, and where they lie. Nothing is imported to find out."""

from __future__ import annotations

import functools
import importlib.util
import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from flowdsl.diagnostics.frozen import frozen
from flowdsl.diagnostics.project import find as find_project
from flowdsl.frontend.home import Home
from flowdsl.frontend.slicing.model import Alias
from flowdsl.frontend.slicing.versions import is_stdlib

_INSTALLED = ("site-packages", "dist-packages")


@frozen
class Module:
    """A module of the project. `file` is "" for a package without an `__init__.py`."""

    name: str
    file: str
    is_package: bool
    home: Home

    @property
    def path(self) -> str:
        """Its file below the folder that imports look in, with `/`."""
        return self.name.replace(".", "/") + ("/__init__.py" if self.is_package else ".py")


def path_in_project(file: str, home: Home) -> str:
    """A module's file as a path in its project, with `/`: below the folder of the nearest pyproject.toml, or, where
    there is none, below the one that imports look in. The same wherever the project lies."""
    path = os.path.abspath(file)
    if file.startswith("<"):  # a notebook's cell
        return os.path.basename(file)
    below = os.path.relpath(path, _project(os.path.dirname(path)) or home.root)
    return os.path.basename(path) if below.startswith("..") else below.replace(os.sep, "/")


def folder_in_project(folder: str) -> str:
    """The same of a folder that imports look in; "" where that is the project's own, or in no project."""
    root = _project(folder)
    below = os.path.relpath(folder, root) if root else "."
    return "" if below == "." else below.replace(os.sep, "/")


@functools.lru_cache(maxsize=256)
def _project(folder: str) -> str:
    found = find_project(Path(folder))
    return str(found.parent) if found else ""


def absolute(alias: Alias, home: Home) -> str:
    """The full name of the module that an import names; "" for one that leaves the package."""
    if not alias.level:
        return alias.module
    parts = home.package.split(".") if home.package else []
    if alias.level > len(parts):
        return ""
    return ".".join([*parts[: len(parts) - alias.level + 1], *([alias.module] if alias.module else [])])


def find(name: str, home: Home) -> Module | None:
    """The project's module of that name as an import in `home` finds it; None where it is not the project's own.

    The project's own are modules that are not installed and not Python's, and those of the package that asks.
    """
    top = name.partition(".")[0]
    if not top or (is_stdlib(top) and top != home.top):
        return None
    for folder in _folders(top, home.root):
        if _is_regular(folder, top):
            return _below(folder, name) if top == home.top or not _is_installed(folder) else None
    # A folder without an `__init__.py` counts only where nothing else has the name.
    spaces = (_below(folder, name) for folder in _folders(top, home.root) if not _is_installed(folder))
    return next((module for module in spaces if module is not None and (module.file or _has_code(module))), None)


def hides_python(top: str, home: Home) -> bool:
    """Whether a module of the project has the name of one of Python's own, and an import in `home` finds it here.

    In the container it would find Python's: much of that is imported before the project is laid out.
    """
    if not is_stdlib(top) or top == home.top or not _is_regular(home.root, top) or _is_installed(home.root):
        return False
    loaded = sys.modules.get(top)
    if loaded is None:
        return top not in sys.builtin_module_names
    file = getattr(loaded, "__file__", None)
    return isinstance(file, str) and os.path.abspath(file).startswith(os.path.join(home.root, top))


def _folders(top: str, root: str) -> Iterator[str]:
    """Where a top-level module may lie, each folder once; most lie in the first."""
    yield root
    loaded = getattr(sys.modules.get(top), "__file__", None)
    known = []
    if isinstance(loaded, str):
        folder = os.path.dirname(os.path.abspath(loaded))
        known = [os.path.dirname(folder) if os.path.basename(loaded) == "__init__.py" else folder]
    yield from dict.fromkeys(each for each in [*known, *map(os.path.abspath, sys.path)] if each != root)
    yield from _installed_to_edit(top)


def _installed_to_edit(top: str) -> Iterator[str]:
    """Where Python finds a module that lies below no entry of `sys.path`: `pip install -e` may have a finder for it."""
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return
    if spec is None:
        return
    file = [spec.origin] if spec.has_location and spec.origin else []
    for place in spec.submodule_search_locations or file:
        if place and os.path.exists(place):
            yield os.path.dirname(os.path.abspath(place))


def _is_regular(folder: str, top: str) -> bool:
    path = os.path.join(folder, top)
    return os.path.isfile(path + ".py") or os.path.isfile(os.path.join(path, "__init__.py"))


def _has_code(module: Module) -> bool:
    folder = os.path.join(module.home.root, *module.name.split("."))
    with os.scandir(folder) as entries:
        return any(entry.name.endswith(".py") for entry in entries)


def _below(folder: str, name: str) -> Module | None:
    path = os.path.join(folder, *name.split("."))
    init = os.path.join(path, "__init__.py")
    if os.path.isfile(init):
        return Module(name, init, True, Home(name, folder))
    if os.path.isfile(path + ".py"):
        return Module(name, path + ".py", False, Home(name.rpartition(".")[0], folder))
    return Module(name, "", True, Home(name, folder)) if os.path.isdir(path) else None


def _is_installed(folder: str) -> bool:
    parts = os.path.normpath(folder).split(os.sep)
    return any(each in parts for each in _INSTALLED) or any(
        folder == each or folder.startswith(each + os.sep) for each in _libraries()
    )


@functools.cache
def _libraries() -> tuple[str, ...]:
    """The folders of Python's own library and of what is installed."""
    paths = sysconfig.get_paths()
    found = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += [*getattr(site, "getsitepackages", list)(), getattr(site, "getusersitepackages", str)()]
    return tuple(os.path.abspath(each) for each in found if each)
