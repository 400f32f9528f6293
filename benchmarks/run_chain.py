"""What the local runner costs: a chain of 100 tasks against bare subprocesses, and 1,000 and 10,000 tasks to schedule.

    python benchmarks/run_chain.py [--tasks 100] [--rounds 15]

Each round runs the same script once for each task: as bare subprocesses one after the other, and as a Pipeline whose
tasks wait for each other, with journal, TaskRun objects and logs written to disk; which of the two comes first changes
from round to round. A round's overhead is the difference of its two times, so that what else the machine does meanwhile
is in both; the figure is the median of the rounds, told with its quartiles and with the machine's load. Scheduling is
measured with a TaskRunner that does nothing; it includes planning and the TaskRun objects, in memory.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from flowdsl.ir.local import LocalRun
from flowdsl.machine.catalogue import Catalogue
from flowdsl.runner.contract import TaskRunner
from flowdsl.runner.pipelinerun.engine import Engine, Settings
from flowdsl.runner.pipelinerun.record import Forgetful
from flowdsl.runner.session import Session
from flowdsl.runner.store import RunFolder
from flowdsl.runner.taskrun import process_runner

SCRIPT = "#!/bin/sh\nexit 0\n"
LIMIT = 3.0  # milliseconds a task


def chain(number: int) -> dict[str, Any]:
    """A PipelineRun of tasks that run one after the other."""
    spec = {"steps": [{"name": "s", "image": "busybox", "script": SCRIPT}]}
    tasks = [
        {"name": f"t{index}", "taskSpec": spec, "runAfter": [f"t{index - 1}"] if index else []}
        for index in range(number)
    ]
    return {
        "apiVersion": "tekton.dev/v1",
        "kind": "PipelineRun",
        "metadata": {"name": "chain", "namespace": "default", "uid": "0"},
        "spec": {"pipelineSpec": {"tasks": tasks}},
    }


def bare(number: int, folder: Path) -> float:
    """Seconds for the script run that many times, each a subprocess."""
    script = folder / "script"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    began = time.perf_counter()
    for _ in range(number):
        subprocess.run([str(script)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def run(number: int, folder: Path, task_runner: TaskRunner) -> float:
    """Seconds for the chain as a local run, everything written."""
    document = chain(number)
    session = Session(
        folder=RunFolder.create(folder / "run", [document], {"name": "chain"}),
        run=document,
        documents=[document],
        local=LocalRun(),
        stand_ins={},
        task_runner=task_runner,
        equivalent=None,
        settings=Settings(4),
        environment={},
        set_params=lambda values: None,
    )
    began = time.perf_counter()
    finished = session.play(lambda event: None, lambda engine: None)
    took = time.perf_counter() - began
    message = finished["status"]["conditions"][0]["message"]
    assert message == f"Tasks Completed: {number} (Failed: 0, Cancelled 0), Skipped: 0", message
    return took


class Nothing:
    """A TaskRunner whose tasks are over at once."""

    def run(self, work: Any, cluster: Any, observer: Any, stop: Any) -> dict[str, Any]:
        """Succeeded."""
        return {"conditions": [{"type": "Succeeded", "status": "True", "reason": "Succeeded", "message": ""}]}


class Nowhere(Forgetful):
    """A recorder that keeps nothing: what is kept of thousands of runs would be measured too."""

    def write(self, document: Any) -> None:
        """Drop it."""


def schedule(number: int) -> float:
    """CPU seconds for a chain without processes and without a disk: what else the machine does is not counted."""
    root = Path("/nowhere")
    cluster: Any = None
    engine = Engine(chain(number), Catalogue(), Nothing(), cluster, Nowhere(root), lambda event: None, Settings(4))
    began = time.process_time()
    engine.run()
    return time.process_time() - began


def one_round(number: int, task_runner: TaskRunner, *, ours_first: bool) -> tuple[float, float]:
    """Seconds of the bare subprocesses and of the run, measured right after each other."""
    folder = Path(tempfile.mkdtemp(prefix="flowdsl-bench-"))
    try:
        if ours_first:
            ours = run(number, folder, task_runner)
            return bare(number, folder), ours
        return bare(number, folder), run(number, folder, task_runner)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Print the figures; 1 where the overhead is above its limit or scheduling is not linear."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    rounds = []
    with process_runner() as task_runner:
        print(task_runner.describe())
        # The first two warm caches up.
        for number in range(given.rounds + 2):
            rounds.append(one_round(given.tasks, task_runner, ours_first=bool(number % 2)))
    del rounds[:2]
    one, other = (statistics.median(each[index] for each in rounds) / given.tasks * 1000 for index in (0, 1))
    extra = sorted((ours - plain) / given.tasks * 1000 for plain, ours in rounds)
    over, count = statistics.median(extra), len(extra)
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"
    print(f"chain of {given.tasks}, median of {given.rounds} rounds, {load}:")
    print(f"  bare subprocesses  {one:6.2f} ms a task")
    print(f"  flowdsl run        {other:6.2f} ms a task")
    print(f"  overhead           {over:6.2f} ms a task (limit {LIMIT:g})")
    print(f"  of the rounds      {extra[count // 4]:6.2f} to {extra[3 * count // 4]:.2f} from quartile to quartile")
    schedule(100)
    small = min(schedule(1_000) for _ in range(5))
    large = min(schedule(10_000) for _ in range(3))
    print(f"scheduling alone: 1,000 tasks {small:.2f} s of CPU, 10,000 {large:.2f} s, {large / small:.1f} times")
    return 0 if over <= LIMIT and large / small <= 15 else 1


if __name__ == "__main__":
    raise SystemExit(main())
