"""The project's modules as they stand in a script: readable text, with the user's line numbers."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from flowdsl.frontend.script.codecs import quoted
from flowdsl.frontend.script.library import helpers_for
from flowdsl.frontend.slicing.model import Bundled

_BANNER = "# The project's own modules that are imported below, by path: first line and text.\n"
Place = tuple[str, int]
"""A user's file and line; ("", 0) where the text is flowdsl's."""

_OURS: Place = ("", 0)


def project_text(files: Sequence[Bundled]) -> tuple[str, list[Place]]:
    """The statements that lay out the files, and the place that each line comes from; nothing for no files."""
    if not files:
        return "", []
    helper = helpers_for("_flowdsl_project", frozenset()).lstrip("\n")
    lines: list[tuple[str, Place]] = [(line, _OURS) for line in f"\n{helper}\n\n{_BANNER}".split("\n")[:-1]]
    lines.append(("_flowdsl_project({", _OURS))
    for file in files:
        lines += _file(file)
    lines.append(("})", _OURS))
    return "".join(f"{line}\n" for line, _ in lines), [place for _, place in lines]


def _file(file: Bundled) -> Iterator[tuple[str, Place]]:
    if not file.parts:
        yield f"    {quoted(file.path)}: {quoted(base64.b64encode(file.data).decode())},", _OURS
        return
    yield f"    {quoted(file.path)}: {{", _OURS
    for start, text in file.parts:
        mark, body = _long_string(text)
        yield f"        {start}: {mark}", _OURS
        for number, line in enumerate(body.split("\n")[:-1]):
            yield line, (file.file, start + number)
        yield f"{mark[-3:]},", _OURS
    yield "    },", _OURS


def _long_string(text: str) -> tuple[str, str]:
    """The opening mark of a string over several lines, and the text as it stands in it."""
    plain = text.replace("\n", "").replace("\t", "").isprintable()
    for mark in ("'''", '"""'):
        if plain and mark not in text:
            return "r" + mark, text
    kept = text.replace("\\", "\\\\").replace("'''", "\\'\\'\\'")
    return "'''", "".join(each if each.isprintable() or each == "\n" else _escaped(each) for each in kept)


def _escaped(character: str) -> str:
    return ascii(character)[1:-1]
