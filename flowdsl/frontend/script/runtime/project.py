"""The project's modules: laid out as files in a folder of their own, where imports look first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flowdsl.frontend.script.runtime.source import _FLOWDSL_FOLDER, _FLOWDSL_LINES, _flowdsl_lay

_FLOWDSL_FILES: Mapping[str, str | bytes] = {}


def _flowdsl_project(*roots: str) -> None:
    import base64
    import os
    import sys

    for name, content in _FLOWDSL_FILES.items():
        if isinstance(content, str):
            _flowdsl_lay("mods/" + name, content)
            continue
        path = os.path.join(_FLOWDSL_FOLDER, "mods", *name.split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(content))
    sys.path[:0] = [os.path.join(_FLOWDSL_FOLDER, "mods", *root.split("/")) for root in roots]


def _flowdsl_mounted(folder: str, names: Sequence[str]) -> Mapping[str, str | bytes]:
    import base64
    import os

    found: dict[str, str | bytes] = {}
    for name in names:
        with open(os.path.join(folder, *name.split("/")), "rb") as file:
            data = file.read()
        is_code = "mods/" + name in _FLOWDSL_LINES or not data
        found[name] = "\n" + data.decode("utf-8") if is_code else base64.b64encode(data)
    return found
