"""Fresh processes, run in turns, and tables of what they took."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
WORKLOADS = HERE / "workloads"


@dataclass
class Table:
    """A table to print: `rows` are plain data, `columns` map a heading to a row's key and how to write it."""

    title: str
    columns: Mapping[str, tuple[str, str]]
    rows: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""

    def text(self) -> str:
        """The table as text."""
        lines = [[*self.columns]]
        for row in self.rows:
            cells = []
            for key, form in self.columns.values():
                value = row.get(key)
                cells.append("" if value is None else format(value, form))
            lines.append(cells)
        widths = [max(len(line[index]) for line in lines) for index in range(len(self.columns))]
        shown = [
            "  ".join(
                cell.ljust(width) if not index else cell.rjust(width)
                for index, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        return "\n".join(["", self.title, "", *shown, *(["", self.note] if self.note else [])])


class Runner:
    """Runs commands `rounds` times each, in turns, so that a busy moment of the machine hits all alike."""

    def __init__(self, cache: Path, rounds: int, clock: str = "wall") -> None:
        self.cache = cache
        self.rounds = rounds
        self.clock = clock
        cache.mkdir(parents=True, exist_ok=True)
        # Compiled once and kept, as after an installation, whatever the caller's environment says.
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            "PYTHONPYCACHEPREFIX": str(cache / "bytecode"),
            "PYTHONPATH": str(ROOT),
            "FLOWDSL_BENCHMARK_CLOCK": clock,
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        }

    def output(self, command: list[str]) -> str:
        """What a command prints. Raises RuntimeError with its last words where it fails."""
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=self.environment,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr[-2000:]}")
        return done.stdout

    def workload(self, python: str | Path, name: str, *arguments: str | int) -> dict[str, Any]:
        """The figures that a workload reports of itself; by `instructions`, `seconds` are thousand millions of them."""
        command = [str(python), str(WORKLOADS / name), *map(str, arguments)]
        if self.clock == "instructions":
            command = [each for each in command if each != "--again"]
            own = self._instructions(command, "wall") - self._instructions(command, "none")
            return {**self._figures(command), "seconds": own / 1e9, "again": None}
        return self._figures(command)

    def _instructions(self, command: list[str], clock: str) -> int:
        """How many instructions a process takes, the same on every run but for a few in ten thousand."""
        counted = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
        environment = {**self.environment, "FLOWDSL_BENCHMARK_CLOCK": clock, "PYTHONHASHSEED": "0"}
        done = subprocess.run(counted, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
        found = re.search(r"Collected : (\d+)", done.stderr)
        if found is None:
            raise RuntimeError(f"valgrind counted nothing: {done.stderr[-500:]}")
        return int(found[1])

    def _figures(self, command: list[str]) -> dict[str, Any]:
        said = self.output(command)
        name = Path(command[1]).name
        lines = said.strip().splitlines()
        if not lines:
            raise RuntimeError(f"{name} printed no figures")
        found: dict[str, Any] = json.loads(lines[-1])
        return found

    def seconds(self, command: list[str]) -> float:
        """How long a whole process takes."""
        start = time.perf_counter()
        self.output(command)
        return time.perf_counter() - start

    def peak_kib(self, code: str) -> float:
        """The most memory a process that runs the code holds."""
        asked = f"{code}\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        return float(self.output([sys.executable, "-c", asked]).split()[-1])

    def in_turns(self, jobs: Mapping[str, Callable[[], Any]]) -> dict[str, list[Any]]:
        """Every job `rounds` times, one of each in every round; a first run of each warms the disk and is not kept."""
        found: dict[str, list[Any]] = {name: [] for name in jobs}
        failed: set[str] = set()
        first = 1 if self.clock == "instructions" else 0  # they need no warming
        for turn in range(first, self.rounds + 1):
            for name, job in jobs.items():
                if name in failed:
                    continue
                try:
                    taken = job()
                except RuntimeError as error:
                    failed.add(name)
                    print(f"skipped {name}: {error}", file=sys.stderr)
                    continue
                if turn:
                    found[name].append(taken)
        return {name: taken for name, taken in found.items() if taken}


def middle(values: list[float]) -> float:
    """The median."""
    return statistics.median(values)
