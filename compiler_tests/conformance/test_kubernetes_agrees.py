"""Kubernetes' own kinds and HTTPRoute: our verdict beside that of the API server's own code."""

from __future__ import annotations

import json
import random

import pytest
from agreement import differing
from argo_documents import variants
from kubernetes_documents import SEEDS
from mutants import mutant
from oracle import Verdict
from oracle import kubernetes as asked
from record_argo import digest
from record_kubernetes import RECORDED

EACH = 500
KINDS = {(each["apiVersion"], each["kind"]) for each in SEEDS.values()}


@pytest.mark.parametrize("name", SEEDS)
def test_as_recorded(name: str) -> None:
    documents = [*variants(SEEDS[name])]
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))[name]
    assert recorded["documents"] == digest(documents), "python compiler_tests/conformance/record_kubernetes.py"
    verdicts = [Verdict(each == "1", "") for each in recorded["accepted"]]
    assert verdicts[0].accepted
    assert differing(documents, verdicts, "API server", strict=True) == []


@pytest.mark.usefixtures("objects")
def test_the_records_are_what_the_api_server_says() -> None:
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    for name, seed in SEEDS.items():
        said = "".join(str(int(each.accepted)) for each in asked(variants(seed)))
        assert said == recorded[name]["accepted"], name


@pytest.mark.usefixtures("objects")
@pytest.mark.parametrize("seed", [1, 2])
def test_mutants(seed: int) -> None:
    rng = random.Random(seed)
    made = [mutant(rng.choice([*SEEDS.values()]), rng) for _ in range(EACH)]
    judged = [each for each in made if (each.get("apiVersion"), each.get("kind")) in KINDS]
    assert len(judged) > EACH // 2
    assert differing(judged, asked(judged), "API server", strict=True) == []
