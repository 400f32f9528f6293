"""The user's code as it stands in a script: readable text, and one line that says where in the user's files it stands.

The text is the same wherever in its file a function stands: an edit above it changes that one line.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from flowdsl.frontend.script.codecs import quoted
from flowdsl.frontend.slicing import Slice
from flowdsl.frontend.slicing.model import Bundled
from flowdsl.ir.bundle import Bundle, BundleFile
from flowdsl.kube.conventions import BUNDLE_PATH
from flowdsl.kube.source_lines import LINES, written

Place = tuple[str, int]
"""A user's file and line; ("", 0) where the text is flowdsl's."""
Row = tuple[str, Place]
"""A row of the script, and where it comes from."""

OURS: Place = ("", 0)


def user_rows(slice_: Slice, *, mounted: bool) -> list[Row]:
    """The statements that hold the user's code: line numbers, the modules that are imported, the task's own file.

    `mounted`: the modules come as a ConfigMap's files.
    """
    kept = [
        (text, line, number)
        for text, line, number in zip(slice_.source.split("\n")[:-1], slice_.lines, slice_.numbers, strict=True)
        if number
    ]
    files = _by_path(slice_.files)
    table = {f"task/{slice_.path}": written(number for _, _, number in kept)}
    table.update((f"mods/{path}", written(file.numbers)) for path, file in files.items() if file.text)
    rows: list[Row] = [("", OURS), (f"{LINES}{_table(table)}", OURS)]
    if files and not mounted:
        rows += [("", OURS), ("_FLOWDSL_FILES = {", OURS)]
        rows += [row for path, file in files.items() for row in _file(path, file)]
        rows.append(("}", OURS))
    places = [(slice_.file, line) if line else OURS for _, line, _ in kept]
    return [*rows, ("", OURS), *_long_string("_FLOWDSL_SOURCE = ", [text for text, _, _ in kept], places, "")]


def project_calls(files: Sequence[Bundled], *, mounted: bool) -> str:
    """The statements that lay out the modules; the folders that imports look in are named in the last."""
    roots = sorted({_root(file, files) for file in files})
    call = f"_flowdsl_project({', '.join(map(quoted, roots))})\n"
    if not mounted:
        return call
    paths = "".join(f"    {quoted(path)},\n" for path in _by_path(files))
    return f"_FLOWDSL_FILES = _flowdsl_mounted({quoted(BUNDLE_PATH)}, [\n{paths}])\n{call}"


def bundle_of(files: Sequence[Bundled], *, mounted: bool) -> Bundle | None:
    """The files as they travel, without where they stand in the user's. None for no files."""
    if not files:
        return None
    return Bundle(tuple(BundleFile(path, _content(each)) for path, each in _by_path(files).items()), mounted)


def _content(file: Bundled) -> str | bytes:
    if not file.data:
        return file.text
    try:
        text = file.data.decode("utf-8")
    except UnicodeDecodeError:
        return file.data
    # What no reader of YAML shows as it is stays bytes.
    return text if text.replace("\n", "").replace("\t", "").isprintable() else file.data


def _by_path(files: Sequence[Bundled]) -> dict[str, Bundled]:
    """The files by their paths in the project."""
    return {f"{root}/{file.path}" if (root := _root(file, files)) else file.path: file for file in files}


def _root(file: Bundled, files: Sequence[Bundled]) -> str:
    # `src.a` and `a` may be one file under two names, which are two modules.
    paths = [f"{each.root}/{each.path}" if each.root else each.path for each in files]
    return file.root if len(set(paths)) == len(paths) else ""


def _table(table: dict[str, list[int]]) -> str:
    return f"{{{', '.join(f'{quoted(path)}: {numbers}' for path, numbers in table.items())}}}"


def _file(path: str, file: Bundled) -> Iterator[Row]:
    if file.data:
        yield f"    {quoted(path)}: b{quoted(base64.b64encode(file.data).decode())},", OURS
    elif not file.text:
        yield f'    {quoted(path)}: "",', OURS
    else:
        places = [(file.file, number) for number in file.numbers]
        yield from _long_string(f"    {quoted(path)}: ", file.text.split("\n")[:-1], places, ",")


def _long_string(before: str, rows: list[str], places: Sequence[Place], after: str) -> Iterator[Row]:
    """A string over several lines, the first of them empty."""
    text = "\n".join(rows)
    plain = text.replace("\n", "").replace("\t", "").isprintable()
    mark = next((each for each in ("'''", '"""') if plain and each not in text), "")
    yield f"{before}{'r' if mark else ''}{mark or _MARK}", OURS
    yield from zip(rows if mark else map(_escaped, rows), places, strict=True)
    yield f"{mark or _MARK}{after}", OURS


_MARK = "'''"


def _escaped(row: str) -> str:
    kept = row.replace("\\", "\\\\").replace(_MARK, "\\'\\'\\'")
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in kept)
