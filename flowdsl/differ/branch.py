"""What a branch brings: its sources against those of the commit at which it left its target."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.differ.built import (
    Built,
    Documents,
    build,
    compiled_for,
    in_parallel,
    is_made_for_profile,
    laid_out,
    pipelines_in,
    yaml_for,
    yaml_of,
)
from flowdsl.differ.compare import compare
from flowdsl.differ.git import parting, top
from flowdsl.differ.inputs import parse
from flowdsl.differ.model import Difference
from flowdsl.yamlread.sources import load


@attrs.frozen
class Brought:
    """What differs, of what is compiled for no profile and for each; and what has to be said of how it was found."""

    differences: list[Difference]
    notes: tuple[str, ...] = ()
    profiles: Mapping[str, list[Difference]] = attrs.field(factory=dict)

    @property
    def every(self) -> list[Difference]:
        """All of them."""
        return [*self.differences, *(found for each in self.profiles.values() for found in each)]


def brought(
    paths: Sequence[str], base: str, exclude: Sequence[str] = (), fresh: frozenset[str] = frozenset()
) -> Brought:
    """What the working tree has that the commit has not at which it left `base`.

    A pipeline counts as what its source compiles to, whatever the YAML beside it says: that may be stale. `fresh` are
    sources in folders whose YAML is known not to be. Raises UsageError where a revision is unknown, or the working tree
    has a source that does not compile.
    """
    start = parting(base)
    paths = [_within(path) for path in paths]
    with laid_out(start) as folder:
        before = _side(folder, paths, exclude, start[:12])
        then = _by_profile(folder, paths, exclude, start[:12])
    after = _side(Path(), paths, exclude, fresh=fresh)
    now = _by_profile(Path(), paths, exclude)
    wrong = [text for side in (after, *now.values()) for text in (*side.failed.values(), *side.problems)]
    if wrong:
        raise UsageError("\n".join(dict.fromkeys(wrong)))
    notes = [
        f"{file} of {base} does not compile here{_for(name)}; the YAML beside it stands for it"
        for name, side in (("", before), *then.items())
        for file in side.failed
    ]
    notes += [f"left out: {each}" for each in before.problems]
    nothing = _Side()
    profiles = {
        name: compare(then.get(name, nothing).documents, now.get(name, nothing).documents)
        for name in sorted({*then, *now})
    }
    return Brought(compare(before.documents, after.documents), tuple(notes), profiles)


def _for(profile: str) -> str:
    return f" for profile {profile}" if profile else ""


def _by_profile(folder: Path, paths: Sequence[str], exclude: Sequence[str], revision: str = "") -> dict[str, _Side]:
    """By profile, what the sources compile to that have its YAML beside them."""
    found: dict[str, _Side] = {}
    named = [path for path in paths if path.endswith(".py") and (folder / path).is_file()]
    sources = dict.fromkeys([*named, *_inside(folder, paths, exclude)])
    places = [(file, name) for file in sources for name in compiled_for(folder / file) if name]
    for (file, name), made in zip(places, in_parallel(lambda at: _built(at[0], folder, at[1]), places), strict=True):
        side = found.setdefault(name, _Side())
        if isinstance(made, Built):
            side.documents += [each for each in made.documents if each not in side.documents]
            continue
        side.failed[file] = made
        for beside in yaml_for(folder / file, name):
            side.documents += parse(attrs.evolve(load(beside), name=_name(beside, folder, revision)), side.problems)
    return found


def _inside(folder: Path, paths: Sequence[str], exclude: Sequence[str]) -> list[str]:
    """The sources in folders among the paths."""
    folders = [folder / path for path in paths if (folder / path).is_dir()]
    return [each.relative_to(folder).as_posix() for place in folders for each in pipelines_in(place, exclude)]


def _within(path: str) -> str:
    """A path from the working folder on, as the base has it too. Raises UsageError outside the repository."""
    if not Path(path).resolve().is_relative_to(top().resolve()):
        raise UsageError(f"{path} is outside the repository: there is no base to compare it with")
    return Path(os.path.relpath(path)).as_posix()


@attrs.define
class _Side:
    """The documents of one side; sources that do not compile, with what was said; YAML that can't be read."""

    documents: Documents = attrs.field(factory=list)
    failed: dict[str, str] = attrs.field(factory=dict)
    problems: list[str] = attrs.field(factory=list)


def _side(
    folder: Path, paths: Sequence[str], exclude: Sequence[str], revision: str = "", fresh: frozenset[str] = frozenset()
) -> _Side:
    """A folder's pipelines, and its other YAML."""
    sources = [path for path in paths if path.endswith(".py") and (folder / path).is_file()]
    inside = (each for each in _inside(folder, paths, exclude) if "" in compiled_for(folder / each))
    sources += [each for each in inside if each not in fresh]
    sources = list(dict.fromkeys(sources))
    made = dict(zip(sources, in_parallel(lambda each: _built(each, folder), sources), strict=True))
    built = [each for each in made.values() if isinstance(each, Built)]
    side = _Side(failed={file: each for file, each in made.items() if isinstance(each, str)})
    written = {(folder / path).resolve() for each in built for path in each.files}
    for file in _yaml(folder, paths, exclude, side.failed):
        if file.resolve() not in written and not is_made_for_profile(file):
            source = attrs.evolve(load(file), name=_name(file, folder, revision), walked=str(file) not in paths)
            side.documents += parse(source, side.problems)
    for each in built:
        side.documents += each.documents
    return side


def _yaml(folder: Path, paths: Sequence[str], exclude: Sequence[str], failed: Iterable[str]) -> list[Path]:
    """The YAML to read; that of sources that do not compile is among it, however those were named."""
    found = [file for path in paths if not path.endswith(".py") for file in yaml_of(folder, path, exclude)]
    beside = ((folder / file).with_suffix(".yaml") for file in failed)
    return list(dict.fromkeys((*found, *(each for each in beside if each.is_file()))))


def _built(target: str, folder: Path, profile: str = "") -> Built | str:
    try:
        return build(target, folder, profile)
    except UsageError as error:
        return str(error)


def _name(file: Path, folder: Path, revision: str) -> str:
    return f"{revision}:{file.relative_to(folder).as_posix()}" if revision else file.as_posix()
