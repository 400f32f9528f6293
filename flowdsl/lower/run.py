"""The PipelineRun and what it needs: ServiceAccount and claims. See docs/pipelineruns.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowdsl.ir.nodes import Node, PipelineDef, PipelineWorkspace, Text
from flowdsl.ir.options import PipelineOptions
from flowdsl.ir.volumes import PVC, ConfigMap, EmptyDir, Secret, ServiceAccount, VolumeClaim
from flowdsl.kinds.table import CLAIM, PIPELINE_RUN, SERVICE_ACCOUNT
from flowdsl.lower.containers import empty_dir
from flowdsl.lower.task import filled, plain


def run_document(pipeline: PipelineDef, metadata: Mapping[str, Any], params: Mapping[str, Text]) -> dict[str, Any]:
    """A PipelineRun with the given params, every workspace bound, and what single tasks ask of their pods."""
    options: PipelineOptions = pipeline.options
    labels = {**metadata.get("labels", {}), **options.labels}
    meta = {"generateName": f"{pipeline.name}-", **metadata, "labels": labels, "annotations": dict(options.annotations)}
    return {
        "apiVersion": PIPELINE_RUN.api_version,
        "kind": PIPELINE_RUN.name,
        "metadata": filled(meta),
        "spec": filled(
            {
                "pipelineRef": {"name": pipeline.name},
                "params": [{"name": name, "value": plain(value)} for name, value in params.items()],
                "workspaces": [bound(space) for space in pipeline.workspaces if not _left_out(space)],
                "taskRunTemplate": filled(
                    {"serviceAccountName": account_name(options), "podTemplate": _pod_template(options)}
                ),
                "taskRunSpecs": [spec for node in pipeline.nodes if (spec := _task_run_spec(node))],
                "timeouts": filled(
                    {
                        "pipeline": options.timeout,
                        "tasks": options.tasks_timeout,
                        "finally": options.finally_timeout,
                    }
                ),
            }
        ),
    }


def needed_documents(pipeline: PipelineDef, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    """ServiceAccount and PersistentVolumeClaims that the run needs and the user did not say exist already."""
    found: list[dict[str, Any]] = []
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
    return account.name if isinstance(account, ServiceAccount) else str(account)


def _metadata(name: str, shared: Mapping[str, Any]) -> dict[str, Any]:
    return filled({"name": name, **shared, "labels": dict(shared.get("labels", {}))})


def _account(account: ServiceAccount, metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": SERVICE_ACCOUNT.api_version,
        "kind": SERVICE_ACCOUNT.name,
        "metadata": _metadata(account.name, metadata),
        **({"secrets": [{"name": name} for name in account.secrets]} if account.secrets else {}),
        **(
            {"imagePullSecrets": [{"name": name} for name in account.image_pull_secrets]}
            if account.image_pull_secrets
            else {}
        ),
    }


def _claim(claim: PVC, metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": CLAIM.api_version,
        "kind": CLAIM.name,
        "metadata": _metadata(claim.name, metadata),
        "spec": _claim_spec(claim.access_mode, claim.storage, claim.storage_class),
    }


def _claim_spec(access_mode: str, storage: str, storage_class: str) -> dict[str, Any]:
    return filled(
        {
            "accessModes": [access_mode],
            "resources": {"requests": {"storage": storage}},
            "storageClassName": storage_class,
        }
    )


def _left_out(space: PipelineWorkspace) -> bool:
    return space.optional and space.source is None


def bound(space: PipelineWorkspace) -> dict[str, Any]:
    """What the run binds. Without a source: scratch space, which every cluster can give."""
    source = space.source
    if isinstance(source, PVC):
        return filled(
            {"name": space.name, "subPath": source.sub_path, "persistentVolumeClaim": {"claimName": source.name}}
        )
    if isinstance(source, VolumeClaim):
        spec = _claim_spec(source.access_mode, source.storage, source.storage_class)
        return {"name": space.name, "volumeClaimTemplate": {"spec": spec}}
    if isinstance(source, Secret):
        return {"name": space.name, "secret": {"secretName": source.name}}
    if isinstance(source, ConfigMap):
        return {"name": space.name, "configMap": {"name": source.name}}
    if isinstance(source, EmptyDir):
        return {"name": space.name, "emptyDir": empty_dir(source)}
    if isinstance(source, Mapping):
        return {"name": space.name, **source}
    return {"name": space.name, "emptyDir": {}}


def _pod_template(options: PipelineOptions) -> dict[str, Any]:
    # OnRootMismatch: by default every mount would re-own the whole volume, which is slow and breaks image layers on it.
    group: dict[str, Any] = {}
    if options.fs_group is not None:
        group = {"fsGroup": options.fs_group, "fsGroupChangePolicy": "OnRootMismatch"}
    return filled(
        {
            "nodeSelector": dict(options.node_selector),
            "tolerations": [dict(item) for item in options.tolerations],
            "securityContext": group,
        }
    )


def _task_run_spec(node: Node) -> dict[str, Any]:
    options = node.task.options
    pod = filled(
        {
            "nodeSelector": dict(options.node_selector),
            "tolerations": [dict(item) for item in options.tolerations],
        }
    )
    if not pod and not options.service_account:
        return {}
    return filled({"pipelineTaskName": node.name, "serviceAccountName": options.service_account, "podTemplate": pod})
