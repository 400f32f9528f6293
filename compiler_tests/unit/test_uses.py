"""One use of a task that asks for what the task says otherwise: which document says it, and under which name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flowdsl import (
    Secret,
    Step,
    Task,
    context,
    manifest,
    named,
    on_finish,
    pipeline,
    pipeline_run,
    status,
    task,
    task_ref,
    task_run,
    when,
)
from flowdsl.compiler import Compilation, CompileOptions, compile_pipeline
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.diagnostics import FlowError
from flowdsl.ir.uses import IN_THE_RUN, IN_THE_TASK


@task(
    image="python:3.12-slim", cpu="1", memory="2Gi", gpu=1, env={"A": "1", "B": "2"}, node_selector={"zone": "a"}, requires=["x"]
)  # fmt: skip
def train(x: int = 1) -> int:
    return x


@task_ref("build")
def build(x: int = 1) -> int: ...


@task_ref(named("wait", api_version="example.dev/v1", kind="Wait"))
def wait() -> None: ...


def compiled(use: Callable[[], object], **options: Any) -> Compilation:
    @pipeline
    def flow() -> None:
        use()

    return compile_pipeline(flow, CompileOptions(**options))


def of_kind(found: Compilation, kind: str) -> list[Any]:
    return [each for each in found.documents if each["kind"] == kind]


def tasks(use: Callable[[], object]) -> dict[str, Any]:
    return {each["metadata"]["name"]: each for each in of_kind(compiled(use), "Task")}


def run_specs(use: Callable[[], object]) -> list[Any]:
    found: list[Any] = of_kind(compiled(use), "PipelineRun")[0]["spec"].get("taskRunSpecs", [])
    return found


VARIANTS: dict[str, tuple[dict[str, Any], str, Callable[[Any], object], object]] = {
    "image": ({"image": "python:3.11-slim"}, "image-", lambda step: step["image"], "python:3.11-slim"),
    "cpu": ({"cpu": "4"}, "cpu-4", lambda step: step["computeResources"]["limits"]["cpu"], "4"),
    "a range": ({"cpu": "500m..2"}, "cpu-500m-2", lambda step: step["computeResources"]["requests"]["cpu"], "500m"),
    "memory": ({"memory": "16Gi"}, "memory-16gi", lambda step: step["computeResources"]["limits"]["memory"], "16Gi"),
    "gpu": ({"gpu": 2}, "gpu-2", lambda step: step["computeResources"]["limits"]["nvidia.com/gpu"], "2"),
    "no gpu": ({"gpu": 0}, "gpu-0", lambda step: "nvidia.com/gpu" in step["computeResources"]["limits"], False),
    "gpu_resource": (
        {"gpu_resource": "amd.com/gpu"}, "gpu-resource-", lambda step: step["computeResources"]["limits"]["amd.com/gpu"], "1",
    ),
    "env": ({"env": {"B": "3", "C": "4"}}, "env-", lambda step: [each["value"] for each in step["env"][:3]], ["1", "3", "4"]),
    "python": ({"python": "python3.12"}, "python-", lambda step: step["script"].splitlines()[0], "#!/usr/bin/env python3.12"),
    "labels": ({"labels": {"team": "a"}}, "labels-", lambda step: step["image"], "python:3.12-slim"),
    "annotations": ({"annotations": {"a": "b"}}, "annotations-", lambda step: step["image"], "python:3.12-slim"),
    "two": ({"gpu": 2, "memory": "1Ti"}, "memory-1ti-gpu-2", lambda step: step["computeResources"]["requests"]["memory"], "1Ti"),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "name", "of_step", "wanted"), VARIANTS.values(), ids=list(VARIANTS))
def test_what_stands_in_the_task_makes_a_variant_of_it(
    asked: dict[str, Any], name: str, of_step: Callable[[Any], object], wanted: object
) -> None:
    found = tasks(lambda: (train(), train.with_options(**asked)()))
    plain, variant = found["train"], next(each for key, each in found.items() if key != "train")
    assert plain == tasks(lambda: train())["train"]
    assert variant["metadata"]["name"].startswith(f"train-{name}")
    assert variant["metadata"]["annotations"].items() >= {"flowdsl.dev/variant-of": "train"}.items()
    assert of_step(variant["spec"]["steps"][0]) == wanted
    assert variant["spec"]["steps"][0]["name"] == "train"


def test_every_option_of_a_use_has_its_place() -> None:
    options = {name for name, *_ in VARIANTS.values() for name in name}
    elsewhere = {"packages", "packages_cache", "packages_image", "apt", "requires"}
    assert options | elsewhere == set(IN_THE_TASK)


def test_uses_that_ask_for_the_same_share_a_task() -> None:
    def use() -> None:
        for _ in range(3):
            train.with_options(gpu=2, env={"C": "3"})()
        train.with_options(env={"C": "3"}).with_options(gpu=2)()
        train.with_options(memory="2Gi", env={"A": "1"})()  # what the task says already

    assert len(tasks(use)) == 2
    names = [each["taskRef"]["name"] for each in of_kind(compiled(use), "Pipeline")[0]["spec"]["tasks"]]
    assert len(set(names[:4])) == 1
    assert names[4] == "train"


def test_a_later_use_goes_over_an_earlier_one() -> None:
    (found,) = tasks(lambda: train.with_options(gpu=2, env={"A": "9"}).with_options(gpu=3, env={"C": "7"})()).values()
    step = found["spec"]["steps"][0]
    assert step["computeResources"]["limits"]["nvidia.com/gpu"] == "3"
    assert {each["name"]: each.get("value") for each in step["env"]}.items() >= {"A": "9", "B": "2", "C": "7"}.items()


def test_what_is_given_counts_also_where_it_is_empty() -> None:
    (found,) = tasks(lambda: train.with_options(cpu="", gpu=0, env={}, memory="3Gi")()).values()
    assert found["spec"]["steps"][0]["computeResources"] == {"limits": {"memory": "3Gi"}, "requests": {"memory": "3Gi"}}
    assert list(tasks(lambda: train.with_options(gpu=None, env={}, node_selector={})())) == ["train"]


def test_what_only_a_run_can_say_leaves_the_task_as_it_is() -> None:
    place: dict[str, Any] = {
        "node_selector": {"zone": "b", "disk": "ssd"},
        "tolerations": [{"key": "k"}],
        "service_account": "ci",
    }
    assert set(place) == set(IN_THE_RUN)
    found = tasks(lambda: (train(), train.with_options(**place)()))
    assert list(found) == ["train"]
    first, second = run_specs(lambda: (train(), train.with_options(**place)()))
    assert first == {"pipelineTaskName": "train", "podTemplate": {"nodeSelector": {"zone": "a"}}}
    assert second == {
        "pipelineTaskName": "train-2",
        "serviceAccountName": "ci",
        "podTemplate": {"nodeSelector": {"zone": "b", "disk": "ssd"}, "tolerations": [{"key": "k"}]},
    }


def test_of_a_task_that_exists_already_the_run_says_it() -> None:
    use = build.with_options(
        cpu="1..2", memory="4Gi", gpu=1, env={"A": "b", "T": Secret("s", "k")}, service_account="ci"
    )
    (found,) = run_specs(lambda: (build(), use()))
    assert found == {
        "pipelineTaskName": "build-2",
        "serviceAccountName": "ci",
        "podTemplate": {
            "env": [
                {"name": "A", "value": "b"},
                {"name": "T", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
            ]
        },
        "computeResources": {
            "limits": {"cpu": "2", "memory": "4Gi", "nvidia.com/gpu": "1"},
            "requests": {"cpu": "1", "memory": "4Gi", "nvidia.com/gpu": "1"},
        },
    }


def test_embedded_specs_have_no_names_to_make() -> None:
    found = compiled(lambda: (train(), train.with_options(gpu=2)()), inline=True)
    first, second = (each["taskSpec"] for each in of_kind(found, "Pipeline")[0]["spec"]["tasks"])
    assert of_kind(found, "Task") == []
    assert "metadata" not in second
    limits = [each["steps"][0]["computeResources"]["limits"].pop("nvidia.com/gpu") for each in (first, second)]
    assert limits == ["1", "2"]


def test_a_long_name_keeps_to_the_limit_and_tells_uses_apart() -> None:
    @task(name="a" * 60 + "-b", image="i", script="true")
    def long() -> None: ...

    found = list(tasks(lambda: (long(), *(long.with_options(gpu=n, name=f"n{n}")() for n in (2, 3)))))
    assert len(set(found)) == 3
    assert [len(each) for each in found[1:]] == [63, 63]


def test_a_variant_with_the_name_of_another_task_is_told() -> None:
    @task(name="train-gpu-2", image="i", script="true")
    def other() -> None: ...

    with pytest.raises(FlowError, match="two different tasks are named 'train-gpu-2'"):
        tasks(lambda: (other(), train.with_options(gpu=2)()))


@pytest.mark.parametrize(
    "asking",
    [
        lambda value: {"env": {"A": f"of {value}"}},
        lambda value: {"image": f"registry.example.com/{value}"},
        lambda value: {"node_selector": {"zone": f"{value}"}},
        lambda value: {"tolerations": [{"key": f"{value}"}]},
        lambda value: {"env": {"A": {"configMapKeyRef": {"name": f"{value}", "key": "k"}}}},
        lambda value: {"env": {"A": Secret(f"{value}", "k")}},
    ],
)
@pytest.mark.parametrize("of", [train, build])
def test_a_value_of_the_run_reaches_no_option(of: Task[..., Any], asking: Callable[[object], dict[str, Any]]) -> None:
    for value in (train, lambda: status(train()), lambda: context.pipeline_run.name):
        with pytest.raises(FlowError, match="FLOW032"):
            compiled(lambda value=value: of.with_options(**asking(value()))())  # type: ignore[misc]


def test_a_param_of_the_task_may_stand_in_an_option() -> None:
    assert run_specs(lambda: build.with_options(env={"A": "$(params.x)"}, node_selector={"zone": "$(params.x)"})())
    assert "train-image-" in next(iter(tasks(lambda: train.with_options(image="python:$(params.x)")())))


def test_two_tasks_of_one_function_are_two_tasks() -> None:
    def work() -> None: ...

    one, other = task(image="a", script="true")(work), task(image="b", script="true")(work)
    with pytest.raises(FlowError, match="FLOW012"):
        tasks(lambda: (one(), other()))
    same = task(image="a", script="true")(work)
    assert list(tasks(lambda: (one(), same()))) == ["work"]


def test_what_only_the_functions_step_has_is_told_where_there_is_none() -> None:
    made = task(steps=[Step(name="a", image="i", script="true")], cpu="1", env={"A": "b"})(lambda: None)
    with pytest.raises(FlowError) as caught:
        tasks(lambda: made())
    assert [each.message.partition("=")[0] for each in caught.value.diagnostics if each.code == "FLOW002"] == [
        "cpu",
        "env",
    ]


@pytest.mark.parametrize("embed", [True, False])
def test_a_pipeline_is_no_task(embed: bool) -> None:
    with pytest.raises(FlowError, match="gpu= is said of one use of a task, and 'inner' is a pipeline"):
        tasks(lambda: inner.with_options(embed=embed, **{"gpu": 2})())


@task(steps=[Step(name="a", image="i", script="true"), Step(name="b", image="i", script="true")])
def only_steps() -> None: ...


REFUSED: list[tuple[Task[..., Any], dict[str, Any], str, str]] = [
    (train, {"cpu": "x"}, "FLOW014", "cpu='x': 'x' is no quantity"),
    (train, {"cpu": "4..2"}, "FLOW105", "cpu='4..2' of task 'train' requests more than its limit"),
    (train, {"gpu": -1}, "FLOW014", "gpu=-1"),
    (train, {"python": ""}, "FLOW002", "python='' names no interpreter"),
    (train, {"image": ""}, "FLOW002", "the task has no image to run in"),
    (train, {"gpu": "2"}, "FLOW002", "option 'gpu' takes int or None, got str '2'"),
    (train, {"tolerations": [{"operatr": "Exists"}]}, "FLOW201", "there is no field 'operatr'"),
    (train, {"env": {"A": {"secretKeyRef": {"nme": "x"}}}}, "FLOW201", "there is no field 'nme'"),
    (build, {"env": {"A": {"secretKeyRef": {"nme": "x"}}}}, "FLOW201", "there is no field 'nme'"),
    (train, {"image": "$(params.nope)"}, "FLOW222", "$(params.nope) refers to no param"),
    (train, {"memmory": "2Gi"}, "FLOW002", "there is no option 'memmory'"),
    (train, {"env": {"A": object}}, "FLOW002", "option 'env['A']' takes"),
    (train, {"env": {"API_KEY": "sk-proj-Zq81jfkasdJKASd8123kKAS9d12"}}, "FLOW103", "variable 'API_KEY' of task"),
    (train, {"packages_cache": "c"}, "FLOW002", "packages_cache= is given, and packages= is not"),
    (build, {"image": "x"}, "FLOW032", "'build' is a Task that exists already: image= can't be said of one use"),
    (build, {"cpu": "x"}, "FLOW014", "cpu='x': 'x' is no quantity"),
    (build, {"cpu": "4..2"}, "FLOW105", "cpu='4..2' of task 'build' requests more than its limit"),
    (wait, {"cpu": "1"}, "FLOW032", "'wait' is a custom task, whose run has no pod: cpu= can't be said of one use"),
    (only_steps, {"cpu": "1"}, "FLOW032", "task 'only-steps' has no step of its own that cpu= could be for"),
    (build, {"variant": "x"}, "FLOW032", "'build' is a Task that exists already: variant= can't be said of one use"),
    (train, {"variant": "No Name", "gpu": 2}, "FLOW013", "variant='No Name' is no name of a Task"),
]


@pytest.mark.parametrize(("of", "asked", "code", "said"), REFUSED, ids=lambda each: str(each)[:40])
def test_what_is_wrong_is_told_at_the_use(of: Task[..., Any], asked: dict[str, Any], code: str, said: str) -> None:
    here = test_what_is_wrong_is_told_at_the_use.__code__.co_firstlineno
    with pytest.raises(FlowError) as caught:
        compiled(lambda: of.with_options(**asked)())
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert said in found.message
    assert found.file == "compiler_tests/unit/test_uses.py"
    assert found.line > here


@pytest.mark.parametrize(("name", "hint"), [("cpu", "Step(cpu=...)"), ("gpu", "Step(gpu=...)"), ("apt", "of its own")])
def test_a_hint_names_no_option_that_a_step_has_not(name: str, hint: str) -> None:
    with pytest.raises(FlowError) as caught:
        compiled(lambda: only_steps.with_options(**{name: {"cpu": "1", "gpu": 1}.get(name, ["x"])})())
    assert hint in caught.value.diagnostics[0].hint


def test_a_task_of_steps_alone_is_told_where_its_gpu_can_go() -> None:
    lost = task(steps=[Step(name="a", image="i", script="true")], gpu=1)(build.function)
    with pytest.raises(FlowError) as caught:
        compiled(lost)
    (found,) = caught.value.diagnostics
    assert (found.message[:4], "Step(gpu=...)" in found.hint) == ("gpu=", True)


@task(image="i", script="true", node_selector={"pool": "a"}, service_account="ci")
def placed() -> None: ...


@pipeline
def inner() -> None:
    placed()
    build.with_options(gpu=1)()


@pipeline(alpha=["pipelines-in-pipelines"])
def outer() -> None:
    inner.with_options(embed=True)()
    inner()


@pipeline(verbatim=True)
def as_it_is() -> None:
    placed()
    train.with_options(gpu=2)()


def told(found: Compilation) -> list[tuple[str, str]]:
    assert all(each.severity == "warning" for each in found.diagnostics)
    return [(each.code, each.message.partition(":")[0]) for each in found.diagnostics]


OF_PLACED = ("FLOW033", "nothing says node_selector=, service_account= of task 'placed'")
OF_BUILD = ("FLOW033", "nothing says gpu= of task 'build'")
SPECS: Any = {"taskRunSpecs": [{"pipelineTaskName": "placed"}]}


def test_what_no_run_says_is_told() -> None:
    assert told(compile_pipeline(outer)) == [OF_PLACED, OF_BUILD]
    assert [each["pipelineTaskName"] for each in compile_pipeline(outer).documents[-1]["spec"]["taskRunSpecs"]] == [
        "inner-placed",
        "inner-build",
    ]
    assert told(compile_pipeline(inner)) == []
    of_train = ("FLOW033", "nothing says node_selector= of task 'train'")
    assert told(compile_pipeline(as_it_is)) == [OF_PLACED, of_train]
    assert told(compile_manifest(manifest(placed, inner, pipeline_run(inner, name="r")))) == [OF_PLACED, OF_BUILD]
    assert told(compile_manifest(manifest(placed, inner, pipeline_run(inner, name="r", extra=SPECS)))) == []
    assert told(compile_manifest(manifest(pipeline_run(inner, name="r", embed=True)))) == [OF_PLACED, OF_BUILD]
    assert told(compile_manifest(manifest(placed, task_run(placed, name="r")))) == [OF_PLACED]
    pod = {"nodeSelector": {"pool": "a"}}
    assert told(compile_manifest(manifest(task_run(placed, name="r", pod_template=pod, service_account="ci")))) == []


def test_what_a_custom_task_does_not_get_is_told() -> None:
    made = task_ref(named("wait", api_version="example.dev/v1"), node_selector={"a": "b"}, service_account="ci")(
        wait.function
    )
    assert told(compiled(lambda: made())) == [("FLOW033", "nothing says node_selector= of task 'wait'")]


def test_a_variant_can_stand_in_a_manifest() -> None:
    big = work.with_options(gpu=2)

    @pipeline
    def flow() -> None:
        big()

    found = compile_manifest(manifest(work, big, flow, task_run(big, name="r")))
    assert [each["metadata"]["name"] for each in found.documents] == ["work", "work-gpu-2", "flow", "r"]
    assert found.documents[-1]["spec"]["taskRef"]["name"] == "work-gpu-2"
    assert told(found) == []
    assert told(compile_manifest(manifest(work, flow))) == [
        ("FLOW034", "'work' uses the Task 'work-gpu-2', which the manifest has not")
    ]


@task(image="i", script="true")
def work() -> None: ...


def test_uses_fan_out_have_conditions_and_stand_in_finally() -> None:
    big = train.with_options(gpu=2)

    @pipeline
    def flow(go: bool = True) -> None:
        big.map(x=[1, 2])
        with when(go):
            big()
        with on_finish():
            big.with_options(name="last")()

    found = compile_pipeline(flow)
    spec = of_kind(found, "Pipeline")[0]["spec"]
    assert [each["taskRef"]["name"] for each in (*spec["tasks"], *spec["finally"])] == ["train-gpu-2"] * 3
    assert [each["metadata"]["name"] for each in of_kind(found, "Task")] == ["train-gpu-2"]


def test_a_use_in_a_pipeline_that_is_inlined_shares_the_variant() -> None:
    @pipeline
    def part() -> None:
        train.with_options(gpu=2)()

    assert list(tasks(lambda: (part(), train.with_options(gpu=2)()))) == ["train-gpu-2"]
