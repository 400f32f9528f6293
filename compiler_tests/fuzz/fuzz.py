"""Look for inputs that break a command: `python compiler_tests/fuzz/fuzz.py --minutes 10 [--only import]`.

Each try has a number; `--try NUMBER` does one again and shows its input. Exits 1 where anything was found.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fuzz_targets import TARGETS, Hang, inputs


def one(target: str, number: int, *, show: bool = False) -> list[str]:
    """One try of a target; what was wrong."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        try:
            told = TARGETS[target](random.Random(f"{target} {number}"), Path(folder))
        except Hang:
            told = ["did not end"]
        except Exception:
            told = [traceback.format_exc(limit=-4)]
        if show:
            for name, data in inputs(Path(folder)).items():
                print(f"--- {name}\n{data!r}")
        return told


def main() -> int:
    """The command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=1.0)
    options.add_argument("--only", choices=list(TARGETS), action="append")
    options.add_argument("--try", dest="number", type=int, help="do this try again")
    options.add_argument("--start", type=int, default=random.SystemRandom().randrange(2**31), help="the first number")
    given = options.parse_args()
    targets = given.only or list(TARGETS)
    if given.number is not None:
        told = [each for target in targets for each in one(target, given.number, show=True)]
        print("\n".join(told) or "nothing wrong")
        return 1 if told else 0
    end = time.monotonic() + given.minutes * 60
    counts = dict.fromkeys(targets, 0)
    spent = dict.fromkeys(targets, 0.0)
    wrong = 0
    number = given.start
    while time.monotonic() < end:
        # The target that has had the least time: a run takes as long as hundreds of the others.
        target = min(targets, key=spent.__getitem__)
        began = time.monotonic()
        told = one(target, number)
        spent[target] += time.monotonic() - began
        counts[target] += 1
        if told:
            wrong += 1
            print(f"{target} --try {number}: {'; '.join(told)}", flush=True)
        number += 1
    print(f"{', '.join(f'{name}: {count}' for name, count in counts.items())} tries from {given.start}; {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
