"""What `flowdsl run` makes of the values of params, and of fields that Go's decoder reads under another name."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from run_support import flowdsl, step, yaml_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the local runner needs POSIX processes")


def test_a_list_with_numbers_is_no_array(tmp_path: Path) -> None:
    task: dict[str, Any] = {"name": "a", "taskSpec": step("true")}
    file = yaml_run(tmp_path / "r.yaml", [task], params=[{"name": "ids", "value": [7, 8]}])
    document = json.loads(file.read_text())
    document["spec"]["pipelineSpec"]["params"] = [{"name": "ids", "type": "array"}]
    file.write_text(json.dumps(document))
    assert "parameters have inconsistent types : [ids]" in flowdsl(tmp_path, "run", "r.yaml", code=1).stdout


def test_a_key_that_nobody_gave_ends_the_task_run(tmp_path: Path) -> None:
    task: dict[str, Any] = {"name": "a", "taskSpec": step('echo "ran $(params.where.zone)"')}
    file = yaml_run(tmp_path / "r.yaml", [task], params=[{"name": "where", "value": {"host": "h"}}])
    document = json.loads(file.read_text())
    keys = {"host": {"type": "string"}, "zone": {"type": "string"}}
    default = {"host": "none", "zone": "eu"}
    document["spec"]["pipelineSpec"]["params"] = [
        {"name": "where", "type": "object", "properties": keys, "default": default}
    ]
    file.write_text(json.dumps(document))
    out = flowdsl(tmp_path, "run", "r.yaml", code=1).stdout
    assert "non-existent variable in" in out
    assert "$(params.where.zone)" in out
    assert "] ran" not in out


def test_a_field_in_another_case_counts(tmp_path: Path) -> None:
    used = {"name": "w", "mountpath": "/deep/inside"}
    spec = step("test -d /deep/inside")
    spec["steps"][0]["workspaces"] = [used]
    spec["workspaces"] = [{"name": "w"}]
    task = {"name": "a", "taskSpec": spec, "workspaces": [{"name": "w", "workspace": "w"}]}
    file = yaml_run(tmp_path / "r.yaml", [task], workspaces=[{"name": "w", "emptyDir": {}}])
    document = json.loads(file.read_text())
    document["spec"]["pipelineSpec"]["workspaces"] = [{"name": "w"}]
    file.write_text(json.dumps(document))
    flowdsl(tmp_path, "run", "r.yaml")


def test_a_run_is_chosen_by_its_generate_name_and_named(tmp_path: Path) -> None:
    yaml_run(tmp_path / "r.yaml", [{"name": "a", "taskSpec": step("true")}])
    documents = []
    for name in ("one-", "two-"):
        document = json.loads((tmp_path / "r.yaml").read_text())
        document["metadata"] = {"generateName": name}
        documents.append(json.dumps(document))
    (tmp_path / "r.yaml").write_text("\n---\n".join(documents))
    flowdsl(tmp_path, "run", "r.yaml:two", "--name", "mine")
    about = json.loads((tmp_path / ".flowdsl/runs/mine/run.json").read_text())
    assert about["name"] == "mine"


def test_alpha_features_are_let_in_by_name(tmp_path: Path) -> None:
    make = step('echo \'{"outputs":[{"name":"o","values":[{"uri":"u"}]}]}\' > $(artifacts.path)')
    use = step("echo 'got $(tasks.make.outputs.o)'")
    yaml_run(
        tmp_path / "r.yaml",
        [{"name": "make", "taskSpec": make}, {"name": "use", "taskSpec": use, "runAfter": ["make"]}],
    )
    assert "enable-artifacts" in flowdsl(tmp_path, "run", "r.yaml", code=1).stderr
    assert 'got [{"uri":"u"}]' in flowdsl(tmp_path, "run", "r.yaml", "--alpha", "enable-artifacts").stdout


def test_a_stand_in_needs_no_image(tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text(
        """
from flowdsl import LocalRun, named, pipeline, task_ref


@task_ref(named("there"))
def there() -> None: ...


@pipeline(local=LocalRun(tasks={"there": {"steps": [{"name": "s", "script": "echo stood in"}]}}))
def p():
    there()
"""
    )
    assert "stood in" in flowdsl(tmp_path, "run", "p.py").stdout
