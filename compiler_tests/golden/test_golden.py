"""Compiled YAML, byte for byte. A golden that is missing or stale fails; only `python compiler_tests/golden/renew.py` writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from renew import GOLDENS, ROOT, compiled


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.name)
def test_bytes(golden: Path) -> None:
    assert golden.read_bytes() == compiled(golden), f"{golden.name} is stale; look at the difference, then run renew.py"


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_hash_seeds(seed: str) -> None:
    command = [sys.executable, str(ROOT / "pipelines" / "sonic.py"), "compile", "-o", "-"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
    )
    assert done.stdout == (ROOT / "pipelines" / "sonic.yaml").read_bytes()
