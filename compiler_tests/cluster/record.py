"""Runs the cases under Tekton's controller and records what came of them.

    python compiler_tests/cluster/record.py [PART-OF-A-NAME...]

Without arguments everything is recorded anew; with some, only the cases whose names hold one of them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from cases import OUTCOMES, Case, all_cases
from plane import Plane
from runs import run_cases


def main(parts: list[str]) -> None:
    chosen = [case for case in all_cases() if not parts or any(part in case.name for part in parts)]
    with tempfile.TemporaryDirectory(prefix="flowdsl-plane-") as folder, Plane(Path(folder)) as plane:
        outcomes = run_cases(plane.api, chosen)
    write(chosen, outcomes)
    print(f"recorded {len(outcomes)} outcomes in {OUTCOMES}")


def write(cases: list[Case], outcomes: dict[str, object]) -> None:
    OUTCOMES.mkdir(exist_ok=True)
    for group in sorted({case.group for case in cases}):
        path = OUTCOMES / f"{group}.json"
        held = json.loads(path.read_text()) if path.exists() else {}
        held |= {case.name: outcomes[case.name] for case in cases if case.group == group}
        known = [case.name for case in all_cases() if case.group == group]
        ordered = {name: held[name] for name in known if name in held}
        path.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
