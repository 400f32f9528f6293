"""What lint tells of annotations and placeholders of Pipelines-as-Code."""

from __future__ import annotations

import pytest
from lint_support import told

PREFIX = "pipelinesascode.tekton.dev/"
BOTH = {"on-event": "[push]", "on-target-branch": "[main]"}
CODES = tuple(f"FLOW{number}" for number in range(268, 277))


def codes(annotations: dict[str, str], step: str = "command: [make]") -> list[str]:
    notes = "".join(f"    {PREFIX}{name}: {value!r}\n" for name, value in annotations.items())
    text = (
        f"apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata:\n  name: ci\n  annotations:\n{notes}"
        "spec:\n  pipelineSpec:\n    tasks:\n    - name: t\n      taskSpec:\n        steps:\n"
        f"        - {{name: s, image: 'alpine:3.20', {step}}}\n"
    )
    return [code for _, code in told({".tekton/ci.yaml": text}, *CODES)]


WRONG = {
    "FLOW268": [{**BOTH, "on-events": "[push]"}, {**BOTH, "max-keep-run": "5"}],
    "FLOW269": [
        {**BOTH, "on-target-branch": "main, dev"},
        {**BOTH, "on-target-branch": "[]"},
        {**BOTH, "cancel-in-progress": "yes"},
        {**BOTH, "max-keep-runs": "five"},
    ],
    "FLOW270": [{**BOTH, "on-event": "[tag]"}, {**BOTH, "on-event": "pull-request"}],
    "FLOW271": [
        {"on-cel-expression": "event == "},
        {"on-cel-expression": 'branch == "main"'},
        {"on-cel-expression": 'target_branch.substring(2) == "x"'},
    ],
    "FLOW272": [
        {**BOTH, "on-target-branch": "[[z-a]]"},
        {**BOTH, "on-path-change": "[docs/[9-0]]"},
        {"on-comment": "(/go"},
    ],
    "FLOW274": [{"on-event": "[push]"}, {"on-target-branch": "[main]"}, {"on-path-change": "[a]"}],
    "FLOW275": [{**BOTH, "on-cel-expression": "true"}, {"on-label": "[a]", "on-cel-expression": "true"}],
}


@pytest.mark.parametrize("code", WRONG)
def test_a_mistake_in_annotations_is_told(code: str) -> None:
    for each in WRONG[code]:
        assert {*codes(each)} == {code}, each


RIGHT = [
    BOTH,
    {
        **BOTH,
        "on-path-change": "[docs/**, {a&#44;b}/*]",
        "cancel-in-progress": "true",
        "max-keep-runs": "5",
        "task-1": "x",
    },
    {"on-cel-expression": 'event == "push" && files.all.exists(f, f.matches("a")) && "a/*".pathChanged()'},
    {"on-comment": "^/merge"},
    # What it wrote onto a run itself.
    {"on-events": "[x]", "state": "completed"},
]


@pytest.mark.parametrize("annotations", RIGHT)
def test_what_it_takes_is_not_told(annotations: dict[str, str]) -> None:
    assert codes(annotations) == []


def test_placeholders_are_known_and_texts_of_others_stay_out_of_scripts() -> None:
    assert codes(BOTH, "args: ['{{ revision }}', '{{ body.a }}', '{{ cel: pac.revision }}']") == []
    assert codes(BOTH, "args: ['{{ revison }}']") == ["FLOW273"]
    assert codes(BOTH, "args: ['{{ cel: revison }}']") == ["FLOW271"]
    assert codes(BOTH, "script: 'git checkout {{ source_branch }}'") == ["FLOW276"]
    assert codes(BOTH, "script: 'git checkout {{ revision }}'") == []
