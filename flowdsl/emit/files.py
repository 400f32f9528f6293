"""Files written all or none: nobody ever finds half a file, or the new half of a set beside the old."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)


def write_files(files: Mapping[Path, bytes], *, private: bool = False) -> None:
    """Write finished bytes to their paths, making directories as needed.

    Every file is first written whole, and flushed to the disk, beside its target; only when all of them are does any
    target change, each in one step (`os.replace`). A target keeps its mode, a symbolic link stays one and its end is
    written; `private` makes files and new directories this user's alone, whatever the umask. A device, pipe or socket
    (`/dev/null`, `/dev/stdout`) is written to, never replaced. Raises TypeError for a value that isn't bytes,
    IsADirectoryError and ValueError (two names for one file) before anything is touched, and OSError from the disk; on
    an error no temporary file or new directory is left.
    """
    targets = _checked(files)
    streams = {target: targets.pop(target) for target in [each for each in targets if _is_stream(each)]}
    made: list[Path] = []
    temporaries: dict[Path, Path] = {}
    numbers = itertools.count()
    try:
        for target, content in targets.items():
            _make_parents(target.parent, made, private)
            _write(target, content, temporaries, numbers, private)
        for target, content in streams.items():
            with _named(target):
                target.write_bytes(content)
        for target, temporary in list(temporaries.items()):
            os.replace(temporary, target)
            del temporaries[target]
    except BaseException:
        _clean_up(temporaries, made)
        raise
    for directory in dict.fromkeys(target.parent for target in targets):
        _flush_directory(directory)


def _checked(files: Mapping[Path, bytes]) -> dict[Path, bytes]:
    """The same contents by the real path of each target."""
    targets: dict[Path, bytes] = {}
    for path, content in files.items():
        if not isinstance(content, bytes):
            raise TypeError(f"{path}: expected bytes, got {type(content).__name__}")
        # A stream keeps its name: what /dev/stdout leads to may have none of its own.
        target = path if _is_stream(path) else Path(os.path.realpath(path))
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "this is a directory", str(path))
        if target in targets:
            raise ValueError(f"{path}: another name given is the same file")
        targets[target] = content
    return targets


def _is_stream(target: Path) -> bool:
    return target.exists() and not target.is_file() and not target.is_dir()


def _make_parents(directory: Path, made: list[Path], private: bool) -> None:
    missing = []
    while not directory.exists():
        missing.append(directory)
        directory = directory.parent
    for path in reversed(missing):
        path.mkdir(0o700 if private else 0o777, exist_ok=True)
        made.append(path)


def _write(target: Path, content: bytes, temporaries: dict[Path, Path], numbers: Iterator[int], private: bool) -> None:
    """Write the content beside its target and note where in `temporaries`."""
    temporary, descriptor = _new_file(target.parent, numbers)
    temporaries[target] = temporary
    with _named(target), os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if private:
        temporary.chmod(0o600)
        return
    with contextlib.suppress(FileNotFoundError):
        temporary.chmod(stat.S_IMODE(target.stat().st_mode))


@contextlib.contextmanager
def _named(target: Path) -> Iterator[None]:
    """Name the file in what the disk says: a write itself knows of no name."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(target)
        raise


def _new_file(directory: Path, numbers: Iterator[int]) -> tuple[Path, int]:
    """A file nobody had, open for writing. Not `tempfile`, whose files are private: here the umask decides.

    Of a set of files each takes the next of `numbers`: no name is tried that another of the set has.
    """
    for number in numbers:
        path = directory / f".flowdsl-{os.getpid()}-{number}.tmp"
        with contextlib.suppress(FileExistsError):
            return path, os.open(path, _NEW, 0o666)
    raise AssertionError("unreachable: the count is endless")


def _clean_up(temporaries: Mapping[Path, Path], made: list[Path]) -> None:
    for temporary in temporaries.values():
        with contextlib.suppress(OSError):
            temporary.unlink()
    for directory in reversed(made):
        with contextlib.suppress(OSError):  # not empty: another program has put something there since
            directory.rmdir()


def _flush_directory(directory: Path) -> None:
    """Make the renames last over a power cut, where the system lets a directory be opened."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
