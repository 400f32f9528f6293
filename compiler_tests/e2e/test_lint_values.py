"""Values that a cluster reads as another text than the one that is written, and `--fix` for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from flowdsl.cli import main
from flowdsl.linter.engine import Options, lint_sources
from flowdsl.yamlread.sources import Source

RUN = """\
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {{name: r}}
spec:
  params:
    - name: p
      value: {value}
  pipelineRef: {{name: p}}
"""
OURS = ("FLOW302", "FLOW330", "FLOW331")


def found(text: str) -> list[tuple[str, str]]:
    documents = lint_sources([Source("f.yaml", text)], Options())
    return [
        (place.code, place.message)
        for document in documents
        for place in document.shown
        if place.code in OURS or place.severity == "error"
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2.10", "2.1"),
        ("yes", "true"),
        ("Off", "false"),
        ("True", "true"),
        ("0644", "420"),
        ("2e3", "2000"),
        ("2_000", "2000"),
        ("0x2F", "47"),
        ("0b11", "3"),
        ("+7", "7"),
        (".5", "0.5"),
        ("98765432109876543210", "98765432109876540000"),
        ("1e25", "1e+25"),
        ("~", ""),
        ("null", ""),
    ],
)
def test_a_value_that_is_read_otherwise_is_told_and_quoted(written: str, read: str, tmp_path: Path) -> None:
    text = RUN.format(value=written)
    shown = f"the text {read!r}" if read else "an empty text"
    assert found(text) == [("FLOW330", f"{written} is read as {shown}")]
    (tmp_path / "r.yaml").write_text(text)
    assert main(["lint", "--fix", str(tmp_path / "r.yaml")]) == 0
    mended = (tmp_path / "r.yaml").read_text()
    assert mended == text.replace(f"value: {written}", f'value: "{written}"')
    assert found(mended) == []


@pytest.mark.parametrize(
    "written",
    [
        "5",
        "-1",
        "1.5",
        "true",
        "false",
        '"1.10"',
        "'yes'",
        "2001-01-01",
        "1.2.3",
        "v1",
        "8Gi",
        "",
        "[a, b]",
        '["1"]',
        "{k: v}",
    ],
)
def test_a_value_that_is_read_as_it_is_written(written: str) -> None:
    assert found(RUN.format(value=written)) == []


@pytest.mark.parametrize(
    ("written", "text", "mended"),
    [
        ("[1, 2.50, x, yes]", '[1,2.5,"x",true]', '["1", "2.50", x, "yes"]'),
        ("{a: 1, b: x}  # why", '{"a":1,"b":"x"}', '{a: "1", b: x}  # why'),
        ("\n        - 010\n        - a", '[8,"a"]', '\n        - "010"\n        - a'),
        ("[[1], [2]]", "[[1],[2]]", "[[1], [2]]"),
    ],
)
def test_a_list_or_map_that_is_one_text(written: str, text: str, mended: str, tmp_path: Path) -> None:
    whole = RUN.format(value=written)
    assert [code for code, message in found(whole) if repr(text) in message] == ["FLOW331"]
    assert len(found(whole)) == 1
    (tmp_path / "r.yaml").write_text(whole)
    main(["lint", "--fix", str(tmp_path / "r.yaml")])
    assert (tmp_path / "r.yaml").read_text() == RUN.format(value=mended)


PLACES = """\
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  taskRunTemplate: {podTemplate: {priorityClassName: x}}
  pipelineSpec:
    params: [{name: a, default: 1.10}, {name: text, type: string}]
    tasks:
      - name: t
        params: [{name: b, value: 1.20}]
        matrix:
          params: [{name: c, value: ["1.30"]}]
          include: [{name: i, params: [{name: d, value: 1.40}]}]
        taskSpec:
          params: [{name: e, default: [1.50, x]}]
          results: [{name: z}]
          steps: [{name: s, ref: {resolver: git, params: [{name: f, value: 1.60}]}, params: [{name: g, value: 1.70}]}]
    finally:
      - name: u
        taskRef: {resolver: hub, params: [{name: h, value: 1.80}]}
  params: [{name: j, value: 1.90}, {name: text, value: [1, 2]}]
"""


def test_every_place_of_a_value() -> None:
    messages = [message.split(" is read")[0] for code, message in found(PLACES) if code == "FLOW330"]
    assert sorted(messages) == ["1.10", "1.20", "1.40", "1.60", "1.70", "1.80", "1.90"]
    # The list within the embedded Task; the one for a param that is declared as text is meant as such.
    assert [message for code, message in found(PLACES) if code == "FLOW331"] == [
        "this list does not hold text alone: to Tekton it is one text, '[1.5,\"x\"]'"
    ]


def test_a_null_where_a_text_is_meant(tmp_path: Path) -> None:
    text = """\
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: r}
spec:
  pipelineSpec:
    tasks:
      - name: t
        when: [{input: "a", operator: in, values: [~, a]}]
        taskSpec:
          stepTemplate: {env: [{name: E, value: Null}]}
          sidecars: [{name: c, image: "busybox:1", command: [null]}]
          steps: [{name: s, image: "busybox:1", args: [-x, ~, 2001-02-03], env: [{name: F, value: }, {name: G}]}]
"""
    told = [message.split(" is read as an empty text")[0] for code, message in found(text) if code == "FLOW330"]
    assert sorted(told) == ["Null", "null", "~", "~"]
    (tmp_path / "r.yaml").write_text(text)
    main(["lint", "--fix", str(tmp_path / "r.yaml")])
    mended = (tmp_path / "r.yaml").read_text()
    assert 'values: ["~", a]' in mended
    assert 'args: [-x, "~", 2001-02-03]' in mended


def test_a_default_that_admission_refuses_is_told_once_and_quoted(tmp_path: Path) -> None:
    task = """\
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: t}
spec:
  params:
    - {name: a, type: array, default: [1, 2]}
    - {name: o, type: object, properties: {k: {type: string}}, default: {k: 3}}
  steps: [{name: s, image: "busybox:1", args: ["$(params.a[*])", "$(params.o.k)"]}]
"""
    assert [code for code, _ in found(task)] == ["FLOW220", "FLOW220"]
    (tmp_path / "t.yaml").write_text(task)
    main(["lint", "--fix", str(tmp_path / "t.yaml")])
    document: Any = yaml.safe_load((tmp_path / "t.yaml").read_text())
    assert [each["default"] for each in document["spec"]["params"]] == [["1", "2"], {"k": "3"}]


def test_what_an_anchor_names_is_left_alone(tmp_path: Path) -> None:
    text = RUN.format(value="&v 1.10")
    assert [code for code, _ in found(text)] == ["FLOW330"]
    (tmp_path / "r.yaml").write_text(text)
    main(["lint", "--fix", str(tmp_path / "r.yaml")])
    assert (tmp_path / "r.yaml").read_text() == text


def test_numbers_where_text_belongs_are_quoted_as_they_are_written(tmp_path: Path) -> None:
    text = """\
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: {name: r}
spec:
  taskSpec:
    steps:
      - {name: s, image: "busybox:1", args: [-p, 1.10], env: [{name: A, value: 0755}, {name: B, value: yes}]}
"""
    (tmp_path / "r.yaml").write_text(text)
    main(["lint", "--fix", str(tmp_path / "r.yaml")])
    assert '"1.10"], env: [{name: A, value: "0755"}, {name: B, value: "yes"}]' in (tmp_path / "r.yaml").read_text()
