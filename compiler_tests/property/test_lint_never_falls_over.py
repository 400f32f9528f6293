"""Whatever comes in, lint answers with findings: never an exception, never an unbounded answer."""

from __future__ import annotations

import json
import random
import string
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.linter import report
from flowdsl.linter.engine import Options, lint_sources
from flowdsl.linter.jsonl import check_line
from flowdsl.linter.mend import mend
from flowdsl.linter.select import Selection
from flowdsl.yamlread.sources import Source, decode

ALL = Options(selection=Selection(select=("ALL",)))
TASK = """\
apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: t
spec:
  params:
    - name: url
  steps:
    - name: s
      image: alpine:3.20
      script: |
        wget $(params.url)
"""
LIKE_YAML = st.text(
    alphabet=string.ascii_letters + string.digits + " \t\n:-[]{}&*!|>'\"%@`,#?~<$().=é\x07\u2028", max_size=200
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


def everything(source: Source) -> None:
    found = lint_sources([source], ALL)
    for text in (report.as_json(found), report.as_sarif(found)):
        json.loads(text)
    report.as_text(found, {source.name: source.text})
    report.as_github(found)


@given(LIKE_YAML)
def test_text_that_looks_like_yaml(text: str) -> None:
    everything(Source("x.yaml", text))


@given(st.binary(max_size=300))
def test_bytes(data: bytes) -> None:
    everything(decode("x.yaml", data))


@settings(max_examples=150)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_a_task_with_characters_changed(seed: int, number: int) -> None:
    rng = random.Random(seed)
    text = list(TASK)
    for _ in range(number):
        place = rng.randrange(len(text))
        text[place] = rng.choice([*string.printable, "", "\x00", "é", "&a ", "*a", "{{ x }}", "\n---\n", "<<: "])
    source = Source("x.yaml", "".join(text))
    everything(source)
    mended = mend(source, lint_sources([source], ALL), ALL)
    assert mend(mended, lint_sources([mended], ALL), ALL).text == mended.text


@given(JSON, st.sampled_from(["Task", "Pipeline", "TaskRun", "PipelineRun", "StepAction"]))
def test_json_as_a_spec(spec: Any, kind: str) -> None:
    version = "tekton.dev/v1beta1" if kind == "StepAction" else "tekton.dev/v1"
    document = {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}, "spec": spec}
    line = json.dumps({"id": 1, "doc": document})
    verdict = json.loads(check_line(line.encode(), ALL))
    # `Infinity` is Python's word: such a line is no JSON, and so has no id.
    assert verdict["id"] == (1 if _is_json(document) else None)
    assert verdict["accepted"] == (not any(each["severity"] == "error" for each in verdict["findings"]))


def _is_json(document: Any) -> bool:
    try:
        return bool(json.dumps(document, allow_nan=False))
    except ValueError:
        return False


@given(st.binary(max_size=100))
def test_a_line_that_is_no_json(line: bytes) -> None:
    json.loads(check_line(line, ALL))


BOMBS = {
    "aliases": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(15)),
    "flow": "[" * 100_000,
    "maps": "{a: " * 100_000,
    "block": "- " * 20_000,
    "indent": "".join(" " * depth + "a:\n" for depth in range(2_000)),
    "recursive": "a: &a [*a]\n",
    "many": "- 1\n" * 600_000,
    "long key": "? " + "k" * 100_000 + "\n: v\n",
    "many documents": "---\na: 1\n" * 20_000,
    "merges": "a: &a {x: 1}\n" + "".join(f"b{i}: {{<<: *a}}\n" for i in range(5_000)),
    "one line": "a: " + "x" * 3_000_000 + "\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_answered_soon(name: str) -> None:
    before = time.process_time()
    found = lint_sources([Source("x.yaml", BOMBS[name])], ALL)
    assert any(document.findings for document in found)
    # Not a measure of speed: a bomb that goes off takes hours.
    assert time.process_time() - before < 60


def test_deep_json_in_a_line() -> None:
    for deep in (250, 100_000):
        line = b'{"id": 1, "doc": {"spec": ' + b"[" * deep + b"]" * deep + b"}}"
        (finding,) = json.loads(check_line(line, ALL))["findings"]
        assert finding["code"] == "FLOW402"
