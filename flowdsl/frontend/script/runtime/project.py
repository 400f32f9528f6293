"""The project's modules: laid out as files in a folder of their own, where imports look first."""

from __future__ import annotations

from collections.abc import Mapping

_Lines = Mapping[int, int]
"""First line and number of lines of each part of a module."""


def _flowdsl_project(files: Mapping[str, str | Mapping[int, str]]) -> None:
    import atexit
    import base64
    import os
    import shutil
    import sys
    import tempfile

    folder = tempfile.mkdtemp(prefix="flowdsl-")
    atexit.register(shutil.rmtree, folder, True)
    for path, content in files.items():
        target = os.path.join(folder, *path.split("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if isinstance(content, str):
            data = base64.b64decode(content)
        else:
            text = ""
            for line, part in content.items():
                text += "\n" * (line - 1 - text.count("\n")) + part.replace("\n", "", 1)
            data = text.encode("utf-8")
        with open(target, "wb") as file:
            file.write(data)
    sys.path.insert(0, folder)


def _flowdsl_mounted(folder: str, files: Mapping[str, _Lines | None]) -> Mapping[str, str | Mapping[int, str]]:
    import os

    found = {}
    for path, parts in files.items():
        with open(os.path.join(folder, *path.split("/")), "rb") as file:
            found[path] = _flowdsl_parts(file.read(), parts)
    return found


def _flowdsl_parts(data: bytes, parts: _Lines | None) -> str | Mapping[int, str]:
    import base64

    if parts is None:
        return base64.b64encode(data).decode()
    lines, start, found = data.decode("utf-8").split("\n"), 0, {}
    for line, count in parts.items():
        found[line] = "\n" + "".join(each + "\n" for each in lines[start : start + count])
        start += count + 1  # an empty line stands between two parts
    return found
