"""The two sides of a difference: files, folders, revisions of git, pipelines in Python.

`A B` are two sides, each a path or `REV:PATH`. `REV` or `REV..REV` or `REV...REV` (from where they parted) with paths
behind it compares those paths between revisions, a single `REV` with the working tree, as `git diff` does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from flowdsl.diagnostics import Severity, UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.diagnostics.reading import MAX_BYTES
from flowdsl.differ.built import build, laid_out
from flowdsl.differ.git import git, is_revision
from flowdsl.yamlread.documents import documents
from flowdsl.yamlread.sources import ENDINGS, Source, decode, load_all, load_stream
from flowdsl.yamlread.walk import Wanted


@attrs.frozen
class Side:
    """One side: what it is called, its documents as plain data, and what of it can't be read."""

    name: str
    documents: tuple[dict[str, object], ...]
    problems: tuple[str, ...] = ()


def _whole(*found: Side) -> None:
    """Raise UsageError with all that can't be read: compared in part, what is missing would be told as gone."""
    problems = dict.fromkeys(problem for side in found for problem in side.problems)
    if problems:
        raise UsageError("\n".join(problems))


def sides(words: Sequence[str], exclude: Sequence[str] = (), profile: str = "") -> tuple[Side, Side]:
    """Both sides from the words of a command line; folders are searched without what matches `exclude`.

    What is Python is compiled for the profile.

    Raises UsageError for what can't be read or understood.
    """
    if not words:
        raise UsageError("name two sides: `flowdsl diff old.yaml new.yaml`, or `flowdsl diff main -- pipelines/`")
    _compiles(words, profile)
    first, *rest = words
    if len(words) == 2 and _is_path(first) and _is_path(rest[0]):
        return _both(_read(first, exclude, profile), _read(rest[0], exclude, profile))
    if _is_path(first):
        raise UsageError(_other_side(first, rest))
    paths = rest or ["."]
    for separator in ("...", ".."):
        if separator in first:
            old, new = (each or "HEAD" for each in first.split(separator, 1))
            base = git("merge-base", old, new).decode().strip() if separator == "..." else old
            return _both(_side(paths, base, exclude, profile), _side(paths, new, exclude, profile))
    return _both(_side(paths, first, exclude, profile), _tree(paths, exclude, profile))


def _other_side(first: str, rest: Sequence[str]) -> str:
    """Why the words behind a path are no second side."""
    if not rest:
        return f"{first} is one side; name the other: `flowdsl diff {first} OTHER`, or `flowdsl diff main {first}`"
    other = rest[0]
    if len(rest) > 1:
        hint = f"several paths go behind a revision: `flowdsl diff main -- {first} {other}`"
        return f"two sides are compared, and {len(rest) + 1} are named; {hint}"
    if is_revision(other):
        return f"{other} is a revision, which comes first: `flowdsl diff {other} -- {first}`"
    return _nothing(other)


def _nothing(word: str) -> str:
    return f"{word} is neither a path nor a revision of git here"


def _both(before: Side, after: Side) -> tuple[Side, Side]:
    _whole(before, after)
    return before, after


def read(spec: str, exclude: Sequence[str] = (), profile: str = "") -> Side:
    """One side: a file, a folder, `-`, a pipeline's Python file, or `REV:PATH`."""
    _compiles([spec], profile)
    found = _read(spec, exclude, profile)
    _whole(found)
    return found


def _compiles(words: Sequence[str], profile: str) -> None:
    if profile and not any(word.endswith(".py") or ".py:" in word for word in words):
        raise UsageError("--profile is for what compiles; name a pipeline's Python file")


def _read(spec: str, exclude: Sequence[str], profile: str) -> Side:
    revision, colon, path = spec.partition(":")
    if colon and not Path(spec).exists() and not spec.endswith(".py") and ".py:" not in spec:
        return _side([path], revision, exclude, profile)
    if colon and not Path(spec.partition(".py:")[0] + (".py" if ".py:" in spec else "")).exists():
        return _side([path], revision, exclude, profile)
    return _tree([spec], exclude, profile)


def _is_path(word: str) -> bool:
    if word == "-" or os.path.lexists(word) or Path(word.partition(".py:")[0] + ".py").exists():
        return True
    revision, colon, path = word.partition(":")
    return bool(colon and path and revision) and is_revision(revision)


def _tree(paths: Iterable[str], exclude: Sequence[str], profile: str) -> Side:
    """The working tree."""
    found: list[dict[str, object]] = []
    problems: list[str] = []
    names = list(paths)
    for path in names:
        if path == "-":
            found += parse(load_stream("-", sys.stdin.buffer), problems)
        elif path.endswith(".py") or ".py:" in path:
            found += build(path, Path.cwd(), profile).documents
        else:
            try:
                sources = list(load_all([Path(path)], exclude))
            except FileNotFoundError as error:
                raise UsageError(str(error)) from error
            for source in sources:
                found += parse(source, problems)
    return Side(", ".join(names), tuple(found), tuple(problems))


def _side(paths: Sequence[str], revision: str, exclude: Sequence[str], profile: str) -> Side:
    """Paths at a revision; a path that was not there yet has no documents."""
    if not is_revision(revision):
        raise UsageError(_nothing(revision))
    found: list[dict[str, object]] = []
    problems: list[str] = []
    for path in paths:
        if path.endswith(".py") or ".py:" in path:
            found += _compiled_at(path, revision, profile)
            continue
        for name, size in _names(path, revision, exclude):
            shown = f"{revision}:{name}"
            # A byte more than is read of a file says that it is too long; it is not fetched.
            data = git("show", f"{revision}:./{name}") if size <= MAX_BYTES else bytes(MAX_BYTES + 1)
            found += parse(attrs.evolve(decode(shown, data), walked=name != path), problems)
    return Side(f"{revision}:{', '.join(paths)}", tuple(found), tuple(problems))


def _names(path: str, revision: str, exclude: Sequence[str] = ()) -> list[tuple[str, int]]:
    """The files at and below a path at a revision, each with its size; links and submodules are none."""
    listed = os.fsdecode(git("ls-tree", "-r", "-l", "-z", revision, "--", path))
    wanted = Wanted(ENDINGS, exclude)
    found = []
    for entry in filter(None, listed.split("\0")):
        about, _, name = entry.partition("\t")
        mode, _, _, size = about.split()
        if mode.startswith("100") and (name == path or wanted.below(name, path)):
            found.append((name, int(size)))
    return found


def parse(source: Source, problems: list[str]) -> list[dict[str, object]]:
    """The documents of a source; in a folder what is no Kubernetes document is left out. Adds to `problems`."""
    found = []
    for document in documents(source):
        if document.foreign:
            continue
        for told in document.findings:
            if told.severity is Severity.ERROR and told.code.startswith(("FLOW4", "FLOW202")):
                problems.append(line(f"{told.file}:{told.line}: {told.message}; {told.hint}"))
        if document.kind and not document.template:
            found.append(document.data)
    return found


def _compiled_at(target: str, revision: str, profile: str) -> list[dict[str, object]]:
    """What a pipeline's Python file compiles to at a revision; nothing where it was not there yet."""
    file = target.partition(".py:")[0].removesuffix(".py") + ".py"
    if not _names(file, revision):
        return []
    with laid_out(revision) as folder:
        return build(target, folder, profile).documents
