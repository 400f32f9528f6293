"""This checkout against an older one: the same commands, in fresh processes, in turns. See benchmarks/README.md.

python benchmarks/before.py CHECKOUT [--rounds 7 | --instructions] [--only chain,help] [--json FILE]

Both run with this Python and what is installed in it; which of the two goes first changes from round to round. The
figures are processor time of whole processes with their children, in milliseconds: the least of the rounds, the median.
By `--instructions` each command runs once under valgrind, and the figures are millions of instructions.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from measure import ROOT, Table

ADMISSION = ROOT.parent / "shared" / "admission" / "cases.jsonl.gz"
COLUMNS = {
    "": ("name", ""),
    "before, ms": ("before", ".0f"),
    "now, ms": ("now", ".0f"),
    "times, least": ("least", ".2f"),
    "times, median": ("median", ".2f"),
}
BY_INSTRUCTIONS = {
    "": ("name", ""),
    "before, millions": ("before", ",.0f"),
    "now, millions": ("now", ",.0f"),
    "times": ("times", ".3f"),
}


def commands(checkout: Path, folder: Path, old: Path) -> dict[str, list[str]]:
    """What is run in a checkout, by name. `folder` has the documents that both read; `old` is the older checkout.

    Sonic grows: what a compile takes is to be seen from one source, that of the older checkout.
    """
    python, flowdsl = sys.executable, [sys.executable, "-m", "flowdsl"]
    ours = str(checkout / "benchmarks/workloads/ours.py")
    found = {
        "import flowdsl": [python, "-c", "import flowdsl"],
        "flowdsl --help": [*flowdsl, "--help"],
        "a task, decorators to YAML": [python, ours, "1"],
        "1,000 tasks": [python, ours, "1000"],
        "sonic.py compile": [python, str(checkout / "pipelines/sonic.py"), "compile", "-o", "-"],
        "the older sonic.py": [python, str(old / "pipelines/sonic.py"), "compile", "-o", "-"],
        "lint of a file": [*flowdsl, "lint", str(folder / "one.yaml")],
        "lint of 1,000 documents": [*flowdsl, "lint", str(folder / "many.yaml")],
        "import of 1,000 documents": [*flowdsl, "import", str(folder / "many.yaml"), "-o", "-"],
        "diff of 1,000 documents": [*flowdsl, "diff", str(folder / "many.yaml"), str(folder / "many.yaml")],
        "run of a chain of 100": [*flowdsl, "run", str(folder / "chain.yaml")],
    }
    if ADMISSION.exists():
        found["lint --jsonl of 5,989"] = [*flowdsl, "lint", "--jsonl", str(folder / "cases.jsonl")]
    return found


def documents(folder: Path) -> None:
    """Write what the commands read: tasks of this checkout, and a chain to run."""
    made = [sys.executable, str(ROOT / "benchmarks/workloads/ours.py")]
    for number, name in ((1, "one"), (1000, "many")):
        target = folder / f"{name}.json"
        subprocess.run([*made, str(number), "--documents", str(target)], check=True, env=environment(ROOT))
        listed = json.loads(target.read_text())
        (folder / f"{name}.yaml").write_text("".join(f"---\n{json.dumps(each, indent=1)}\n" for each in listed))
    sys.path.insert(0, str(ROOT))
    from run_chain import chain

    (folder / "chain.yaml").write_text(json.dumps(chain(100), indent=1))
    if ADMISSION.exists():
        import gzip

        with gzip.open(ADMISSION, "rb") as packed, (folder / "cases.jsonl").open("wb") as plain:
            shutil.copyfileobj(packed, plain)


def environment(checkout: Path) -> dict[str, str]:
    """Of a process that runs a checkout's flowdsl; bytecode is kept, as after an installation."""
    given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**given, "PYTHONPATH": str(checkout), "PYTHONPYCACHEPREFIX": str(ROOT / ".cache/benchmarks/bytecode")}


def processor_time(command: list[str], checkout: Path, folder: Path) -> float:
    """Milliseconds that a process and its children took. Raises RuntimeError where it fails, but for findings."""
    used = ended(command, folder, environment(checkout))
    return (used.ru_utime + used.ru_stime) * 1000


def instructions(command: list[str], checkout: Path, folder: Path) -> float:
    """Millions of instructions of a process and of those that it forks, but not of programs that it starts.

    They repeat to a few in ten thousand: the hash seed is fixed, and a first run, which isn't counted, has left the
    bytecode. Raises RuntimeError where the command fails or valgrind says nothing.
    """
    fixed = {**environment(checkout), "PYTHONHASHSEED": "0"}
    ended(command, folder, fixed)
    told = folder / "counted"
    shutil.rmtree(told, ignore_errors=True)
    told.mkdir()
    counted = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={told}/%p"]
    ended([*counted, *command], folder, fixed)
    found = [int(each) for log in told.iterdir() for each in re.findall(r"Collected : (\d+)", log.read_text())]
    if not found:
        raise RuntimeError(f"valgrind counted nothing of {' '.join(command)}")
    return sum(found) / 1e6


def ended(command: list[str], folder: Path, given: dict[str, str]) -> resource.struct_rusage:
    """Run a command to its end and say what it used. Raises RuntimeError where it fails, but for findings."""
    log = folder / "log"
    shutil.rmtree(folder / ".flowdsl", ignore_errors=True)  # kept runs, whose names are taken
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=output,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            env=given,
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}\n{log.read_text()[-2000:]}")
    return used


def compare(old: Path, rounds: int, only: list[str], folder: Path) -> Table:
    """Run every command in both checkouts, in turns; the first round warms the disk and is not kept."""
    table = Table(f"{old} before, {ROOT} now", COLUMNS)
    before, now = commands(old, folder, old), commands(ROOT, folder, old)
    for name in now:
        if only and not any(word in name for word in only):
            continue
        taken: dict[str, list[float]] = {"before": [], "now": []}
        for turn in range(rounds + 1):
            pair = [("before", before[name], old), ("now", now[name], ROOT)]
            for which, command, checkout in pair if turn % 2 else reversed(pair):
                milliseconds = processor_time(command, checkout, folder)
                if turn:
                    taken[which].append(milliseconds)
        table.rows.append(_row(name, taken))
        print(name, *(f"{key} {statistics.median(value):.0f}" for key, value in taken.items()), file=sys.stderr)
    return table


def counted(old: Path, only: list[str], folder: Path) -> Table:
    """Count every command's instructions in both checkouts, once each: turns would change nothing."""
    table = Table(f"{old} before, {ROOT} now", BY_INSTRUCTIONS)
    before, now = commands(old, folder, old), commands(ROOT, folder, old)
    for name in now:
        if only and not any(word in name for word in only):
            continue
        taken = {"before": instructions(before[name], old, folder), "now": instructions(now[name], ROOT, folder)}
        table.rows.append({"name": name, **taken, "times": taken["now"] / taken["before"]})
        print(name, *(f"{key} {value:.0f}" for key, value in taken.items()), file=sys.stderr)
    return table


def _row(name: str, taken: dict[str, list[float]]) -> dict[str, Any]:
    before, now = taken["before"], taken["now"]
    return {
        "name": name,
        "before": min(before),
        "now": min(now),
        "least": min(now) / min(before),
        "median": statistics.median(now) / statistics.median(before),
    }


def main() -> int:
    """Print the table; the exit code says only whether everything ran."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, help="an older commit, checked out (git worktree add FOLDER COMMIT)")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--instructions", action="store_true", help="count instructions under valgrind, not time")
    parser.add_argument("--only", default="", help="words of the names of what to run, by commas")
    parser.add_argument("--json", help="write every figure here, too")
    given = parser.parse_args()
    if given.instructions and shutil.which("valgrind") is None:
        parser.error("--instructions wants valgrind, which is not installed (apt-get install valgrind)")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        documents(folder)
        only = [word for word in given.only.split(",") if word]
        old = given.checkout.resolve()
        table = counted(old, only, folder) if given.instructions else compare(old, given.rounds, only, folder)
    print(table.text())
    if given.json:
        Path(given.json).write_text(json.dumps(table.rows, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
