"""A connection as kubectl would make it: KUBECONFIG, a context, or the account of the pod it runs in."""

from __future__ import annotations

from typing import Any

import attrs

from flowdsl.diagnostics import ClusterError


@attrs.frozen
class Connection:
    """A client of the Kubernetes API, and the namespace that the context names."""

    client: Any = attrs.field(repr=False)
    namespace: str = "default"


def connect(context: str | None = None) -> Connection:
    """Read the kubeconfig (or the pod's account). Raises ClusterError where neither is there or usable."""
    try:
        from kubernetes import client, config
    except ImportError as error:
        raise ClusterError(
            "talking to a cluster needs the Kubernetes client: pip install 'flowdsl[cluster]'"
        ) from error
    try:
        contexts, current = config.list_kube_config_contexts()
    except config.ConfigException:
        return _in_cluster(client, config, context)
    names = [each["name"] for each in contexts]
    if context is not None and context not in names:
        raise ClusterError(f"the kubeconfig has no context {context!r}; it has: {', '.join(names) or 'none'}")
    chosen = next((each for each in contexts if each["name"] == context), current)
    try:
        api = config.new_client_from_config(context=context)
    except config.ConfigException as error:
        raise ClusterError(f"the kubeconfig can't be used: {error}") from error
    return Connection(api, (chosen or {}).get("context", {}).get("namespace") or "default")


def _in_cluster(client: Any, config: Any, context: str | None) -> Connection:
    if context is not None:
        raise ClusterError("there is no kubeconfig, and so no context")
    try:
        settings = client.Configuration()
        config.load_incluster_config(client_configuration=settings)
    except config.ConfigException as error:
        raise ClusterError("there is no kubeconfig: set KUBECONFIG, or log in to a cluster") from error
    try:
        with open("/var/run/secrets/kubernetes.io/serviceaccount/namespace", encoding="utf-8") as file:
            namespace = file.read().strip()
    except OSError:
        namespace = "default"
    return Connection(client.ApiClient(settings), namespace)
