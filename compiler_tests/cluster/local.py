"""Runs a case with `flowdsl run`, as a user would, and says what came of it in the neutral form."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from cases import Case
from outcome import outcome

sys.path.append(str(Path(__file__).parents[1]))  # for what starts no pytest
import forked


def run_locally(case: Case, folder: Path) -> dict[str, Any]:
    """The outcome under our local runner. What it printed is in `folder/printed` afterwards."""
    source = folder / "case.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    # JSON is YAML in which no reader takes a name like `n` or `on` for anything but text.
    source.write_text("\n---\n".join(json.dumps(each) for each in (*case.objects, case.run)))
    run = folder / "run"
    done = forked.call(["run", str(source), "--output", "json", "--folder", str(run)], folder)
    (folder / "printed").write_text(f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
    if not (run / "pipelinerun.yaml").exists():
        return {"refused": done.stderr}
    task_runs = [json.loads(path.read_text()) for path in sorted((run / "taskruns").glob("*.json"))]
    found = outcome(yaml.safe_load((run / "pipelinerun.yaml").read_text()), task_runs)
    if done.returncode != (0 if found["status"] == "True" else 1):
        raise AssertionError(f"exit code {done.returncode} for a run whose status is {found['status']}:\n{done.stderr}")
    return found


def differences(expected: Any, found: Any, where: str = "") -> list[str]:
    """Each place where the two differ, as `where: expected, found`."""
    if isinstance(expected, dict) and isinstance(found, dict):
        if not where and ("refused" in expected) != ("refused" in found):
            return [f"Tekton {expected.get('refused', 'admits it')}, we {found.get('refused', 'admit it')}"]
        told = []
        for key in [*expected, *(key for key in found if key not in expected)]:
            below = f"{where}.{key}" if where else str(key)
            if key not in found:
                told.append(f"{below}: Tekton has {expected[key]!r}, we have nothing")
            elif key not in expected:
                told.append(f"{below}: Tekton has nothing, we have {found[key]!r}")
            else:
                told += differences(expected[key], found[key], below)
        return told
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [
            line
            for at, pair in enumerate(zip(expected, found, strict=True))
            for line in differences(*pair, f"{where}[{at}]")
        ]
    return [] if expected == found else [f"{where}: Tekton {expected!r}, we {found!r}"]
