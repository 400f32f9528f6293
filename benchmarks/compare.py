"""flowdsl and its peers side by side: the same work, in fresh processes, in turns. See benchmarks/README.md.

python benchmarks/compare.py [--tasks 1000,5000] [--rounds 5] [--sections chain,import,...] [--clock cpu] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import sections
from contenders import PEERS, prepare
from measure import Runner


def main(argv: list[str] | None = None) -> int:
    """Run the sections asked for and print a table for each; the exit code says only whether they ran."""
    given = _arguments().parse_args(argv)
    runner = Runner(Path(given.cache).resolve(), given.rounds, given.clock)
    peers, missing = prepare(runner.cache, given.peers.split(","), install=given.install)
    for name, reason in missing.items():
        print(f"skipped {name}: {reason}")
    tasks = [int(number) for number in given.tasks.split(",")]
    found: dict[str, Any] = {
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "rounds": given.rounds,
        "clock": given.clock,
        "missing": missing,
    }
    for name in given.sections.split(","):
        table = sections.SECTIONS[name](runner, peers, tasks)
        found[name] = table.rows
        print(table.text())
    if given.json:
        Path(given.json).write_text(json.dumps(found, indent=2) + "\n")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", default="1000,5000", help="lengths of the chain")
    parser.add_argument("--rounds", type=int, default=5, help="fresh processes for each figure; the median counts")
    parser.add_argument(
        "--clock",
        choices=("wall", "cpu", "instructions"),
        default="wall",
        help="for a busy machine: chain and project by processor time, or by instructions (1 s is 10^9) under valgrind",
    )
    parser.add_argument("--sections", default=",".join(sections.SECTIONS), help="which tables")
    parser.add_argument(
        "--peers", default=",".join(peer.name for peer in PEERS), help="yaml stands for the bare writers"
    )
    parser.add_argument("--json", default="", help="write every figure here, too")
    parser.add_argument("--cache", default=str(Path(__file__).parents[1] / ".cache" / "benchmarks"))
    parser.add_argument(
        "--no-install", dest="install", action="store_false", help="use the peers that are there, install none"
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
