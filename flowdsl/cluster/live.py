"""Objects as they stand on a cluster now, for those who compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flowdsl.cluster.client import Client, Target, connect
from flowdsl.cluster.resources import path_of


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
        found += sorted(({**about, **each} for each in listed.get("items") or ()), key=lambda x: x["metadata"]["name"])
    return found
