"""Compiled YAML, byte for byte. A golden that is missing or stale fails; only `python compiler_tests/golden/renew.py` writes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from renew import GOLDENS, IMPORTED, ROOT, compiled, imported


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.name)
def test_bytes(golden: Path) -> None:
    assert golden.read_bytes() == compiled(golden), f"{golden.name} is stale; look at the difference, then run renew.py"


@pytest.mark.parametrize("golden", IMPORTED, ids=lambda golden: golden.name)
def test_imported_modules(golden: Path) -> None:
    assert golden.read_bytes() == imported(golden), f"{golden.name} is stale; look at the difference, then run renew.py"


@pytest.mark.parametrize("golden", IMPORTED, ids=lambda golden: golden.name)
def test_imported_modules_have_types_and_ruffs_layout(golden: Path, strict_mypy: Any) -> None:
    # The goldens are no package of ours, so that our own settings for mypy and ruff do not hold for them.
    said, code = strict_mypy(golden)
    assert code == 0, said
    ruff = shutil.which("ruff", path=os.path.dirname(sys.executable)) or shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    subprocess.run([ruff, "format", "--isolated", "--check", str(golden)], check=True)


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_hash_seeds(seed: str) -> None:
    command = [sys.executable, str(ROOT / "pipelines" / "sonic.py"), "compile", "-o", "-"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
    )
    assert done.stdout == (ROOT / "pipelines" / "sonic.yaml").read_bytes()
