"""Who wins: options of a task and values of a run from pyproject.toml and from the code, each pair of them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest
from profile_support import Found, by_name, flow_of, made, memory, step

from flowdsl import Secret, Step, StepTemplate, hub, pipeline, task, task_ref
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import FlowError
from flowdsl.ir.settings import Profile, Settings

# From the weakest to the strongest.
LEVELS = ("defaults", "profile.task", "@task", "tasks.*", "tasks.tr*", "tasks.train")


def with_levels(levels: tuple[str, ...]) -> Found:
    """Compiled with each of the levels saying another memory, `1Gi` for the first in the list above, and so on."""
    said = {level: {"memory": f"{1 + LEVELS.index(level)}Gi"} for level in levels}
    tasks = {
        level.removeprefix("tasks."): said[level] for level in ("tasks.*", "tasks.tr*", "tasks.train") if level in said
    }
    return made(
        flow_of(**said.get("@task", {})),
        defaults=said.get("defaults"),
        task=said.get("profile.task", {}),
        tasks=tasks,
        namespace="ml",
    )


@pytest.mark.parametrize(("weak", "strong"), list(itertools.combinations(LEVELS, 2)))
def test_of_each_pair_the_one_that_speaks_more_in_particular_wins(weak: str, strong: str) -> None:
    assert memory(with_levels((weak, strong))) == f"{1 + LEVELS.index(strong)}Gi"
    assert memory(with_levels((weak,))) == f"{1 + LEVELS.index(weak)}Gi"


def test_with_none_of_them_nothing_is_said() -> None:
    assert memory(with_levels(())) == ""
    assert memory(with_levels(LEVELS)) == "6Gi"


def test_of_two_patterns_the_one_further_down_wins() -> None:
    both = {"tr*": {"memory": "1Gi"}, "*n": {"memory": "2Gi"}}
    assert memory(made(flow_of(), tasks=both)) == "2Gi"
    assert memory(made(flow_of(), tasks=dict(reversed(both.items())))) == "1Gi"


def test_an_empty_option_of_the_code_is_one() -> None:
    assert memory(made(flow_of(memory=""), defaults={"memory": "1Gi"}, task={"memory": "2Gi"})) == ""
    assert "computeResources" not in step(made(flow_of(gpu=0), defaults={"gpu": 2}))
    root = {"runAsUser": 0, "seccompProfile": {"type": "RuntimeDefault"}}
    assert made(flow_of(), defaults={"security": "root"})["Task", "train"]["spec"]["stepTemplate"] == {
        "securityContext": root
    }
    own = made(flow_of(security="restricted"), defaults={"security": "root"})["Task", "train"]["spec"]["stepTemplate"]
    assert own["securityContext"]["runAsNonRoot"] is True


def test_variables_and_labels_are_joined_by_name() -> None:
    found = made(
        flow_of(env={"A": "code", "B": "code", "S": Secret("s", "k")}, labels={"a": "code"}),
        defaults={"env": {"A": "default", "D": 1}, "labels": {"a": "default", "d": "default"}},
        task={"env": {"D": 2, "P": 3}},
        tasks={"train": {"env": {"B": "place"}, "annotations": {"x": "y"}}},
    )
    env = {each["name"]: each.get("value") for each in step(found)["env"]}
    assert env == {"A": "code", "B": "place", "S": None, "D": "2", "P": "3"}
    meta = found["Task", "train"]["metadata"]
    assert {key: value for key, value in meta["labels"].items() if len(key) == 1} == {"a": "code", "d": "default"}
    assert meta["annotations"] == {"x": "y"}


def test_labels_of_nodes_are_joined_and_lists_replaced() -> None:
    found = made(
        flow_of(node_selector={"a": "code"}, tolerations=({"key": "code"},)),
        tasks={"train": {"node_selector": {"b": "place"}, "tolerations": ()}},
    )
    (own,) = found["PipelineRun", "flow-"]["spec"]["taskRunSpecs"]
    assert own == {"pipelineTaskName": "train", "podTemplate": {"nodeSelector": {"a": "code", "b": "place"}}}


def test_retries_and_timeouts_of_one_call_go_over_all() -> None:
    @task(image="python:3.12-slim", retries=1, timeout="1h")
    def train() -> None:
        print("trained")

    @pipeline
    def flow() -> None:
        first = train()
        # As the task has them, and yet said of this call.
        train.with_options(name="second", retries=1, timeout="1h", after=[first])()
        train.with_options(name="third", retries=0)()

    found = made(flow, tasks={"train": {"retries": 5, "timeout": "2h"}})
    tasks = {
        each["name"]: (each.get("retries"), each["timeout"]) for each in found["Pipeline", "flow"]["spec"]["tasks"]
    }
    assert tasks == {"train": (5, "2h"), "second": (1, "1h"), "third": (None, "2h")}


def test_what_one_use_asks_for_goes_over_all() -> None:
    @task(image="old/a:1", memory="1Gi", env={"A": "code"}, labels={"a": "code"})
    def train() -> None:
        print("trained")

    @pipeline
    def flow() -> None:
        train()
        big = train.with_options(memory="9Gi", env={"A": "use"}, image="old/b:1")
        big.with_options(name="one")()
        big.with_options(name="two")()
        train.with_options(name="cpu", cpu="2")()

    found = made(
        flow,
        defaults={"gpu": 1},
        tasks={"train": {"memory": "4Gi", "cpu": "1", "env": {"A": "place", "B": "place"}, "image": "old/c:1"}},
        images={"old/": "new/"},
        prefix="p-",
    )
    names = {each["name"]: each["taskRef"]["name"] for each in found["Pipeline", "p-flow"]["spec"]["tasks"]}
    assert names["one"] == names["two"] != names["train"] == "p-train"
    assert names["cpu"] == "p-train-cpu-2"
    assert names["one"].startswith("p-train-image-memory-9gi-env-")
    assert {name for kind, name in found if kind == "Task"} == set(names.values())
    said = {}
    for name in ("train", "one", "cpu"):
        own = step(found, names[name])
        env = {each["name"]: each["value"] for each in own["env"]}
        said[name] = (own["image"], own["computeResources"]["limits"], env, own["name"])
    assert said == {
        "train": (
            "new/c:1",
            {"cpu": "1", "memory": "4Gi", "nvidia.com/gpu": "1"},
            {"A": "place", "B": "place"},
            "train",
        ),
        "one": ("new/b:1", {"cpu": "1", "memory": "9Gi", "nvidia.com/gpu": "1"}, {"A": "use", "B": "place"}, "train"),
        "cpu": ("new/c:1", {"cpu": "2", "memory": "4Gi", "nvidia.com/gpu": "1"}, {"A": "place", "B": "place"}, "train"),
    }


def test_a_use_that_asks_for_what_the_place_gives_is_the_task_itself() -> None:
    @task(image="a:1", memory="1Gi")
    def train() -> None:
        print("trained")

    @pipeline
    def flow() -> None:
        train()
        train.with_options(memory="4Gi")()

    assert {name for kind, name in made(flow) if kind == "Task"} == {"train", "train-memory-4gi"}
    found = made(flow, tasks={"train": {"memory": "4Gi"}})
    assert {name for kind, name in found if kind == "Task"} == {"train"}


def test_a_default_image_is_for_tasks_that_run_something_and_have_none() -> None:
    @task
    def bare() -> None:
        print("ran")

    @task(step_template=StepTemplate(image="template:1"))
    def templated() -> None:
        print("ran")

    @task(steps=[Step(name="a", image="step:1", script="true")])
    def steps() -> None: ...

    @task(script="true", image="own:1")
    def own() -> None: ...

    @pipeline
    def flow() -> None:
        bare(), templated(), steps(), own()

    with pytest.raises(FlowError) as caught:
        made(flow)
    (told,) = caught.value.diagnostics
    assert (told.code, told.message) == ("FLOW002", "the task has no image to run in")
    assert "[tool.flowdsl.task]" in told.hint
    found = made(flow, defaults={"image": "default:1", "memory": "1Gi"})
    assert step(found, "bare")["image"] == "default:1"
    assert "image" not in step(found, "templated")
    assert step(found, "steps")["image"] == "step:1"
    assert step(found, "own")["image"] == "own:1"
    assert made(flow, tasks={"*": {"image": "place:1"}})["Task", "own"]["spec"]["steps"][0]["image"] == "place:1"


def test_a_task_that_does_nothing_is_told_so_whatever_the_default_is() -> None:
    @task
    def idle() -> None: ...

    @pipeline
    def flow() -> None:
        idle()

    with pytest.raises(FlowError, match="the task does nothing"):
        made(flow, defaults={"image": "default:1"})


def test_a_task_that_exists_elsewhere_takes_what_a_pipeline_can_say() -> None:
    @task_ref(hub("git-clone", version="0.10"), retries=1)
    def clone() -> None:
        raise NotImplementedError

    @pipeline
    def flow() -> None:
        clone()

    found = made(
        flow,
        defaults={"image": "default:1", "timeout": "5m", "memory": "1Gi"},
        tasks={"clone": {"node_selector": {"a": "b"}, "gpu": 1, "retries": 3}},
    )
    (called,) = found["Pipeline", "flow"]["spec"]["tasks"]
    assert (called["timeout"], called["retries"]) == ("5m", 3)
    (own,) = found["PipelineRun", "flow-"]["spec"]["taskRunSpecs"]
    assert own == {"pipelineTaskName": "clone", "podTemplate": {"nodeSelector": {"a": "b"}}}


def test_a_verbatim_task_has_no_defaults_but_is_changed_by_name() -> None:
    flow = flow_of(verbatim=True)
    assert "computeResources" not in step(made(flow, defaults={"memory": "1Gi"}, task={"cpu": "1"}))
    assert memory(made(flow, tasks={"train": {"memory": "1Gi"}})) == "1Gi"


def test_a_cache_for_packages_is_for_tasks_with_packages() -> None:
    assert "volumes" not in made(flow_of(), defaults={"packages_cache": "pip"})["Task", "train"]["spec"]


# Values of params.
def valued(chosen: Mapping[str, str], *, run: Mapping[str, object], params: Mapping[str, object]) -> dict[str, object]:
    @task(image="python:3.12-slim")
    def use(a: str, n: int, many: list[str]) -> None:
        print(a, n, many)

    @pipeline(run=run)
    def flow(a: str = "signature", n: int = 1, many: list[str] = ["x"]) -> None:  # noqa: B006
        use(a, n, many)

    settings = Settings(profile=Profile(name="prod", params=params), file="pyproject.toml")
    found = by_name(compile_pipeline(flow, CompileOptions(settings=settings, params=chosen)).documents)
    return {each["name"]: each["value"] for each in found["PipelineRun", "flow-"]["spec"].get("params", ())}


def test_values_of_params_go_from_the_line_to_the_profile_to_the_code() -> None:
    assert valued({}, run={}, params={}) == {}
    assert valued({}, run={"a": "code"}, params={}) == {"a": "code"}
    assert valued({}, run={"a": "code"}, params={"a": "place"}) == {"a": "place"}
    assert valued({"a": "line"}, run={"a": "code"}, params={"a": "place"}) == {"a": "line"}
    assert valued({}, run={}, params={"n": 5, "many": ["p", "q"]}) == {"n": "5", "many": ["p", "q"]}


def test_a_value_of_another_type_is_told_at_its_line() -> None:
    text = '[tool.flowdsl.profiles.prod.params]\na = "x"\nn = "many"\n'

    @task(image="python:3.12-slim")
    def use(n: int) -> None:
        print(n)

    @pipeline
    def flow(n: int = 1) -> None:
        use(n)

    settings = Settings(profile=Profile(name="prod", params={"n": "many"}), file="pyproject.toml", text=text)
    with pytest.raises(FlowError) as caught:
        compile_pipeline(flow, CompileOptions(settings=settings))
    (told,) = caught.value.diagnostics
    assert (told.code, str(told.location)) == ("FLOW021", "pyproject.toml:3")
