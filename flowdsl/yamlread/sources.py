"""Files, folders and standard input: what is read, how much of it, and what is told of the rest."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import attrs

from flowdsl.diagnostics.reading import MAX_BYTES, NotReadError, read_file, too_long
from flowdsl.diagnostics.rule import Rule
from flowdsl.yamlread.meant import kubernetes_text
from flowdsl.yamlread.rules import UNREADABLE_FILE
from flowdsl.yamlread.walk import walk

_HEAD = 64 * 1024
ENDINGS = (".yaml", ".yml", ".json")


@attrs.frozen
class Source:
    """Text to lint under the name it is reported by; `problem` (rule, message, hint) where it can't be read.

    `walked` where nobody named it: it was found in a folder, and may be anything. `meant`, of what can't be read:
    whether it may be a Kubernetes document all the same.
    """

    name: str
    text: str = ""
    problem: tuple[Rule, str, str] | None = None
    walked: bool = False
    meant: bool = True


def find_files(paths: Iterable[Path], exclude: Iterable[str] = ()) -> Iterator[tuple[Path, bool]]:
    """The files to read, each with whether it was found in a folder: those named, and in folders all YAML and JSON.

    `exclude` are glob patterns for what folders are searched without. Raises FileNotFoundError for a path that is not
    there.
    """
    patterns = tuple(exclude)
    for path in paths:
        if path.is_dir():
            yield from ((each, True) for each in walk(path, ENDINGS, patterns))
        elif os.path.lexists(path):
            yield path, False
        else:
            raise FileNotFoundError(f"there is no file {path}")


def load_all(paths: Iterable[Path], exclude: Iterable[str] = ()) -> Iterator[Source]:
    """The texts of files and folders. Raises as `find_files` does."""
    for path, walked in find_files(paths, exclude):
        yield attrs.evolve(load(path), walked=True) if walked else load(path)


def load(path: Path) -> Source:
    """A file's text; never raises for what is in it."""
    name = path.as_posix()
    try:
        return decode(name, read_file(path))
    except NotReadError as error:
        return _not_read(name, error)


def load_stream(name: str, stream: BinaryIO) -> Source:
    """The text of a stream such as standard input."""
    # At most one byte more than is allowed, so that a huge one is told without being read.
    return decode(name, stream.read(MAX_BYTES + 1))


def decode(name: str, data: bytes) -> Source:
    """Bytes to text, or why not."""
    if len(data) > MAX_BYTES:
        return _not_read(name, too_long(data))
    if b"\0" in data[:8192] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _unread(name, data, "this is a binary file", "name the YAML file")
    try:
        return Source(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _unread(name, data, f"byte {error.start + 1} is no UTF-8", "save it as UTF-8")


def _not_read(name: str, error: NotReadError) -> Source:
    meant = kubernetes_text(error.head[:_HEAD].decode("utf-8", "replace")) if error.head else error.regular
    return Source(name, problem=(UNREADABLE_FILE, error.words, error.hint), meant=meant)


def _unread(name: str, data: bytes, message: str, hint: str) -> Source:
    return Source(
        name, problem=(UNREADABLE_FILE, message, hint), meant=kubernetes_text(data[:_HEAD].decode("utf-8", "replace"))
    )
