"""What lint does not tell, since nobody would change a file for it: by what a task is for, and by the folder it is in."""

from __future__ import annotations

import pytest
from lint_support import document, told

from flowdsl.linter.engine import Options, lint_sources
from flowdsl.linter.select import Selection
from flowdsl.yamlread.sources import Source


@pytest.mark.parametrize(
    ("spec", "codes"),
    [
        # A param that is a whole line is code that is meant to run, and may use the workspace and write the result.
        ("  steps: [{name: s, image: 'a:1', script: \"echo a\\n$(params.a)\\n\"}]", set()),
        ("  steps: [{name: s, image: 'a:1', command: [sh, -c, $(params.a)]}]", set()),
        ("  steps: [{name: s, image: 'a:1', script: 'eval \"$(params.a)\"'}]", set()),
        ("  steps: [{name: s, image: 'a:1', script: 'echo $(params.a)'}]", {"FLOW305", "FLOW306", "FLOW320"}),
        ("  steps: [{name: s, image: 'a:1', command: [ls, $(params.a)]}]", {"FLOW305", "FLOW306"}),
        (
            "  steps: [{name: s, image: 'a:1', script: 'echo a > \"$(results.r-${i}.path)\" $(params.a)'}]",
            {"FLOW306", "FLOW320"},
        ),
    ],
)
def test_what_comes_with_the_run_may_use_anything(spec: str, codes: set[str]) -> None:
    head = "  params: [{name: a}]\n  workspaces: [{name: w}]\n  results: [{name: r}]\n"
    found = told({"x.yaml": document("Task", "t", head + spec)})
    assert {code for _, code in found if code.startswith("FLOW3")} == codes


def test_a_sample_holds_what_the_reader_is_to_fill_in() -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {token: <your token>}\n"
    assert [file for file, _ in told({"a/samples/s.yaml": text, "a/tests/s.yaml": text, "s.yaml": text})] == [
        "a/tests/s.yaml",
        "s.yaml",
    ]


def test_an_image_is_told_once_and_what_ko_builds_never() -> None:
    images = ["alpine", "alpine", "ko://example.com/cmd/x", "github.com/acme/cmd/x", "alpine:latest"]
    steps = ", ".join(f"{{name: s{number}, image: '{image}', command: [ls]}}" for number, image in enumerate(images))
    found = told({"x.yaml": document("Task", "t", f"  steps: [{steps}]")}, "FLOW322")
    assert len(found) == 2


def test_a_param_that_is_said_to_be_kept() -> None:
    spec = "  params: [{name: old, description: 'Deprecated, has no effect'}]\n  steps: [{image: 'a:1', command: [ls]}]"
    assert told({"x.yaml": document("Task", "t", spec)}, "FLOW304") == []
    assert told({"x.yaml": document("Task", "t", spec.replace("Deprecated, has no effect", "the folder"))}, "FLOW304")


RISKY = document(
    "Task", "t", "  params: [{name: a}, {name: b}]\n  steps: [{name: s, image: alpine, script: 'echo $(params.a)'}]"
)


@pytest.mark.parametrize(
    ("file", "codes"),
    [
        ("task.yaml", {"FLOW304", "FLOW320", "FLOW322"}),
        ("samples/task.yaml", {"FLOW304"}),
        ("a/examples/b/task.yaml", {"FLOW304"}),
        ("a/tests/task.yaml", set()),
        ("integration-tests/task.yaml", set()),
        ("my_examples/task.yaml", {"FLOW304"}),
        ("pkg/testdata/task.yaml", set()),
        ("pkg/golden/a/task.yaml", set()),
        ("contest/task.yaml", {"FLOW304", "FLOW320", "FLOW322"}),
        ("/somewhere/tests/task.yaml", {"FLOW304", "FLOW320", "FLOW322"}),
    ],
)
def test_some_rules_are_not_for_tests_and_samples(file: str, codes: set[str]) -> None:
    assert {code for _, code in told({file: RISKY})} == codes
    assert {code for _, code in told({file: RISKY}, "FLOW304", "FLOW320", "FLOW322")} == {
        "FLOW304",
        "FLOW320",
        "FLOW322",
    }
    asked = Options(selection=Selection(extend=("FLOW320",)))
    (found,) = lint_sources([Source(file, RISKY)], asked)
    assert "FLOW320" in {place.code for place in found.shown}


QUEUED = "metadata: {{name: p, labels: {{kueue.x-k8s.io/queue-name: gpu}}}}\nspec: {{tasks: [{{name: t, taskSpec: {{{}}}}}]}}\n"
STEP = "{name: s, image: 'a:1', command: ['true']"


@pytest.mark.parametrize(
    ("spec", "codes"),
    [
        (f"steps: [{STEP}}}]", ["FLOW347"]),
        (f"steps: [{STEP}, computeResources: {{requests: {{cpu: '1'}}}}}}]", []),
        (f"steps: [{STEP}, computeResources: {{limits: {{memory: 1Gi}}}}}}]", []),
        (f"steps: [{STEP}}}], stepTemplate: {{computeResources: {{requests: {{cpu: '1'}}}}}}", []),
        (f"steps: [{STEP}, computeResources: {{}}}}]", ["FLOW347"]),
    ],
)
def test_a_task_in_a_queue_that_requests_something_is_fine(spec: str, codes: list[str]) -> None:
    head = "apiVersion: tekton.dev/v1\nkind: Pipeline\n"
    assert [code for _, code in told({"p.yaml": head + QUEUED.format(spec)}, "FLOW347")] == codes
    free = head + QUEUED.format(spec).replace("kueue.x-k8s.io/queue-name", "team")
    assert told({"p.yaml": free}, "FLOW347") == []
    assert told({"samples/p.yaml": head + QUEUED.format(spec)}, "FLOW309") == []
