"""Tekton's own admission accepts every YAML file the project holds as output: pipelines and golden files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from oracle import admit_yaml

from flowdsl.check import FLAGS

ROOT = Path(__file__).parents[2]
# Golden files that show what is refused live in directories of this name and are not for a cluster.
REFUSED = "refused"
# Those in directories of this name opt in to alpha features, and say so.
ALPHA = "alpha"


def emitted() -> list[Path]:
    found = [*(ROOT / "pipelines").rglob("*.yaml"), *(ROOT / "compiler_tests" / "golden").rglob("*.yaml")]
    return sorted(path for path in found if REFUSED not in path.relative_to(ROOT).parts)


@pytest.mark.parametrize("path", emitted(), ids=lambda path: str(path.relative_to(ROOT)))
def test_it_is_admitted(path: Path, admission: Path, kubeyaml: Path) -> None:
    flags = sorted(FLAGS) if ALPHA in path.parts else []
    verdicts = admit_yaml(path.read_bytes(), on=flags)
    assert verdicts, "no document in the file"
    refused = [
        f"document {number}: {verdict.message}" for number, verdict in enumerate(verdicts) if not verdict.accepted
    ]
    assert not refused, "\n".join(refused)


def test_there_is_something_to_admit() -> None:
    if not emitted() and os.environ.get("FLOWDSL_REQUIRE_GO") != "1":
        pytest.skip("no YAML in pipelines/ or compiler_tests/golden/ yet")
    assert emitted()
