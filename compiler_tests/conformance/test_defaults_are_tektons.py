"""Our defaulting, and documents that went through Python and back, held against Tekton's own defaulting webhook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from agreement import SHARED
from oracle import defaulted
from round_trip import originals

from flowdsl.compiler.manifest import compile_manifest
from flowdsl.kinds.defaults import with_defaults
from flowdsl.kube import parse_duration, parse_quantity
from flowdsl.library.importing import import_sources
from flowdsl.yamlread.sources import Source

DURATIONS = {"timeout", "pipeline", "tasks", "finally"}
QUANTITIES = {"requests", "limits"}


def loose(value: Any, parent: str = "") -> Any:
    """Durations and quantities by what they say: Go writes both in its own way, which is no default."""
    if isinstance(value, dict):
        if parent in QUANTITIES:
            return {name: parse_quantity(str(text)) for name, text in value.items()}
        return {name: loose(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [loose(item, parent) for item in value]
    if parent in DURATIONS and isinstance(value, str):
        return parse_duration(value)
    return value


@pytest.fixture
def cases() -> list[dict[str, Any]]:
    if not SHARED.exists():
        pytest.skip(f"the shared admission cases are not at {SHARED}")
    return originals(SHARED)


def imported(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents once they were Python."""
    made = []
    for number, document in enumerate(documents):
        result = import_sources([Source(f"{number}.yaml", json.dumps(document))])
        scope: dict[str, Any] = {"__name__": "imported"}
        exec(result.text, scope)
        made += compile_manifest(scope["documents"]).documents
    return made


def test_our_defaulting_is_tektons(admission: Path, cases: list[dict[str, Any]]) -> None:
    documents = [case["doc"] for case in cases]
    compared = 0
    for document, theirs in zip(documents, defaulted(documents), strict=True):
        if theirs is None:
            continue
        result = import_sources([Source("x.yaml", json.dumps(document))])
        # What Go reads without regard to case is read so first; the rest is defaulting.
        ours = with_defaults(result.documents[0])
        theirs["metadata"]["name"] = ours["metadata"].get("name")
        assert loose(ours) == loose(with_defaults(theirs))
        compared += 1
    assert compared > 100


def test_tekton_sees_no_difference_after_import_and_compile(admission: Path, cases: list[dict[str, Any]]) -> None:
    documents = [case["doc"] for case in cases]
    before, after = defaulted(documents), defaulted(imported(documents))
    same = [one == other for one, other in zip(before, after, strict=True)]
    assert sum(same) >= 0.99 * len(same), [cases[index]["id"] for index, fine in enumerate(same) if not fine]
