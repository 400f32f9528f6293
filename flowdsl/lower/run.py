"""The PipelineRun of a pipeline and what it needs: ServiceAccount and claims. See docs/pipelineruns.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from flowdsl.ir.nodes import Node, PipelineDef, PipelineWorkspace, Text
from flowdsl.ir.options import PipelineOptions
from flowdsl.ir.pods import pod_fields
from flowdsl.ir.types import Data
from flowdsl.ir.volumes import PVC, Bound, ConfigMap, EmptyDir, Secret, ServiceAccount, VolumeClaim
from flowdsl.kinds.table import CLAIM, PIPELINE_RUN, SERVICE_ACCOUNT
from flowdsl.lower.containers import compute_resources, empty_dir, env_list
from flowdsl.lower.fields import filled, plain, queue_label, with_extra

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


def run_document(pipeline: PipelineDef, metadata: shapes.ObjectMeta, params: Mapping[str, Text]) -> shapes.PipelineRun:
    """A PipelineRun with the given params, every workspace bound, and what single tasks ask of their pods."""
    options = pipeline.options
    meta: shapes.ObjectMeta = {
        "generateName": f"{pipeline.name}-",
        **metadata,
        "labels": {**metadata.get("labels", {}), **options.labels, **queue_label(options)},
        "annotations": dict(options.annotations),
    }
    spec: shapes.PipelineRunSpec = {
        "pipelineRef": {"name": pipeline.name},
        "params": [{"name": name, "value": plain(value)} for name, value in params.items()],
        "workspaces": [bound(space.name, space.source) for space in pipeline.workspaces if not _left_out(space)],
        "taskRunTemplate": pods(account_name(options), _pod_template(options)),
        "taskRunSpecs": [own for node in pipeline.nodes if (own := task_run_spec(node))],
        "timeouts": timeouts(options.timeout, options.tasks_timeout, options.finally_timeout),
    }
    if options.run_extra:
        spec = _with_extra(spec, pipeline)
    return {
        "apiVersion": PIPELINE_RUN.api_version,
        "kind": PIPELINE_RUN.name,
        "metadata": filled(meta),
        "spec": filled(spec),
    }


def _with_extra(spec: shapes.PipelineRunSpec, pipeline: PipelineDef) -> shapes.PipelineRunSpec:
    """With the fields that stand as Tekton has them; what they say of single tasks goes beside what is said already."""
    extra = pipeline.options.run_extra
    made = cast("dict[str, object]", {**spec, **extra})
    given = extra.get("taskRunSpecs")
    if isinstance(given, (list, tuple)):
        place = {node.name: index for index, node in enumerate(pipeline.nodes)}
        every = [each for each in (*spec["taskRunSpecs"], *given) if isinstance(each, Mapping)]
        made["taskRunSpecs"] = sorted(every, key=lambda each: place.get(str(each.get("pipelineTaskName")), len(place)))
    return cast("shapes.PipelineRunSpec", made)


def timeouts(pipeline: str, tasks: str, finally_: str) -> shapes.TimeoutFields:
    """The timeouts of a PipelineRun: of all, of its tasks, of those in `finally`."""
    found: shapes.TimeoutFields = {"pipeline": pipeline, "tasks": tasks, "finally": finally_}
    return filled(found)


def pods(account: str, template: shapes.PodTemplate) -> shapes.PipelineTaskRunTemplate:
    """What holds for the pods of a whole PipelineRun."""
    found: shapes.PipelineTaskRunTemplate = {"serviceAccountName": account, "podTemplate": template}
    return filled(found)


def needed_documents(pipeline: PipelineDef, metadata: shapes.ObjectMeta) -> list[shapes.Document]:
    """ServiceAccount and PersistentVolumeClaims that the run needs and the user did not say exist already."""
    found: list[shapes.Document] = []
    account = pipeline.options.service_account
    if isinstance(account, ServiceAccount) and account.create:
        found.append(_account(account, metadata))
    elif isinstance(account, str) and account:
        found.append(_account(ServiceAccount(account), metadata))
    claims: dict[str, PVC] = {}
    for space in pipeline.workspaces:
        if isinstance(space.source, PVC) and space.source.storage:
            claims.setdefault(space.source.name, space.source)
    found += [_claim(claim, metadata) for claim in claims.values()]
    return found


def account_name(options: PipelineOptions) -> str:
    """The name of the account the run uses, or nothing for the namespace's default."""
    account = options.service_account
    return account.name if isinstance(account, ServiceAccount) else account


def _metadata(name: str, shared: shapes.ObjectMeta) -> shapes.ObjectMeta:
    meta: shapes.ObjectMeta = {"name": name, **shared, "labels": dict(shared.get("labels", {}))}
    return filled(meta)


def _account(account: ServiceAccount, metadata: shapes.ObjectMeta) -> shapes.ServiceAccount:
    document: shapes.ServiceAccount = {
        "apiVersion": SERVICE_ACCOUNT.api_version,
        "kind": SERVICE_ACCOUNT.name,
        "metadata": _metadata(account.name, metadata),
        "secrets": [{"name": name} for name in account.secrets],
        "imagePullSecrets": _names(account.image_pull_secrets),
    }
    return filled(document)


def _names(secrets: Iterable[str]) -> list[shapes.LocalObjectReference]:
    return [{"name": name} for name in secrets]


def _claim(claim: PVC, metadata: shapes.ObjectMeta) -> shapes.PersistentVolumeClaim:
    return {
        "apiVersion": CLAIM.api_version,
        "kind": CLAIM.name,
        "metadata": _metadata(claim.name, metadata),
        "spec": _claim_spec(claim),
    }


def _claim_spec(claim: PVC | VolumeClaim) -> shapes.PersistentVolumeClaimSpec:
    spec: shapes.PersistentVolumeClaimSpec = {
        "accessModes": [claim.access_mode],
        "resources": {"requests": {"storage": claim.storage}},
        "storageClassName": claim.storage_class,
    }
    return filled(spec)


def _left_out(space: PipelineWorkspace) -> bool:
    return space.optional and space.source is None


def bound(name: str, source: Bound | None) -> shapes.WorkspaceBinding:
    """What the run binds. Without a source: scratch space, which every cluster can give."""
    if isinstance(source, PVC):
        claim: shapes.WorkspaceBinding = {
            "name": name,
            "subPath": source.sub_path,
            "persistentVolumeClaim": {"claimName": source.name},
        }
        return filled(claim)
    if isinstance(source, VolumeClaim):
        return {"name": name, "volumeClaimTemplate": {"spec": _claim_spec(source)}}
    if isinstance(source, Secret):
        return {"name": name, "secret": {"secretName": source.name}}
    if isinstance(source, ConfigMap):
        return {"name": name, "configMap": {"name": source.name}}
    if isinstance(source, EmptyDir):
        return {"name": name, "emptyDir": empty_dir(source)}
    if isinstance(source, Mapping):
        return cast("shapes.WorkspaceBinding", {"name": name, **source})
    return {"name": name, "emptyDir": {}}


def _pod_template(options: PipelineOptions) -> shapes.PodTemplate:
    # OnRootMismatch: by default every mount would re-own the whole volume, which is slow and breaks image layers on it.
    group: shapes.PodSecurityContext = {}
    if options.fs_group is not None:
        group = {"fsGroup": options.fs_group, "fsGroupChangePolicy": "OnRootMismatch"}
    own = dict(pod_fields(options.pod_template))
    if isinstance(security := own.get("securityContext"), Mapping):
        own["securityContext"] = {**group, **security}
    pod: shapes.PodTemplate = {
        "nodeSelector": dict(options.node_selector),
        "tolerations": _tolerations(options.tolerations),
        "affinity": cast("shapes.Affinity", dict(options.affinity)),
        "priorityClassName": options.priority_class,
        "runtimeClassName": options.runtime_class,
        "securityContext": group,
    }
    return with_extra(pod, own)


def _tolerations(given: Iterable[Mapping[str, Data]]) -> list[shapes.Toleration]:
    return [cast("shapes.Toleration", dict(each)) for each in given]


def task_run_spec(node: Node) -> shapes.PipelineTaskRunSpec:
    """What a PipelineRun says of one task's pods; nothing where the task asks for nothing.

    Of a Task that exists already it says more, for what others wrote can't be changed: its resources, which Tekton
    shares out among the steps, and variables, which go over those of the steps.
    """
    task, options = node.task, node.task.options
    if task.reference is None and not (options.node_selector or options.tolerations or options.service_account):
        return {}  # as nearly all tasks
    pod: shapes.PodTemplate = {
        "nodeSelector": dict(options.node_selector),
        "tolerations": _tolerations(options.tolerations),
        "env": env_list(options.env) if task.reference is not None else [],
    }
    resources: shapes.ResourceRequirements = {}
    if task.reference is not None:
        resources = compute_resources(options.cpu, options.memory, options.gpu, options.gpu_resource)
    spec: shapes.PipelineTaskRunSpec = {
        "serviceAccountName": options.service_account,
        "podTemplate": filled(pod),
        "computeResources": resources,
    }
    return {"pipelineTaskName": node.name, **said} if (said := filled(spec)) else {}
