"""FLOW081's hints: what to write or do so that an import that failed works."""

from __future__ import annotations

import ast
import re
import tokenize
import warnings
from pathlib import Path

from flowdsl.diagnostics.near import near
from flowdsl.frontend.places import display
from flowdsl.frontend.slicing.source import index_of_file
from flowdsl.library.standing import Standing, holds, packages_above

_LACKING = re.compile(r"cannot import name '(\w+)'")


def hint_for(error: ImportError, file: Path, line: int, where: Standing) -> str:
    """What to do about an import that failed in that line of a file, which may be another than `where` is said of."""
    if "relative import" in str(error):
        return _relative(file.resolve().parent, where, _statement(file, line))
    if isinstance(error, ModuleNotFoundError):
        return _missing(error.name or "", file.resolve().parent, where)
    return _lacking(error)


def _relative(folder: Path, where: Standing, node: ast.ImportFrom | None) -> str:
    """An import with more dots than the file has packages, or in none."""
    dots = node.level if node is not None else 1
    inside = [folder, *folder.parents][:dots]
    lacking = [display(str(each)) for each in inside if not (each / "__init__.py").is_file()]
    made = f"put an `__init__.py` into {' and '.join(lacking)}"
    names = all(each.name.isidentifier() for each in inside)
    if node is None or inside[-1] not in (where.root, *where.others):
        return made if names else "import it by its full name, from the folder that the project's names begin in"
    plain = f"write `{_plain(node)}`"
    # Where the file is in a package already, another one around it would change the names of all that is in it.
    return f"{plain}, or {made}" if names and not packages_above(folder) else plain


def _plain(node: ast.ImportFrom) -> str:
    names = ", ".join(f"{each.name} as {each.asname}" if each.asname else each.name for each in node.names)
    return f"from {node.module} import {names}" if node.module else f"import {names}"


def _statement(file: Path, line: int) -> ast.ImportFrom | None:
    """The relative import of a line."""
    try:
        with tokenize.open(file) as handle, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(handle.read())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    found = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level)
    return next((node for node in found if node.lineno <= line <= (node.end_lineno or node.lineno)), None)


def _missing(name: str, folder: Path, where: Standing) -> str:
    """A module that is not there."""
    parent, _, last = name.rpartition(".")
    top = name.partition(".")[0]
    if parent and holds(where.root, top):
        meant = near(last, _modules(where.root.joinpath(*parent.split("."))))
        return f"did you mean {parent}.{meant}?" if meant else f"there is no {last} in {parent}"
    if where.name and folder != where.root and holds(folder, top):
        package = ".".join(folder.relative_to(where.root).parts)
        return (
            f"it lies in the package {package}: write `from {package} import {top}`, or `from {package}.{name} import`"
        )
    if meant := near(top, {*_modules(where.root), *_modules(folder)}, 0.75):
        return f"did you mean {meant}?"
    return (
        "install it in the environment flowdsl runs in; or, where tasks alone need it, import it in their bodies "
        f'and say `packages=["{top}"]`, or `requires=["{top}"]` of an image that has it'
    )


def _modules(folder: Path) -> set[str]:
    """What can be imported from a folder."""
    if not folder.is_dir():
        return set()
    return {each.stem for each in folder.iterdir() if each.suffix == ".py" or (each / "__init__.py").is_file()}


def _lacking(error: ImportError) -> str:
    """A name that a module has not."""
    found, path = _LACKING.search(str(error)), error.path or ""
    index = index_of_file(path)
    if found and index is not None and found[1] in index.providers:
        # The module was not through with its own imports.
        return "two modules import each other: import the name in the function that uses it, or move it to a third one"
    if found and index is not None and (meant := near(found[1], index.providers)):
        return f"did you mean {meant}?"
    return f"what is imported is {display(path)}, which has no such name" if path else "the name may be misspelt"
