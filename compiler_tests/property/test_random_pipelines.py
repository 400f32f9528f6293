"""Random pipelines compile: the same bytes each time, valid to the models, with the DAG that the code draws."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from random_flows import Module, modules

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.emit import emit_yaml
from flowdsl.kinds import dump, parse
from flowdsl.kube.conventions import VARIANT_OF
from flowdsl.library.loading import load_pipeline

SETTINGS = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def documents(module: Module, folder: Path, *, inline: bool = False) -> tuple[dict[str, Any], ...]:
    file = folder / "user.py"
    file.write_text(module.source, encoding="utf-8")
    sys.modules.pop("_flowdsl_user", None)
    return compile_pipeline(load_pipeline(str(file)), CompileOptions(inline=inline)).documents


def drawn(pipeline: dict[str, Any]) -> set[tuple[str, str]]:
    """The edges Tekton will see: runAfter, and every result used in params, matrix or when."""
    found = set()
    for task in pipeline["spec"]["tasks"]:
        found |= {(before, task["name"]) for before in task.get("runAfter", [])}
        found |= {(name, task["name"]) for name in re.findall(r"\$\(tasks\.([^.]+)\.results", str(task))}
    return found


def check_by_models(found: tuple[dict[str, Any], ...]) -> None:
    """The models write the same; compared as text: the order of the fields is theirs too."""
    for document in found:
        if document["apiVersion"].startswith("tekton.dev"):
            assert json.dumps(dump(parse(document))) == json.dumps(document)


@SETTINGS
@given(modules())
def test_same_bytes_valid_models_same_graph(tmp_path: Path, module: Module) -> None:
    first = documents(module, tmp_path)
    text = emit_yaml(first)
    assert text == emit_yaml(documents(module, tmp_path))
    assert list(yaml.safe_load_all(text)) == list(first)
    check_by_models(first)
    (pipeline,) = (item for item in first if item["kind"] == "Pipeline")
    assert drawn(pipeline) == module.edges
    tasks = [task["name"] for part in ("tasks", "finally") for task in pipeline["spec"].get(part, [])]
    assert sorted(tasks) == sorted(module.tasks)


@SETTINGS
@given(modules())
def test_inline_says_the_same_as_shared(tmp_path: Path, module: Module) -> None:
    shared = [item["spec"] for item in documents(module, tmp_path) if item["kind"] == "Task"]
    embedded = documents(module, tmp_path, inline=True)
    check_by_models(embedded)
    (inline,) = (item for item in embedded if item["kind"] == "Pipeline")
    for task in inline["spec"]["tasks"]:
        if "taskSpec" in task and "matrix" not in task and "outputs" not in str(task["taskSpec"].get("workspaces")):
            assert task["taskSpec"] in shared


@SETTINGS
@given(modules())
def test_what_single_uses_ask_for_leaves_the_tasks_as_they_are(tmp_path: Path, module: Module) -> None:
    asking, plain = documents(module, tmp_path), documents(replace(module, source=module.plain), tmp_path)
    own, others = named(asking, "Task"), named(plain, "Task")
    variants = {name: based(each) for name, each in own.items() if based(each)}
    for name in own.keys() - variants.keys():
        assert alone(own[name]) == alone(others[name])
    for name, base in variants.items():
        assert name.startswith(f"{base}-")
        assert own[name]["spec"]["steps"][0]["name"] == base
        assert own[name]["spec"]["params"] == others[base]["spec"]["params"]
        assert own[name]["spec"] != others[base]["spec"] or "requires" in name
    uses, before = references(asking), references(plain)
    assert {use: variants.get(name, name) for use, name in uses.items()} == before


def based(task: dict[str, Any]) -> str:
    """The Task that this one is a variant of, if it is one."""
    return str(task["metadata"].get("annotations", {}).get(VARIANT_OF, ""))


def alone(task: dict[str, Any]) -> str:
    """A Task as it is where no matrix uses it: a use of its own may be the one that does."""
    return json.dumps(task).replace("/$(context.taskRun.name)", "")


def references(found: tuple[dict[str, Any], ...]) -> dict[str, str]:
    """The Task of each task of the pipeline."""
    (pipeline,) = named(found, "Pipeline").values()
    tasks = [*pipeline["spec"]["tasks"], *pipeline["spec"].get("finally", [])]
    return {task["name"]: str(task["taskRef"].get("name")) for task in tasks}


def named(found: tuple[dict[str, Any], ...], kind: str) -> dict[str, dict[str, Any]]:
    return {str(item["metadata"].get("name")): item for item in found if item["kind"] == kind}
