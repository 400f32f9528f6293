"""Installs Tekton from its module's own YAML, changed only where this machine is not a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from api import Api, wait_for

NAMESPACE = "tekton-pipelines"
CONTROLLER = "tekton-pipelines-controller"
WEBHOOK = "tekton-pipelines-webhook"

# Whom the API server calls.
REACHED = {WEBHOOK, "tekton-triggers-webhook"}
# What would start pods: we start the programs ourselves.
_LEFT_OUT = {"Deployment", "HorizontalPodAutoscaler"}


def install(api: Api, config: Path, webhook_port: int) -> None:
    """Apply everything of the folder `config` but its deployments."""
    install_folders(api, [config / "100-namespace", config, config / "300-crds"], webhook_port)


def install_folders(api: Api, folders: Iterable[Path], webhook_port: int) -> None:
    """Apply everything of these folders but what would start pods."""
    documents = list(_documents(folders))
    documents.sort(key=lambda document: document["kind"] != "Namespace")
    for document in documents:
        _adapt(document, webhook_port)
        api.apply(document, manager="install")
    for document in documents:
        if document["kind"] == "CustomResourceDefinition":
            wait_for(f"{document['metadata']['name']} is served", lambda: _established(api, document), 60)  # noqa: B023


def _documents(folders: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
        for document in yaml.load_all(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if document and document["kind"] not in _LEFT_OUT:
                yield document


def _adapt(document: dict[str, Any], port: int) -> None:
    name = document["metadata"]["name"]
    if document["kind"] == "Service" and name in REACHED:
        # The API server's resolver dials the name of an ExternalName service itself.
        document["spec"] = {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": port}]}
    for hook in document.get("webhooks", ()):
        hook["clientConfig"]["service"]["port"] = port
    if document["kind"] == "CustomResourceDefinition" and "conversion" in document["spec"]:
        document["spec"]["conversion"]["webhook"]["clientConfig"]["service"]["port"] = port
    if document["kind"] == "ConfigMap" and name.startswith("config-observability"):
        # Its exporter listens on a fixed port, which may be taken.
        document.setdefault("data", {})["metrics-protocol"] = "none"


def _established(api: Api, document: dict[str, Any]) -> bool:
    found = api.get(document["apiVersion"], document["kind"], document["metadata"]["name"])
    conditions = found.get("status", {}).get("conditions", ())
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)
