"""Requirements that a project lists: a group or an extra of its pyproject.toml, and the versions in its uv.lock."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from flowdsl.diagnostics.reading import NotReadError, read_file

Show = Callable[[Path], str]
Table = Mapping[str, object]
_MOST = 16 * 1024 * 1024
_DEEPEST = 32
_BARE = '"pyproject.toml" or a group of it, "pyproject.toml:train"'


class ProjectError(Exception):
    """A project's file that can't be used, with a hint."""

    def __init__(self, words: str, hint: str) -> None:
        super().__init__(words)
        self.hint = hint


def group_of(path: Path, group: str) -> list[str]:
    """The requirements of a pyproject.toml: its dependencies, or a group (PEP 735) or extra. Raises ProjectError."""
    table = _toml(path)
    project = _table(table, "project")
    if not group:
        if "dependencies" not in project:
            raise ProjectError("it has no [project] dependencies", f'name a group: "{path.name}:train"')
        return _texts(project["dependencies"], "project.dependencies")
    groups = {_same(name): value for name, value in _table(table, "dependency-groups").items()}
    extras = {_same(name): value for name, value in _table(project, "optional-dependencies").items()}
    wanted = _same(group)
    if wanted in groups:
        return _included(groups, wanted, (), set())
    if wanted in extras:
        return _texts(extras[wanted], f"project.optional-dependencies.{group}")
    known = ", ".join(sorted({*groups, *extras})) or "none"
    raise ProjectError(f"it has no group {group!r}", f"it has: {known}")


def pins_of(path: Path) -> list[str]:
    """The versions in a uv.lock, as constraints. Raises ProjectError.

    A package that has several versions there, each for some platforms, is left to the resolver.
    """
    if not path.exists():
        hint = f"`uv lock` makes it from the pyproject.toml beside it; without it, name {_BARE}"
        raise ProjectError("there is no such file", hint)
    versions: dict[str, set[str]] = {}
    table = _toml(path)
    if not isinstance(table.get("version"), int) or "requires-python" not in table:
        raise ProjectError("it is no lock file of uv's", f"name uv.lock; for requirements alone, {_BARE}")
    found = table.get("package")
    for each in found if isinstance(found, list) else ():
        source = each.get("source") if isinstance(each, dict) else None
        if isinstance(source, dict) and "registry" in source:
            versions.setdefault(str(each.get("name")), set()).add(str(each.get("version")))
    single = {name: next(iter(each)) for name, each in versions.items() if len(each) == 1}
    pins = [f"{name}=={version}" for name, version in single.items()]
    if not all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][0-9A-Za-z.!+_-]*", each) for each in pins):
        raise ProjectError("a package in it has no name or version", "lock it again: `uv lock`")
    return sorted(pins)


def _included(groups: Table, name: str, above: tuple[str, ...], done: set[str]) -> list[str]:
    """What a group lists with those that it includes, each gone through once however many include it."""
    if name in above:
        raise ProjectError(f"the group {name!r} includes itself", "remove the circle")
    if len(above) > _DEEPEST:
        raise ProjectError(f"the group {name!r} is included too deep", f"{_DEEPEST} in each other are the most")
    if name in done:
        return []
    done.add(name)
    value = groups.get(name)
    if not isinstance(value, list):
        raise ProjectError(f"there is no group {name!r} that is a list", "write it as a list of requirements")
    found = []
    for each in value:
        if isinstance(each, dict) and isinstance(each.get("include-group"), str):
            found += _included(groups, _same(str(each["include-group"])), (*above, name), done)
        else:
            found += _texts([each], f"dependency-groups.{name}")
    return found


def _same(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)


def _table(table: Table, name: str) -> Table:
    value = table.get(name, {})
    if not isinstance(value, dict):
        raise ProjectError(f"{name} is no table", "correct it")
    return value


def _texts(value: object, name: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ProjectError(f"{name} is no list of requirements", "write them as texts")
    return list(value)


def _toml(path: Path) -> Table:
    from flowdsl.diagnostics import toml

    try:
        return toml.loads(read_file(path, _MOST).decode())
    except NotReadError as error:
        raise ProjectError(error.words, error.hint) from error
    except (ValueError, RecursionError) as error:
        raise ProjectError("it can't be read as TOML", "correct it") from error
