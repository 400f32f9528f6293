"""Asks Argo Events' own controllers about every variant of argo_documents.py, and writes down what they say.

Their program takes some ten minutes to build on two cores, which CI has not:

    python compiler_tests/conformance/record_argo.py
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from argo_documents import SEEDS, variants
from oracle import Verdict, argo

RECORDED = Path(__file__).with_name("argo_verdicts.json")


def digest(documents: list[dict[str, Any]]) -> str:
    """What tells that the controllers were asked about these."""
    return hashlib.sha256(json.dumps(documents, sort_keys=True).encode()).hexdigest()[:16]


def record(
    file: Path, seeds: Mapping[str, dict[str, Any]], ask: Callable[[list[dict[str, Any]]], list[Verdict]]
) -> None:
    """Write the verdicts: for each seed what its variants are, and 1 or 0 for each that is taken or refused."""
    found = {}
    for name, seed in seeds.items():
        documents = [*variants(seed)]
        verdicts = "".join(str(int(each.accepted)) for each in ask(documents))
        found[name] = {"documents": digest(documents), "accepted": verdicts}
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {file}")


if __name__ == "__main__":
    record(RECORDED, SEEDS, argo)
