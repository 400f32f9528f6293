"""Secrets and ConfigMaps that no cluster would take are refused before a run, without showing what is in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from run_support import flowdsl, step, yaml_run

SECRET = "hunter-twenty-two"
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("Secret", {"data": {"a": SECRET}}, "data.a is no base64"),
    ("Secret", {"data": {"a": 5}}, "data.a is no text"),
    ("Secret", {"stringData": {"a": True}}, "stringData.a is no text"),
    ("Secret", {"data": [SECRET]}, "data is no mapping"),
    ("ConfigMap", {"data": {"port": 5432}}, "data.port is no text"),
    ("ConfigMap", {"binaryData": {"a": "%%%"}}, "binaryData.a is no base64"),
]


@pytest.mark.parametrize(("kind", "fields", "message"), WRONG)
def test_what_no_cluster_would_take(tmp_path: Path, kind: str, fields: dict[str, Any], message: str) -> None:
    file = yaml_run(tmp_path / "it.yaml", [{"name": "t", "taskSpec": step("true")}])
    wrong = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "o"}, **fields}
    file.write_text("\n".join([file.read_text(), "---", *(f"{key}: {json.dumps(wrong[key])}" for key in wrong)]))
    done = flowdsl(tmp_path, "run", "it.yaml", code=1)
    assert f"error[FLOW120]: {kind} 'o': {message}" in done.stderr
    assert "it.yaml:4" in done.stderr
    assert SECRET not in done.stderr + done.stdout
    assert not (tmp_path / ".flowdsl").exists()
    assert "FLOW120" in flowdsl(tmp_path, "lint", "it.yaml").stdout


def test_line_ends_within_base64_are_nothing(tmp_path: Path) -> None:
    task = step('test "$A" = "hunter-twenty-two" && test -z "$B"')
    task["steps"][0]["envFrom"] = [{"secretRef": {"name": "o"}}]
    file = yaml_run(tmp_path / "it.yaml", [{"name": "t", "taskSpec": task}])
    data = {"A": "aHVudGVyLXR3\nZW50eS10d28=\n", "B": None}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "o"}, "data": data}
    file.write_text(file.read_text() + "\n---\n" + json.dumps(secret))
    flowdsl(tmp_path, "run", "it.yaml")


PIPELINE = """
from flowdsl import LocalRun, pipeline, raw, task

@task(image="python:3.12-slim")
def say() -> None:
    print("said")

@pipeline(local=LocalRun(secrets={"s": GIVEN}))
def talk():
    say()
"""


@pytest.mark.parametrize("given", ['{"a": 7}', '"text"', '{"a": b"hunter-twenty-two"}', '["hunter-twenty-two"]'])
def test_values_that_stand_in_are_text(tmp_path: Path, given: str) -> None:
    (tmp_path / "talk.py").write_text(PIPELINE.replace("GIVEN", given))
    done = flowdsl(tmp_path, "run", "talk.py", code=1)
    assert "option 'local.secrets['s']" in done.stderr
    assert "talk.py:8" in done.stderr
    assert SECRET not in done.stderr
    assert not (tmp_path / ".flowdsl").exists()


SEEDED = """
from flowdsl import LocalRun, PVC, Workspace, on_finish, pipeline, task

@task(image="python:3.12-slim")
def say(w: Workspace) -> None:
    print("said")

@task(image="python:3.12-slim")
def after() -> None:
    print("cleaned up")

def seed(folder):
    raise ValueError("no data today")

@pipeline(local=LocalRun(claims={"data": seed}))
def talk(w: Workspace = PVC("data")):
    say(w)
    with on_finish():
        after()
"""


def test_a_function_that_fills_a_claim_may_fail(tmp_path: Path) -> None:
    (tmp_path / "talk.py").write_text(SEEDED)
    done = flowdsl(tmp_path, "run", "talk.py", code=1)
    assert "talk.py:13: ValueError: no data today" in done.stdout
    assert "cleaned up" in done.stdout
