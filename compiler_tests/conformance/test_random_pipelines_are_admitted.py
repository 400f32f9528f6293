"""Tekton's own admission takes every random pipeline: shared Tasks and embedded ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from oracle import admit

sys.path.insert(0, str(Path(__file__).parents[1] / "property"))
from hypothesis import HealthCheck, given, settings
from random_flows import Module, modules

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.library.loading import load_pipeline

pytestmark = pytest.mark.usefixtures("admission")


def test_all_are_admitted(tmp_path: Path) -> None:
    gathered: list[dict[str, Any]] = []

    # One process judges them all at the end: starting it costs more than a hundred verdicts.
    @settings(max_examples=60, database=None, suppress_health_check=list(HealthCheck))
    @given(modules())
    def gather(module: Module) -> None:
        file = tmp_path / "user.py"
        file.write_text(module.source, encoding="utf-8")
        inline = bool(len(gathered) % 2)
        gathered.extend(compile_pipeline(load_pipeline(str(file)), CompileOptions(inline=inline)).documents)

    gather()
    verdicts = admit(gathered)
    refused = [
        f"{document['kind']}: {verdict.message}\n{document}"
        for document, verdict in zip(gathered, verdicts, strict=True)
        if not verdict.accepted
    ]
    assert not refused, refused[0]
    assert sum(verdict.seen for verdict in verdicts) > 100


def test_the_oracle_is_not_asleep() -> None:
    """A broken document is found: the test above can fail."""
    broken = {"apiVersion": "tekton.dev/v1", "kind": "Pipeline", "metadata": {"name": "p"}, "spec": {"tasks": []}}
    assert not admit([broken])[0].accepted
