"""A plain client of the API server: JSON over HTTPS, with a bearer token. The tier needs no more."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs

Object = dict[str, Any]

_PLURALS = {"NetworkPolicy": "networkpolicies"}
_CLUSTER_WIDE = {
    "ClusterInterceptor", "ClusterRole", "ClusterRoleBinding", "ClusterTriggerBinding", "CustomResourceDefinition",
    "MutatingWebhookConfiguration", "Namespace", "Node", "PriorityClass", "ValidatingWebhookConfiguration",
}  # fmt: skip


class RefusedError(Exception):
    """The API server answered with an error."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


@attrs.frozen
class Api:
    """One user's access to the server at `address`."""

    address: str
    certificate: Path
    token: str

    def call(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        """What the server answers. Raises RefusedError, or OSError when it can't be reached."""
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self.address + path, data, method=method)
        asked.add_header("Authorization", f"Bearer {self.token}")
        asked.add_header("Content-Type", kind)
        try:
            with urllib.request.urlopen(asked, context=self._context(), timeout=60) as answer:
                text = answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                raise RefusedError(refused.code, refused.read().decode(errors="replace")) from None
        return json.loads(text) if text[:1] in (b"{", b"[") else text.decode()

    def get(self, api: str, kind: str, name: str = "", namespace: str = "default", query: str = "") -> Any:
        return self.call("GET", path_of(api, kind, name, namespace) + query)

    def create(self, document: Mapping[str, Any], *, dry_run: bool = False) -> Any:
        path = path_of(document["apiVersion"], document["kind"], "", _namespace(document))
        return self.call("POST", path + "?fieldValidation=Strict" + ("&dryRun=All" if dry_run else ""), document)

    def apply(self, document: Mapping[str, Any], *, dry_run: bool = False, manager: str = "flowdsl-test") -> Any:
        """Server-side apply, as `kubectl apply --server-side --force-conflicts`."""
        path = path_of(document["apiVersion"], document["kind"], document["metadata"]["name"], _namespace(document))
        query = f"?fieldManager={manager}&force=true&fieldValidation=Strict" + ("&dryRun=All" if dry_run else "")
        return self.call("PATCH", path + query, document, "application/apply-patch+yaml")

    def merge(self, api: str, kind: str, name: str, change: Object, namespace: str = "default") -> Any:
        return self.call("PATCH", path_of(api, kind, name, namespace), change, "application/merge-patch+json")

    def delete(self, api: str, kind: str, name: str, namespace: str = "default") -> Any:
        return self.call("DELETE", path_of(api, kind, name, namespace))

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


def path_of(api: str, kind: str, name: str = "", namespace: str = "default") -> str:
    """The URL path of an object, or of all of a kind when `name` is empty."""
    base = "/api/v1" if api == "v1" else f"/apis/{api}"
    plural = _PLURALS.get(kind, kind.lower() + ("es" if kind.endswith("s") else "s"))
    scope = "" if kind in _CLUSTER_WIDE else f"/namespaces/{namespace}"
    return f"{base}{scope}/{plural}" + (f"/{name}" if name else "")


def _namespace(document: Mapping[str, Any]) -> str:
    return document["metadata"].get("namespace", "default")


def wait_for(what: str, ready: Callable[[], Any], seconds: float, pause: float = 0.1) -> Any:
    """The first true answer of `ready`. Raises TimeoutError naming `what`, with the last error met."""
    end = time.monotonic() + seconds
    last: Exception | None = None
    while time.monotonic() < end:
        try:
            if answer := ready():
                return answer
        except (OSError, RefusedError) as error:
            last = error
        time.sleep(pause)
    raise TimeoutError(f"{what}: not within {seconds} s" + (f" (last: {last})" if last else ""))
