"""`flowdsl.apply`: what a pipeline is made of, onto a cluster."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from flowdsl.kinds.table import PIPELINE
from flowdsl.kubeclient.apply import ApplyOptions, Change
from flowdsl.kubeclient.apply import apply as server_side
from flowdsl.kubeclient.client import Client, Target, connect
from flowdsl.library import arguments
from flowdsl.library.documents import Document, Documents
from flowdsl.library.events import targets
from flowdsl.library.inputs import Values, to_apply


def apply(
    documents: Documents,
    *,
    params: Mapping[str, str] | None = None,
    alpha: Collection[str] = (),
    profile: str = "",
    context: str = "",
    namespace: str = "",
    kubeconfig: str = "",
    timeout: float = 15.0,
    dry_run: bool = False,
    force: bool = False,
    prune: bool = True,
    events: Collection[str] = (),
) -> list[Change]:
    """Apply documents to a cluster, and delete what their pipeline no longer emits; what was done with each object.

    `documents` are a pipeline or manifest, the `Path` of its Python file or of YAML, YAML text, or plain data. Runs
    among them are left out: `submit` starts those. Server-side apply under the name `flowdsl`; `force` takes over
    fields that others own; without `prune` nothing is deleted, and claims, which hold data, never are. `dry_run` has
    the cluster check all and keep nothing.

    `events` names what is made for `on=[...]`, as `compile` has it; without it the project's `targets` are taken.

    `profile` is that of `compile`; its namespace counts where `namespace` is empty. `context` and `namespace` are the
    kubeconfig's where they are empty, `kubeconfig` is KUBECONFIG, ~/.kube/config, or
    within a pod its own account. `timeout` is in seconds, for one answer.

    Raises FlowError for what Tekton would not admit, UsageError for a wrong call, ClusterError for conflicts (all
    together, each with its owner) and where the cluster refuses or can't be reached.
    https://kubernetes.io/docs/reference/using-api/server-side-apply/
    """
    asked = targets(arguments.words("events", events)) or None
    inputs = to_apply(documents, Values.given(params, namespace, alpha, profile, asked))
    client = connect(inputs.at(Target(context, namespace, kubeconfig, timeout)))
    return apply_all(client, inputs.documents, dry_run=dry_run, force=force, prune=prune)


def apply_all(
    client: Client, documents: Sequence[Document], *, dry_run: bool, force: bool, prune: bool
) -> list[Change]:
    """Apply documents that were checked. Raises ClusterError."""
    return server_side(client, documents, ApplyOptions(owner_of(documents), dry_run, force, prune))


def owner_of(documents: Sequence[Mapping[str, object]]) -> str:
    """The pipeline that what is applied belongs to; empty where there is not exactly one."""
    found = [each.get("metadata") for each in documents if PIPELINE.is_of(each)]
    return str(found[0]["name"]) if len(found) == 1 and isinstance(found[0], dict) else ""
