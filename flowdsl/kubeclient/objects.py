"""What an API server answers, as far as it is read: the fields and their types, which `answers` holds each answer to.

Sources: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/ for metadata, lists and Status, and
Tekton's docs/pipelineruns.md and docs/taskruns.md for runs. Every other field of an object is there too, unread.
"""

from __future__ import annotations

from typing import Annotated, TypedDict

Time = Annotated[str, "time"]
"""metav1.Time, as text."""


class _Named(TypedDict):
    name: str


class _Managed(TypedDict, total=False):
    manager: str


class _Marks(TypedDict, total=False):
    generateName: str
    namespace: str
    uid: str
    resourceVersion: str
    creationTimestamp: Time
    labels: dict[str, str]
    annotations: dict[str, str]
    managedFields: list[_Managed]


class Metadata(_Named, _Marks):
    """ObjectMeta of what is stored."""


_Paged = TypedDict("_Paged", {"continue": str}, total=False)


class ListMetadata(_Marks, _Paged, total=False):
    """Metadata of a list, or of what may have no name yet. `continue` is where the next page of the list begins."""

    name: str


class Condition(TypedDict, total=False):
    """Whether a run is over, and how."""

    type: str
    status: str
    reason: str
    message: str


class PipelineTask(_Named, total=False):
    """A task of a pipeline."""

    displayName: str
    onError: str


_Sections = TypedDict("_Sections", {"tasks": list[PipelineTask], "finally": list[PipelineTask]}, total=False)


class PipelineSpec(_Sections, total=False):
    """The tasks of a pipeline."""


class SkippedTask(_Named, total=False):
    """A task that a run left out."""

    reason: str


class Result(_Named, total=False):
    """A result of a run."""

    value: object


class Terminated(TypedDict, total=False):
    """How a step ended."""

    startedAt: Time


class StepState(_Named, total=False):
    """A step of a TaskRun."""

    container: str
    running: dict[str, object]
    terminated: Terminated


class ContainerState(TypedDict, total=False):
    """How a container of a pod is."""

    terminated: dict[str, object]


class ContainerStatus(_Named, total=False):
    """A container of a pod."""

    state: ContainerState


class Status(TypedDict, total=False):
    """The status of a run, a pod, a node or a review."""

    conditions: list[Condition]
    startTime: Time
    completionTime: Time
    pipelineSpec: PipelineSpec
    skippedTasks: list[SkippedTask]
    results: list[Result]
    steps: list[StepState]
    podName: str
    containerStatuses: list[ContainerStatus]
    allocatable: dict[str, object]
    allowed: bool
    retriesStatus: list[Status]


class PipelineRef(TypedDict, total=False):
    """Which pipeline a run is of."""

    name: str


class Spec(PipelineSpec, total=False):
    """The spec of a run or of a pipeline."""

    pipelineSpec: PipelineSpec
    pipelineRef: PipelineRef
    status: str


class _Fields(TypedDict, total=False):
    kind: str
    apiVersion: str
    spec: Spec
    status: Status
    data: dict[str, str]


class _Stored(TypedDict):
    metadata: Metadata


class Object(_Stored, _Fields):
    """An object that has a name, as all have that are stored."""


class Resource(_Named):
    """A kind that the server has."""


class Answer(_Fields, total=False):
    """An object, a list, a review."""

    metadata: ListMetadata
    items: list[Object]
    resources: list[Resource]
    gitVersion: str


class Cause(TypedDict, total=False):
    """One field that an object was refused for."""

    reason: str
    field: str
    message: str


class Details(TypedDict, total=False):
    """What a refusal says in particular."""

    causes: list[Cause]


class Refusal(TypedDict, total=False):
    """A Status: what is answered instead of what was asked for."""

    message: str
    reason: str
    code: int
    details: Details


class WatchEvent(TypedDict):
    """A line of a watch."""

    type: str
    object: dict[str, object]
