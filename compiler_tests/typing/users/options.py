"""Options are known to checkers by name and type, on every decorator and call that takes them."""

from __future__ import annotations

from flowdsl import (
    PVC,
    Body,
    Build,
    ConfigMap,
    PodTemplate,
    Secret,
    Sidecar,
    Step,
    StepTemplate,
    Task,
    cluster,
    git,
    hub,
    named,
    pipeline,
    pipeline_run,
    step_action,
    task,
    task_ref,
    task_run,
)


@task(
    image="python:3.12-slim",
    cpu="1..2",
    gpu=1,
    env={"TOKEN": Secret("hf", "token"), "MODE": ConfigMap("modes", "mode"), "DEPTH": 3, "FIELD": {"fieldRef": {}}},
    retries=2,
    steps=[Step(name="before", image="alpine:3.20", command=["true"], on_error="continue"), Body],
    sidecars=(Sidecar(name="cache", image="redis:7", port=6379),),
    step_template=StepTemplate(env={"A": "b"}),
    volumes=[Secret("ca").mount("/etc/ca"), {"name": "raw", "emptyDir": {}}],
    security={"runAsUser": 1000},
    tolerations=[{"key": "gpu", "operator": "Exists"}],
    requires=["numpy"],
    extra={"displayName": "x"},
)
def full(text: str) -> str:
    return text


@task(
    image="python:3.12-slim",
    packages=["numpy==2.1.*"],
    packages_image=Build("registry.example.com/ml/numpy", credentials=Secret("push"), security="privileged"),
    apt=["ffmpeg"],
)
def built(text: str) -> str:
    return text


@task(image="registry.internal/train:2", command=["train"], results_from_log={"result": r"loss=([0-9.]+)"})
def printed() -> float:
    raise NotImplementedError


@task(image="registry.internal/train:2", command=["train"], results_from_log="##vso")
def printed_as_azure_does() -> float:
    raise NotImplementedError


@task(image="alpine:3.20", script="true", security="baseline")
def declared(text: str) -> str:
    """What the script does, for a strict checker."""
    raise NotImplementedError


@task
def bare(text: str) -> str:
    return text


@task_ref(git("https://example.com/tasks", "build.yaml", revision="0f"), retries=1, service_account="ci")
def elsewhere(text: str) -> str:
    raise NotImplementedError


@step_action(image="alpine:3.20", command=["true"], security={"runAsUser": 1})
def action(text: str) -> None: ...


@pipeline(
    timeout="1h",
    files=PVC("data", storage="1Gi"),
    alpha=["enable-param-enum"],
    fs_group=None,
    affinity={"podAntiAffinity": {}},
    priority_class="batch",
    runtime_class="nvidia",
    pod_template=PodTemplate(host_network=False, image_pull_secrets=["hub"]),
    queue="gpu",
)
def right(text: str = "a") -> None:
    first = full(text)
    declared.with_options(name="second", retries=1, after=[first])(first)
    big = full.with_options(
        image="python:3.13", cpu="4..8", memory="8Gi", gpu=2, env={"TOKEN": Secret("hf", "t"), "N": 3}
    )
    also: str = big.with_options(
        node_selector={"zone": "a"},
        tolerations=[{"key": "gpu"}],
        python="python3.13",
    )("x")
    full.with_options(requires=["numpy"], service_account="ci", gpu_resource="amd.com/gpu", extra={"displayName": "x"})(
        also
    )


def not_locked() -> Task[[str], str]:
    return full.with_options(packages=["numpy"], packages_cache="c").with_options(packages="requirements.txt")


def wrong_options() -> None:
    @task(gpuu=1, gpu="two")  # mypy: call-overload, untyped-decorator; pyright: reportCallIssue
    def misspelt(text: str) -> str:
        return text

    task(command="ls -l")  # mypy: call-overload; pyright: reportArgumentType
    task(results_from_log=["loss"])  # mypy: call-overload; pyright: reportArgumentType
    task(security="strict")  # mypy: call-overload; pyright: reportArgumentType
    task(env={"A": object()})  # mypy: dict-item; pyright: reportArgumentType
    pipeline(queue=["gpu"], pod_template="x")  # mypy: call-overload; pyright: reportArgumentType
    Build("registry.example.com/ml/numpy", storage_driver="btrfs")  # mypy: arg-type; pyright: reportArgumentType
    PodTemplate(hostNetwork=True)  # mypy: call-arg; pyright: reportCallIssue
    pipeline(timout="1h")  # mypy: call-overload; pyright: reportCallIssue
    full.with_options(gpu="2")  # mypy: call-overload; pyright: reportArgumentType
    full.with_options(env=["A=b"])  # mypy: call-overload; pyright: reportArgumentType
    right.with_options(cpu="2")  # mypy: call-arg; pyright: reportCallIssue
    full.with_options(retires=1)  # mypy: call-overload; pyright: reportCallIssue
    right.with_options(embed="yes")  # mypy: arg-type; pyright: reportArgumentType
    task_ref("build", image="x")  # mypy: call-arg; pyright: reportCallIssue
    step_action(gpu=1)  # mypy: call-arg; pyright: reportCallIssue
    pipeline_run(right, parms={})  # mypy: call-arg; pyright: reportCallIssue
    task_run(full, tasks_timeout="1h")  # mypy: call-arg; pyright: reportCallIssue
    git("https://example.com", "a.yaml", revison="x")  # mypy: call-arg; pyright: reportCallIssue
    hub("git-clone", version=1)  # mypy: arg-type; pyright: reportArgumentType
    named(1), cluster(name=None)  # mypy: arg-type; pyright: reportArgumentType, reportUnusedExpression
    Step(command="ls")  # mypy: arg-type; pyright: reportArgumentType
    Sidecar(port="80")  # mypy: arg-type; pyright: reportArgumentType
    PVC("data", storag="1Gi")  # mypy: call-arg; pyright: reportCallIssue
