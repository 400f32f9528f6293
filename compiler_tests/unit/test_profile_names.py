"""What a profile changes of a run, of names and of images."""

from __future__ import annotations

import attrs
import pytest
from profile_support import by_name, flow_of, made, memory, step

from flowdsl import Body, Sidecar, Step, StepTemplate, manifest, pipeline, pipeline_run, task, when
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.compiler.images import rewritten
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.diagnostics import FlowError
from flowdsl.ir.settings import Profile, Settings


# The run and its names.
def test_options_of_the_run_go_over_those_of_the_pipeline() -> None:
    @pipeline(queue="small", node_selector={"a": "b"}, service_account="code", timeout="1h", fs_group=None)
    def flow() -> None:
        flow_task()

    found = made(flow, run={"queue": "gpu", "node_selector": {"c": "d"}, "timeout": "2h", "service_account": "place"})
    run = found["PipelineRun", "flow-"]
    assert run["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "gpu"
    assert run["spec"]["taskRunTemplate"] == {
        "serviceAccountName": "place",
        "podTemplate": {"nodeSelector": {"a": "b", "c": "d"}},
    }
    assert run["spec"]["timeouts"] == {"pipeline": "2h"}
    assert ("ServiceAccount", "place") in found
    assert made(flow)["PipelineRun", "flow-"]["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "small"


@task(image="python:3.12-slim")
def flow_task() -> None:
    print("ran")


def test_what_profile_and_code_say_twice_is_told_at_the_profile() -> None:
    @pipeline(affinity={"podAffinity": {}})
    def flow() -> None:
        flow_task()

    text = "[tool.flowdsl.profiles.prod]\npod_template = {}\n"
    profile = Profile(name="prod", run={"pod_template": {"affinity": {}}})
    with pytest.raises(FlowError) as caught:
        compile_pipeline(flow, CompileOptions(settings=Settings(profile=profile, file="pyproject.toml", text=text)))
    (told,) = caught.value.diagnostics
    assert (told.code, str(told.location)) == ("FLOW002", "pyproject.toml:2")


def test_a_prefix_is_before_the_names_of_pipeline_tasks_and_runs() -> None:
    found = made(flow_of(), prefix="prod-", namespace="ml", tasks={"train": {"gpu": 1}})
    assert set(found) == {("Task", "prod-train"), ("Pipeline", "prod-flow"), ("PipelineRun", "prod-flow-")}
    assert {each["metadata"]["namespace"] for each in found.values()} == {"ml"}
    (called,) = found["Pipeline", "prod-flow"]["spec"]["tasks"]
    assert (called["name"], called["taskRef"]["name"]) == ("train", "prod-train")
    assert found["PipelineRun", "prod-flow-"]["spec"]["pipelineRef"] == {"name": "prod-flow"}
    assert step(found, "prod-train")["name"] == "train"
    assert step(found, "prod-train")["computeResources"]["limits"] == {"nvidia.com/gpu": "1"}


def test_a_namespace_that_is_asked_for_goes_over_the_profile() -> None:
    settings = Settings(profile=Profile(name="prod", namespace="ml"))
    compiled = compile_pipeline(flow_of(), CompileOptions(namespace="mine", settings=settings))
    assert {each["metadata"]["namespace"] for each in compiled.documents} == {"mine"}
    assert compiled.namespace == "mine"


def test_a_prefix_that_makes_a_name_too_long_is_told() -> None:
    with pytest.raises(FlowError) as caught:
        made(flow_of(), prefix="p" * 59 + "-")
    assert {each.code for each in caught.value.diagnostics} == {"FLOW107"}


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("ghcr.io/lab/a:1", "registry.prod/lab/a:1"),
        ("ghcr.io/lab/deep/a@sha256:0f", "registry.prod/deep/a@sha256:0f"),
        ("ghcr.io/labs/a:1", "ghcr.io/labs/a:1"),
        ("ghcr.io/other/a:1", "ghcr.io/other/a:1"),
        ("busybox", "mirror/library/busybox"),
        ("python:3.12-slim", "registry.prod/py:3.12-slim"),
        ("python3:1", "mirror/library/python3:1"),
        ("lab/a:1", "mirror/lab/a:1"),
        ("docker.io/lab/a", "mirror/lab/a"),
        ("localhost/a", "localhost/a"),
        ("host:5000/a", "host:5000/a"),
        ("$(params.image)", "$(params.image)"),
        ("ghcr.io/lab/$(params.name)", "registry.prod/lab/$(params.name)"),
        ("", ""),
    ],
)
def test_the_longest_prefix_of_an_image_is_replaced(image: str, expected: str) -> None:
    prefixes = {
        "ghcr.io/lab/": "registry.prod/lab/",
        "ghcr.io/lab/deep": "registry.prod/deep",
        "docker.io/": "mirror/",
        "python": "registry.prod/py",
    }
    assert rewritten(image, prefixes) == expected
    assert rewritten(image, dict(reversed(prefixes.items()))) == expected
    assert rewritten(image, {}) == image


def test_images_are_rewritten_wherever_they_stand_and_whoever_said_them() -> None:
    @task(
        steps=[Step(name="before", image="old/before:1", script="true"), Body],
        sidecars=[Sidecar(name="beside", image="old/beside:1")],
        step_template=StepTemplate(image="old/template:1"),
    )
    def train() -> None:
        print("trained")

    @pipeline
    def flow() -> None:
        train()

    spec = made(flow, images={"old/": "new/"}, tasks={"train": {"image": "old/place:1"}})["Task", "train"]["spec"]
    assert [each["image"] for each in spec["steps"]] == ["new/before:1", "new/place:1"]
    assert spec["sidecars"][0]["image"] == "new/beside:1"
    assert spec["stepTemplate"]["image"] == "new/template:1"


def test_an_embedded_and_an_inlined_pipeline_have_the_settings_too() -> None:
    @pipeline
    def inner() -> None:
        flow_task()

    @pipeline(alpha=["pipelines-in-pipelines"])
    def outer() -> None:
        inner.with_options(embed=True)()
        inner()

    found = made(outer, tasks={"flow-task": {"memory": "3Gi"}}, prefix="p-")
    nested = found["Pipeline", "p-outer"]["spec"]["tasks"][0]["pipelineSpec"]["tasks"][0]["taskSpec"]
    assert nested["steps"][0]["computeResources"]["limits"]["memory"] == "3Gi"
    assert step(found, "p-flow-task")["computeResources"]["limits"]["memory"] == "3Gi"


def test_a_manifest_has_its_tasks_images_names_and_namespace_changed_and_no_run() -> None:
    flow = flow_of()
    (train,) = (node.task for node in flow.trace().definition.nodes)
    settings = Settings(
        profile=Profile(
            name="prod", prefix="p-", namespace="ml", tasks={"train": {"memory": "3Gi"}}, run={"queue": "gpu"}
        ),
        file="pyproject.toml",
        text="[tool.flowdsl.profiles.prod]\nqueue = 'gpu'\n",
    )
    items = manifest(flow, pipeline_run(flow, name="tonight"))
    compiled = compile_manifest(items, CompileOptions(settings=settings))
    found = by_name(compiled.documents)
    assert set(found) == {("Pipeline", "p-flow"), ("PipelineRun", "tonight")}
    assert found["PipelineRun", "tonight"]["spec"]["pipelineRef"] == {"name": "p-flow"}
    assert "labels" not in found["PipelineRun", "tonight"]["metadata"]
    told = [(each.code, str(each.location)) for each in compiled.diagnostics]
    assert told == [("FLOW099", "pyproject.toml:2")]
    assert train.name == "train"


def test_names_that_the_pipeline_does_not_have_are_told() -> None:
    text = "[tool.flowdsl.profiles.prod.tasks.trian]\nmemory = '1Gi'\n[tool.flowdsl.profiles.prod.tasks.other]\n"
    profile = Profile(name="prod", tasks={"trian": {"memory": "1Gi"}, "other": {}, "x*": {}, "*": {}})
    settings = Settings(profile=profile, file="pyproject.toml", text=text)
    told = compile_pipeline(flow_of(), CompileOptions(settings=settings)).diagnostics
    assert [(each.code, each.severity.value, str(each.location), each.hint) for each in told] == [
        ("FLOW097", "warning", "pyproject.toml:1", "did you mean 'train'?"),
        ("FLOW099", "note", "pyproject.toml:3", "it has: train"),
        ("FLOW099", "note", "pyproject.toml:1", "it has: train"),
    ]


def test_a_compile_leaves_the_tasks_of_the_code_as_they_are() -> None:
    flow = flow_of(memory="1Gi")
    before = made(flow)
    assert memory(made(flow, tasks={"train": {"memory": "9Gi"}}, images={"docker.io/": "m/"})) == "9Gi"
    assert made(flow) == before
    assert attrs.asdict(Settings())["task"] == {}


def test_a_task_that_is_added_to_decide_has_the_settings_too() -> None:
    @task(image="old/a:1", command=["measure"])
    def measure() -> float:
        raise NotImplementedError

    @pipeline
    def flow() -> None:
        with when(measure() > 0.9):
            flow_task()

    found = made(
        flow,
        defaults={"labels": {"team": "a"}, "memory": "9Gi"},
        prefix="p-",
        images={"docker.io/": "mirror/"},
        tasks={"*": {"node_selector": {"pool": "x"}}},
    )
    names = [name for kind, name in found if kind == "Task"]
    assert all(name.startswith("p-") for name in names)
    (decides,) = (name for name in names if name.startswith("p-decide"))
    assert step(found, decides)["image"] == "mirror/library/python:3.12-slim"
    assert step(found, decides)["computeResources"]["limits"]["memory"] == "64Mi"
    assert found["Task", decides]["metadata"]["labels"]["team"] == "a"
    selected = {each["pipelineTaskName"] for each in found["PipelineRun", "p-flow-"]["spec"]["taskRunSpecs"]}
    assert selected == {each["name"] for each in found["Pipeline", "p-flow"]["spec"]["tasks"]}


def test_what_a_profile_says_of_a_run_that_is_not_emitted_is_told() -> None:
    @pipeline(verbatim=True)
    def flow() -> None:
        flow_task()

    settings = Settings(profile=Profile(name="prod", run={"priority_class": "high"}), file="pyproject.toml")
    (told,) = compile_pipeline(flow, CompileOptions(settings=settings)).diagnostics
    assert (told.code, "priority_class=" in told.message) == ("FLOW098", True)
