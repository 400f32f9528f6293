"""The words that name files on a command line: `FILE.py`, `FILE.py:NAME`, `module:NAME`, of YAML `FILE`, `FILE:RUN`."""

from __future__ import annotations

import re
from pathlib import Path

_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:\w[\w-]*")
_ENDINGS = (".yaml", ".yml", ".json")


def is_python(word: str) -> bool:
    """Whether a word of a command line names Python: `FILE.py`, or what is in it, `FILE.py:NAME` or `module:NAME`."""
    return word.endswith(".py") or ".py:" in word or bool(module_named(word))


def module_named(word: str) -> str:
    """The module of `module:NAME`; "" where the word is that of a file, as `FILE.yaml:RUN` is."""
    name = word.partition(":")[0]
    is_file = name.endswith((*_ENDINGS, ".py")) or Path(name).exists() or Path(word).exists()
    return name if _MODULE.fullmatch(word) and not is_file else ""


def file_and_name(word: str) -> tuple[str, str]:
    """The file of `FILE.py`, `FILE.py:NAME`, `FILE` or `FILE:RUN`, and the name in it; "" where none is said."""
    if Path(word).exists():
        return word, ""
    stem, python, name = word.partition(".py:")
    if python:
        return f"{stem}.py", name
    file, colon, name = word.rpartition(":")
    return (file, name) if colon else (word, "")
