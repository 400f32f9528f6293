"""The project's modules: laid out as files in a folder of their own, where imports look first."""

from __future__ import annotations

from collections.abc import Mapping


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
