"""Files, folders and standard input: what is read, how much of it, and what is told of the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import attrs

MAX_BYTES = 16 * 1024 * 1024
ENDINGS = (".yaml", ".yml", ".json")
_SKIPPED = frozenset({"node_modules", "__pycache__", "venv"})


@attrs.frozen
class Source:
    """Text to lint under the name it is reported by; `problem` (code, message, hint) where it can't be read."""

    name: str
    text: str = ""
    problem: tuple[str, str, str] | None = None


def find_files(paths: Iterable[Path], exclude: Iterable[str] = ()) -> Iterator[Path]:
    """The files to read: those named, and in folders all YAML and JSON, hidden and vendored folders left out.

    `exclude` are glob patterns matched against the path. Raises FileNotFoundError for a path that is not there.
    """
    patterns = list(exclude)
    for path in paths:
        if path.is_dir():
            yield from (
                each
                for each in sorted(path.rglob("*"))
                if each.suffix in ENDINGS
                and each.is_file()
                and not any(part in _SKIPPED or part.startswith(".") for part in each.relative_to(path).parts)
                and not any(each.match(pattern) for pattern in patterns)
            )
        elif path.exists():
            yield path
        else:
            raise FileNotFoundError(f"there is no file {path}")


def load(path: Path) -> Source:
    """A file's text; never raises for what is in it."""
    name = path.as_posix()
    try:
        with path.open("rb") as handle:
            return decode(name, _read(handle))
    except OSError as error:
        return Source(name, problem=("FLOW403", f"the file can't be read: {error.strerror}", "look at its permissions"))


def load_stream(name: str, stream: BinaryIO) -> Source:
    """The text of a stream such as standard input."""
    return decode(name, _read(stream))


def _read(stream: BinaryIO) -> bytes:
    """At most one byte more than is allowed, so that a huge file is told without being read."""
    return stream.read(MAX_BYTES + 1)


def decode(name: str, data: bytes) -> Source:
    """Bytes to text, or why not."""
    if len(data) > MAX_BYTES:
        hint = "a Kubernetes object has 1.5 MiB at most; split the file"
        return Source(name, problem=("FLOW403", f"the file has more than {MAX_BYTES // 2**20} MiB", hint))
    if b"\0" in data[:8192] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Source(name, problem=("FLOW403", "this is a binary file", "name the YAML file"))
    try:
        return Source(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        hint = "save it as UTF-8"
        return Source(name, problem=("FLOW403", f"byte {error.start + 1} is no UTF-8", hint))
