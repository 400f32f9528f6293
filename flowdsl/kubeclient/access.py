"""How to reach a cluster: a context of a kubeconfig, or a pod's own account, as the official client's configuration.

The client takes what it finds in silence: a user that is not there, a program that fails or `as` makes it somebody
else. So who we are is ours (`signin`); trust, certificates, proxies and OIDC are the client's.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import attrs

from flowdsl.diagnostics import ClusterError, UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.diagnostics.reading import NotReadError, read_file
from flowdsl.kubeclient.kubeconfig import Account, Cluster, User, account, masked
from flowdsl.kubeclient.programs import LONGEST
from flowdsl.kubeclient.signin import SignIn, check_user, sign_in

if TYPE_CHECKING:
    from kubernetes.client import Configuration

_IN_POD = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
_OURS = frozenset({"token", "tokenFile", "username", "password", "exec", "as", "as-uid", "as-groups", "as-user-extra"})
"""What of a user `signin` knows, and the client must not."""
_PROXIES = ("http", "https", "socks5", "socks5h")


@attrs.frozen
class Reached:
    """The client's configuration, who we are, the namespace, the cluster's name for people, and what is never told.

    `warnings` are for people, before the first request.
    """

    configuration: Configuration = attrs.field(repr=False)
    who: SignIn = attrs.field(repr=False)
    namespace: str
    where: str
    hidden: tuple[str, ...] = attrs.field(default=(), repr=False)
    warnings: tuple[str, ...] = ()


def load(context: str, kubeconfig: str) -> Reached:
    """How to reach a cluster, by the kubeconfig or from within a pod. Raises UsageError, ClusterError."""
    from kubernetes import client

    found = account(context, kubeconfig)
    configuration = client.Configuration()
    if found is None:
        return _in_pod(configuration)
    return _with_words(found, lambda: _reached(found, configuration))


def _with_words(found: Account, make: Callable[[], Reached]) -> Reached:
    """What `make` gives; what the client raises on data that it did not expect, in words without any of the data."""
    from kubernetes.config.config_exception import ConfigException

    try:
        return make()
    except ConfigException as error:
        told = masked(line(error), found.hidden)
        raise ClusterError(f"the kubeconfig does not say how to reach a cluster: {told}") from None
    except OSError as error:
        raise ClusterError(f"the kubeconfig cannot be used: {error.strerror or 'a file that it names'}") from None
    except (ClusterError, UsageError):
        raise
    except Exception:  # the client's own code; its message may hold a credential
        raise ClusterError(
            "the kubeconfig cannot be used: the Kubernetes client does not understand the cluster or the user of this "
            "context; look for certificates and keys that are no base64"
        ) from None


def _reached(found: Account, configuration: Configuration) -> Reached:
    check_user(found.user)
    _check(found.cluster, found.user)
    _fill(found, configuration)
    if proxy := found.cluster.get("proxy-url"):
        _set_proxy(configuration, proxy)
    _check_address(str(configuration.host))
    who = sign_in(found.user, found.cluster, configuration)
    if "auth-provider" in found.user and not any(name == "authorization" for name, _ in who.headers()):
        raise ClusterError(
            "the auth-provider oidc of this context gave no token: log in again with the tool that wrote it there"
        )
    where = f"cluster {found.name!r}"
    careless = bool(found.cluster.get("insecure-skip-tls-verify"))
    told = f"the certificate of {where} is not checked (insecure-skip-tls-verify): anybody in between can be it"
    return Reached(configuration, who, found.namespace, where, found.hidden, (told,) if careless else ())


def _fill(found: Account, configuration: Configuration) -> None:
    """Give the client's configuration the cluster, and of the user what is not ours."""
    from kubernetes import config

    if "auth-provider" in found.user:
        # From the files, not from here: a token that was renewed is written back to where it was.
        options = {"config_file": found.files, "context": found.name}
        _in_time(lambda: config.load_kube_config(client_configuration=configuration, **options))
        _renew_in_time(configuration)
        return
    user = {key: value for key, value in found.user.items() if key not in _OURS}
    flat = {
        "current-context": "it",
        "clusters": [{"name": "it", "cluster": found.cluster}],
        "users": [{"name": "it", "user": user}],
        "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
    }
    config.load_kube_config_from_dict(flat, client_configuration=configuration, persist_config=False)


def _in_pod(configuration: Configuration) -> Reached:
    from kubernetes import config

    try:
        config.load_incluster_config(client_configuration=configuration)
    except config.ConfigException:
        raise ClusterError(
            "there is no kubeconfig (KUBECONFIG, ~/.kube/config) and this is no pod of a cluster; name one with "
            "--kubeconfig"
        ) from None
    who = sign_in({}, {"server": str(configuration.host)}, configuration)
    return Reached(configuration, who, _own_namespace(), "this cluster")


def _own_namespace() -> str:
    """The namespace of the pod that we are in, as client-go finds it."""
    told = os.environ.get("POD_NAMESPACE", "")
    with contextlib.suppress(NotReadError):
        told = told or read_file(_IN_POD, 1024).decode("utf-8", "replace").strip()
    return told or "default"


def _check(cluster: Cluster, user: User) -> None:
    """Raises ClusterError for what client-go refuses and the client takes."""
    if cluster.get("insecure-skip-tls-verify") and (
        cluster.get("certificate-authority") or cluster.get("certificate-authority-data")
    ):
        raise ClusterError(
            "the cluster of this context has a certificate-authority and insecure-skip-tls-verify: keep one of them"
        )
    for name in ("client-certificate", "client-key"):
        other = "client-key" if name == "client-certificate" else "client-certificate"
        if (user.get(name) or user.get(f"{name}-data")) and not (user.get(other) or user.get(f"{other}-data")):
            raise ClusterError(f"the user of this context has a {name} without its {other}")


def _set_proxy(configuration: Configuration, url: str) -> None:
    from urllib3.util import make_headers

    try:
        parts = urlsplit(url)
        good = parts.scheme in _PROXIES and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise ClusterError(f"the proxy-url of the cluster in the kubeconfig is no URL of {', '.join(_PROXIES)}")
    # That of a kubeconfig is for this cluster: NO_PROXY speaks of what the environment says.
    configuration.proxy, configuration.no_proxy = url, None
    if parts.scheme.startswith("socks"):
        try:
            import urllib3.contrib.socks  # noqa: F401
        except ImportError as error:
            raise ClusterError(
                f"the cluster of this context is behind a SOCKS proxy: pip install 'urllib3[socks]' ({line(error)})"
            ) from None
    elif parts.username is not None:
        both = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        configuration.proxy_headers = make_headers(proxy_basic_auth=both)


def _check_address(url: str) -> None:
    words = "the server of the cluster in the kubeconfig is no URL: write https://HOST:PORT"
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ClusterError(words) from None
    if not good or not url.isprintable() or " " in url:
        raise ClusterError(words)
    if parts.username is not None:
        raise ClusterError("the server of the cluster in the kubeconfig has a user in its URL: write it as a user")


def _renew_in_time(configuration: Configuration) -> None:
    if refresh := configuration.refresh_api_key_hook:
        configuration.refresh_api_key_hook = lambda given: _in_time(lambda: refresh(given))


def _in_time(load: Callable[[], None]) -> None:
    """Do what asks an OIDC issuer, which the client waits for without end. Raises what it raises, and ClusterError."""
    raised: list[BaseException] = []

    def work() -> None:
        try:
            load()
        except BaseException as error:  # told in the thread that waits
            raised.append(error)

    thread = threading.Thread(target=work, name="kubeconfig", daemon=True)
    thread.start()
    thread.join(LONGEST)
    if thread.is_alive():
        raise ClusterError(f"the issuer of this context's tokens did not answer within {LONGEST:g} s")
    if raised:
        raise raised[0]
