"""Server-side apply of what a pipeline is made of, and prune of what it no longer emits.

Who owns an object: a label a pipeline (`pipelines.flowdsl.dev/NAME`), because pipelines share Tasks by name. An object
goes when its last pipeline lets go of it, the ConfigMap of its code not before the runs that may need it are over.
Claims hold data and are never pruned.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import attrs

from flowdsl.diagnostics import ClusterError
from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import KINDS
from flowdsl.kube.conventions import BUNDLE, OWNED_BY
from flowdsl.kubeclient.client import APPLY, MANAGER, MERGE, Client
from flowdsl.kubeclient.errors import AnsweredError
from flowdsl.kubeclient.in_use import Runs
from flowdsl.kubeclient.objects import Object
from flowdsl.kubeclient.resources import Document, metadata_of, path_for, path_of, title

_RUNS = frozenset(kind.name for kind in KINDS if kind.is_run)


Action: TypeAlias = Literal["created", "changed", "unchanged", "deleted", "released", "kept", "spared"]


@attrs.frozen
class Change:
    """What was done with one object.

    `deleted` and `released` are for what the pipeline no longer emits: another pipeline holds what is only released.
    `kept`: it is no longer emitted either, and holds data, which is never deleted. `spared`: a run may still need it; a
    later apply deletes it.
    """

    kind: str
    name: str
    action: Action

    @property
    def what(self) -> str:
        """The object as people call it: `Task build-image`."""
        return f"{self.kind} {self.name}"


@attrs.frozen
class ApplyOptions:
    """`owner` is the pipeline the objects belong to; without one nothing is labelled or pruned.

    With `spare`, what a run may still need is not pruned.
    """

    owner: str = ""
    dry_run: bool = False
    force: bool = False
    prune: bool = True
    spare: bool = True


def apply(client: Client, documents: Sequence[Document], options: ApplyOptions) -> list[Change]:
    """Apply every document but runs, then prune. Raises ClusterError; conflicts are told all together."""
    wanted = [each for each in documents if each.get("kind") not in _RUNS]
    changes: list[Change] = []
    conflicts: list[str] = []
    for document in wanted:
        try:
            changes.append(_apply_one(client, document, options))
        except AnsweredError as error:
            if not error.conflicts:
                raise _about(document, error) from error
            conflicts += [f"  {title(document)}: {each.field} is owned by {each.owner!r}" for each in error.conflicts]
    if conflicts:
        lines = "\n".join(conflicts)
        done = ", ".join(each.what for each in changes if each.action in ("created", "changed") and not options.dry_run)
        raise ClusterError(
            f"others own fields that the pipeline sets:\n{lines}\n"
            "  take them over (--force-conflicts; a program: force=True), or leave them out of the pipeline"
            + (f"\n  applied before that: {done}" if done else "")
        )
    if options.prune and options.owner:
        changes += prune(
            client, {(str(each.get("kind")), str(metadata_of(each).get("name"))) for each in wanted}, options
        )
    return changes


def _about(document: Document, error: AnsweredError) -> ClusterError:
    """The same error, with the object's name before it."""
    words = f"{title(document)}: {error}"
    return AnsweredError(error.code, error.status, error.text, words)


def _apply_one(client: Client, document: Document, options: ApplyOptions) -> Change:
    path = path_for(document, client.namespace)
    kind, name = str(document["kind"]), str(metadata_of(document)["name"])
    before = client.find(path)
    body = owned(document, options.owner, before)
    query = {"fieldManager": MANAGER, "fieldValidation": "Strict", "force": str(options.force).lower()}
    if options.dry_run:
        query["dryRun"] = "All"
    after = client.one("PATCH", path, query, body, kind=APPLY)
    if before is None:
        return Change(kind, name, "created")
    same = _essence(before) == _essence(after)
    return Change(kind, name, "unchanged" if same else "changed")


def owned(document: Document, owner: str, before: Object | None) -> dict[str, object]:
    """The document with the owner's label, and those of the other pipelines that share the object.

    All pipelines apply with one field manager, so a label that is left out would be taken off.
    """
    body: dict[str, object] = copy.deepcopy(dict(document))
    if not owner:
        return body
    metadata = metadata_of(body)
    own = metadata.get("labels")
    others = (before["metadata"].get("labels") if before else None) or {}
    labels = {
        **(own if isinstance(own, Mapping) else {}),
        **{key: value for key, value in others.items() if key.startswith(OWNED_BY)},
        OWNED_BY + owner: "true",
    }
    return {**body, "metadata": {**metadata, "labels": labels}}


def _essence(document: Object) -> dict[str, object]:
    """The object without what the server counts."""
    metadata = {
        key: value
        for key, value in document["metadata"].items()
        if key not in ("managedFields", "resourceVersion", "generation", "creationTimestamp", "uid")
    }
    return {**{key: value for key, value in document.items() if key != "status"}, "metadata": metadata}


def prune(client: Client, keep: set[tuple[str, str]], options: ApplyOptions) -> list[Change]:
    """Let go of what carries the owner's label and is not in `keep`; delete it where no other pipeline holds it."""
    label = OWNED_BY + options.owner
    runs = Runs(client, options.owner)
    changes = []
    # What refers to others goes before them.
    for kind in reversed([each for each in KINDS if each.prunable or each.keeps_data]):
        try:
            selector = f"{label},{BUNDLE}" if kind.marked else label
            found = client.items(path_of(kind, client.namespace), labelSelector=selector)
        except AnsweredError as error:
            # A Tekton without StepActions has none of ours; who may not read ConfigMaps has applied none.
            if error.code == 404 or (kind.marked and error.code == 403):
                continue
            raise
        for each in found:
            name = each["metadata"]["name"]
            if (kind.name, name) in keep:
                continue
            if kind.marked and options.spare and runs.may_need(each):
                changes.append(Change(kind.name, name, "spared"))
            else:
                changes.append(_let_go(client, kind, each, label, dry_run=options.dry_run))
    return changes


def _let_go(client: Client, kind: Kind, item: Object, label: str, *, dry_run: bool) -> Change:
    metadata = item["metadata"]
    name = str(metadata["name"])
    if not kind.prunable:
        return Change(kind.name, name, "kept")
    path = path_of(kind, client.namespace, name)
    query = {"dryRun": "All"} if dry_run else {}
    shared = [key for key in metadata.get("labels") or {} if key.startswith(OWNED_BY) and key != label]
    try:
        if shared:
            # The same manager, or the label would stay ours in the books and come back.
            body = {"metadata": {"labels": {label: None}}}
            client.call("PATCH", path, {**query, "fieldManager": MANAGER}, body, kind=MERGE)
            return Change(kind.name, name, "released")
        client.delete(path, metadata.get("uid", ""), dry_run=dry_run)
    except AnsweredError as error:
        if error.code != 404:
            raise
    return Change(kind.name, name, "deleted")
