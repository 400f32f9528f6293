"""What `packages=` asks for: requirements (PEP 508), or files that list them, as one sorted list."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import Collector, Location
from flowdsl.diagnostics.reading import NotReadError, read_file
from flowdsl.packages import projects
from flowdsl.packages.lockfile import Pin

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_MOST = 1024 * 1024
_FILE = re.compile(r"(?P<path>[^:]*\.(?:txt|in|toml|lock))(?::(?P<group>[A-Za-z0-9._-]+))?")
_HINT = 'write it as pip takes it: "numpy==2.1.*", "pandas[parquet]>=2"'
# Neither pattern starts with `\s+`: on a long run of spaces that takes time quadratic in its length.
_HASH = re.compile(r"(?<=\s)--hash[= ](\S+)")
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
_DEEPEST = 8


@attrs.frozen
class Wanted:
    """Requirements as they are written everywhere alike, sorted; `constraints` are versions of a uv.lock.

    `hashes` are those of a requirements.txt, as pip-compile writes them, each with the package's name: whatever is
    locked of these packages must be one of theirs.
    """

    requirements: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    hashes: frozenset[tuple[str, str]] = attrs.field(default=frozenset(), eq=False)

    def refuses(self, pin: Pin) -> bool:
        """Whether the user's own hashes leave out a package that was found."""
        allowed = {each for name, each in self.hashes if name == pin.name}
        return bool(allowed) and not allowed.issuperset(pin.hashes)

    @property
    def digest(self) -> str:
        """What a lock says of the constraints; empty for none."""
        return hashlib.sha256("\n".join(self.constraints).encode()).hexdigest() if self.constraints else ""


@attrs.define
class _Reader:
    """Reads the items of one task. Findings are FLOW085, at the user's line or at the file's own."""

    folder: Path
    collector: Collector
    show: projects.Show
    found: dict[str, None] = attrs.field(factory=dict)
    constraints: dict[str, None] = attrs.field(factory=dict)
    hashes: set[tuple[str, str]] = attrs.field(factory=set)
    done: set[str] = attrs.field(factory=set)

    def item(self, text: str, place: Location) -> None:
        """One item of `packages=`."""
        file = _FILE.fullmatch(text.strip())
        if file is None:
            self.requirement(text, place)
            return
        path, group = self.folder / file["path"], file["group"] or ""
        if path.suffix in (".txt", ".in"):
            if group:
                self.wrong(f"{text!r} names a group, and {path.name} has none", place, "leave it out")
            self.text_file(path, place, ())
            return
        try:
            if path.suffix == ".lock":
                self.constraints |= dict.fromkeys(projects.pins_of(path))
                path = path.with_name("pyproject.toml")
            listed = projects.group_of(path, group)
        except projects.ProjectError as error:
            self.wrong(f"{self.show(path)}: {error}", place, error.hint)
            return
        for one in listed:
            self.requirement(one, Location(self.show(path.with_name("pyproject.toml")), 1))

    def requirement(self, text: str, place: Location, hashes: Iterable[str] = ()) -> None:
        """One requirement, and the hashes that stand beside it."""
        from packaging.requirements import InvalidRequirement, Requirement

        try:
            read = Requirement(text.strip())
        except InvalidRequirement as error:
            why = str(error).split("\n", 1)[0]
            self.wrong(f"{text.strip()!r} is not a valid requirement: {why}", place, _HINT)
            return
        if read.url:
            hint = "name a version of a package index; your own index is pip's setting (PIP_INDEX_URL)"
            self.wrong(f"{read.name!r} is required by URL, which can't be locked by hash", place, hint)
            return
        if not (normal := _normal(read)).isprintable():
            # A marker's text may have any: it would be a line of its own in what pip reads, and no TOML.
            self.wrong(f"{text.strip()!r} has a character that can't be printed", place, _HINT)
            return
        self.found[normal] = None
        self.hashes |= {(read.name, each) for each in hashes}

    def text_file(self, path: Path, place: Location, above: tuple[str, ...]) -> None:
        """A requirements.txt with those that it names, each read once however many name it."""
        real = os.path.realpath(path)
        if real in above or len(above) > _DEEPEST:
            self.wrong(f"{self.show(path)} names files without end", place, "remove the circle of `-r`")
            return
        if real in self.done:
            return
        self.done.add(real)
        try:
            text = read_file(path, _MOST).decode("utf-8-sig")
        except NotReadError as error:
            self.wrong(f"{self.show(path)}: {error.words}", place, error.hint)
            return
        except ValueError:
            self.wrong(f"{self.show(path)} is no UTF-8", place, "save it as UTF-8")
            return
        for number, line in _lines(text):
            here = Location(self.show(path), number)
            if other := re.fullmatch(r"(?:-r|--requirement)[ =]?\s*(\S+)", line):
                self.named_file(path.parent, other[1], here, (*above, real))
            elif line.startswith("-"):
                hint = "settings of pip (an index, trusted hosts) belong into its configuration or environment"
                self.wrong(f"{line.split()[0]!r} is an option of pip, not a requirement", here, hint)
            else:
                self.requirement(_HASH.sub("", line), here, _HASH.findall(line))

    def named_file(self, folder: Path, name: str, place: Location, above: tuple[str, ...]) -> None:
        """A file that another one names: the project's own. What else is on the machine is no text of requirements."""
        roots = {os.path.realpath(_project_of(self.folder)), os.path.dirname(above[0])}
        real = os.path.realpath(folder / name)
        if not any(os.path.commonpath([root, real]) == root for root in roots):
            self.wrong(f"{name!r} lies outside the project", place, "copy the file into the project")
            return
        self.text_file(folder / name, place, above)

    def wrong(self, message: str, place: Location, hint: str) -> None:
        """A finding."""
        self.collector.error("FLOW085", message, place, hint=hint)


def read_wanted(
    items: Iterable[str],
    folder: Path,
    places: Mapping[str, Location],
    collector: Collector,
    show: projects.Show = str,
) -> Wanted | None:
    """What the items of one task's `packages=` come to; None, and FLOW085 in the collector, where one can't be read.

    `folder` is where files are looked for: the task's own. `places` has the line of each item. `show` writes a path for
    people.
    """
    before = len(collector.items)
    reader = _Reader(folder, collector, show)
    for text in items:
        reader.item(text, places[text])
    if len(collector.items) > before:
        return None
    return Wanted(tuple(sorted(reader.found)), tuple(sorted(reader.constraints)), frozenset(reader.hashes))


def _project_of(folder: Path) -> Path:
    """The project that a folder is in: where its repository, or else its pyproject.toml, is; else the folder."""
    for mark in (".git", "pyproject.toml"):
        for each in (folder, *folder.parents):
            if (each / mark).exists():
                return each
    return folder


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, those that end in a backslash joined, each with the number of its first."""
    start, whole = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        start = start or number
        whole += line[:-1] if line.endswith("\\") else line
        if line.endswith("\\"):
            whole += " "
            continue
        if plain := _COMMENT.sub("", whole).strip():
            yield start, plain
        start, whole = 0, ""
    if plain := whole.strip():
        yield start, plain


def _normal(read: Requirement) -> str:
    from packaging.utils import canonicalize_name

    read.name = canonicalize_name(read.name)
    read.extras = {canonicalize_name(each) for each in read.extras}
    return str(read)
