"""Loads the control plane and prints what it took: many runs at once, and one pipeline of many tasks.

python compiler_tests/cluster/figures.py [RUNS [TASKS]]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api import Api, wait_for
from plane import Plane

V1 = "tekton.dev/v1"
SPEC = {"steps": [{"name": "s", "image": "bash", "script": "true"}]}


def main(runs: int = 200, tasks: int = 1000) -> None:
    with tempfile.TemporaryDirectory(prefix="flowdsl-plane-") as folder, Plane(Path(folder)) as plane:
        many_runs(plane.api, runs)
        many_tasks(plane.api, tasks)


def many_runs(api: Api, count: int) -> None:
    began = time.monotonic()
    for number in range(count):
        pipeline = {"tasks": [{"name": "only", "taskSpec": SPEC}]}
        api.create(run(f"many-{number}", pipeline))
    submitted = time.monotonic() - began
    over = wait_for("all runs are done", lambda: _all_over(api, count), 1800, pause=1)
    print(
        f"{count} runs at once: submitted in {submitted:.1f} s, all done after {time.monotonic() - began:.1f} s: {over}"
    )
    sys.stdout.flush()


def many_tasks(api: Api, count: int, chains: int = 20) -> None:
    """`chains` chains side by side, `count` tasks in all."""
    tasks = [
        {"name": f"t{number}", "taskSpec": SPEC, "runAfter": [f"t{number - chains}"] if number >= chains else []}
        for number in range(count)
    ]
    began = time.monotonic()
    api.create(run("large", {"tasks": tasks}))
    submitted = time.monotonic() - began
    over = wait_for("the run is done", lambda: _over(api.get(V1, "PipelineRun", "large")), 3000, pause=1)
    print(
        f"{count} tasks in {chains} chains: admitted in {submitted:.1f} s, done after {time.monotonic() - began:.1f} s: {over}"
    )
    sys.stdout.flush()


def run(name: str, pipeline: Mapping[str, Any]) -> dict[str, Any]:
    return {"apiVersion": V1, "kind": "PipelineRun", "metadata": {"name": name}, "spec": {"pipelineSpec": pipeline}}


def _over(found: Mapping[str, Any]) -> str:
    for each in found.get("status", {}).get("conditions", ()):
        if each["status"] in ("True", "False"):
            return str(each["message"])
    return ""


def _all_over(api: Api, count: int) -> dict[str, int] | None:
    messages = [_over(each) for each in api.get(V1, "PipelineRun")["items"]]
    if sum(map(bool, messages)) < count:
        return None
    return {message: messages.count(message) for message in set(messages)}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
