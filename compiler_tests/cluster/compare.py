"""Prints where the local runner's outcome of a case differs from the recorded one.

python compiler_tests/cluster/compare.py [PART-OF-A-NAME...]
"""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cases import Case, all_cases
from local import differences, run_locally


def main(parts: list[str]) -> int:
    chosen = [case for case in all_cases() if not parts or any(part in case.name for part in parts)]
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda case: _told(case, Path(scratch) / case.name), chosen))
    differing = 0
    for case, lines in zip(chosen, told, strict=True):
        if lines:
            differing += 1
            print(f"{case.name} ({case.group})", *(f"  {line}" for line in lines), sep="\n")
    print(f"{len(chosen) - differing} of {len(chosen)} cases agree")
    return 1 if differing else 0


def _told(case: Case, folder: Path) -> list[str]:
    return differences(case.recorded, run_locally(case, folder))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
