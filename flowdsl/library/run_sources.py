"""What a kept run was started from, found again: its files, also from another folder, and the newest run of a file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.library.run_folders import command_line
from flowdsl.library.targets import file_and_name, is_python, module_named
from flowdsl.runner.store import DamagedError, RunFolder, find_runs, newest_run
from flowdsl.runner.store.folder import RUN_FILE

if TYPE_CHECKING:
    from flowdsl.runner.store.shapes import About

LAST = "last"


def find_run(name: str, runs: Path, of: Sequence[str] = ()) -> RunFolder:
    """A run by its name, its folder, or `last`: the newest, or the newest of what is named. Raises UsageError."""
    for path in (runs / name, Path(name)):
        if os.path.lexists(path / RUN_FILE):
            return RunFolder(path)
    if name == LAST and of:
        return _newest_of(of, runs)
    if name == LAST and (newest := newest_run(runs)) is not None:
        return newest
    found = find_runs(runs)
    hint = did_you_mean(name, [each.path.name for each in found], "flowdsl runs list shows those there are")
    if is_python(name) or Path(name).is_file():
        hint = f"a file is named before the option: {command_line()} run {name} --resume"
    raise UsageError(f"there is no run {name!r} in {runs}; {hint}")


def _newest_of(words: Sequence[str], runs: Path) -> RunFolder:
    for folder in find_runs(runs):
        with contextlib.suppress(DamagedError, OSError):
            if is_of(folder.about(), words):
                return folder
    told = " ".join(words)
    raise UsageError(f"there is no run of {told} in {runs}; flowdsl runs list shows those there are (--resume NAME)")


def is_of(about: About, words: Sequence[str]) -> bool:
    """Whether a run was started from what these words name; a Python file without a name is all that is in it."""
    kept, folder = about.get("source") or [], about.get("folder", "")
    if len(kept) != len(words):
        return False
    pairs = [(_place(each, folder), _place(other, "")) for each, other in zip(kept, words, strict=True)]
    return all(one == other and (not name or not wanted or name == wanted) for (one, name), (other, wanted) in pairs)


def sources_again(about: About, run: str) -> list[str]:
    """What a run was started from, in words for today's folder. Raises UsageError where a file of it is gone."""
    folder = about.get("folder", "")
    return [_again(word, folder, run) for word in about.get("source") or ()]


def _again(word: str, folder: str, run: str) -> str:
    if module_named(word):
        return word
    file, name = file_and_name(word)
    there = Path(folder) / file
    if not there.exists():
        start = f"{command_line()} run"
        raise UsageError(
            f"run {run} was started from {file}, which is gone: say where it is now ({start} FILE --resume {run}), or "
            f"go on with the documents that were recorded ({start} --resume {run} --frozen)"
        )
    here = not folder or os.path.realpath(folder) == os.path.realpath(os.curdir)
    return word if here else f"{there}:{name}" if name else str(there)


def _place(word: str, folder: str) -> tuple[str, str]:
    """The file of a word, whatever it is called from here, and the name in it."""
    if module_named(word):
        return word, ""
    file, name = file_and_name(word)
    return os.path.realpath(Path(folder) / file), name
