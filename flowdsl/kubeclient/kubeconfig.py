"""A kubeconfig: held against its shape, merged as kubectl does, and the one context of it that is meant.

https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ and
https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/. No value of it is in a message but names and places.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TypedDict, TypeVar, cast
from urllib.parse import urlsplit

import attrs

from flowdsl.diagnostics import ClusterError, UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.diagnostics.reading import NotReadError, read_file
from flowdsl.kube import looks_secret
from flowdsl.kubeclient.shapes import MisfitError, fitted, shape_of
from flowdsl.yamlread.reader import UnreadableError, read
from flowdsl.yamlread.rules import TOO_DEEP_OR_LARGE

_DEFAULT = "~/.kube/config"
_MOST = 4 * 1024 * 1024
"""Bytes: a kubeconfig of a thousand clusters, certificates included, has as many."""
SHORTEST = 6
"""Characters of a value that is masked: shorter ones would mask half of what is told."""


class Variable(TypedDict):
    """What a program of a kubeconfig finds in its environment."""

    name: str
    value: str


class _Program(TypedDict):
    command: str
    apiVersion: str


class Exec(_Program, total=False):
    """A program that gives credentials."""

    args: list[str]
    env: list[Variable]
    installHint: str
    provideClusterInfo: bool
    interactiveMode: str


class _Name(TypedDict):
    name: str


class _Extension(_Name):
    extension: object


class _Provider(_Name, total=False):
    config: dict[str, object]


User = TypedDict(
    "User",
    {
        "token": str,
        "tokenFile": str,
        "username": str,
        "password": str,
        "client-certificate": str,
        "client-certificate-data": str,
        "client-key": str,
        "client-key-data": str,
        "exec": Exec,
        "auth-provider": _Provider,
        "as": str,
        "as-uid": str,
        "as-groups": list[str],
        "as-user-extra": dict[str, list[str]],
    },
    total=False,
)
"""Who we are to a cluster."""
Cluster = TypedDict(
    "Cluster",
    {
        "server": str,
        "certificate-authority": str,
        "certificate-authority-data": str,
        "proxy-url": str,
        "tls-server-name": str,
        "insecure-skip-tls-verify": bool,
        "extensions": list[_Extension],
    },
    total=False,
)
"""Where a cluster is and how it is trusted."""


class _NamedUser(_Name, total=False):
    user: User


class _NamedCluster(_Name):
    cluster: Cluster


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
_SHAPE = shape_of(_Config)
_Entry = TypeVar("_Entry", _NamedUser, _NamedCluster, _NamedContext)


@attrs.frozen
class Account:
    """A context: its cluster and user with paths made absolute, and what must never be told of any of the files."""

    name: str
    namespace: str
    cluster: Cluster = attrs.field(repr=False)
    user: User = attrs.field(repr=False)
    files: str
    hidden: tuple[str, ...] = attrs.field(default=(), repr=False)


def account(context: str, kubeconfig: str) -> Account | None:
    """The context that is meant; None where no file says anything and none was asked for.

    Raises UsageError for a context that is not there, ClusterError for a file that is no kubeconfig.
    """
    # What the environment says now: the Kubernetes client looked when it was imported.
    # A file that is named is one file, whatever its name has in it: KUBECONFIG alone is a list.
    named = [kubeconfig] if kubeconfig else (os.environ.get("KUBECONFIG") or _DEFAULT).split(os.pathsep)
    paths = [os.path.expanduser(path) for path in named if path]
    configs = [_absolute(_read(path), path) for path in paths if os.path.lexists(path)]
    if not configs and kubeconfig:
        raise ClusterError(f"the kubeconfig {line(kubeconfig)} can't be read: there is no such file")
    contexts = _by_name(each for config in configs for each in config.get("contexts") or ())
    current = context or next(filter(None, (config.get("current-context") for config in configs)), "")
    if not current:
        return None if not (configs and kubeconfig) else _unsaid(contexts)
    if not configs:
        raise ClusterError(f"there is no kubeconfig (KUBECONFIG, ~/.kube/config) to have the context {line(context)!r}")
    if current not in contexts:
        raise UsageError(f"there is no context {current!r} in the kubeconfig; there is {_listed(contexts)}")
    return _account(contexts[current], configs, os.pathsep.join(paths))


def _account(named: _NamedContext, configs: list[_Config], files: str) -> Account:
    clusters = _by_name(each for config in configs for each in config.get("clusters") or ())
    users = _by_name(each for config in configs for each in config.get("users") or ())
    context = named["context"]
    cluster, user = context.get("cluster", ""), context.get("user", "")
    for kind, name, known in (("cluster", cluster, clusters), ("user", user, users)):
        if name not in known and (name or kind == "cluster"):
            raise ClusterError(
                f"the kubeconfig does not say how to reach a cluster: context {named['name']!r} names the {kind} "
                f"{name!r}, which it does not have"
            )
    return Account(
        line(named["name"]),
        context.get("namespace") or "default",
        clusters[cluster]["cluster"],
        users[user].get("user") or {} if user else {},
        files,
        tuple(part for config in configs for part in _credentials(config)),
    )


def _unsaid(contexts: Iterable[str]) -> Account:
    raise ClusterError(
        "the kubeconfig does not say how to reach a cluster: it has no current-context; choose one with --context: "
        f"{_listed(contexts)}"
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(line(name) for name in names) or "none"


def _by_name(entries: Iterable[_Entry]) -> dict[str, _Entry]:
    """The entries by name; of several of one name the first counts."""
    found: dict[str, _Entry] = {}
    for each in entries:
        found.setdefault(each["name"], each)
    return found


def masked(text: str, hidden: tuple[str, ...]) -> str:
    """The text without what must never be told."""
    for each in hidden:
        text = text.replace(each, "(hidden)")
    return text


def _absolute(config: _Config, file: str) -> _Config:
    """The config with its paths, which start at the folder of its file, made absolute."""
    folder = os.path.dirname(os.path.abspath(file))
    for named in config.get("clusters") or ():
        cluster = named["cluster"]
        if path := cluster.get("certificate-authority"):
            cluster["certificate-authority"] = os.path.join(folder, path)
    for each in config.get("users") or ():
        user = each.get("user") or {}
        if path := user.get("client-certificate"):
            user["client-certificate"] = os.path.join(folder, path)
        if path := user.get("client-key"):
            user["client-key"] = os.path.join(folder, path)
        if path := user.get("tokenFile"):
            user["tokenFile"] = os.path.join(folder, path)
        program = user.get("exec")
        # A name alone is looked for in PATH.
        if program and os.sep in program["command"]:
            program["command"] = os.path.join(folder, program["command"])
    return config


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


def _secrets(user: User) -> Iterator[str]:
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
