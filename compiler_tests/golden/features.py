"""One pipeline with every feature of the DSL, for the golden YAML beside it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict

from flowdsl import (
    PVC,
    Body,
    Build,
    ConfigMap,
    Directory,
    EmptyDir,
    File,
    Secret,
    ServiceAccount,
    Sidecar,
    Step,
    StepTemplate,
    Workspace,
    bundle,
    cluster,
    context,
    git,
    http,
    hub,
    named,
    on_finish,
    pipeline,
    task,
    task_ref,
    when,
)

GREETING = "hello"


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Options(TypedDict):
    rate: float
    label: str


@dataclass
class Shape:
    sides: int
    color: Color
    tags: list[str]


class Made(NamedTuple):
    picture: File
    parts: Directory
    score: float
    words: list[str]
    options: Options


def helper(text: str) -> str:
    """Only what the body uses travels with it."""
    return f"{GREETING} {text}"


def unused() -> None:
    raise AssertionError("not part of any script")


@task(
    image="python:3.12-slim",
    cpu="500m..2",
    memory="1Gi",
    gpu=2,
    gpu_resource="amd.com/gpu",
    env={"MODE": "fast", "LEVEL": ConfigMap("levels", "default")},
    timeout="20m",
    retries=2,
    step_template=StepTemplate(env={"LANG": "C.UTF-8"}),
    steps=[Step(name="prepare", image="alpine:3.20", script='echo "$PARAM_NAME"\n', cpu="100m"), Body],
    sidecars=[Sidecar(name="cache", image="redis:7.4", port=6379)],
    volumes=[Secret("ca").mount("/etc/ca"), EmptyDir(medium="Memory", size="64Mi").mount("/dev/shm")],
    node_selector={"disk": "ssd"},
    tolerations=[{"key": "gpu", "operator": "Exists"}],
    labels={"team": "vision"},
    annotations={"example.com/owner": "me"},
    security="baseline",
)
def make(
    name: str,
    count: int = 3,
    ratio: float = 0.5,
    loud: bool = False,
    color: Color = Color.RED,
    mode: Literal["fast", "slow"] = "fast",
    words: list[str] = ["a", "b"],  # noqa: B006 - a default as Tekton knows it
    options: Options = {"rate": 0.1, "label": "x"},  # noqa: B006
    shape: dict = {"sides": 3},  # noqa: B006
    limit: int | None = None,
    token: Secret = Secret("hub", key="token"),
    source: Workspace = Workspace(read_only=True, optional=True, mount_path="/src", description="Sources."),
) -> Made:
    """Make a picture.

    With all kinds of parameters.
    """
    path = Path("picture.txt")
    path.write_text(helper(name) * count)
    return Made(path, Path("."), ratio, words, options)


@task(image="python:3.12-slim")
def judge(picture: File, parts: Directory, score: float, words: list[str], options: Options) -> bool:
    return picture.exists() and parts.is_dir() and score > options["rate"] and bool(words)


@task(image="python:3.12-slim")
def train(dataset: str, rate: float = 0.1) -> float:
    return len(dataset) * rate


@task(image="alpine:3.20", command=["echo"], args=["$(params.text)"], on_error="continue", security="root")
def echo(text: str) -> None: ...


@task(image="registry.internal/tools:1.4", module="tools.merge", python="python3.11")
def merge(scores: list[float]) -> str: ...


@task(
    image="registry.internal/tools:1.4",
    command=["tools", "count"],
    results_from_log={"result": r"^([0-9]+) words$"},
)
def count(text: str) -> int: ...


MEDIA = Build("registry.internal/media", credentials=Secret("registry-push"), memory="4Gi")


@task(
    image=f"python:3.12-slim@sha256:{'0' * 64}",
    apt=["libsndfile1=1.2.0-1", "ffmpeg"],
    packages_image=MEDIA,
    node_selector={"kubernetes.io/arch": "arm64"},
)
def cut(seconds: float) -> str:
    return f"{seconds} s"


@task_ref(hub("git-clone", version="0.10.0", catalog="tekton"))
def clone(url: str, revision: str = "", output: Workspace = Workspace.auto()) -> str: ...


@task_ref(git("https://example.com/tasks.git", "task.yaml", revision="0123abc"))
def by_git(text: str) -> None: ...


@task_ref(bundle("registry.internal/bundle:1.0", "scan"))
def by_bundle(text: str) -> None: ...


@task_ref(cluster("notify", namespace="shared"))
def by_cluster(text: str) -> None: ...


@task_ref(http("https://example.com/task.yaml"))
def by_http(text: str) -> None: ...


@task_ref(named("approval", api_version="example.com/v1", kind="Approval"))
def approve(text: str) -> None: ...


@pipeline
def shout(text: str) -> None:
    """Said twice."""
    first = echo(text=text)
    count(text=text)
    echo(text=f"{text}!").after(first)


@pipeline(
    timeout="2h",
    tasks_timeout="1h30m",
    finally_timeout="10m",
    service_account=ServiceAccount("builder", image_pull_secrets=["registry"]),
    files=PVC("features", storage="5Gi", sub_path="runs"),
    labels={"app": "features"},
    affinity={"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]}},
    priority_class="batch",
    runtime_class="gvisor",
    pod_template={"enableServiceLinks": False, "securityContext": {"supplementalGroups": [100]}},
    queue="shared",
    run={"name": "demo"},
)
def features(
    name: str,
    datasets: list[str] = ["a", "b"],  # noqa: B006
    options: Options = {"rate": 0.1, "label": "x"},  # noqa: B006
    assets: Workspace = PVC("features", sub_path="assets"),
    settings: Workspace = ConfigMap("settings"),
):
    """Every feature.

    One of each.
    """
    sources = clone.with_options(retries=1)(url="https://example.com/model.git")
    made = make(name=name, source=sources.output, options=options, words=datasets)
    fine = judge(made.picture, made.parts, made.score, made.words, made.options)
    with when(fine == "true", made.words[0].not_in("x", "y")):
        scores = train.with_options(name="sweep").map(dataset=datasets, rate=[0.1, 0.2])
        merge(scores=scores.result)
        train.with_options(name="listed").map(include=[{"name": "small", "dataset": "s", "rate": 0.5}])
    shout(text=f"{made.options.label} of {context.pipeline_run.name}")
    by_git(text="a")
    by_bundle(text="b")
    by_cluster(text="c")
    by_http(text="d").after(made)
    approve(text="e")
    make.with_options(name="again", timeout="5m", display_name="Once more")(name="x", limit=4)
    judge.with_options(name="given")(assets / "a.png", assets / "parts", 1.5, ["w"], {"rate": 1.0, "label": "l"})
    cut(1.5)
    train.with_options(name="large", gpu=4, memory="16Gi..64Gi")(dataset="d")
    echo.with_options(name="said-elsewhere", image="busybox:1.37", env={"LANG": "C"}, node_selector={"zone": "a"})(
        text="f"
    )
    by_cluster.with_options(name="by-cluster-large", memory="2Gi", env={"DEPTH": "3"}, service_account="teller")(
        text="g"
    )
    with on_finish():
        echo.with_options(name="report")(text=f"{context.tasks_status} {made.status} {fine.reason}")
    return {"picture": made.picture, "score": made.score, "words": made.words, "sweep": scores.result}
