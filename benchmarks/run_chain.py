"""What the local runner costs: a chain of 100 tasks against bare subprocesses, and 1,000 and 10,000 tasks to schedule.

    python benchmarks/run_chain.py [--tasks 100] [--rounds 5]

Each round runs the same script once for each task: as bare subprocesses one after the other, then as a Pipeline whose
tasks wait for each other, with journal, TaskRun objects and logs written to disk. The medians are compared. Scheduling
is measured with a TaskRunner that does nothing; it includes planning and the TaskRun objects, in memory.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from flowdsl.ir.local import LocalRun
from flowdsl.runner.contract import TaskRunner
from flowdsl.runner.pipelinerun.catalogue import Catalogue
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


def schedule(number: int) -> float:
    """Seconds for a chain without processes and without a disk."""
    root = Path("/nowhere")
    cluster: Any = None
    engine = Engine(chain(number), Catalogue(), Nothing(), cluster, Forgetful(root), lambda event: None, Settings(4))
    began = time.perf_counter()
    engine.run()
    return time.perf_counter() - began


def main() -> int:
    """Print the figures; 1 where the overhead is above its limit or scheduling is not linear."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    plain, ours = [], []
    with process_runner() as task_runner:
        print(task_runner.describe())
        for number in range(given.rounds + 1):
            folder = Path(tempfile.mkdtemp(prefix="flowdsl-bench-"))
            try:
                pair = bare(given.tasks, folder), run(given.tasks, folder, task_runner)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            # The first round warms caches up.
            if number:
                plain.append(pair[0])
                ours.append(pair[1])
    one, other = statistics.median(plain), statistics.median(ours)
    over = (other - one) / given.tasks * 1000
    print(f"chain of {given.tasks}, median of {given.rounds}:")
    print(f"  bare subprocesses  {one * 1000:8.1f} ms  {one / given.tasks * 1000:6.2f} ms a task")
    print(f"  flowdsl run        {other * 1000:8.1f} ms  {other / given.tasks * 1000:6.2f} ms a task")
    print(f"  ratio {other / one:.2f}, overhead {over:.2f} ms a task (limit {LIMIT:g})")
    schedule(100)
    small = min(schedule(1_000) for _ in range(3))
    large = min(schedule(10_000) for _ in range(2))
    print(f"scheduling alone: 1,000 tasks {small:.2f} s, 10,000 tasks {large:.2f} s, {large / small:.1f} times")
    return 0 if over <= LIMIT and large / small <= 13 else 1


if __name__ == "__main__":
    raise SystemExit(main())
