"""Hold each package's coverage to its floor: `python .ci/floors.py COVERAGE.json`.

Reads what `coverage json` wrote and `.ci/floors.toml` (percent of lines in functions, a package each; which test of a
process imports a module first, and whether that one is measured, is chance). Prints a line for each package; exits 1
where one is below its floor, or has none. `--write` sets the floors two points below what was
measured, never lower than they are: for a change that adds tests.
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from pathlib import Path, PurePosixPath

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HEAD = "# Percent of lines in functions that the tests run; written by `python .ci/floors.py FILE --write`."
SLACK = 2
"""Points below what was measured: a test that skips for want of a tool is no loss of coverage."""
FLOORS = Path(__file__).with_name("floors.toml")


def measured(report: Path) -> dict[str, tuple[int, int]]:
    """Covered and all lines in functions of each package; `flowdsl` is what lies beside the packages."""
    lines: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, about in json.loads(report.read_text(encoding="utf-8"))["files"].items():
        parts = PurePosixPath(name.replace("\\", "/")).parts
        within = parts[parts.index("flowdsl") :]
        package = "/".join(within[:2]) if len(within) > 2 else "flowdsl"
        counts = lines[package]
        for function, part in about["functions"].items():
            if function:  # "" is what runs with the import
                counts[0] += part["summary"]["covered_lines"]
                counts[1] += part["summary"]["num_statements"]
    return {package: (covered, total) for package, (covered, total) in sorted(lines.items())}


def percent(covered: int, total: int) -> float:
    """How much of a package ran; a package of no statements is whole."""
    return 100 * covered / total if total else 100.0


def main(argv: list[str]) -> int:
    """Compare, print, and say with the exit code whether all floors hold."""
    write = "--write" in argv
    (report,) = [each for each in argv if each != "--write"]
    found = measured(Path(report))
    floors: dict[str, int] = tomllib.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    low = []
    for package, (covered, total) in found.items():
        have, floor = percent(covered, total), floors.get(package)
        print(f"{package:24} {have:6.1f} % of {total:5}  floor {'none' if floor is None else floor}")
        if floor is None or have < floor:
            low.append(package)
    if write:
        kept = {name: max(floors.get(name, 0), math.floor(percent(*pair)) - SLACK) for name, pair in found.items()}
        text = "".join(f'"{name}" = {floor}\n' for name, floor in kept.items())
        FLOORS.write_text(f"{HEAD}\n{text}", encoding="utf-8")
        return 0
    for package in low:
        print(
            f"floors: {package} is below its floor or has none: add tests, or `--write` for a new package",
            file=sys.stderr,
        )
    return 1 if low else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
