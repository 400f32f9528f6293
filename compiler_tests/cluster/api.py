"""A plain client of the API server: JSON over HTTPS, with a bearer token. The tier needs no more."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
import urllib3

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


@attrs.frozen(slots=False)
class Api:
    """One user's access to the server at `address`. Its connections are kept: a handshake costs the server more than an answer."""

    address: str
    certificate: Path
    token: str

    def call(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        """What the server answers. Raises RefusedError, or OSError when it can't be reached."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        try:
            answer = self._pool.request(
                method, self.address + path, body=data, headers=headers, retries=False, timeout=60
            )
        except urllib3.exceptions.HTTPError as lost:
            raise OSError(str(lost)) from lost
        if answer.status >= 400:
            raise RefusedError(answer.status, answer.data.decode(errors="replace"))
        text = answer.data
        return json.loads(text) if text[:1] in (b"{", b"[") else text.decode()

    @functools.cached_property
    def _pool(self) -> urllib3.PoolManager:
        # Made with the first call: before it the server has not written its certificate.
        if not self.certificate.exists():
            raise FileNotFoundError(self.certificate)
        return urllib3.PoolManager(ca_certs=str(self.certificate))

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
