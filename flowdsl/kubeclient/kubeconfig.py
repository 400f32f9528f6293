"""How to reach a cluster: the kubeconfig, held against its shape before the Kubernetes client reads it.

The client takes what it finds; a list where a mapping belongs becomes some exception, and a token with a line end one
that has the token in its message. No value of a kubeconfig is in a message here but names and places.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, TypedDict, cast
from urllib.parse import urlsplit

import attrs

from flowdsl.diagnostics import ClusterError, UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.diagnostics.reading import NotReadError, read_file
from flowdsl.kube import looks_secret
from flowdsl.kubeclient.shapes import MisfitError, fitted, shape_of
from flowdsl.yamlread.reader import UnreadableError, read
from flowdsl.yamlread.rules import TOO_DEEP_OR_LARGE

if TYPE_CHECKING:
    from kubernetes.client import Configuration

_DEFAULT = "~/.kube/config"
_MOST = 4 * 1024 * 1024
"""Bytes: a kubeconfig of a thousand clusters, certificates included, has as many."""
_LONGEST = 300.0
"""Seconds that a program of the kubeconfig may take: a person may have to log in."""
_IN_POD = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
SHORTEST = 6
"""Characters of a value that is masked: shorter ones would mask half of what is told."""


class _Variable(TypedDict):
    name: str
    value: str


class _Program(TypedDict):
    command: str
    apiVersion: str


class _Exec(_Program, total=False):
    args: list[str]
    env: list[_Variable]


class _Name(TypedDict):
    name: str


class _Provider(_Name, total=False):
    config: dict[str, object]


_User = TypedDict(
    "_User",
    {
        "token": str,
        "tokenFile": str,
        "username": str,
        "password": str,
        "client-certificate": str,
        "client-certificate-data": str,
        "client-key": str,
        "client-key-data": str,
        "exec": _Exec,
        "auth-provider": _Provider,
    },
    total=False,
)
_Cluster = TypedDict(
    "_Cluster",
    {
        "server": str,
        "certificate-authority": str,
        "certificate-authority-data": str,
        "proxy-url": str,
        "tls-server-name": str,
        "insecure-skip-tls-verify": bool,
    },
    total=False,
)


class _NamedUser(_Name, total=False):
    user: _User


class _NamedCluster(_Name):
    cluster: _Cluster


class _Context(TypedDict, total=False):
    cluster: str
    user: str
    namespace: str


class _NamedContext(_Name):
    context: _Context


_Config = TypedDict(
    "_Config",
    {
        "current-context": str,
        "clusters": list[_NamedCluster],
        "users": list[_NamedUser],
        "contexts": list[_NamedContext],
    },
    total=False,
)
"""A kubeconfig, as far as it is read: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/."""
_SHAPE = shape_of(_Config)


@attrs.frozen
class Reached:
    """The client's configuration, the namespace, the cluster's name for people, and what must never be told."""

    configuration: Configuration = attrs.field(repr=False)
    namespace: str
    where: str
    hidden: tuple[str, ...] = attrs.field(default=(), repr=False)


def load(context: str, kubeconfig: str) -> Reached:
    """How to reach a cluster, by the kubeconfig or from within a pod. Raises UsageError, ClusterError."""
    from kubernetes import client, config
    from kubernetes.config.config_exception import ConfigException

    hidden = tuple(_checked(kubeconfig))
    configuration = client.Configuration()
    try:
        namespace, where = _load(config, configuration, context, kubeconfig)
    except ConfigException as error:
        told = masked(line(error), hidden)
        raise ClusterError(f"the kubeconfig does not say how to reach a cluster: {told}") from None
    except OSError as error:
        raise ClusterError(f"the kubeconfig cannot be used: {error.strerror or 'a file that it names'}") from None
    except (ClusterError, UsageError):
        raise
    except Exception:  # the client's own code, on data that it did not expect; its message may hold any of it
        raise ClusterError(
            "the kubeconfig cannot be used: the Kubernetes client does not understand the cluster or the user of this "
            "context; look for certificates and keys that are no base64"
        ) from None
    _check_address(str(configuration.host))
    return Reached(configuration, namespace, line(where), hidden)


def masked(text: str, hidden: tuple[str, ...]) -> str:
    """The text without what must never be told."""
    for each in hidden:
        text = text.replace(each, "(hidden)")
    return text


def _checked(kubeconfig: str) -> Iterator[str]:
    """Hold every kubeconfig that counts against its shape; the credentials in them. Raises ClusterError."""
    named = kubeconfig or os.environ.get("KUBECONFIG") or _DEFAULT
    for path in filter(None, named.split(os.pathsep)):
        file = os.path.expanduser(path)
        if os.path.lexists(file):
            yield from _credentials(_read(file))


def _read(file: str) -> _Config:
    try:
        text = read_file(file, _MOST).decode("utf-8-sig")
        roots = [document.root.value for document in read(text)]
        return cast("_Config", fitted(roots[0] if roots else {}, _SHAPE))
    except NotReadError as error:
        raise ClusterError(f"the kubeconfig {line(file)} can't be read: {error.words}") from None
    except UnicodeDecodeError:
        raise ClusterError(f"the kubeconfig {line(file)} is no UTF-8") from None
    except UnreadableError as error:
        why = error.message if error.rule is TOO_DEEP_OR_LARGE else "this is no YAML"
        raise ClusterError(f"the kubeconfig {line(file)}:{error.line} can't be read: {why}") from None
    except MisfitError as error:
        raise ClusterError(f"the kubeconfig {line(file)} is none: {line(error)}") from None


def _credentials(config: _Config) -> Iterator[str]:
    for each in config.get("users") or ():
        for value in _secrets(each.get("user") or {}):
            # Parts, too: whoever tells of a text with a line end may tell a line of it.
            yield from (part for part in (value, *value.split()) if len(part) >= SHORTEST)
    for named in config.get("clusters") or ():
        for url in (named["cluster"].get("server"), named["cluster"].get("proxy-url")):
            yield from _of_url(url or "")


def _secrets(user: _User) -> Iterator[str]:
    yield from filter(None, (user.get("token"), user.get("password"), user.get("client-key-data")))
    program, provider = user.get("exec"), user.get("auth-provider")
    settings: list[tuple[str, object]] = []
    if program is not None:
        settings += [(each["name"], each["value"]) for each in program.get("env") or ()]
    if provider is not None:
        settings += (provider.get("config") or {}).items()
    yield from (value for name, value in settings if isinstance(value, str) and looks_secret(name, value))


def _of_url(url: str) -> Iterator[str]:
    try:
        password = urlsplit(url).password
    except ValueError:
        return
    if password:
        yield password


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


def _in_time(load: Callable[[], None]) -> None:
    """Do what may run a program of the kubeconfig (`exec`), which the client waits for without end.

    Raises what it raises; ClusterError where the program takes too long: it may wait for a person in a browser, but not
    for ever in CI.
    """
    raised: list[BaseException] = []

    def work() -> None:
        try:
            load()
        except BaseException as error:  # told in the thread that waits
            raised.append(error)

    thread = threading.Thread(target=work, name="kubeconfig", daemon=True)
    thread.start()
    thread.join(_LONGEST)
    if thread.is_alive():
        raise ClusterError(
            f"the program that the kubeconfig has for credentials (exec) gave none within {_LONGEST:g} s: does it wait "
            "for somebody to log in?"
        )
    if raised:
        raise raised[0]


def _load(config: ModuleType, configuration: Configuration, context: str, kubeconfig: str) -> tuple[str, str]:
    """Fill the configuration; the namespace and the name of the cluster for people."""
    options: dict[str, object] = {"context": context or None}
    # What the environment says now: the client looked when it was imported.
    if file := kubeconfig or os.environ.get("KUBECONFIG"):
        options["config_file"] = file
    try:
        contexts, active = config.list_kube_config_contexts(config_file=options.get("config_file"))
    except config.ConfigException:
        if context or kubeconfig:
            raise
        try:
            config.load_incluster_config(client_configuration=configuration)
        except config.ConfigException:
            raise ClusterError(
                "there is no kubeconfig (KUBECONFIG, ~/.kube/config) and this is no pod of a cluster; name one with "
                "--kubeconfig"
            ) from None
        return read_file(_IN_POD, 1024).decode().strip(), "this cluster"
    names = [each["name"] for each in contexts]
    if context and context not in names:
        raise UsageError(f"there is no context {context!r} in the kubeconfig; there is {', '.join(names)}")
    chosen = next((each for each in contexts if each["name"] == context), active)
    _in_time(lambda: config.load_kube_config(client_configuration=configuration, **options))
    if refresh := configuration.refresh_api_key_hook:
        # Called before each request: a program that gives tokens is run again when its last one has expired.
        configuration.refresh_api_key_hook = lambda given: _in_time(lambda: refresh(given))
    return str(chosen["context"].get("namespace") or "default"), f"cluster {chosen['name']!r}"
