"""The way to a part of a document, and how it is written."""

from __future__ import annotations

Path = tuple["int | str", ...]
"""Keys and indexes from the document's root."""


def field_path(path: Path) -> str:
    """A path as Tekton writes it: `spec.steps[0].image`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text
