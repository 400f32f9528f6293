"""Import answers whatever it is given: with a module, or with what is wrong."""

from __future__ import annotations

import ast
import json
import random
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_lint_never_falls_over import BOMBS, JSON, LIKE_YAML, TASK

from flowdsl.importer.comments import find_comments
from flowdsl.importer.module import write_module, write_stubs
from flowdsl.library.importing import import_sources
from flowdsl.library.importing_tried import differing
from flowdsl.yamlread.sources import Source, decode


def everything(source: Source) -> None:
    for stubs in (False, True):
        result = import_sources([source], stubs=stubs)
        if result.failed:
            assert result.text == ""
            continue
        ast.parse(result.text)
        if not stubs:
            assert differing(result.text, result.documents) == []


@given(LIKE_YAML)
def test_text_that_looks_like_yaml(text: str) -> None:
    everything(Source("x.yaml", text))
    find_comments(text)


@given(st.binary(max_size=300))
def test_bytes(data: bytes) -> None:
    everything(decode("x.yaml", data))


@settings(max_examples=100)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_a_task_with_characters_changed(seed: int, number: int) -> None:
    rng = random.Random(seed)
    text = list(TASK)
    for _ in range(number):
        place = rng.randrange(len(text))
        text[place] = rng.choice(
            [*string.printable, "", "\x00", "é", "&a ", "*a", "{{ x }}", "\n---\n", "<<: ", " # a"]
        )
    everything(Source("x.yaml", "".join(text)))


@settings(max_examples=100)
@given(JSON, JSON, st.sampled_from(["Task", "Pipeline", "TaskRun", "PipelineRun", "StepAction", "Other"]))
def test_json_as_a_document(spec: Any, metadata: Any, kind: str) -> None:
    """The writer is given what the checker would have refused."""
    version = "tekton.dev/v1beta1" if kind == "StepAction" else "tekton.dev/v1"
    document = {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}
    ast.parse(write_module([document]).text)
    ast.parse(write_stubs([document]).text)
    everything(Source("x.yaml", json.dumps(document)))


@pytest.mark.parametrize("name", [name for name in BOMBS if name != "many documents"])
def test_bombs_are_answered(name: str) -> None:
    everything(Source("x.yaml", BOMBS[name]))


def test_a_long_pipeline_is_imported() -> None:
    # Backwards, so that every task is listed before the one it waits for.
    tasks = [
        {"name": f"t{index}", "taskRef": {"name": "x", "kind": "Task"}, "runAfter": [f"t{index - 1}"] if index else []}
        for index in reversed(range(400))
    ]
    document = {"apiVersion": "tekton.dev/v1", "kind": "Pipeline", "metadata": {"name": "p"}, "spec": {"tasks": tasks}}
    result = import_sources([Source("x.yaml", json.dumps(document))])
    assert not result.failed
    assert result.kept == ()
    assert "task_order=[" in result.text
