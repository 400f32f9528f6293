"""Requests to one API server: credentials of the official client, our own patience."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import attrs

from flowdsl.cluster.errors import PASSING, AnsweredError, UnreachableError, answered, unreachable
from flowdsl.diagnostics import ClusterError, UsageError

Object = dict[str, Any]
MANAGER = "flowdsl"
APPLY = "application/apply-patch+yaml"  # JSON is YAML; the server wants this name for server-side apply
MERGE = "application/merge-patch+json"
_CONNECT_SECONDS = 5.0


@attrs.frozen
class Target:
    """Which cluster and namespace: empty means what the kubeconfig, or the pod's own account, says."""

    context: str = ""
    namespace: str = ""
    kubeconfig: str = ""
    timeout: float = 15.0


class Client:
    """One API server. `namespace` is where the commands work; `where` names the cluster for people.

    `patience` is for how many seconds a request that is safe to repeat is tried again once the server was reached.
    """

    def __init__(self, api: Any, namespace: str, where: str, timeout: float, patience: float = 60.0) -> None:
        self._configuration = api.configuration
        self._pool = api.rest_client.pool_manager
        self.namespace = namespace
        self.where = where
        self.timeout = timeout
        self.patience = patience
        self.reached = False
        self.stopped = threading.Event()
        self.on_trouble: Callable[[str], None] = lambda text: None

    @property
    def address(self) -> str:
        """The server's URL."""
        return str(self._configuration.host).rstrip("/")

    def get(self, path: str, **query: Any) -> Object:
        """Read an object or a list."""
        return self.call("GET", path, query)

    def find(self, path: str) -> Object | None:
        """Read an object; None where there is none. A missing API is an error still."""
        try:
            return self.get(path)
        except AnsweredError as error:
            if error.code == 404 and error.reason == "NotFound":
                return None
            raise

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        *,
        kind: str = "application/json",
        again: bool = True,
    ) -> Object:
        """One request; the answer. `again` says that it may be sent twice. Raises AnsweredError, UnreachableError."""
        end, pause = time.monotonic() + self.patience, 0.25
        tries = 0
        while True:
            tries += 1
            try:
                response = self.open(method, path, query, body, kind=kind)
                found = json.loads(self._read(response))
                return found if isinstance(found, dict) else {}
            except (AnsweredError, UnreachableError) as error:
                passing = error.code in PASSING if isinstance(error, AnsweredError) else error.passing
                # A server nobody has reached yet is more likely misspelt than restarting.
                given_up = time.monotonic() > end or (not self.reached and tries >= 3)
                if not passing or not again or given_up or self.stopped.is_set():
                    raise
                self.on_trouble(str(error))
            self.stopped.wait(pause)
            pause = min(pause * 2, 5.0)

    def delete(self, path: str, uid: str, *, dry_run: bool = False) -> None:
        """Delete the object of this uid: one that was made anew under its name since is not ours to delete.

        All options go into the body: a server that finds one there does not look at the query's, `dryRun` included.
        """
        body: Object = {"preconditions": {"uid": uid}, "propagationPolicy": "Background"}
        if dry_run:
            body["dryRun"] = ["All"]
        self.call("DELETE", path, None, body)

    def open(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        *,
        kind: str = "application/json",
        timeout: float = 0.0,
    ) -> Any:
        """Send once; the open response of urllib3, for streams. Raises AnsweredError, UnreachableError."""
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError

        seconds = timeout or self.timeout
        url = self.address + path + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        try:
            response = self._pool.request(
                method,
                url,
                body=data,
                headers={**self._credentials(), "Accept": "application/json, */*", "Content-Type": kind},
                timeout=Timeout(connect=min(_CONNECT_SECONDS, seconds), read=seconds),
                retries=False,
                preload_content=False,
            )
        except (HTTPError, OSError) as error:
            raise unreachable(error, where=self.where, address=self.address, seconds=seconds) from error
        if response.status >= 400:
            text = self._read(response)
            raise answered(response.status, text, method=method, path=path, where=self.where)
        self.reached = True
        return response

    def _read(self, response: Any) -> str:
        from urllib3.exceptions import HTTPError

        try:
            return bytes(response.read()).decode(errors="replace")
        except (HTTPError, OSError) as error:
            raise unreachable(error, where=self.where, address=self.address, seconds=self.timeout) from error
        finally:
            response.release_conn()

    def _credentials(self) -> dict[str, str]:
        """The headers that say who we are; a token that was renewed on disk is read again by the client."""
        found = self._configuration.auth_settings()
        return {each["key"]: each["value"] for each in found.values() if each.get("in") == "header" and each["value"]}


def connect(target: Target) -> Client:
    """A client for the target. Nothing is sent yet. Raises UsageError, ClusterError."""
    try:
        from kubernetes import client, config
        from kubernetes.config.config_exception import ConfigException
    except ImportError as error:
        raise UsageError("this needs the Kubernetes client: pip install 'flowdsl[cluster]'") from error
    configuration = client.Configuration()
    options: dict[str, Any] = {"context": target.context or None}
    if target.kubeconfig:
        options["config_file"] = target.kubeconfig
    try:
        namespace, where = _load(config, configuration, options, target)
    except ConfigException as error:
        raise ClusterError(f"the kubeconfig does not say how to reach a cluster: {error}") from error
    except (OSError, ValueError) as error:
        raise ClusterError(f"the kubeconfig cannot be used: {error}") from error
    # One connection a watch or log stream; more would be thrown away after use.
    configuration.connection_pool_maxsize = 128
    return Client(client.ApiClient(configuration), target.namespace or namespace, where, target.timeout)


def _load(config: Any, configuration: Any, options: Mapping[str, Any], target: Target) -> tuple[str, str]:
    """Fill the configuration; the namespace and the name of the cluster for people."""
    inside = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
    try:
        contexts, active = config.list_kube_config_contexts(config_file=options.get("config_file"))
    except config.ConfigException:
        if target.context or target.kubeconfig:
            raise
        try:
            config.load_incluster_config(client_configuration=configuration)
        except config.ConfigException:
            raise ClusterError(
                "there is no kubeconfig (KUBECONFIG, ~/.kube/config) and this is no pod of a cluster; name one with "
                "--kubeconfig"
            ) from None
        with open(inside, encoding="utf-8") as file:
            return file.read().strip(), "this cluster"
    names = [each["name"] for each in contexts]
    if target.context and target.context not in names:
        raise UsageError(f"there is no context {target.context!r} in the kubeconfig; there is {', '.join(names)}")
    chosen = next((each for each in contexts if each["name"] == target.context), active)
    config.load_kube_config(client_configuration=configuration, **options)
    return str(chosen["context"].get("namespace") or "default"), f"cluster {chosen['name']!r}"
