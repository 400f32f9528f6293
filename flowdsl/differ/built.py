"""What pipelines compile to: the side of a difference where sources count, not the YAML that lies beside them.

A YAML file that a pipeline is compiled to may be stale; whoever compares it sees what was, not what is.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.project import PROFILE_NAME, find, read_text, tables
from flowdsl.diagnostics.reading import NotReadError, read_file
from flowdsl.differ.git import git, prefix, top
from flowdsl.kube.conventions import MANAGED, MANAGED_BY
from flowdsl.yamlread.sources import ENDINGS
from flowdsl.yamlread.walk import walk

_SECONDS = 120
_START = (
    "import sys; at = sys.path.pop(0); import flowdsl; sys.path.insert(0, at);"
    "from flowdsl.cli import main; sys.exit(main())"
)
"""This very flowdsl, whatever lies in the folder it is started in: `-m` would take a `flowdsl` that lies there."""

_OURS = f"{MANAGED}: {MANAGED_BY[MANAGED]}".encode()

T = TypeVar("T")
R = TypeVar("R")
Documents = list[dict[str, object]]


@attrs.frozen
class Built:
    """What one Python file compiles to: the documents by the file that they belong into."""

    files: Mapping[str, Documents]

    @property
    def documents(self) -> Documents:
        """All of them, each once: pipelines of one file share Tasks."""
        found: Documents = []
        for each in self.files.values():
            found += [item for item in each if item not in found]
        return found


def flowdsl(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A command of flowdsl's in a process of its own: two files may import modules of one name."""
    try:
        return subprocess.run(
            [sys.executable, "-c", _START, *words],
            cwd=folder,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"flowdsl {' '.join(words[:2])} did not end within {_SECONDS} s") from error


def build(target: str, folder: Path, profile: str = "") -> Built:
    """Compile a Python file in a folder, for a profile or none. Raises UsageError with what the compiler says."""
    more = ("--profile", profile) if profile else ()
    done = flowdsl("compile", target, "-o", "-", "--output", "json", *more, folder=folder)
    if done.returncode != 0:
        raise UsageError(f"{target} does not compile:\n{done.stderr.rstrip()}")
    try:
        # What the file itself prints as it is loaded comes before.
        report = json.loads(done.stdout[done.stdout.index('{\n  "files"') :])
    except ValueError as error:
        raise UsageError(f"{target} prints to standard output when it is loaded; print to standard error") from error
    return Built({each["path"]: each["documents"] for each in report["files"]})


def pipelines_in(folder: Path, exclude: Iterable[str] = ()) -> list[Path]:
    """The Python files of a folder that have their YAML beside them."""
    return [each for each in walk(folder, (".py",), exclude) if _has_yaml(each)]


def _has_yaml(file: Path) -> bool:
    return bool(compiled_for(file))


def compiled_for(file: Path) -> list[str]:
    """For what a Python file has its YAML beside it: "" for no profile, and the profiles of its project."""
    beside = [each for each in file.parent.glob("*.yaml") if each.name.startswith((f"{file.stem}-", f"{file.stem}."))]
    if not beside:
        return []
    names = profiles_of(file) if any(each.name != f"{file.stem}.yaml" for each in beside) else []
    found = [name for name in names if any(is_of_profile(each, name) for each in beside)]
    plain = [each for each in beside if not any(is_of_profile(each, name) for name in names)]
    own = file.with_suffix(".yaml") in plain
    # A file with several pipelines: jobs-nightly.yaml, jobs-weekly.yaml; others may have such names too.
    others = [each for each in plain if each.name.startswith(f"{file.stem}-")]
    several = bool(others) and b"@pipeline" in _text(file) and any(_OURS in _text(each) for each in others)
    return ["", *found] if own or several else found


def is_of_profile(file: Path, profile: str) -> bool:
    """Whether a YAML file is called as what a profile compiles to: train.prod.yaml, jobs-weekly.prod.yaml."""
    return file.name.endswith(f".{profile}.yaml")


def yaml_for(file: Path, profile: str) -> list[Path]:
    """The YAML beside a Python file that it compiles to for a profile."""
    names = (f"{file.stem}.", f"{file.stem}-")
    return [each for each in sorted(file.parent.glob(f"*.{profile}.yaml")) if each.name.startswith(names)]


def is_made_for_profile(file: Path) -> bool:
    """Whether a YAML file is what a Python file beside it compiles to for a profile of its project."""
    stem, _, profile = file.name.removesuffix(".yaml").rpartition(".")
    if not stem or profile not in profiles_of(file):
        return False
    return any(stem == each.stem or stem.startswith(f"{each.stem}-") for each in file.parent.glob("*.py"))


def profiles_of(file: Path) -> list[str]:
    """The names of the profiles of a file's project; none where its pyproject.toml can't be read: a compile says so."""
    place = find(file.absolute().parent)
    try:
        given = tables(read_text(place), str(place)).get("profiles") if place is not None else None
    except UsageError:
        return []
    return [name for name in given if PROFILE_NAME.fullmatch(name)] if isinstance(given, dict) else []


def _text(file: Path) -> bytes:
    try:
        return read_file(file)
    except NotReadError:
        return b""


def in_parallel(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """What the work gives for each item, in order; processes do it, as many at once as there are cores."""
    with ThreadPoolExecutor(max_workers=max(1, min(len(items), os.cpu_count() or 1))) as pool:
        return list(pool.map(work, items))


@contextlib.contextmanager
def laid_out(revision: str) -> Iterator[Path]:
    """What this folder was at a revision, its whole repository laid out: a pipeline may import from anywhere."""
    with tempfile.TemporaryDirectory(prefix="flowdsl-diff-") as place:
        folder, archive = Path(place) / "tree", Path(place) / "tree.tar"
        git("-C", str(top()), "archive", "--format=tar", "-o", str(archive), revision)
        try:
            with tarfile.open(archive) as tar:
                if hasattr(tarfile, "data_filter"):
                    tar.extractall(folder, members=_inside(tar, folder), filter="data")
                else:
                    tar.extractall(folder, members=_inside(tar, folder))
        except (OSError, tarfile.TarError) as error:
            raise UsageError(f"{revision} can't be laid out: {error}") from error
        archive.unlink()
        yield folder / prefix()


def _inside(tar: tarfile.TarFile, folder: Path) -> Iterator[tarfile.TarInfo]:
    """What stays in the folder: a link out of it, which a repository may have, is no reason to give up."""
    for member in tar:
        target = os.path.join(os.path.dirname(member.name), member.linkname) if member.issym() else member.name
        whole = os.path.normpath(os.path.join(folder, target))
        if (member.isfile() or member.isdir() or member.issym()) and Path(whole).is_relative_to(folder):
            yield member


def yaml_of(folder: Path, path: str, exclude: Iterable[str] = ()) -> list[Path]:
    """The YAML files at a path of a folder."""
    at = folder / path
    return list(walk(at, ENDINGS, exclude)) if at.is_dir() else [at] if at.is_file() else []
