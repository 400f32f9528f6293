"""The objects of a cluster that stand under the names of given documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flowdsl.cluster.connect import Connection, connect
from flowdsl.cluster.problems import told
from flowdsl.diagnostics import ClusterError

_SECONDS = 30


def read_live(
    documents: Iterable[Mapping[str, Any]], *, context: str | None = None, namespace: str | None = None
) -> list[dict[str, Any]]:
    """For each named document the object that the cluster has; those that it has not are left out.

    Documents with a `generateName` are created anew each time and have no counterpart. Objects come without a namespace
    where the document has none, so that both compare. Raises ClusterError.
    """
    connection = connect(context)
    found = []
    for document in documents:
        metadata = document.get("metadata") or {}
        if metadata.get("name"):
            live = _get(connection, document, metadata.get("namespace") or namespace or connection.namespace)
            if live is not None:
                if not metadata.get("namespace"):
                    live.get("metadata", {}).pop("namespace", None)
                found.append(live)
    return found


def _get(connection: Connection, document: Mapping[str, Any], namespace: str) -> dict[str, Any] | None:
    from kubernetes.dynamic import DynamicClient
    from kubernetes.dynamic.exceptions import NotFoundError, ResourceNotFoundError

    kind, name = str(document.get("kind")), str(document["metadata"]["name"])
    with told(f"reading {kind} {name}"):
        client = DynamicClient(connection.client)
        try:
            resource = client.resources.get(api_version=document.get("apiVersion"), kind=kind)
        except ResourceNotFoundError as error:
            raise ClusterError(
                f"the cluster has no kind {document.get('apiVersion')} {kind}"
                + ("; is Tekton installed?" if "tekton.dev/" in str(document.get("apiVersion")) else "")
            ) from error
        try:
            answer = resource.get(name=name, namespace=namespace, _request_timeout=_SECONDS)
        except NotFoundError:
            return None
    data: dict[str, Any] = answer.to_dict()
    return data
