"""Argo Events' kinds: our verdict beside that of its controllers' own code."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from agreement import differing
from argo_documents import SEEDS, variants
from mutants import mutant
from oracle import Verdict
from oracle import argo as asked
from record_argo import RECORDED, digest

MODULE = "github.com/argoproj/argo-events@v1.9.11"
EACH = 500
# A number that is a whole one and written with a point, where Go's decoder takes it.
ALLOWED = 2
KINDS = ("EventBus", "EventSource", "Sensor")


@pytest.mark.parametrize("name", SEEDS)
def test_as_recorded(name: str) -> None:
    documents = [*variants(SEEDS[name])]
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))[name]
    assert recorded["documents"] == digest(documents), "python compiler_tests/conformance/record_argo.py records anew"
    verdicts = [Verdict(each == "1", "") for each in recorded["accepted"]]
    assert verdicts[0].accepted
    assert differing(documents, verdicts, "Argo") == []


@pytest.mark.usefixtures("argo")
def test_the_records_are_what_the_controllers_say() -> None:
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    for name, seed in SEEDS.items():
        said = "".join(str(int(each.accepted)) for each in asked(variants(seed)))
        assert said == recorded[name]["accepted"], name


def examples() -> list[dict[str, Any]]:
    """Every document of theirs that the module brings, out of Go's cache."""
    cache = subprocess.run(["go", "env", "GOMODCACHE"], capture_output=True, text=True, check=True, timeout=600)
    files = sorted((Path(cache.stdout.strip()) / MODULE).rglob("*.y*ml"))
    found: list[dict[str, Any]] = []
    for file in files:
        try:
            documents = [
                *yaml.load_all(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            ]
        except yaml.YAMLError:
            continue  # a template
        found += [each for each in documents if isinstance(each, dict) and each.get("kind") in KINDS]
    return [json.loads(json.dumps(each, default=str)) for each in found if "argoproj" in str(each.get("apiVersion"))]


@pytest.mark.usefixtures("argo")
def test_their_examples() -> None:
    documents = examples()
    assert len(documents) >= 100
    assert differing(documents, asked(documents), "Argo") == []


@pytest.mark.usefixtures("argo")
@pytest.mark.parametrize("seed", [1, 2])
def test_mutants(seed: int) -> None:
    rng = random.Random(seed)
    made = [mutant(rng.choice([*SEEDS.values()]), rng) for _ in range(EACH)]
    judged = [each for each in made if isinstance(each.get("metadata"), dict) and each["metadata"].get("name") == "x"]
    judged = [each for each in judged if each.get("kind") in KINDS and each["apiVersion"] == "argoproj.io/v1alpha1"]
    assert len(judged) > EACH // 2
    wrong = differing(judged, asked(judged), "Argo")
    assert len(wrong) <= ALLOWED, "\n".join(wrong[:5])
