"""Where the API server keeps the kinds that flowdsl deals with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flowdsl.diagnostics import UsageError

TEKTON = "tekton.dev/v1"
# Kind: API version, plural. StepActions are served as v1 and v1beta1; v1beta1 is in every release that has them.
KINDS = {
    "Task": (TEKTON, "tasks"),
    "Pipeline": (TEKTON, "pipelines"),
    "PipelineRun": (TEKTON, "pipelineruns"),
    "TaskRun": (TEKTON, "taskruns"),
    "StepAction": ("tekton.dev/v1beta1", "stepactions"),
    "CustomRun": ("tekton.dev/v1beta1", "customruns"),
    "ServiceAccount": ("v1", "serviceaccounts"),
    "PersistentVolumeClaim": ("v1", "persistentvolumeclaims"),
    "Secret": ("v1", "secrets"),
    "ConfigMap": ("v1", "configmaps"),
    "Pod": ("v1", "pods"),
    "Role": ("rbac.authorization.k8s.io/v1", "roles"),
    "RoleBinding": ("rbac.authorization.k8s.io/v1", "rolebindings"),
}


def path_of(kind: str, namespace: str, name: str = "", version: str = "") -> str:
    """The URL path of an object, or of all of a kind. Raises UsageError for a kind that we do not deal with."""
    if kind not in KINDS:
        raise UsageError(f"flowdsl does not deal with {kind} on a cluster; it does with {', '.join(KINDS)}")
    known, plural = KINDS[kind]
    api = version or known
    base = "/api/v1" if api == "v1" else f"/apis/{quote(api)}"
    # A name is one part of a path, whatever is in it.
    return f"{base}/namespaces/{_part(namespace)}/{plural}" + (f"/{_part(name)}" if name else "")


def _part(text: str) -> str:
    return quote(text, safe="", errors="replace")


def path_for(document: Mapping[str, Any], namespace: str) -> str:
    """The URL path of a document that has a name."""
    metadata = document["metadata"]
    return path_of(
        document["kind"], metadata.get("namespace") or namespace, metadata["name"], str(document.get("apiVersion", ""))
    )


def title(document: Mapping[str, Any]) -> str:
    """What people call it: `Task build-image`."""
    metadata = document.get("metadata") or {}
    return f"{document.get('kind')} {metadata.get('name') or metadata.get('generateName', '')}"
