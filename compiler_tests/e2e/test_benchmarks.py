"""The benchmark runs: for a handful of tasks, without peers. What it measures is for people to read, not for a test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> str:
    command = [sys.executable, str(ROOT / "benchmarks" / "compare.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_table_that_needs_no_peer(tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    text = run(
        *(
            "--no-install",
            "--peers",
            "none",
            "--tasks",
            "3",
            "--rounds",
            "1",
            "--sections",
            "chain,linear,import,project",
        ),
        *("--cache", str(tmp_path / "cache"), "--json", str(target)),
    )
    assert "skipped hera: not asked for" in text
    figures: dict[str, Any] = json.loads(target.read_text())
    assert [(row["tasks"], row["name"]) for row in figures["chain"]] == [(3, "flowdsl"), (3, "flowdsl, embedded")]
    assert all(row["seconds"] > 0 and row["megabytes"] > 0 for row in figures["chain"])
    assert [row["tasks"] for row in figures["linear"]] == [3, 30]
    assert [(row["modules"], row["name"]) for row in figures["project"]] == [
        (number, name) for number in (10, 100) for name in ("one file", "modules")
    ]
    assert {"nothing", "flowdsl", "pydantic alone"} <= {row["name"] for row in figures["import"]}


def test_a_peer_that_is_not_there_is_skipped_with_the_reason(tmp_path: Path) -> None:
    text = run(
        *("--no-install", "--peers", "hera", "--tasks", "2", "--rounds", "1", "--sections", "chain"),
        *("--cache", str(tmp_path)),
    )
    assert "skipped hera: not installed" in text


def test_growth_has_a_row_for_each_shape_that_is_asked_for(tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    command = [sys.executable, str(ROOT / "benchmarks" / "growth.py"), "--sizes", "2,4", "--json", str(target)]
    done = subprocess.run([*command, "--only", "lint,runs show"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(target.read_text())
    assert {"lint, N references astray", "runs show, N tasks"} <= {row["name"] for row in rows}
    assert all(row["small"] > 0 and row["large"] > 0 for row in rows)
    assert all(f"{row['name']} " in done.stdout for row in rows)
