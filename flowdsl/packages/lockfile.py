"""The lock file beside a pipeline's file: `train.lock` of `train.py`, TOML to be read in a diff."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import attrs

from flowdsl.diagnostics.reading import NotReadError, read_file
from flowdsl.packages.targets import Target

VERSION = 1
KEY_VARIABLE = "FLOWDSL_PACKAGES"
"""The environment variable that tells a script that the packages of a key are there: `Resolution.key`."""
_MOST = 8 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.!+_-]*")
_HASH = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_LINE = re.compile(r"([^\s=]+)==([^\s=]+)((?: --hash=\S+)+)")
_PLATFORM = re.compile(r"(?:linux|musllinux|macosx|win)_[a-z0-9_]+")
_PYTHON = re.compile(r"3\.[0-9]{1,2}")
MADE_BY = b"# Made by `flowdsl lock "
"""In every lock file, even one with conflict markers. A file without it is another program's, such as a uv.lock."""
_HEAD = (
    MADE_BY.decode() + "{name}`: the packages of its tasks, each for a Python and a platform. Commit it, don't edit it."
)


class DamagedError(Exception):
    """A lock file that can't be read: why, in words for people."""


@attrs.frozen(order=True)
class Pin:
    """One package at one version, by the hashes of the files that may be it."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def line(self) -> str:
        """As pip's requirement files have it."""
        return f"{self.name}=={self.version}" + "".join(f" --hash={each}" for each in self.hashes)


@attrs.frozen(order=True)
class Resolution:
    """What a list of requirements comes to on one target. `constraints` is a hash of what a uv.lock added, or empty."""

    requirements: tuple[str, ...]
    target: Target
    pins: tuple[Pin, ...]
    constraints: str = ""

    @property
    def text(self) -> str:
        """The pins as lines for pip."""
        return "".join(f"{pin.line}\n" for pin in self.pins)

    @property
    def key(self) -> str:
        """A hash of what is installed, and for what."""
        return hashlib.sha256(f"{self.target}\n{self.text}".encode()).hexdigest()


def lock_path(file: str | Path) -> Path:
    """Where the lock of a pipeline's file lies."""
    return Path(file).with_suffix(".lock")


def read_lock(path: Path) -> tuple[Resolution, ...] | None:
    """The resolutions in a lock file; None where there is no file. Raises DamagedError."""
    from flowdsl.diagnostics import toml

    if not path.exists():
        return None
    try:
        table: dict[str, object] = toml.loads(read_file(path, _MOST).decode())
    except NotReadError as error:
        raise DamagedError(error.words) from error
    except (ValueError, RecursionError) as error:
        raise DamagedError("it is no TOML; it may hold the marks of a merge") from error
    if table.get("version") != VERSION:
        raise DamagedError(f"it has the version {table.get('version')!r}, and this flowdsl reads {VERSION}")
    return tuple(_resolution(each) for each in _tables(table.get("resolution", [])))


def write_lock(name: str, resolutions: Iterable[Resolution]) -> str:
    """The text of a lock file for a pipeline's file of that name: the same for the same resolutions."""
    parts = [f"{_HEAD.format(name=name)}\nversion = {VERSION}\n"]
    for each in sorted(set(resolutions)):
        parts.append("\n[[resolution]]\nrequirements = [\n")
        parts += [f"  {_quoted(one)},\n" for one in each.requirements]
        parts.append("]\n")
        if each.constraints:
            parts.append(f"constraints = {_quoted(each.constraints)}\n")
        parts.append(f"python = {_quoted(each.target.python)}\nplatform = {_quoted(each.target.platform)}\n")
        for pin in each.pins:
            parts.append(f"\n[[resolution.package]]\nname = {_quoted(pin.name)}\nversion = {_quoted(pin.version)}\n")
            parts += ["hashes = [\n", *(f"  {_quoted(one)},\n" for one in pin.hashes), "]\n"]
    return "".join(parts)


def read_lines(text: str) -> tuple[Pin, ...]:
    """The pins of lines as `Resolution.text` has them. Raises DamagedError for whatever else pip would take."""
    pins = []
    for line in filter(None, text.split("\n")):
        found = _LINE.fullmatch(line)
        if found is None:
            raise DamagedError(f"{line[:80]!r} is no pin of a package")
        pins.append(_pin(found[1], found[2], [each.removeprefix("--hash=") for each in found[3].split()]))
    return tuple(pins)


def read_target(python: str, platform: str) -> Target:
    """A target from what a file says. Raises DamagedError."""
    if not _PYTHON.fullmatch(python) or not _PLATFORM.fullmatch(platform):
        raise DamagedError(f"{python!r} on {platform!r} is no Python and platform that flowdsl knows")
    return Target(python, platform)


def _resolution(table: Mapping[str, object]) -> Resolution:
    return Resolution(
        requirements=tuple(_texts(table, "requirements")),
        target=read_target(_text(table, "python"), _text(table, "platform")),
        pins=tuple(
            _pin(_text(one, "name"), _text(one, "version"), _texts(one, "hashes"))
            for one in _tables(table.get("package", []))
        ),
        constraints=_text(table, "constraints") if "constraints" in table else "",
    )


def _pin(name: str, version: str, hashes: list[str]) -> Pin:
    """Checked letter by letter: it goes on pip's command line, and pip's files have options."""
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        raise DamagedError(f"{name[:60]!r} at {version[:60]!r} is no package")
    if not hashes or not all(_HASH.fullmatch(each) for each in hashes):
        raise DamagedError(f"{name} has no hash that can be checked")
    return Pin(name, version, tuple(hashes))


def _tables(value: object) -> Iterator[Mapping[str, object]]:
    if not isinstance(value, list):
        raise DamagedError("a list is expected where there is none")
    for each in value:
        if not isinstance(each, dict):
            raise DamagedError("a table is expected where there is none")
        yield each


def _text(table: Mapping[str, object], name: str) -> str:
    value = table.get(name)
    if not isinstance(value, str):
        raise DamagedError(f"{name} is no text")
    return value


def _texts(table: Mapping[str, object], name: str) -> list[str]:
    value = table.get(name)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise DamagedError(f"{name} is no list of texts")
    return list(value)


def _quoted(text: str) -> str:
    """A TOML string; requirements hold no control characters."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
