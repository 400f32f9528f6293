"""Starting `flowdsl run` as a process of its own, and looking at what it leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import forked
import pytest

FLOWDSL = [sys.executable, "-c", "import sys; from flowdsl.cli import main; sys.exit(main())"]


def step(script: str, **fields: Any) -> dict[str, Any]:
    return {"steps": [{"name": "s", "image": "busybox", "script": "#!/bin/sh\n" + script}], **fields}


# What a step leaves for the test to see: nothing else that it writes can be seen from outside.
MARKS = "$(workspaces.marks.path)"


def marks(folder: Path, name: str = "it") -> Path:
    """The folder of the claim that MARKS is."""
    return folder / ".flowdsl" / "runs" / name / "claims" / "marks"


def _marking(task: dict[str, Any]) -> dict[str, Any]:
    if MARKS not in json.dumps(task):
        return task
    spec = {**task["taskSpec"], "workspaces": [{"name": "marks"}]}
    return {**task, "taskSpec": spec, "workspaces": [{"name": "marks", "workspace": "marks"}]}


def yaml_run(path: Path, tasks: list[dict[str, Any]], final: list[dict[str, Any]] | None = None, **spec: Any) -> Path:
    """JSON is YAML: a PipelineRun with these tasks. One whose script names MARKS has that claim."""
    inner: dict[str, Any] = {
        "tasks": [_marking(one) for one in tasks],
        "finally": [_marking(one) for one in final or ()],
    }
    if MARKS in json.dumps(inner):
        inner["workspaces"] = [{"name": "marks"}]
        spec["workspaces"] = [{"name": "marks", "persistentVolumeClaim": {"claimName": "marks"}}]
    document = {
        "apiVersion": "tekton.dev/v1",
        "kind": "PipelineRun",
        "metadata": {"name": "it"},
        "spec": {"pipelineSpec": {key: value for key, value in inner.items() if value}, **spec},
    }
    path.write_text(json.dumps(document))
    return path


def flowdsl(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = forked.call(arguments, folder)
    assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
    return done


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*FLOWDSL, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_until(what: Callable[[], bool], told: str) -> None:
    for _ in range(600):
        if what():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited in vain: {told}")


def processes(marker: str) -> list[str]:
    """The command lines of this machine that hold the marker."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if marker in text and str(os.getpid()) != path.parent.name:
            found.append(text)
    return found


needs_proc = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks for processes in /proc")


def status(folder: Path, name: str = "it") -> dict[str, Any]:
    shown = flowdsl(folder, "runs", "show", name, "--output", "json")
    found: dict[str, Any] = json.loads(shown.stdout)["status"]
    return found
