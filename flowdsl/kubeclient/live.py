"""Objects as they stand on a cluster now, for those who compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flowdsl.kinds.table import TEKTON, in_group
from flowdsl.kube.conventions import OWNED_BY
from flowdsl.kubeclient.client import Client, Target, connect
from flowdsl.kubeclient.resources import SERVED, path_of

_SERVED = frozenset(kind.name for kind in SERVED)


def read_live(
    kinds: Sequence[str],
    names: Iterable[str] | None,
    namespace: str = "",
    *,
    target: Target | None = None,
    client: Client | None = None,
) -> list[dict[str, Any]]:
    """The objects of the given kinds and names (None: all) in a namespace, in the order of kinds, then of names.

    What does not exist is left out. `managedFields` and `status` are kept: whoever compares drops them.
    Raises ClusterError, UsageError.
    """
    client = client or connect(target or Target())
    space = namespace or client.namespace
    wanted = None if names is None else sorted(set(names))
    found: list[dict[str, Any]] = []
    for kind in kinds:
        if wanted is not None:
            found += [each for name in wanted if (each := client.find(path_of(kind, space, name)))]
            continue
        listed = client.get(path_of(kind, space))
        # Items of a list do not carry their kind.
        about = {"apiVersion": str(listed.get("apiVersion")), "kind": kind}
        items = listed.get("items") or []
        found += sorted(({**about, **each} for each in items), key=lambda each: str(each["metadata"]["name"]))
    return found


def counterparts(client: Client, documents: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For each named document the object that the cluster has, as far as it answers to what the document says.

    What the cluster added by itself is left out, so that it is no difference: owner labels of ours, a namespace that
    the document does not name, and, for kinds that are none of Tekton's, fields that the document does not have (the
    API server fills in defaults there that nobody wrote). Documents with a generateName have no counterpart.
    Raises ClusterError.
    """
    found = []
    for document in documents:
        metadata = document.get("metadata") or {}
        kind, name = str(document.get("kind")), metadata.get("name")
        if not name or kind not in _SERVED:
            continue
        live = client.find(path_of(kind, metadata.get("namespace") or client.namespace, name))
        if live is None:
            continue
        live = {"apiVersion": document.get("apiVersion"), "kind": kind, **live}
        about = live["metadata"]
        about["labels"] = {k: v for k, v in (about.get("labels") or {}).items() if not k.startswith(OWNED_BY)}
        if "namespace" not in metadata:
            about.pop("namespace", None)
        if not in_group(document.get("apiVersion"), TEKTON):
            live = _within(live, document)
        found.append(live)
    return found


def _within(live: Any, document: Any) -> Any:
    """The part of an object that a document speaks of."""
    if isinstance(live, dict) and isinstance(document, Mapping):
        return {name: _within(value, document[name]) for name, value in live.items() if name in document}
    return live
