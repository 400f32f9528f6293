"""Resolving with pip: `pip install --dry-run --report` (https://pip.pypa.io/en/stable/reference/installation-report/).

pip can be told of another Python's wheels, not of its markers: it holds `python_version < "3.11"` against the Python it
runs on (https://github.com/pypa/pip/issues/11664). What its answer lacks for the target is asked for by name, and pip
asked again; what the target doesn't need is left out. It also passes over versions that need a newer Python than that:
what it finds is right for the target, if not always the newest. uv has neither limit.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from flowdsl.packages.lockfile import Pin
from flowdsl.packages.targets import Target, marker_environment, platform_tags, this_machine
from flowdsl.packages.tools import Tool, ToolError, UnreachedError, pip_environment, pip_version

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_ROUNDS = 12
_FIRST_WITH_REPORTS = (22, 2)


class _Metadata(TypedDict, total=False):
    name: str
    version: str
    requires_dist: list[str]
    requires_python: str


class _Archive(TypedDict, total=False):
    hashes: dict[str, str]


class _Download(TypedDict, total=False):
    url: str
    archive_info: _Archive


class _Item(TypedDict):
    metadata: _Metadata
    download_info: _Download


_Items = dict[str, _Item]


def resolve(
    requirements: Sequence[str], constraints: Sequence[str], target: Target, tool: Tool, environ: Mapping[str, str]
) -> list[Pin]:
    """The pins of all that the requirements need on the target. Raises ToolError."""
    if pip_version() < _FIRST_WITH_REPORTS:
        raise ToolError("this Python's pip is too old to lock; upgrade it: `python -m pip install --upgrade pip`")
    # What the requirements ask for on the target: their markers have been looked at.
    roots = _read(requirements, target, frozenset({""}))
    if not roots:
        return []
    asked = [_bare(each) for each in roots]
    for _ in range(_ROUNDS):
        items = _ask(asked, constraints, target, tool, environ)
        needed, missing = _needed(items, roots, target)
        if not missing:
            return [_pin(items[name]) for name in sorted(needed)]
        asked += missing
    raise ToolError(f"pip finds no set of packages that is whole on {target}")


def _ask(
    asked: Sequence[str], constraints: Sequence[str], target: Target, tool: Tool, environ: Mapping[str, str]
) -> _Items:
    with tempfile.TemporaryDirectory(prefix="flowdsl-lock-") as name:
        folder = Path(name)
        (folder / "requirements.txt").write_text("".join(f"{each}\n" for each in asked), encoding="utf-8")
        (folder / "constraints.txt").write_text("".join(f"{each}\n" for each in constraints), encoding="utf-8")
        try:
            tool.run([*_arguments(folder, target)], pip_environment(environ))
        except UnreachedError:
            raise
        except ToolError as error:
            if target.python == this_machine().python:
                raise
            raise ToolError(
                f"{error}\n(pip passes over what needs a newer Python than its own; uv does not)"
            ) from error
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return {_canonical(each["metadata"]["name"]): each for each in report["install"]}


def _arguments(folder: Path, target: Target) -> Iterator[str]:
    yield from ("install", "--dry-run", "--quiet", "--no-input", "--disable-pip-version-check", "--ignore-installed")
    # A source distribution would run code of its own here and on the cluster, and be another file on each machine.
    yield from ("--only-binary", ":all:", "--report", str(folder / "report.json"))
    if target.is_linux:
        yield from ("--target", str(folder / "none"), "--implementation", "cp", "--python-version", target.python)
        for each in platform_tags(target):
            yield from ("--platform", each)
    elif target != this_machine():
        raise ToolError(f"pip can't resolve for {target} here; lock there")
    yield from ("--requirement", str(folder / "requirements.txt"), "--constraint", str(folder / "constraints.txt"))


def _needed(items: _Items, roots: Sequence[Requirement], target: Target) -> tuple[set[str], list[str]]:
    """What the target needs of what pip found, and what it needs that pip did not find, as requirements."""
    done: set[tuple[str, frozenset[str]]] = set()
    missing: dict[str, None] = {}
    stack = list(roots)
    while stack:
        requirement = stack.pop()
        name = _canonical(requirement.name)
        item = items.get(name)
        if item is None or not requirement.specifier.contains(item["metadata"]["version"], prereleases=True):
            missing[_bare(requirement)] = None
            continue
        if not _runs_on(item["metadata"].get("requires_python", ""), target):
            missing[f"{name}!={item['metadata']['version']}"] = None
            continue
        extras = frozenset({"", *requirement.extras})
        if (name, extras) not in done:
            done.add((name, extras))
            stack += _needs(name, item, target, extras)
    return {name for name, _ in done}, list(missing)


def _read(requirements: Sequence[str], target: Target, extras: frozenset[str]) -> list[Requirement]:
    """Those that hold on the target with the extras."""
    from packaging.requirements import Requirement

    environment = marker_environment(target)
    found = []
    for text in requirements:
        read = Requirement(text)
        if read.marker is None or any(read.marker.evaluate({**environment, "extra": each}) for each in extras):
            found.append(read)
    return found


def _needs(name: str, item: _Item, target: Target, extras: frozenset[str]) -> list[Requirement]:
    """What a package needs. Raises ToolError where it says so in a way of its own, which an old pip lets pass."""
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
    from packaging.requirements import InvalidRequirement
    from packaging.version import InvalidVersion

    try:
        return _read(item["metadata"].get("requires_dist", ()), target, extras)
    except (InvalidRequirement, InvalidVersion, UndefinedComparison, UndefinedEnvironmentName) as error:
        why = str(error).partition("\n")[0]
        raise ToolError(f"what {name} {item['metadata']['version']} says that it needs can't be read: {why}") from error


def _runs_on(pythons: str, target: Target) -> bool:
    """Whether a package's Requires-Python has the target's."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(pythons).contains(f"{target.python}.0", prereleases=True)
    except InvalidSpecifier:  # an old package's own words, which pip passes over, too
        return True


def _bare(requirement: Requirement) -> str:
    """A requirement without its marker."""
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}{requirement.specifier}"


def _canonical(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)


def _pin(item: _Item) -> Pin:
    metadata = item["metadata"]
    hashes = item["download_info"].get("archive_info", {}).get("hashes", {})
    if "sha256" not in hashes:
        raise ToolError(f"the index gives no hash of {metadata['name']} {metadata['version']}")
    return Pin(_canonical(metadata["name"]), metadata["version"], (f"sha256:{hashes['sha256']}",))
