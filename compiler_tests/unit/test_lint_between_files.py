"""What a reference means among documents of one name, and what the rest of a set says of a document."""

from __future__ import annotations

import pytest
from lint_support import STEPS, build, document, pipeline_of, run_of, told

from flowdsl.linter.engine import Options, lint_sources
from flowdsl.linter.select import Selection
from flowdsl.yamlread.sources import Source

VERSIONS = {"task/build/0.1/build.yaml": build("a"), "task/build/0.2/build.yaml": build("a", "b")}


@pytest.mark.parametrize(
    ("file", "text", "codes"),
    [
        ("task/build/0.1/tests/run.yaml", run_of("build", "a"), []),
        ("task/build/0.1/tests/run.yaml", run_of("build", "a", "b"), ["FLOW310"]),
        ("task/build/0.2/tests/run.yaml", run_of("build", "a", "b"), []),
        ("task/build/0.2/samples/deep/er/run.yaml", run_of("build", "a"), ["FLOW311"]),
        # Of two that are equally near and differ, nothing is said.
        ("pipelines/p.yaml", pipeline_of(), []),
        ("pipelines/p.yaml", pipeline_of("a", more=", version: '0.1'"), []),
        ("pipelines/p.yaml", pipeline_of("a", more=", version: '0.2'"), ["FLOW311"]),
        ("pipelines/p.yaml", pipeline_of("a", "b", more=", version: '0.1'"), ["FLOW310"]),
        # The same file goes before the same folder, and that before those above.
        ("task/build/0.1/more.yaml", build() + "---\n" + pipeline_of(), []),
        ("task/build/0.1/more.yaml", pipeline_of(), ["FLOW311"]),
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
def test_the_nearest_document_counts(file: str, text: str, codes: list[str], backwards: bool) -> None:
    files = {**VERSIONS, file: text}
    ordered = dict(reversed(files.items())) if backwards else files
    found = told(ordered, "FLOW310", "FLOW311", "FLOW312", "FLOW315")
    assert found == [(file, code) for code in codes]


def test_a_document_that_cannot_be_read_is_still_the_nearest() -> None:
    old = build("a").replace("tekton.dev/v1", "tekton.dev/v1beta1").replace("spec:", "spec:\n  resources: {inputs: []}")
    files = {"build/0.1/build.yaml": old, "build/0.2/build.yaml": build("b"), "build/0.1/p.yaml": pipeline_of("a")}
    assert told(files, "FLOW310", "FLOW311", "FLOW315") == []
    broken = build("a").replace("{name: a}", "{nam: a}")
    assert told({**files, "build/0.1/build.yaml": broken}, "FLOW310", "FLOW311", "FLOW315") == []


def test_a_label_says_the_version_too() -> None:
    old = build("a").replace("{name: build}", "{name: build, labels: {app.kubernetes.io/version: '1.2'}}")
    files = {"x/old.yaml": old, "y/new.yaml": build("a", "b"), "z/p.yaml": pipeline_of("a", more=", version: '1.2'")}
    assert told(files, "FLOW311") == []


def test_equals_are_as_good_as_one() -> None:
    files = {"x/build.yaml": build("a"), "y/build.yaml": build("a"), "z/p.yaml": pipeline_of()}
    assert told(files, "FLOW311") == [("z/p.yaml", "FLOW311")]


@pytest.mark.parametrize(
    ("files", "where"),
    [
        (VERSIONS, None),
        ({"x/a.yaml": build("a"), "x/b.yaml": build("b")}, "x/b.yaml"),
        ({"x/a.yaml": build("a") + "---\n" + build("b")}, "x/a.yaml"),
        # Examples: each file holds a run and what it runs.
        ({"x/a.yaml": build("a") + "---\n" + run_of("build", "a"), "x/b.yaml": build("b")}, None),
        ({"x/a.yaml": run_of("build"), "x/b.yaml": run_of("build")}, None),
        ({"x/a.yaml": run_of("build") + "---\n" + run_of("build")}, "x/a.yaml"),
    ],
)
def test_two_of_a_name(files: dict[str, str], where: str | None) -> None:
    assert told(files, "FLOW316") == ([(where, "FLOW316")] if where else [])


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        ({"x/a.yaml": build("a") + "---\n" + pipeline_of().replace("build", "biuld")}, True),
        ({"x/a.yaml": document("Task", "other", STEPS), "x/p.yaml": pipeline_of()}, True),
        ({"x/a.yaml": document("Task", "other", STEPS), "y/p.yaml": pipeline_of()}, False),
        ({"x/a.yaml": document("Task", "other", STEPS), "x/r.yaml": run_of("build")}, False),
        (
            {"x/a.yaml": document("Task", "other", STEPS), "x/p.yaml": pipeline_of().replace("build", "'{{ task }}'")},
            False,
        ),
    ],
)
def test_a_task_that_is_not_here(files: dict[str, str], missing: bool) -> None:
    assert bool(told(files, "FLOW315")) is missing


def test_what_an_annotation_fetches_is_neither_missing_nor_one_of_these() -> None:
    run = """\
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  name: r
  annotations: {pipelinesascode.tekton.dev/task: "[build:0.9, https://tasks.example/lint.yaml]"}
spec:
  pipelineSpec:
    tasks: [{name: t, taskRef: {name: build}}, {name: l, taskRef: {name: lint}}]
"""
    assert told({".tekton/r.yaml": run, ".tekton/build.yaml": build("a")}, "FLOW311", "FLOW315") == []


LISTS = document(
    "Task",
    "lists",
    "  params: [{name: many, type: array, default: []}, {name: one, default: x}]\n"
    "  results: [{name: many, type: array}, {name: one}]\n"
    "  steps: [{name: s, image: 'a:1', args: [$(params.one), '$(params.many[*])']}]",
)


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("many", "$(tasks.first.results.many)", False),
        ("many", "$(tasks.first.results.many[*])", False),
        ("many", "$(tasks.first.results.one)", True),
        ("many", "$(tasks.first.results.many[0])", True),
        ("many", "say $(tasks.first.results.one)", True),
        ("one", "$(tasks.first.results.many[0])", False),
        ("one", "$(tasks.first.results.many)", True),
        ("many", "$(params.items[*])", False),
        ("one", "$(params.items[*])", True),
        ("one", "$(params.word)", False),
        ("many", "$(params.word)", True),
    ],
)
def test_a_reference_alone_is_given_as_what_it_is(name: str, value: str, wrong: bool) -> None:
    pipeline = document(
        "Pipeline",
        "p",
        "  params: [{name: items, type: array}, {name: word}]\n  tasks:\n  - {name: first, taskRef: {name: lists}}\n"
        f"  - {{name: second, taskRef: {{name: lists}}, params: [{{name: {name}, value: '{value}'}}]}}",
    )
    assert bool(told({"x.yaml": LISTS + "---\n" + pipeline}, "FLOW312")) is wrong


MOUNT = "  steps: [{name: s, image: 'a:1', command: [ls], volumeMounts: [{name: v, mountPath: /v}]}]"
BROUGHT = "podTemplate: {volumes: [{name: v, emptyDir: {}}]}"


@pytest.mark.parametrize(
    "run",
    [
        document("TaskRun", "r", f"  {BROUGHT}\n  taskSpec:\n  {MOUNT}"),
        document("TaskRun", "r", f"  {BROUGHT}\n  taskRef: {{name: t}}") + "---\n" + document("Task", "t", MOUNT),
        document(
            "PipelineRun",
            "r",
            f"  taskRunTemplate: {{{BROUGHT}}}\n  pipelineSpec: {{tasks: [{{name: a, taskSpec: {{{MOUNT}}}}}]}}",
        ),
        document(
            "PipelineRun",
            "r",
            f"  taskRunSpecs: [{{pipelineTaskName: a, {BROUGHT}}}]\n  pipelineSpec: {{tasks: [{{name: a, taskSpec: {{{MOUNT}}}}}]}}",
        ),
    ],
)
def test_a_volume_that_the_run_brings(run: str) -> None:
    assert told({"x.yaml": run}, "FLOW307") == []
    assert told({"x.yaml": run.replace("name: v, emptyDir", "name: w, emptyDir")}, "FLOW307")


@pytest.mark.parametrize(
    ("pipeline", "task", "wrong"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_an_optional_workspace_where_one_is_needed(pipeline: bool, task: bool, wrong: bool) -> None:
    needs = document("Task", "t", f"  workspaces: [{{name: w, optional: {str(task).lower()}}}]\n{STEPS}")
    gives = document(
        "Pipeline",
        "p",
        f"  workspaces: [{{name: shared, optional: {str(pipeline).lower()}}}]\n"
        "  tasks: [{name: a, taskRef: {name: t}, workspaces: [{name: w, workspace: shared}]}]",
    )
    assert bool(told({"x.yaml": needs + "---\n" + gives}, "FLOW335")) is wrong


def test_a_hint_names_no_more_than_a_reader_takes_in() -> None:
    many = document("Task", "t", f"  params: [{', '.join(f'{{name: a{number}}}' for number in range(900))}]\n{STEPS}")
    run = run_of("t", "zzz")
    (_, found) = lint_sources(
        [Source("x.yaml", many + "---\n" + run)], Options(selection=Selection(select=("FLOW310",)))
    )
    (place,) = found.shown
    assert place.hint.endswith(" and 870 more")


def test_one_mistake_is_told_once() -> None:
    versioned = pipeline_of(more=", version: '0.2'")
    assert told({"p.yaml": versioned}) == [("p.yaml", "FLOW201")]
    # A name that is like the one that is needed, and one workspace for another.
    misspelt = document(
        "Task",
        "build",
        "  params: [{name: revision}]\n  workspaces: [{name: source}]\n  steps: [{image: 'a:1', args: [$(params.revision), $(workspaces.source.path)]}]",
    )
    given = document(
        "Pipeline",
        "p",
        "  workspaces: [{name: w}]\n  tasks: [{name: t, taskRef: {name: build}, params: [{name: revison, value: x}], workspaces: [{name: package, workspace: w}]}]",
    )
    assert told({"x.yaml": misspelt, "y.yaml": given}) == [("y.yaml", "FLOW310"), ("y.yaml", "FLOW314")]
    # Values at a place where none belongs: neither unused, nor missing.
    misplaced = document(
        "TaskRun", "r", "  taskSpec:\n    params: [{name: a, value: x}]\n    steps: [{image: 'a:1', command: [ls]}]"
    )
    assert told({"r.yaml": misplaced}) == [("r.yaml", "FLOW201")]
