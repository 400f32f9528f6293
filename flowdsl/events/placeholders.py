"""What Pipelines-as-Code replaces in the text of a file, whatever stands there (pkg/templates of v0.43.0)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flowdsl.celgo.as_code import is_known, placeholders


def replaced(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """The texts within a document that would be replaced: where each stands, and what."""
    if isinstance(value, str):
        for name in placeholders(value):
            if is_known(name):
                yield path, f"{{{{ {name} }}}}"
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from replaced(str(key), path)
            yield from replaced(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            yield from replaced(each, f"{path}[{index}]")
