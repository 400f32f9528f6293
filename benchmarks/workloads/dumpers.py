"""Bare writers over the finished documents: what the bytes alone cost, without tracing or a single check.

    dumpers.py N WRITER FILE

FILE holds the documents as JSON; WRITER is one of the names below. Reading the file is not timed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import clock


def csafe() -> Callable[[Any], str]:
    import yaml

    return lambda documents: yaml.dump_all(documents, Dumper=yaml.CSafeDumper, sort_keys=False)


def pure() -> Callable[[Any], str]:
    import yaml

    return lambda documents: yaml.dump_all(documents, Dumper=yaml.SafeDumper, sort_keys=False)


def orjson() -> Callable[[Any], str]:
    import orjson as library

    return lambda documents: library.dumps(documents).decode()


def rapidyaml() -> Callable[[Any], str]:
    """From JSON text, which is how rapidyaml takes Python's data."""
    import ryml

    def write(documents: Any) -> str:
        tree = ryml.parse_in_arena(json.dumps(documents).encode())
        return ryml.emit_yaml(tree)

    return write


def pydantic() -> Callable[[Any], str]:
    """Models of the same depth, validated and dumped: what a model layer alone costs. No YAML is written."""
    from pydantic import BaseModel, ConfigDict

    class Document(BaseModel):
        model_config = ConfigDict(extra="forbid")
        apiVersion: str  # noqa: N815 - the field's own name
        kind: str
        metadata: dict[str, Any]
        spec: dict[str, str | list[dict[str, Any]] | dict[str, Any]]

    return lambda documents: json.dumps([Document.model_validate(each).model_dump() for each in documents])


WRITERS = {"csafe": csafe, "pure": pure, "orjson": orjson, "rapidyaml": rapidyaml, "pydantic": pydantic}

if __name__ == "__main__":
    documents = json.loads(Path(sys.argv[3]).read_text())
    write = WRITERS[sys.argv[2]]()
    clock.report(lambda _: write(documents))
