"""The cases of the differential test: PipelineRuns in `cases/*.yaml`, each with the objects its file also holds, and
pipelines of ours (`compiled.py`).

What Tekton's controller made of each is recorded in `cases/outcomes/*.json` (by `record.py`), in the neutral form of
`outcome.py`, so that our local runner can be held to it on a machine without Go.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import compiled
import yaml

CASES = Path(__file__).parent / "cases"
OUTCOMES = CASES / "outcomes"


@attrs.frozen
class Case:
    """One PipelineRun, the objects it may refer to, and the name of the file both come from."""

    name: str
    group: str
    run: dict[str, Any]
    objects: tuple[dict[str, Any], ...]

    @property
    def recorded(self) -> dict[str, Any]:
        """What Tekton made of it."""
        outcomes = json.loads((OUTCOMES / f"{self.group}.json").read_text())
        recorded: dict[str, Any] = outcomes[self.name]
        return recorded


def all_cases() -> list[Case]:
    """Every case, in the order of the files."""
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        documents = [document for document in yaml.safe_load_all(path.read_text()) if document]
        objects = tuple(document for document in documents if document["kind"] != "PipelineRun")
        found += [
            Case(document["metadata"]["name"], path.stem, document, objects)
            for document in documents
            if document["kind"] == "PipelineRun"
        ]
    return found + [Case(name, compiled.GROUP, run, ()) for name, run in compiled.runs().items()]
