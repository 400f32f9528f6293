"""Asks the API server's own code about every variant of kubernetes_documents.py, and writes down what it says.

python compiler_tests/conformance/record_kubernetes.py
"""

from __future__ import annotations

from pathlib import Path

from kubernetes_documents import SEEDS
from oracle import kubernetes
from record_argo import record

RECORDED = Path(__file__).with_name("kubernetes_verdicts.json")

if __name__ == "__main__":
    record(RECORDED, SEEDS, kubernetes)
