"""`diff --live`: what a cluster has, against what it should have."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cluster_support import TEKTON, Person, pipeline, run_of, task
from fake_api import FakeApi

pytest.importorskip("kubernetes", reason="the extra `cluster` is not installed")

FLOW = [task("a"), task("b"), pipeline("flow", "a", "b"), run_of("flow")]
SOURCE = """\
from flowdsl import pipeline, task


@task(image="python:3.12-slim")
def build(revision: str) -> None:
    print(revision)


@pipeline
def flow(revision: str = "main") -> None:
    build(revision)
"""


def edited(api: FakeApi, name: str, manager: str, **more: Any) -> None:
    """Somebody changes the image of a task's step, as `kubectl edit` does."""
    item = api.objects[f"{TEKTON}/tasks/{name}"]
    item["spec"]["steps"][0]["image"] = "busybox:1.37"
    fields: dict[str, Any] = {
        "f:metadata": {"f:labels": {"f:x": {}}},
        "f:spec": {"f:steps": {}, "f:params": {".": {}, "f:y": {}}},
    }
    held = {"manager": manager, "operation": "Update", "time": "2026-11-27T06:00:00Z", "fieldsV1": fields}
    item["metadata"]["managedFields"].append({**held, **more})


def test_what_was_applied_does_not_differ_and_runs_are_nobodys_drift(person: Person) -> None:
    file = person.file(*FLOW)
    assert person.types("apply", file)[0] == 0
    code, out, err = person.types("diff", "--live", file)
    assert (code, out) == (0, "")
    assert "no differences" in err


def test_who_changed_it_is_named(person: Person, api: FakeApi) -> None:
    file = person.file(*FLOW)
    person.types("apply", file)
    edited(api, "a", "kubectl-edit")
    edited(api, "b", "a\x1b[31mb", time=7)
    api.objects[f"{TEKTON}/tasks/b"]["spec"]["steps"][0]["image"] = "busybox"
    code, out, _ = person.types("diff", "--live", file)
    assert code == 1
    assert "Task a is changed by kubectl-edit at 2026-11-27T06:00:00Z: spec.steps, spec.params.y" in out
    assert "Task b" not in out
    code, out, _ = person.types("diff", "--live", file, "--output", "json")
    assert json.loads(out)["owners"] == {"Task a": ["kubectl-edit at 2026-11-27T06:00:00Z: spec.steps, spec.params.y"]}
    assert (
        "- `Task a` is changed by `kubectl-edit at" in person.types("diff", "--live", file, "--output", "markdown")[1]
    )


def test_names_of_managers_are_shown_and_nothing_else(person: Person, api: FakeApi) -> None:
    file = person.file(*FLOW)
    person.types("apply", file)
    many: dict[str, Any] = {"f:spec": {f"f:{number}": {} for number in range(9)}}
    edited(api, "a", "a\x1b[31mb", fieldsV1=many)
    edited(api, "a", "broken", fieldsV1=["no", "map"])
    edited(api, "a", "flowdsl-0123")
    _, out, _ = person.types("diff", "--live", file)
    assert "Task a is changed by a\\x1b[31mb at 2026-11-27T06:00:00Z: spec.0, spec.1" in out
    assert "and 4 more" in out
    assert "broken" not in out
    assert "flowdsl-0123" not in out


def test_a_pipeline_is_compiled_as_apply_compiles_it(person: Person, api: FakeApi) -> None:
    (person.folder / "flow.py").write_text(SOURCE)
    file = str(person.folder / "flow.py")
    assert person.types("apply", file, "--set", "revision=dev")[0] == 0
    code, out, err = person.types("diff", "--live", file, "--set", "revision=dev")
    assert (code, out) == (0, ""), out + err
    code, _, err = person.types("diff", "--live", file, "--set", "revisoin=dev")
    assert code == 1
    assert "revisoin" in err
    del api.objects[f"{TEKTON}/tasks/build"]
    code, out, _ = person.types("diff", "--live", file)
    assert code == 1
    assert "build" in out


def test_what_is_for_a_cluster_is_refused_without_one(person: Person) -> None:
    file = person.file(*FLOW)
    code, _, err = person.types("diff", file, file)
    assert code == 2
    assert "are for --live" in err
    code, _, err = person.types("diff", "--live", file, "--set", "a=b")
    assert code == 2
    assert "name a pipeline's Python file" in err


ROOT = Path(__file__).resolve().parents[2]


def test_the_nightly_job_is_compiled() -> None:
    command = [sys.executable, "-m", "flowdsl", "compile", "pipelines/ci/drift.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
def test_the_nightly_job_fails_where_the_cluster_differs(person: Person, api: FakeApi) -> None:
    items = yaml.safe_load_all((ROOT / "pipelines/ci/drift.yaml").read_text())
    (step,) = next(item for item in items if item["kind"] == "Task")["spec"]["steps"]
    tools = person.folder / "bin"
    tools.mkdir()
    (tools / "python").write_text("#!/bin/sh\nexit 0\n")
    (tools / "flowdsl").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flowdsl "$@"\n')
    for each in tools.iterdir():
        each.chmod(0o755)
    person.types("apply", "-n", "ml", person.file(*FLOW))
    values = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "KUBECONFIG": str(person.config),
        "PARAM_VERSION": "==0.1.0",
        "PARAM_SOURCE": str(person.folder),
        "PARAM_NAMESPACE": "ml",
        "PARAM_FILES": "flow.yaml\nflow.yaml\n",
    }
    assert {name for name in values if name.startswith("PARAM_")} == {each["name"] for each in step["env"]}

    def run(**more: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", "-c", step["script"]]
        return subprocess.run(command, env={**values, **more}, capture_output=True, text=True, check=False)

    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    edited(api, "a", "kubectl-edit")
    done = run()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Task a is changed by kubectl-edit" in done.stdout
    # No answer is no drift: the job says what is wrong.
    assert run(PARAM_FILES="none.yaml").returncode == 2
