"""Which files of a folder are looked into: the one walker of lint, import, diff and ci.

Folders that begin with a dot are looked into (`.tekton/` is where Pipelines-as-Code has its YAML). Left out are folders
of tools, known by name, what git ignores, and what the user excludes.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

TOOL_FOLDERS = frozenset(
    {
        ".bzr", ".cache", ".direnv", ".eggs", ".flowdsl", ".git", ".gradle", ".hg", ".hypothesis", ".idea",
        ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pixi", ".pnpm-store", ".pyenv", ".pytest_cache", ".ruff_cache",
        ".svn", ".terraform", ".tox", ".venv", ".vscode", ".yarn", "__pycache__", "node_modules", "site-packages",
        "venv",
    }
)  # fmt: skip
"""Folders that tools make: nobody's own YAML is in them."""

_SECONDS = 30


class Wanted:
    """Says of a path below a walked folder whether it is looked at, by its name alone."""

    def __init__(self, endings: tuple[str, ...], exclude: Iterable[str] = ()) -> None:
        self.endings = endings
        self.excluded = [
            found for each in exclude if (found := [part for part in each.split("/") if part not in ("", ".")])
        ]

    def folder(self, path: str) -> bool:
        """Whether a folder is gone into; `path` is with slashes."""
        return path.rsplit("/", 1)[-1] not in TOOL_FOLDERS and not self._out(path)

    def file(self, path: str) -> bool:
        """Whether a file is taken, its folder being one that is gone into."""
        return path.endswith(self.endings) and not self._out(path)

    def below(self, path: str, root: str) -> bool:
        """Whether a file is taken, with all folders between it and the root."""
        inner = PurePosixPath(path)
        parents = [str(each) for each in inner.parents][: len(inner.parts) - len(PurePosixPath(root).parts) - 1]
        return self.file(path) and all(map(self.folder, parents))

    def _out(self, path: str) -> bool:
        parts = path.split("/")
        return any(_matches(globs, parts[start:]) for globs in self.excluded for start in range(len(parts)))


def walk(root: Path, endings: tuple[str, ...], exclude: Iterable[str] = ()) -> Iterator[Path]:
    """The files of a folder that have one of the endings, in order; links to folders are not followed.

    Whatever has such a name is given, readable or not, and a folder that can't be looked into: so it is told.

    `exclude` are glob patterns for files and folders: `vendor`, `old/*.yaml`, `**/fixtures`. They match from any folder
    on, as .gitignore's do.
    """
    wanted = Wanted(endings, exclude)
    found: list[Path] = []
    ignored: set[str] = set()
    top = os.fspath(root)
    for here, folders, files in os.walk(top, onerror=lambda error: found.append(Path(os.fsdecode(error.filename)))):
        # A repository within the folder has its own rules; the folder itself may lie in one.
        if here == top or ".git" in folders or ".git" in files:
            ignored |= _ignored(here)
        folders[:] = [
            each
            for each in folders
            if (path := os.path.join(here, each)) not in ignored and wanted.folder(Path(path).as_posix())
        ]
        for each in files:
            path = os.path.join(here, each)
            if wanted.file(Path(path).as_posix()) and path not in ignored:
                found.append(Path(path))
    yield from sorted(found)


def _ignored(folder: str) -> set[str]:
    """What git ignores at and below a folder; nothing where git or its repository is missing."""
    # fsmonitor names a program that git would start: the folder may be anyone's, and reading it runs nothing.
    command = ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", folder]
    command += ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return set()
    names = [os.fsdecode(each) for each in done.stdout.split(b"\0") if each] if done.returncode == 0 else []
    # "./" is the folder itself: who names an ignored folder wants to see into it.
    return {os.path.join(folder, name.rstrip("/")) for name in names if name.rstrip("/") not in ("", ".")}


def _matches(globs: list[str], parts: list[str]) -> bool:
    """Whether globs match a path part by part, `**` any number of them."""
    if not globs:
        return not parts
    if globs[0] == "**":
        return any(_matches(globs[1:], parts[start:]) for start in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], globs[0]) and _matches(globs[1:], parts[1:])
