"""The project's modules as a script has them: readable text with the user's line numbers, or a ConfigMap's files."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from flowdsl.frontend.script.codecs import quoted
from flowdsl.frontend.script.library import helpers_for
from flowdsl.frontend.slicing.model import Bundled
from flowdsl.ir.bundle import Bundle, BundleFile
from flowdsl.kube.conventions import BUNDLE_PATH

_LINE = "\n"
_BANNER = "# The project's own modules that are imported below, by path: first line and text.\n"
_BANNER_MOUNTED = "# The project's own modules that are imported below, by path: first line and number of lines.\n"
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


def mounted_text(files: Sequence[Bundled]) -> str:
    """The statements that lay out files which are mounted: where the parts of each module stand in the user's file."""
    helpers = helpers_for("_flowdsl_project _flowdsl_mounted", frozenset()).lstrip("\n")
    lines = [f"\n{helpers}\n\n{_BANNER_MOUNTED}", f"_flowdsl_project(_flowdsl_mounted({quoted(BUNDLE_PATH)}, {{\n"]
    for file in files:
        parts = ", ".join(f"{start}: {text.count(_LINE)}" for start, text in file.parts)
        lines.append(f"    {quoted(file.path)}: {f'{{{parts}}}' if parts else None},\n")
    return "".join([*lines, "}))\n"])


def bundle_of(files: Sequence[Bundled], *, mounted: bool) -> Bundle | None:
    """The files as they travel; an empty line stands between the parts of a module. None for no files."""
    if not files:
        return None
    return Bundle(tuple(BundleFile(each.path, _content(each)) for each in files), mounted)


def _content(file: Bundled) -> str | bytes:
    if file.parts:
        return _LINE.join(text for _, text in file.parts)
    try:
        text = file.data.decode("utf-8")
    except UnicodeDecodeError:
        return file.data
    # What no reader of YAML shows as it is stays bytes.
    return text if text.replace("\n", "").replace("\t", "").isprintable() else file.data


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
