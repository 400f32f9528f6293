"""Params of one name in a run with an embedded pipeline: where the webhook panics, and only there, we say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from oracle import admit

from flowdsl.check.examine import examine

TEXT, LIST, OBJECT = "s", ["s"], {"a": "b"}
DECLARED = {"name": "x", "type": "object", "properties": {"a": {"type": "string"}}}
STEP = {"name": "s", "image": "alpine", "script": "echo"}


def ref(name: str, *values: object) -> dict[str, Any]:
    given = [{"name": "x", "value": value} for value in values]
    return {"name": name, "taskRef": {"name": "t"}, "params": given}


def embedded(declared: dict[str, Any], *values: object) -> dict[str, Any]:
    given = [{"name": "x", "value": value} for value in values]
    return {"name": "a", "taskSpec": {"params": [declared], "steps": [STEP]}, "params": given}


CASES: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "a text, then an object": ([ref("a", TEXT), ref("b", OBJECT)], {}),
    "an object, then a text": ([ref("a", OBJECT), ref("b", TEXT)], {}),
    "a list, then an object": ([ref("a", LIST), ref("b", OBJECT)], {}),
    "two objects": ([ref("a", OBJECT), ref("b", {"c": "d"})], {}),
    "two texts": ([ref("a", TEXT), ref("b", TEXT)], {}),
    "an empty object": ([ref("a", TEXT), ref("b", {})], {}),
    "twice in one task": ([ref("a", TEXT, OBJECT)], {}),
    "a text of the run": ([ref("b", OBJECT)], {"params": [{"name": "x", "value": TEXT}]}),
    "an object of the run": ([ref("b", OBJECT)], {"params": [{"name": "x", "value": OBJECT}]}),
    "a text of the pipeline": ([ref("b", OBJECT)], {"declared": {"name": "x", "type": "string"}}),
    "an object of the pipeline": ([ref("b", OBJECT)], {"declared": DECLARED}),
    "one with a default": ([ref("b", OBJECT)], {"declared": {**DECLARED, "default": OBJECT}}),
    "one that the run gives": ([ref("b", OBJECT)], {"declared": DECLARED, "params": [{"name": "x", "value": OBJECT}]}),
    "a text of an embedded task": ([embedded({"name": "x", "default": TEXT}), ref("b", OBJECT)], {}),
    "an object of an embedded task": ([embedded(DECLARED), ref("b", OBJECT)], {}),
    "one that it is given": ([embedded(DECLARED, OBJECT), ref("b", OBJECT)], {}),
}


@pytest.mark.parametrize("name", CASES)
def test_what_panics_is_told(name: str, admission: Path) -> None:
    tasks, more = CASES[name]
    inner: dict[str, Any] = {"tasks": tasks}
    if "declared" in more:
        inner["params"] = [more["declared"]]
    spec = {"pipelineSpec": inner} | ({"params": more["params"]} if "params" in more else {})
    run = {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": {"name": "r"}, "spec": spec}
    (verdict,) = admit([run])
    told = [each.code for each in examine(run).report.findings if each.code == "FLOW292"]
    assert ("panics" in verdict.message) == bool(told), verdict.message
