"""Where a user's file stands: the name that imports know it by, and the folders that they look in.

A file with an `__init__.py` beside it is a module of that package, and imports look in the folder above the topmost
one. Where packages have no such file, the pyproject.toml above is where names begin, or the `src` beside it; the file
is a module there where its own imports say so. Any other file is a script, as `python FILE.py` runs it.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import tokenize
import warnings
from collections.abc import Callable
from pathlib import Path

import attrs

_IMPORTS = re.compile(r"^[ \t]*(?:from[ \t]+(\.*)[ \t]*(\w*)|import[ \t]+([\w., \t]+))", re.MULTILINE)


@attrs.frozen
class Standing:
    """`name` is "" for a script. Imports look in `root` first, and in `others` where nothing else has the name.

    `needed`: imports of the file work in its package alone.
    """

    name: str
    root: Path
    others: tuple[Path, ...] = ()
    needed: bool = False

    @property
    def top(self) -> str:
        """The topmost package; "" for a script."""
        return self.name.partition(".")[0]


def standing(file: Path) -> Standing:
    """Where a file stands. It is read for its imports; nothing is imported."""
    file = file.resolve()
    folder = file.parent
    packages = packages_above(folder)
    regular = Standing(_name(packages, file), folder.parents[len(packages) - 1] if packages else folder)
    bases = bases_above(folder)
    base = next((each for each in bases if each != regular.root and regular.root.is_relative_to(each)), None)
    marked = _below(base, file) if base is not None else None
    others = tuple(each for each in bases if each != regular.root)
    if not packages and marked is None:
        return Standing("", folder, others)
    tops = {regular.top, marked.top if marked is not None else ""} - {""}
    found = _Imports.of(file, lambda name: name in tops or holds(folder, name))
    if found.level:
        # Every dot needs a package to stand for.
        fits = found.level <= len(packages) or marked is None
        return attrs.evolve(regular if fits else marked or regular, others=others, needed=True)
    own = [each for each in (regular, marked) if each is not None and each.top in found.tops and _holds(each)]
    if _beside(folder, found.tops, regular if packages else None) or not (packages or own):
        # The way that `python FILE.py` finds them.
        return Standing("", folder, tuple(dict.fromkeys((*([regular.root] if packages else []), *others))))
    return attrs.evolve(own[0] if own else regular, others=others, needed=bool(own))


def packages_above(folder: Path) -> list[str]:
    """The packages that a folder is in, topmost first; none where it has no `__init__.py`."""
    names: list[str] = []
    while folder.name.isidentifier() and (folder / "__init__.py").is_file():
        names.insert(0, folder.name)
        folder = folder.parent
    return names


def bases_above(folder: Path) -> list[Path]:
    """Where a project's names begin: its `src`, if it has one, and the folder of its pyproject.toml; none without."""
    for each in (folder, *folder.parents):
        if (each / "pyproject.toml").is_file():
            return [each / "src", each] if (each / "src").is_dir() else [each]
    return []


def holds(folder: Path, name: str) -> bool:
    """Whether a folder has a module or package of that name, with an `__init__.py` or without."""
    return bool(name) and ((folder / f"{name}.py").is_file() or (folder / name).is_dir())


def _holds(where: Standing) -> bool:
    return bool(where.top) and holds(where.root, where.top)


def _name(packages: list[str], file: Path) -> str:
    if not packages:
        return ""
    return ".".join(packages if file.stem == "__init__" else [*packages, file.stem])


def _below(base: Path, file: Path) -> Standing | None:
    """A file as a module of the packages below a base; None where a folder's name can be no package's."""
    parts = file.parent.relative_to(base).parts
    if not parts or not all(each.isidentifier() for each in parts):
        return None
    return Standing(_name(list(parts), file), base)


def _beside(folder: Path, tops: frozenset[str], package: Standing | None) -> bool:
    """Whether a file imports by its bare name what lies beside it, and what no other place has."""
    # Not at the top: every command would wait for all of slicing to load.
    from flowdsl.frontend.slicing.versions import is_stdlib

    for top in sorted(tops):
        if is_stdlib(top) or not holds(folder, top) or (package is not None and holds(package.root, top)):
            continue
        if not _elsewhere(top, folder):
            return True
    return False


def _elsewhere(top: str, folder: Path) -> bool:
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return False
    if spec is None:
        return False
    places = [spec.origin] if spec.has_location else list(spec.submodule_search_locations or ())
    return not any(place and Path(place).resolve().is_relative_to(folder) for place in places)


@attrs.frozen
class _Imports:
    """What a file imports, in functions too: the top-level names, and how many dots the longest relative one has."""

    level: int = 0
    tops: frozenset[str] = frozenset()

    @classmethod
    def of(cls, file: Path, matters: Callable[[str], bool]) -> _Imports:
        """Nothing where no import of the file is relative or of a name that matters: it is parsed for those alone."""
        text = _text(file)
        for dots, top, listed in _IMPORTS.findall(text):
            names = [top] if top else [each.partition(".")[0].strip() for each in listed.split(",")]
            if dots or any(map(matters, names)):
                return cls._parsed(text)
        return cls()

    @classmethod
    def _parsed(cls, text: str) -> _Imports:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            return cls()  # what loads the file says so
        level, tops = 0, set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                level = max(level, node.level)
            elif isinstance(node, ast.ImportFrom):
                tops.add((node.module or "").partition(".")[0])
            elif isinstance(node, ast.Import):
                tops |= {alias.name.partition(".")[0] for alias in node.names}
        return cls(level, frozenset(tops))


def _text(file: Path) -> str:
    try:
        with tokenize.open(file) as handle:
            return handle.read()
    except (OSError, SyntaxError, ValueError):
        return ""
