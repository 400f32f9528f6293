"""What a task asks of the cluster's API server, as its own ServiceAccount, with the standard library alone.

https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from sonic_flow.direct import opener, token_of
from sonic_flow.files import stop

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
LARGEST = 8 << 20  # bytes of an answer that are read


class Cluster(NamedTuple):
    """An API server, who asks it, and the namespace that is asked about."""

    address: str
    namespace: str
    token: str
    context: ssl.SSLContext | None


class ConflictError(Exception):
    """Somebody else has changed the object since it was read."""


def cluster(address: str, namespace: str) -> Cluster:
    """The API server of the pod's own cluster, or the one at `address`: by http:// that is a stand-in, which wants no
    token. Stops outside a cluster."""
    if address.startswith("http://"):
        return Cluster(address.rstrip("/"), namespace, "", None)
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST", ""), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not (host or address) or not (ACCOUNT / "token").exists():
        stop("this task changes objects of its cluster: it must run in one, with its account's token")
    server = address.rstrip("/") or f"https://{f'[{host}]' if ':' in host else host}:{port}"
    if not server.startswith("https://"):
        stop(f"{address!r} is no http:// or https:// address of an API server")
    try:
        context = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
        return Cluster(server, namespace, token_of(ACCOUNT / "token"), context)
    except (OSError, ValueError) as error:
        stop(f"the account's token or certificate can't be read: {error}")


def get(api: Cluster, kind: str, name: str) -> dict[str, Any]:
    """An object. `kind` is its group, version and plural: `apps/v1/deployments`."""
    return ask(api, "GET", kind, name, None)


def patch(api: Cluster, kind: str, name: str, change: Mapping[str, object]) -> dict[str, Any]:
    """Change an object by a merge patch (RFC 7396): lists are replaced. Raises ConflictError where the patch names a
    resourceVersion that is no longer the object's."""
    return ask(api, "PATCH", kind, name, change)


def merge(api: Cluster, kind: str, name: str, change: Mapping[str, object]) -> dict[str, Any]:
    """Change an object of Kubernetes' own by a strategic merge patch: the entries of a list are told by their names."""
    return ask(api, "PATCH", kind, name, change, "strategic-merge-patch")


def ask(
    api: Cluster, method: str, kind: str, name: str, change: Mapping[str, object] | None, way: str = "merge-patch"
) -> dict[str, Any]:
    """One request; stops with the API server's own words where it refuses it."""
    group, _, plural = kind.rpartition("/")
    path = f"/apis/{group}/namespaces/{api.namespace}/{plural}/{name}"
    headers = {"Accept": "application/json", "Content-Type": f"application/{way}+json"}
    if api.token:
        headers["Authorization"] = f"Bearer {api.token}"
    body = None if change is None else json.dumps(change).encode()
    request = urllib.request.Request(api.address + path, body, headers, method=method)
    try:
        with opener(api.context).open(request, timeout=30) as answer:
            found = json.loads(answer.read(LARGEST))
    except urllib.error.HTTPError as error:
        said = str(error.reason)
        with error, suppress(OSError, http.client.HTTPException):
            said = error.read(4000).decode("utf-8", "replace")
        if error.code == 409:
            raise ConflictError(name) from None
        stop(f"{method} {plural} {name}: {error.code} {reason(said)}")
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        stop(f"{method} {plural} {name}: {getattr(error, 'reason', None) or repr(error)}")
    if not isinstance(found, dict):
        stop(f"{method} {plural} {name}: the answer is no object")
    return found


def reason(said: str) -> str:
    """The message of a Status, as one printable line."""
    with suppress(ValueError, TypeError, KeyError, RecursionError):
        said = str(json.loads(said)["message"])
    return " ".join("".join(char if char.isprintable() else " " for char in said).split())[:300]
