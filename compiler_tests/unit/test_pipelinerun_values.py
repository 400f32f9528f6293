"""Params, results, matrices and their variables at the pipeline's level."""

from __future__ import annotations

from typing import Any

import pytest
from pipelinerun_support import ended, failed, give, pipeline_run, play, task

from flowdsl.machine.matrix import count, fan_out
from flowdsl.machine.naming import child_name, run_names

STRING = {"name": "s", "type": "string"}
ARRAY = {"name": "list", "type": "array"}
OBJECT = {"name": "o", "type": "object", "properties": {"k": {"type": "string"}, "other": {"type": "string"}}}
GIVEN = give(s="text", list=["x", "y"], o={"k": "v", "other": "w"})


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        ("$(params.s)", "text"),
        ("a-$(params.s)-b", "a-text-b"),
        ("$(params['s'])", "text"),
        ('$(params["s"])', "text"),
        ("$(params.list[1])", "y"),
        ("$(params['list'][0])", "x"),
        ("$(params.list[*])", ["x", "y"]),
        (["before", "$(params.list[*])", "after"], ["before", "x", "y", "after"]),
        (["$(params.s)", "$(params.list[0])"], ["text", "x"]),
        ("$(params.o.k)", "v"),
        ("$(params.o[*])", {"k": "v", "other": "w"}),
        ({"a": "$(params.s)", "b": "$(params.o.other)"}, {"a": "text", "b": "w"}),
        ("$(context.pipelineRun.name)/$(context.pipeline.name)", "run/run"),
        ("$(context.pipelineRun.uid) $(context.pipelineRun.namespace)", "uid-1 default"),
        ("$(context.pipelineTask.retries)", "2"),
        ("$(workspaces.there.bound) $(workspaces.gone.bound)", "true false"),
        ("$(params.unknown) $$(params.s) $(nothing)", "$(params.unknown) $text $(nothing)"),
        (3, "3"),
        (True, "true"),
        ([1, 2.5, False], "[1,2.5,false]"),
        ({"b": {"c": 1}, "a": "<x>"}, '{"a":"\\u003cx\\u003e","b":{"c":1}}'),
        (["a", None], ["a", ""]),
    ],
)
def test_variables_in_a_param(value: Any, becomes: Any) -> None:
    kind = "array" if isinstance(becomes, list) else "object" if isinstance(becomes, dict) else "string"
    run = play(
        pipeline_run(
            task("a", params=[{"name": "x", "value": value}], declares=[{"name": "x", "type": kind}], retries=2),
            declares=[STRING, ARRAY, OBJECT],
            params=GIVEN,
            spaces=[{"name": "there"}, {"name": "gone", "optional": True}],
            workspaces=[{"name": "there", "emptyDir": {}}],
        )
    )
    assert run.runner.params("run-a") == {"x": becomes}, run.message


def test_a_list_with_a_number_in_it_is_a_text_and_no_array() -> None:
    declares = [{"name": "list", "type": "array"}]
    run = play(
        pipeline_run(task("a", params=give(x="$(params.list[0])")), declares=declares, params=give(list=[1, "b"]))
    )
    assert run.reason == "ParameterTypeMismatch"
    assert "parameters have inconsistent types : [list]" in run.message


def test_an_object_and_an_array_reach_a_step_s_params_whole() -> None:
    step = {
        "name": "s",
        "ref": {"name": "act"},
        "params": give(xs="$(params.list[*])", o="$(params.o[*])", t="$(params.s)"),
    }
    run = play(
        pipeline_run(task("a", spec={"steps": [step]}), declares=[STRING, ARRAY, OBJECT], params=GIVEN),
    )
    made = run.runner.works["run-a"].task_run["spec"]["taskSpec"]["steps"][0]["params"]
    assert made == give(xs=["x", "y"], o={"k": "v", "other": "w"}, t="text")


ARTIFACTS = {"outputs": [{"name": "image", "values": [{"uri": "<u>", "digest": {"sha256": "1f"}}]}, {"name": "more"}]}


@pytest.mark.parametrize("final", [False, True])
def test_artifacts_of_a_task_reach_another(final: bool) -> None:
    script = "$(tasks.make.outputs.image) $(tasks.make.outputs) $(tasks.make.outputs.none) $(tasks.none.outputs.image)"
    spec = {"steps": [{"name": "s", "image": "i", "script": script}]}
    use = task("use", spec=spec, **({} if final else {"runAfter": ["make"]}))
    make = task("make")
    tasks, last = ([make], [use]) if final else ([make, use], [])
    run = play(pipeline_run(*tasks, final=last), {"make": {**ended(), "artifacts": ARTIFACTS}})
    values = '[{"digest":{"sha256":"1f"},"uri":"\\u003cu\\u003e"}]'
    made = run.runner.works["run-use"].task_run["spec"]["taskSpec"]["steps"][0]["script"]
    assert made == f"{values} {values} $(tasks.make.outputs.none) $(tasks.none.outputs.image)"


def test_artifacts_reach_a_task_that_is_referred_to() -> None:
    step = {"name": "s", "image": "i", "args": ["$(tasks.make.outputs.image)"]}
    document = {"kind": "Task", "metadata": {"name": "t"}, "spec": {"steps": [step]}}
    use = {"name": "use", "runAfter": ["make"], "taskRef": {"name": "t"}}
    run = play(pipeline_run(task("make"), use), {"make": {**ended(), "artifacts": ARTIFACTS}}, documents=(document,))
    assert "1f" in run.runner.works["run-use"].task_run["spec"]["taskSpec"]["steps"][0]["args"][0]
    assert step["args"] == ["$(tasks.make.outputs.image)"]


def test_defaults_may_refer_to_other_params_in_any_order() -> None:
    declares = [
        {"name": "image", "default": "$(params.registry)/$(params.repo)"},
        {"name": "registry", "default": "r.example"},
        {"name": "repo"},
        {"name": "tags", "type": "array", "default": ["$(params.image):1", "2"]},
        {"name": "o", "type": "object", "properties": {"k": {}}, "default": {"k": "$(params.repo)"}},
    ]
    params = give(image="$(params.image)", tag="$(params.tags[0])", key="$(params.o.k)")
    run = play(pipeline_run(task("a", params=params), declares=declares, params=give(repo="me")))
    assert run.runner.params("run-a") == {"image": "r.example/me", "tag": "r.example/me:1", "key": "me"}


@pytest.mark.parametrize(
    ("declares", "given", "reason", "words"),
    [
        ([{"name": "a"}, {"name": "b"}], {}, "ParameterMissing", "pipelineRun missing parameters: [a b]"),
        ([ARRAY], {"list": "x"}, "ParameterTypeMismatch", "parameters have inconsistent types : [list]"),
        ([STRING], {"s": ["x"]}, "ParameterTypeMismatch", "parameters have inconsistent types : [s]"),
        ([OBJECT], {"o": {"k": "v"}}, "ObjectParameterMissKeys", "map[o:[other]]"),
        ([{"name": "e", "enum": ["x", "y"]}], {"e": "z"}, "InvalidParamValue", "param `e` value: z is not in the enum"),
        (
            [{"name": "c", "default": "$(params.d)"}, {"name": "d", "default": "$(params.c)"}],
            {},
            "PipelineValidationFailed",
            "circular dependency detected",
        ),
        (
            [{"name": "c", "default": "$(params.nowhere)"}],
            {},
            "PipelineValidationFailed",
            'references undefined param "params.nowhere"',
        ),
    ],
)
def test_params_that_do_not_fit(declares: list[dict[str, Any]], given: dict[str, Any], reason: str, words: str) -> None:
    run = play(pipeline_run(task("a"), declares=declares, params=give(**given)))
    assert run.reason == reason
    assert run.message.startswith("[User error] ")
    assert words in run.message
    assert run.runner.seen == []


def test_an_index_beyond_an_array() -> None:
    run = play(
        pipeline_run(task("a", params=give(x="$(params.list[2])")), declares=[ARRAY], params=give(list=["x", "y"]))
    )
    assert run.reason == "ParamArrayIndexingInvalid"
    assert "non-existent param references:[$(params.list[2])]" in run.message


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        ("$(tasks.a.results.s)", "text"),
        ("<$(tasks.a.results.s)>", "<text>"),
        ("$(tasks.a.results.list[*])", ["x", "y"]),
        ("$(tasks.a.results.list[1])", "y"),
        ("$(tasks.a.results.o.k)", "v"),
        ("$(tasks.a.results.o[*])", {"k": "v"}),
        (["$(tasks.a.results.list[*])", "z"], ["x", "y", "z"]),
    ],
)
def test_results_in_a_param(value: Any, becomes: Any) -> None:
    kind = "array" if isinstance(becomes, list) else "object" if isinstance(becomes, dict) else "string"
    run = play(
        pipeline_run(
            task("a", results=("s", "list[]", "o{}")),
            task("b", params=[{"name": "x", "value": value}], declares=[{"name": "x", "type": kind}]),
        ),
        {"a": ended(s="text", list=["x", "y"], o={"k": "v"})},
    )
    assert run.runner.params("run-b") == {"x": becomes}, run.message


def test_an_index_beyond_a_result_ends_the_run() -> None:
    run = play(
        pipeline_run(task("a", results=("list[]",)), task("b", params=give(x="$(tasks.a.results.list[5])"))),
        {"a": ended(list=["x"])},
    )
    assert run.reason == "PipelineValidationFailed"
    assert "array Result Index 5 for Task a Result list is out of bound of size 1" in run.message


def test_results_and_params_reach_into_an_embedded_task() -> None:
    steps = [
        {
            "name": "s",
            "image": "$(params.image)",
            "script": "$(tasks.a.results.r) $(params.own) $(context.pipelineRun.name)",
        }
    ]
    run = play(
        pipeline_run(
            task("a", results=("r",)),
            task("b", params=give(own="mine"), spec={"steps": steps}),
            declares=[{"name": "image", "default": "busybox"}, {"name": "own", "default": "the pipeline's"}],
        ),
        {"a": ended(r="v")},
    )
    step = run.runner.works["run-b"].task_run["spec"]["taskSpec"]["steps"][0]
    assert step == {"name": "s", "image": "busybox", "script": "v mine run"}


def test_results_of_the_run() -> None:
    results = [
        {"name": "whole", "value": "$(tasks.a.results.list[*])"},
        {"name": "one", "value": "$(tasks.a.results.list[0])"},
        {"name": "key", "value": "at $(tasks.a.results.o.k)"},
        {"name": "object", "value": "$(tasks.a.results.o[*])"},
        {"name": "of-skipped", "value": "$(tasks.skipped.results.r)"},
        {"name": "of-finally", "value": "$(finally.f.results.r)"},
    ]
    run = play(
        pipeline_run(
            task("a", results=("list[]", "o{}")),
            task("skipped", results=("r",), when=[{"input": "a", "operator": "in", "values": ["b"]}]),
            final=[task("f", results=("r",))],
            results=results,
        ),
        {"a": ended(list=["x", "y"], o={"k": "v"}), "f": ended(r="end")},
    )
    assert run.results == {"whole": ["x", "y"], "one": "x", "key": "at v", "object": {"k": "v"}, "of-finally": "end"}
    assert run.reason == "Completed"


@pytest.mark.parametrize(
    ("status", "results", "reason"),
    [
        (failed(), {}, "Failed"),
        (failed(r="partial"), {"out": "partial"}, "Failed"),
        (ended(), {}, "CouldntGetPipelineResult"),
    ],
)
def test_results_of_the_run_from_a_task_without_them(
    status: dict[str, Any], results: dict[str, Any], reason: str
) -> None:
    declared = [{"name": "out", "value": "$(tasks.a.results.r)"}]
    run = play(pipeline_run(task("a", results=("r",)), results=declared), {"a": status})
    assert (run.results, run.reason) == (results, reason)


def params(**values: list[str]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in values.items()]


@pytest.mark.parametrize(
    ("matrix", "combinations"),
    [
        ({"params": params(a=["1", "2"])}, [{"a": "1"}, {"a": "2"}]),
        (
            {"params": params(b=["x", "y"], a=["1", "2"])},
            [{"a": "1", "b": "x"}, {"a": "1", "b": "y"}, {"a": "2", "b": "x"}, {"a": "2", "b": "y"}],
        ),
        (
            {"include": [{"name": "one", "params": give(a="1", b="2")}, {"params": give(a="3")}]},
            [{"a": "1", "b": "2"}, {"a": "3"}],
        ),
        (
            {"params": params(a=["1", "2"]), "include": [{"params": give(a="1", extra="e")}]},
            [{"a": "1", "extra": "e"}, {"a": "2"}],
        ),
        (
            {"params": params(a=["1"]), "include": [{"params": give(common="c")}, {"params": give(a="9")}]},
            [{"a": "1", "common": "c"}, {"a": "9"}],
        ),
    ],
)
def test_fan_out(matrix: dict[str, Any], combinations: list[dict[str, str]]) -> None:
    assert fan_out(matrix) == combinations
    assert count(matrix) == len(combinations)


def test_a_matrix_runs_each_combination_and_gathers_results() -> None:
    def double(work: Any, stop: Any) -> dict[str, Any]:
        given = {each["name"]: each["value"] for each in work.task_run["spec"]["params"]}
        return ended(r=given["a"] * 2)

    many = task("m", results=("r",), matrix={"params": params(a=["1", "2", "3"])}, params=give(same="s"))
    after = task(
        "after",
        params=give(all="$(tasks.m.results.r[*])", n="$(tasks.m.matrix.length)", got="$(tasks.m.matrix.r.length)"),
        declares=[{"name": "all", "type": "array"}, {"name": "n"}, {"name": "got"}],
        runAfter=["m"],
    )
    run = play(pipeline_run(many, after), {"m": double})
    assert run.children == ["run-m-0", "run-m-1", "run-m-2", "run-after"]
    assert run.runner.params("run-m-1") == {"a": "2", "same": "s"}
    assert run.runner.params("run-after") == {"all": ["11", "22", "33"], "n": "3", "got": "3"}
    assert run.message.startswith("Tasks Completed: 2 ")


def test_a_matrix_over_a_result() -> None:
    fan = task("m", matrix={"params": [{"name": "a", "value": "$(tasks.list.results.l[*])"}]})
    run = play(pipeline_run(task("list", results=("l[]",)), fan), {"list": ended(l=["x", "y"])})
    assert sorted(run.children) == ["run-list", "run-m-0", "run-m-1"]


def test_an_empty_array_skips_a_matrix() -> None:
    fan = task("m", matrix={"params": [{"name": "a", "value": "$(params.list[*])"}]})
    run = play(pipeline_run(fan, declares=[ARRAY], params=give(list=[])))
    assert run.skipped == {"m": "Matrix Parameters have an empty array"}


def test_one_failing_combination_fails_the_task() -> None:
    def second_fails(work: Any, stop: Any) -> dict[str, Any]:
        return failed() if work.task_run["metadata"]["name"].endswith("-1") else ended()

    many = task("m", matrix={"params": params(a=["1", "2"])})
    run = play(pipeline_run(many, task("late", runAfter=["m"])), {"m": second_fails})
    assert run.message == "Tasks Completed: 1 (Failed: 1, Cancelled 0), Skipped: 1"


def test_names_of_combinations_are_shown() -> None:
    many = task(
        "m",
        displayName="build for $(params.os)",
        matrix={"include": [{"name": "On $(params.os)", "params": give(os="linux")}]},
    )
    other = task("n", displayName="for $(params.os)", matrix={"params": params(os=["mac", "win"])})
    run = play(pipeline_run(many, other))
    assert [each["displayName"] for each in run.status["childReferences"]] == ["On linux", "for mac", "for win"]


def test_names_of_task_runs() -> None:
    assert run_names("r", "t", 1, matrixed=False) == run_names("r", "t", 1, matrixed=True) == ["r-t"]
    assert run_names("r", "t", 2, matrixed=True) == ["r-t-0", "r-t-1"]
    long = run_names("r" * 60, "task" * 10, 12, matrixed=True)
    assert all(len(each) <= 63 for each in long)
    assert len(set(long)) == 12
    assert [each.rpartition("-")[2] for each in long] == [str(number) for number in range(12)]


def test_long_names_are_hashed_as_kmeta_hashes_them() -> None:
    """The hashes come from md5sum: of the parent, or of both where the suffix is too long to be kept whole."""
    assert child_name("parent", "-child") == "parent-child"
    assert child_name("a" * 63, "-deployment") == "a" * 20 + "b06521f39153d618550606be297466d5-deployment"
    assert child_name("run-", "-" + "b" * 40) == "run--" + "b" * 40
    suffix = "-" + "b" * 60
    made = child_name("run", suffix)
    assert made.startswith("run")
    assert len(made) <= 63
