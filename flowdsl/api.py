"""The public face: what `from flowdsl import ...` gives, and the command line behind `pipeline.cli()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, ParamSpec, TypeVar, cast, overload

from flowdsl.frontend.manifest import Item
from flowdsl.frontend.manifest import Manifest as _Manifest
from flowdsl.frontend.pipeline import Pipeline as _Pipeline
from flowdsl.frontend.shown import shows
from flowdsl.ir.events import CommitStatus, Schedule, Trigger
from flowdsl.ir.local import LocalRun
from flowdsl.ir.options import PipelineOptions, Provider
from flowdsl.ir.pods import PodTemplate
from flowdsl.ir.types import NOTHING
from flowdsl.ir.volumes import PVC, EmptyDir, ServiceAccount, VolumeClaim

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


class Pipeline(_Pipeline, Generic[P, R_co]):
    """A pipeline, with the command line of its own file."""

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Inside another pipeline: add this one's tasks, and give what its function returns. Outside: FLOW011."""
        return cast("R_co", self.called(*args, **kwargs))

    def cli(self, argv: list[str] | None = None) -> None:
        """Run `compile`, `graph`, `explain`, … for this pipeline and exit with the command's code."""
        from flowdsl.cli import run_for

        raise SystemExit(run_for(self, argv))

    def _repr_html_(self) -> str:
        """The pipeline in a notebook: its picture, or the findings."""
        from flowdsl.library.drawing import drawn_html

        return drawn_html(self)


class Manifest(_Manifest):
    """Documents that are emitted together, with the command line of their file."""

    def cli(self, argv: list[str] | None = None) -> None:
        """Run `compile`, … for this manifest and exit with the command's code."""
        from flowdsl.cli import run_for

        raise SystemExit(run_for(self, argv))


def manifest(
    *items: Item,
    events: str | Sequence[str] = (),
    namespace: str = "",
    repositories: Sequence[str] = (),
    token: str = "",
) -> Manifest:
    """Tasks, pipelines, StepActions, runs and raw documents that are emitted together, in this order and no others.

    Args:
        items: What is emitted.
        events: The targets that are given what starts the pipelines, `["triggers", "cron"]`, where `compile` is not
            given `--events`.
        namespace: The namespace of what they are given, where `compile` is given none.
        repositories: What Argo Events' source of Git's events names, `["team/model"]`, where the project's settings
            name none.
        token: The Secret and its key, `"gitlab-api/token"`, with the token of the provider that Argo Events asks GitLab
            with, where the project's settings name none.
    """
    return Manifest(items, (events,) if isinstance(events, str) else events, namespace, repositories, token)


@overload
def pipeline(function: Callable[P, R_co], /) -> Pipeline[P, R_co]: ...
@overload
def pipeline(
    *,
    name: str = "",
    timeout: str = "",
    tasks_timeout: str = "",
    finally_timeout: str = "",
    service_account: str | ServiceAccount = "",
    files: PVC | VolumeClaim | EmptyDir | Mapping[str, object] = VolumeClaim(),  # noqa: B008 - a frozen value
    labels: Mapping[str, str] = NOTHING,
    annotations: Mapping[str, str] = NOTHING,
    node_selector: Mapping[str, str] = NOTHING,
    tolerations: Sequence[Mapping[str, object]] = (),
    affinity: Mapping[str, object] = NOTHING,
    priority_class: str = "",
    runtime_class: str = "",
    pod_template: PodTemplate | Mapping[str, object] = NOTHING,
    queue: str = "",
    on: Sequence[Trigger | Schedule] = (),
    provider: Provider = "",
    report: CommitStatus | None = None,
    max_at_once: int = 0,
    keep: int = 0,
    listener_tls: str = "",
    fs_group: int | None = 65532,
    run: Mapping[str, object] = NOTHING,
    run_extra: Mapping[str, object] = NOTHING,
    local: LocalRun | Callable[[], LocalRun] | None = None,
    alpha: list[str] | tuple[str, ...] | set[str] | frozenset[str] = frozenset(),
    verbatim: bool = False,
    task_order: list[str] | tuple[str, ...] = (),
    display_name: str = "",
    description: str = "",
    metadata: Mapping[str, object] = NOTHING,
    extra: Mapping[str, object] = NOTHING,
) -> Callable[[Callable[P, R_co]], Pipeline[P, R_co]]: ...
@shows(PipelineOptions)
def pipeline(function: Callable[..., object] | None = None, /, **options: object) -> object:
    """Make a function a pipeline.

    The function only wires tasks together: it is run once, at compile time, with references in place of values.

    Args:
        function: The function, where the decorator is written without options: `@pipeline`.
        name: The Pipeline's name in Tekton, where it is not the function's with dashes.
        timeout: How long a run may take, as a duration such as `"1h30m"`.
        tasks_timeout: How long the tasks of a run may take together, those of `on_finish` aside.
        finally_timeout: How long the tasks of `on_finish` may take together.
        service_account: The account of the run's pods; a `ServiceAccount` is emitted with the run.
        files: The run's own volume, where File results and `Workspace.auto()` live; each task has a folder there.
        labels: Labels of the Pipeline object.
        annotations: Annotations of the Pipeline object.
        node_selector: The labels of the nodes on which the run's pods may run.
        tolerations: The taints of nodes that the run's pods tolerate, as Kubernetes has them.
        affinity: Which nodes and neighbours the run's pods want, as Kubernetes has it.
        priority_class: The PriorityClass of the run's pods.
        runtime_class: The RuntimeClass of the run's pods.
        pod_template: Further fields of the run's podTemplate: a `PodTemplate`, or as Tekton has them.
        queue: The LocalQueue of Kueue in which the run's pods wait for quota.
        on: What starts a run: `push(...)`, `pull_request(...)`, `tag(...)`, `webhook(...)`, `bucket(...)`,
            `schedule(...)`.
        provider: Who sends Git's events, where the project's settings don't say it: `"github"`, `"gitlab"`,
            `"bitbucket"` (Cloud), `"bitbucket-server"`, `"gitea"` or `"forgejo"`.
        report: What a run tells the provider of the commit that started it: `commit_status(...)`.
        max_at_once: How many runs that something in `on` started may go on at once; later ones wait in a first task.
        keep: How many runs that are over are kept; each run deletes older ones.
        listener_tls: The Secret (kubernetes.io/tls) with which what listens for events speaks TLS itself.
        fs_group: The group that owns the run's volumes; None leaves it to the cluster.
        run: Values of params for the emitted PipelineRun, as `--set` gives them.
        run_extra: Further fields of the spec of its PipelineRuns, as Tekton has them.
        local: What a run on this machine needs: a `LocalRun`, or a function that gives one.
        alpha: The flags of Tekton's alpha features that are opted in to.
        verbatim: Add nothing to what is written, but what decides its conditions; the docstring is the description.
        task_order: The names of the tasks as they are listed, where that is not the order of the calls.
        display_name: The name that people read, in place of the docstring's first line.
        description: What the pipeline does, in place of the rest of the docstring.
        metadata: Further fields of the object's metadata, as Kubernetes has them.
        extra: Further fields of the Pipeline's spec, as Tekton has them.
    """
    if function is not None:
        return Pipeline(function, options)
    return lambda inner: Pipeline(inner, options)
