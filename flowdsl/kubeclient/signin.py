"""Who we are to an API server: the headers that say so, renewed as client-go renews them.

Order and rules are client-go's: a token beats a program, a token file beats a token, and a user that impersonates signs
in as itself to be another: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation.
"""

from __future__ import annotations

import base64
import importlib.metadata
import os
import platform
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from flowdsl.diagnostics import ClusterError
from flowdsl.diagnostics.reading import NotReadError, read_file
from flowdsl.kubeclient import programs
from flowdsl.kubeclient.kubeconfig import Cluster, Exec, User
from flowdsl.kubeclient.programs import Given

if TYPE_CHECKING:
    from kubernetes.client import Configuration

_FRESH = 50.0
"""Seconds for which a token file counts as read: client-go reads it each minute, ten seconds early."""
_MOST = 1024 * 1024
"""Bytes of a token file."""
_EARLY = 10.0
"""Seconds before its end at which a credential counts as expired: a request takes a while."""
_WHO = "authorization"
_KEPT = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&'*+-.^_`|~"
"""What may stand in a header's name: https://www.rfc-editor.org/rfc/rfc7230#section-3.2.6."""


class TokenFile:
    """A token that something else renews on disk."""

    def __init__(self, path: str, former: str = "") -> None:
        self._path = path
        self._read_at: float | None = None
        self._token = former
        self._lock = threading.Lock()

    def token(self) -> str:
        """The token that the file has now, or had within a minute. Raises ClusterError where it never had one."""
        with self._lock:
            if self._read_at is None or time.monotonic() - self._read_at > _FRESH:
                self._read()
            return self._token

    def forget(self) -> None:
        """Read the file again for the next request."""
        with self._lock:
            self._read_at = None

    def _read(self) -> None:
        try:
            token = read_file(self._path, _MOST).decode("ascii", errors="replace").strip()
        except NotReadError as error:
            if not self._token:
                raise ClusterError(f"the token file of the kubeconfig can't be read: {error.words}") from None
            return  # the last one that was read counts
        if not token and not self._token:
            raise ClusterError("the token file of the kubeconfig is empty")
        self._token = token or self._token
        self._read_at = time.monotonic()


class Program:
    """Credentials of a program, asked again when they expire or are refused."""

    def __init__(self, program: Exec, cluster: Cluster, configuration: Configuration) -> None:
        self._program, self._cluster, self._configuration = program, cluster, configuration
        self._given: Given | None = None
        self._kept: tempfile.TemporaryDirectory[str] | None = None
        self._lock = threading.Lock()

    def token(self) -> str:
        """The token; empty where it gives a certificate alone, which is then in the configuration."""
        with self._lock:
            if self._given is None or _is_over(self._given):
                given = programs.run(self._program, self._cluster)
                if given.certificate and given != self._given:
                    self._keep(given)
                self._given = given
            return self._given.token

    def forget(self) -> None:
        """Ask the program again for the next request."""
        with self._lock:
            self._given = None

    def _keep(self, given: Given) -> None:
        # The TLS library reads certificates from files alone; these go when the process or this object does.
        folder = tempfile.TemporaryDirectory(prefix="flowdsl-")
        for name, text in (("cert", given.certificate), ("key", given.key)):
            path = os.path.join(folder.name, name)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
        self._configuration.cert_file = os.path.join(folder.name, "cert")
        self._configuration.key_file = os.path.join(folder.name, "key")
        self._kept = folder


def _is_over(given: Given) -> bool:
    return given.expires is not None and given.expires < time.time() + _EARLY


class SignIn:
    """The headers of each request to one API server."""

    def __init__(
        self, configuration: Configuration, source: TokenFile | Program | None, fixed: Sequence[tuple[str, str]]
    ) -> None:
        self._configuration, self._source, self._fixed = configuration, source, fixed

    def headers(self) -> list[tuple[str, str]]:
        """Who we are, now; a name may come several times. Raises ClusterError where that can't be found out."""
        # What the official client knows of: a pod's own account, an OIDC provider.
        found = cast("Mapping[str, Mapping[str, object]]", self._configuration.auth_settings())
        headers = [
            (str(each["key"]), str(each["value"]))
            for each in found.values()
            if each.get("in") == "header" and each.get("value")
        ]
        if self._source is not None and (token := self._source.token()):
            headers.append((_WHO, f"Bearer {token}"))
        return [*headers, *self._fixed]

    def renew(self) -> bool:
        """After a 401: whether the next headers may be others."""
        if self._source is None:
            return False
        self._source.forget()
        return True

    @property
    def certificate(self) -> str:
        """The file of the client certificate that counts now; a new one needs new connections."""
        return str(self._configuration.cert_file or "")


def sign_in(user: User, cluster: Cluster, configuration: Configuration) -> SignIn:
    """How a user of a kubeconfig, which was checked, signs in. Raises ClusterError where a program gives nothing."""
    fixed = [("User-Agent", user_agent()), *_impersonated(user)]
    source: TokenFile | Program | None = None
    if path := user.get("tokenFile"):
        source = TokenFile(path, user.get("token", ""))
    elif token := user.get("token"):
        fixed.append((_WHO, f"Bearer {token}"))
    elif program := user.get("exec"):
        source = Program(program, cluster, configuration)
        source.token()  # its certificate belongs to the connections, which are made next
    elif name := user.get("username"):
        both = f"{name}:{user.get('password', '')}".encode()
        fixed.append((_WHO, f"Basic {base64.b64encode(both).decode()}"))
    return SignIn(configuration, source, fixed)


def user_agent() -> str:
    """Who sends requests, for the cluster's audit log."""
    try:
        version = importlib.metadata.version("flowdsl")
    except importlib.metadata.PackageNotFoundError:  # run from a folder that was never installed
        version = "0"
    return f"flowdsl/{version} ({platform.system().lower()}/{platform.machine()})"


def check_user(user: User) -> None:
    """Raises ClusterError for a user that client-go would refuse."""
    provider = user.get("auth-provider")
    ways = ["a token"] if user.get("token") or user.get("tokenFile") else []
    ways += ["a user name"] if user.get("username") or user.get("password") else []
    ways += ["exec"] if "exec" in user and provider is not None else []
    ways += ["auth-provider"] if provider is not None and ways else []
    if len(ways) > 1:
        raise ClusterError(f"the user of this context signs in by {' and by '.join(ways)}: keep one of them")
    if provider is not None and provider["name"] != "oidc":
        raise ClusterError(
            f"the user of this context signs in by auth-provider {provider['name'][:60]!r}, which kubectl has no more "
            "either: have your cloud's tool write an exec program there (gke-gcloud-auth-plugin, kubelogin)"
        )
    if not user.get("as") and (user.get("as-uid") or user.get("as-groups") or user.get("as-user-extra")):
        raise ClusterError("the user of this context has as-uid, as-groups or as-user-extra, but says not as whom (as)")


def _impersonated(user: User) -> list[tuple[str, str]]:
    """The headers that make a request another user's; each group and each value of an extra has one of its own."""
    if not user.get("as"):
        return []
    found = [("Impersonate-User", user["as"])]
    if uid := user.get("as-uid"):
        found.append(("Impersonate-Uid", uid))
    found += [("Impersonate-Group", group) for group in user.get("as-groups") or ()]
    for name, values in (user.get("as-user-extra") or {}).items():
        found += [(f"Impersonate-Extra-{quote(name, safe=_KEPT)}", value) for value in values]
    return found
