"""Objects as they stand on a cluster now, for those who compare."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from flowdsl.kinds.table import CONFIG_MAP, TEKTON, in_group
from flowdsl.kube.conventions import BUNDLE_NAME, OWNED_BY
from flowdsl.kubeclient.client import Client, Target, connect
from flowdsl.kubeclient.objects import Object
from flowdsl.kubeclient.resources import SERVED, Document, metadata_of, path_of

_CODE = re.compile(rf"\b{BUNDLE_NAME}-[0-9a-f]{{16}}\b")
_SERVED = frozenset(kind.name for kind in SERVED)


def read_live(
    kinds: Sequence[str],
    names: Iterable[str] | None,
    namespace: str = "",
    *,
    target: Target | None = None,
    client: Client | None = None,
) -> list[Object]:
    """The objects of the given kinds and names (None: all) in a namespace, in the order of kinds, then of names.

    What does not exist is left out. `managedFields` and `status` are kept: whoever compares drops them.
    Raises ClusterError, UsageError.
    """
    client = client or connect(target or Target())
    space = namespace or client.namespace
    wanted = None if names is None else sorted(set(names))
    found: list[Object] = []
    for kind in kinds:
        if wanted is not None:
            found += [each for name in wanted if (each := client.find(path_of(kind, space, name)))]
            continue
        listed = client.get(path_of(kind, space))
        # Items of a list do not carry their kind.
        items: list[Object] = [
            {"apiVersion": listed.get("apiVersion", ""), "kind": kind, **each} for each in listed.get("items") or ()
        ]
        found += sorted(items, key=lambda each: each["metadata"]["name"])
    return found


def counterparts(client: Client, documents: Iterable[Document]) -> list[dict[str, object]]:
    """For each named document the object that the cluster has, as far as it answers to what the document says.

    What the cluster added by itself is left out, so that it is no difference: owner labels of ours, a namespace that
    the document does not name, and, for kinds that are none of Tekton's, fields that the document does not have (the
    API server fills in defaults there that nobody wrote). Documents with a generateName have no counterpart.
    Raises ClusterError.
    """
    found: list[dict[str, object]] = []
    documents = tuple(documents)
    for document in documents:
        metadata, kind = metadata_of(document), str(document.get("kind"))
        if not metadata.get("name") or kind not in _SERVED:
            continue
        space = str(metadata.get("namespace") or client.namespace)
        live = client.find(path_of(kind, space, str(metadata["name"])))
        if live is not None:
            found.append(_counterpart(live, document))
    return found + _code_of(client, found, {str(metadata_of(each).get("name")) for each in documents})


def _code_of(client: Client, found: list[dict[str, object]], known: set[str]) -> list[dict[str, object]]:
    """The ConfigMaps of code that objects mount and no document names: what that code was before."""
    code: list[dict[str, object]] = []
    mounted = ((metadata_of(each).get("namespace"), _CODE.findall(json.dumps(each, default=str))) for each in found)
    for space, name in dict.fromkeys((space, name) for space, names in mounted for name in names if name not in known):
        live = client.find(path_of(CONFIG_MAP, str(space or client.namespace), name))
        if live is not None:
            about = {"name": name, **({"namespace": space} if space else {})}
            code.append(_counterpart(live, {**live, "metadata": about}))
    return code


def _counterpart(live: Object, document: Document) -> dict[str, object]:
    about = dict(live["metadata"])
    marks = live["metadata"].get("labels") or {}
    about["labels"] = {key: value for key, value in marks.items() if not key.startswith(OWNED_BY)}
    if "namespace" not in metadata_of(document):
        about.pop("namespace", None)
    whole = {"apiVersion": document.get("apiVersion"), "kind": document.get("kind"), **live, "metadata": about}
    if in_group(document.get("apiVersion"), TEKTON):
        return whole
    return {name: _within(value, document[name]) for name, value in whole.items() if name in document}


def _within(live: object, document: object) -> object:
    """The part of an object that a document speaks of."""
    if isinstance(live, dict) and isinstance(document, Mapping):
        return {name: _within(value, document[name]) for name, value in live.items() if name in document}
    return live
