"""Requests to one API server: credentials of the official client, our own patience."""

from __future__ import annotations

import json
import shlex
import threading
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

import attrs

from flowdsl.diagnostics import ClusterError, UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.kubeclient import access
from flowdsl.kubeclient.answers import ANSWER, MAX_ANSWER, OBJECT, EndlessError, odd, parsed, whole
from flowdsl.kubeclient.errors import PASSING, AnsweredError, UnreachableError, answered, unreachable
from flowdsl.kubeclient.kubeconfig import SHORTEST, masked
from flowdsl.kubeclient.objects import Answer, Object
from flowdsl.kubeclient.shapes import Shape

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPHeaderDict, PoolManager

MANAGER = "flowdsl"
APPLY = "application/apply-patch+yaml"  # JSON is YAML; the server wants this name for server-side apply
MERGE = "application/merge-patch+json"
_CONNECT_SECONDS = 5.0
PAGE = 500
"""Objects asked for at once: what client-go takes, too."""
MOST_ITEMS = 100_000
MAX_REFUSAL = 256 * 1024
"""Bytes of a refusal: a Status with a finding for each field of an object has a tenth of it."""


@attrs.frozen
class Target:
    """Which cluster and namespace: empty means what the kubeconfig, or the pod's own account, says."""

    context: str = ""
    namespace: str = ""
    kubeconfig: str = ""
    timeout: float = 15.0

    @property
    def words(self) -> str:
        """The options that say the same in another command, with a blank before: ` -n ml --context prod`."""
        given = (("-n", self.namespace), ("--context", self.context), ("--kubeconfig", self.kubeconfig))
        return "".join(f" {option} {shlex.quote(value)}" for option, value in given if value)


class Client:
    """One API server. `namespace` is where the commands work; `where` names the cluster for people.

    `patience` is for how many seconds a request that is safe to repeat is tried again once the server was reached.
    """

    def __init__(
        self,
        reached: access.Reached,
        namespace: str,
        timeout: float,
        patience: float = 60.0,
        words: str = "",
    ) -> None:
        self._reached = reached
        self._hidden = reached.hidden
        self._pool = _connections(reached)
        self._certificate = reached.who.certificate
        self.namespace = namespace
        self.where = reached.where
        self.warnings = reached.warnings
        # The options that find this cluster and namespace again, for hints that name a command.
        self.words = words
        self.timeout = timeout
        self.patience = patience
        self.reached = False
        self.stopped = threading.Event()
        self.on_trouble: Callable[[str], None] = lambda text: None

    @property
    def address(self) -> str:
        """The server's URL."""
        return str(self._reached.configuration.host).rstrip("/")

    def get(self, path: str, **query: object) -> Answer:
        """Read an object, a list or a review."""
        return self.call("GET", path, query)

    def items(self, path: str, **query: object) -> list[Object]:
        """Read a list, page by page: its objects, each of which has a name."""
        try:
            return self._pages(path, {**query, "limit": PAGE})
        except AnsweredError as error:
            if error.code != 410:
                raise
        # The server forgot the list between two pages: all of it at once, which is what client-go asks for then.
        return self._pages(path, query)

    def _pages(self, path: str, query: Mapping[str, object]) -> list[Object]:
        found: list[Object] = []
        more, seen = "", 0
        while True:
            page = self.call("GET", path, {**query, **({"continue": more} if more else {})}, packed=True)
            items = page.get("items") or []
            found += items
            # A page may be empty where nothing of it was chosen; so many can't be.
            seen += len(items) or PAGE
            more = (page.get("metadata") or {}).get("continue") or ""
            if not more:
                return found
            if seen >= MOST_ITEMS:
                raise odd(self.where, f"GET {path}", f"its list goes on after {MOST_ITEMS:,} objects")

    def find(self, path: str) -> Object | None:
        """Read an object, which has a name; None where there is none. A missing API is an error still."""
        try:
            return self.one("GET", path)
        except AnsweredError as error:
            if error.code == 404 and error.reason == "NotFound":
                return None
            raise

    def one(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        *,
        kind: str = "application/json",
    ) -> Object:
        """One request that is answered with an object. Raises what `call` raises."""
        found: object = self.call(method, path, query, body, kind=kind, shape=OBJECT)
        return cast("Object", found)

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        *,
        kind: str = "application/json",
        again: bool = True,
        shape: Shape = ANSWER,
        packed: bool = False,
    ) -> Answer:
        """One request; the answer, of the given shape. `again` says that it may be sent twice, `packed` that the
        answer may come by gzip, which a long list wants.

        Raises AnsweredError, UnreachableError, OddAnswerError.
        """
        end, pause = time.monotonic() + self.patience, 0.25
        tries = 0
        while True:
            tries += 1
            try:
                response = self.open(method, path, query, body, kind=kind, packed=packed)
                what = f"{method} {path.partition('?')[0]}"
                return cast("Answer", parsed(self._read(response), shape, where=self.where, what=what))
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
        body: dict[str, object] = {"preconditions": {"uid": uid} if uid else {}, "propagationPolicy": "Background"}
        if dry_run:
            body["dryRun"] = ["All"]
        self.call("DELETE", path, None, body, shape={})

    def open(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        *,
        kind: str = "application/json",
        timeout: float = 0.0,
        packed: bool = False,
    ) -> BaseHTTPResponse:
        """Send once; the open response of urllib3, for streams. Raises AnsweredError, UnreachableError."""
        seconds = timeout or self.timeout
        url = self.address + path + (f"?{urlencode(query, errors='replace')}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        form = {"Accept-Encoding": "gzip" if packed else "identity", "Content-Type": kind}
        response = self._sent(method, url, data, form, seconds)
        if response.status == 401 and self._reached.who.renew():
            # Refused before anything was done: a token may have been renewed since it was read.
            self._read(response, MAX_REFUSAL)
            response = self._sent(method, url, data, form, seconds)
        if response.status >= 300:
            text = self._read(response, MAX_REFUSAL)
            raise answered(response.status, text, method=method, path=path, where=self.where)
        self.reached = True
        return response

    def _sent(
        self, method: str, url: str, data: bytes | None, form: Mapping[str, str], seconds: float
    ) -> BaseHTTPResponse:
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError

        headers = self._who()
        headers.update({"Accept": "application/json, */*", **form})
        # Whoever gave them may have given another certificate, too.
        if self._reached.who.certificate != self._certificate:
            self._pool, self._certificate = _connections(self._reached), self._reached.who.certificate
        try:
            return self._pool.request(
                method,
                url,
                body=data,
                headers=headers,
                timeout=Timeout(connect=min(_CONNECT_SECONDS, seconds), read=seconds),
                retries=False,
                preload_content=False,
            )
        except (HTTPError, OSError) as error:
            raise self._unreachable(error, seconds) from None
        except (ValueError, TypeError, HTTPException):
            # What the kubeconfig gives makes no request; the exception may have a header in its message.
            raise ClusterError(
                f"no request can be made to {self.where}: look at the server and the user of this context"
            ) from None

    def told(self, text: str) -> str:
        """Text of the server without our credentials: who sees them may send them back."""
        return masked(text, self._hidden)

    def _unreachable(self, error: Exception, seconds: float) -> UnreachableError:
        found = unreachable(error, where=self.where, address=self.address, seconds=seconds)
        return UnreachableError(line(self.told(str(found))), passing=found.passing)

    def _read(self, response: BaseHTTPResponse, most: int | None = None) -> str:
        from urllib3.exceptions import HTTPError

        try:
            found = whole(response, MAX_ANSWER if most is None else most)
        except (HTTPError, OSError, HTTPException) as error:
            raise self._unreachable(error, self.timeout) from None
        except EndlessError as error:
            response.close()
            raise odd(self.where, "a request", str(error)) from None
        finally:
            response.release_conn()
        return self.told(found.decode(errors="replace"))

    def _who(self) -> HTTPHeaderDict:
        """The headers that say who we are, renewed where they must be.

        Raises ClusterError for what no header may have. No part of it is told.
        """
        from urllib3 import HTTPHeaderDict

        headers = HTTPHeaderDict()
        for key, value in self._reached.who.headers():
            self._hide(key, value)
            if not (value.isascii() and value.isprintable()) or not key.isascii():
                raise ClusterError(
                    f"the token of the user of {self.where} can't be sent: it has a line end or another character that "
                    "no header may have; write it in one line, without blanks around it"
                )
            headers.add(key, value)
        return headers

    def _hide(self, key: str, value: str) -> None:
        if key.lower() != "authorization":
            return
        secret = value.partition(" ")[2] or value
        if secret not in self._hidden and len(secret) >= SHORTEST:
            self._hidden = (secret, *self._hidden)


def connect(target: Target) -> Client:
    """A client for the target. Nothing is sent yet. Raises UsageError, ClusterError."""
    try:
        import kubernetes.client  # noqa: F401
    except ImportError as error:
        raise UsageError("this needs the Kubernetes client: pip install 'flowdsl[cluster]'") from error
    reached = access.load(target.context, target.kubeconfig)
    # One connection a watch or log stream; more would be thrown away after use.
    reached.configuration.connection_pool_maxsize = 128
    return Client(reached, target.namespace or reached.namespace, target.timeout, words=target.words)


def _connections(reached: access.Reached) -> PoolManager:
    from kubernetes.client import ApiClient

    try:
        pool: PoolManager = ApiClient(reached.configuration).rest_client.pool_manager
    except Exception:  # certificates and keys that the TLS library can't read; their text may be in the message
        raise ClusterError(
            f"the certificates or keys of {reached.where} in the kubeconfig can't be read: write them as PEM"
        ) from None
    return pool
