"""What a reference means among documents of one name, and what the rest of a set says of a document."""

from __future__ import annotations

import pytest

from flowdsl.lint.engine import Options, lint_sources
from flowdsl.lint.select import Selection
from flowdsl.yamlread.sources import Source

HEAD = "apiVersion: tekton.dev/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n"
STEPS = "  steps: [{name: s, image: 'alpine:3.20', command: [ls, $(params.a)]}]\n"


def document(kind: str, name: str, spec: str) -> str:
    return HEAD.format(kind=kind, name=name) + spec + "\n"


def build(*params: str) -> str:
    """A Task `build` that takes params, all without a default."""
    listed = ", ".join(f"{{name: {name}}}" for name in params)
    used = ", ".join(f"$(params.{name})" for name in params)
    return document("Task", "build", f"  params: [{listed}]\n  steps: [{{name: s, image: 'a:1', args: [{used}]}}]")


def run_of(task: str, *params: str, more: str = "") -> str:
    given = ", ".join(f"{{name: {name}, value: x}}" for name in params)
    return document("TaskRun", "r", f"  taskRef: {{name: {task}{more}}}\n  params: [{given}]")


def pipeline_of(*params: str, more: str = "", name: str = "p") -> str:
    given = ", ".join(f"{{name: {each}, value: x}}" for each in params)
    return document("Pipeline", name, f"  tasks: [{{name: t, taskRef: {{name: build{more}}}, params: [{given}]}}]")


def told(files: dict[str, str], *codes: str) -> list[tuple[str, str]]:
    """The codes asked for (all without any) with the file each is told of."""
    options = Options(selection=Selection(select=codes) if codes else Selection())
    found = lint_sources([Source(name, text) for name, text in files.items()], options)
    return [(document.file, place.finding.code) for document in found for place in document.shown]


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


USES = {
    "env": "env: [{name: X, valueFrom: {secretKeyRef: {name: $(params.api-token), key: k}}}]",
    "key": "env: [{name: X, valueFrom: {secretKeyRef: {name: s, key: $(params.api-token)}}}]",
    "envFrom": "envFrom: [{secretRef: {name: $(params.api-token)}}]",
    "text": "env: [{name: X, value: $(params.api-token)}]",
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("how", ["default", "run", "pipeline", "cluster", "handed on"])
def test_a_name_that_goes_to_a_secret_is_none(use: str, how: str) -> None:
    default = ", default: rox45secrets" if how == "default" else ""
    task = document(
        "Task",
        "t",
        f"  params: [{{name: api-token{default}}}]\n  steps: [{{name: s, image: 'a:1', command: [ls], {USES[use]}}}]",
    )
    given = "params: [{name: api-token, value: rox45secrets}]"
    others = {
        "default": "",
        "run": document("TaskRun", "r", f"  taskRef: {{name: t}}\n  {given}"),
        "pipeline": document("Pipeline", "p", f"  tasks: [{{name: a, taskRef: {{name: t}}, {given}}}]"),
        "cluster": document(
            "Pipeline", "p", f"  tasks: [{{name: a, taskRef: {{name: t, kind: ClusterTask}}, {given}}}]"
        ),
        "handed on": document(
            "Pipeline",
            "p",
            "  params: [{name: my-token, default: rox45secrets}]\n"
            "  tasks: [{name: a, taskRef: {name: t}, params: [{name: api-token, value: $(params.my-token)}]}]",
        )
        + "---\n"
        + document("PipelineRun", "r", "  pipelineRef: {name: p}\n  params: [{name: my-token, value: rox45secrets}]"),
    }
    found = told({"x.yaml": task, "y.yaml": others[how]} if others[how] else {"x.yaml": task}, "FLOW321")
    assert bool(found) is (use == "text")


TOKEN = "ghp_" + "a1B2" * 9


@pytest.mark.parametrize(
    "spec",
    [
        f"  steps: [{{name: s, image: 'a:1', script: 'curl -u x:{TOKEN} https://a.example'}}]",
        f"  steps: [{{name: s, image: 'a:1', args: [--token, {TOKEN}]}}]",
        f"  steps: [{{name: s, image: 'a:1', command: [ls], env: [{{name: NOTE, value: {TOKEN}}}]}}]",
        "  steps: [{name: s, image: 'a:1', script: 'export DB_PASSWORD=hunter22; psql'}]",
        "  steps: [{name: s, image: 'a:1', script: 'client_secret=\"hunter22\"'}]",
        f"  description: use {TOKEN}\n  steps: [{{name: s, image: 'a:1', command: [ls]}}]",
        f"  params: [{{name: conf, type: object, properties: {{a: {{}}}}, default: {{a: {TOKEN}}}}}]\n{STEPS}",
        f"  params: [{{name: all, type: array, default: [{TOKEN}]}}]\n{STEPS}",
    ],
)
def test_a_token_is_told_once_wherever_it_stands(spec: str) -> None:
    assert told({"x.yaml": document("Task", "t", spec)}, "FLOW321") == [("x.yaml", "FLOW321")]


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


@pytest.mark.parametrize(
    ("kind", "data", "wrong"),
    [
        ("ConfigMap", "{db.password: hunter22}", True),
        ("ConfigMap", f"{{config.yaml: 'token is {TOKEN}'}}", True),
        ("ConfigMap", "{db.password: $(params.p), token_url: 'https://a.example/token'}", False),
        ("Secret", "{db.password: aHVudGVyMjI=}", False),
    ],
)
def test_a_config_map_holds_no_credential(kind: str, data: str, wrong: bool) -> None:
    text = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: c}}\ndata: {data}\n"
    assert bool(told({"x.yaml": text}, "FLOW321")) is wrong


@pytest.mark.parametrize(
    "line",
    [
        "TOKEN=$(cat /run/token)",
        "API_TOKEN=`get it`",
        "token=get_token",
        'password = os.getenv("PASSWORD")',
        "api_key=api_key,",
        "PASSWORD=",
        "export PASSWORD",
        'PASSWORD="$1"',
        "DB_PASSWORD=${DB_PASSWORD:-}",
        "TOKEN_FILE=/run/token",
    ],
)
def test_what_a_script_fetches_is_no_credential(line: str) -> None:
    spec = f"  steps:\n  - name: s\n    image: 'a:1'\n    script: |\n      {line}\n"
    assert told({"x.yaml": document("Task", "t", spec)}, "FLOW321") == []


def test_a_hint_names_no_more_than_a_reader_takes_in() -> None:
    many = document("Task", "t", f"  params: [{', '.join(f'{{name: a{number}}}' for number in range(900))}]\n{STEPS}")
    run = run_of("t", "zzz")
    (_, found) = lint_sources(
        [Source("x.yaml", many + "---\n" + run)], Options(selection=Selection(select=("FLOW310",)))
    )
    (place,) = found.shown
    assert place.finding.hint.endswith(" and 870 more")


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
    assert "FLOW320" in {place.finding.code for place in found.shown}
