"""Server-side apply of what a pipeline is made of, and prune of what it no longer emits.

Who owns an object: a label a pipeline (`pipelines.flowdsl.dev/NAME`), because pipelines share Tasks by name. An object
goes when its last pipeline lets go of it, the ConfigMap of its code not before the runs that may need it are over.
Claims hold data and are never pruned.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import attrs

from flowdsl.diagnostics import ClusterError
from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import KINDS, named
from flowdsl.kube.conventions import BUNDLE, OWNED_BY
from flowdsl.kubeclient.client import APPLY, MANAGER, MERGE, Client
from flowdsl.kubeclient.errors import AnsweredError
from flowdsl.kubeclient.in_use import Runs
from flowdsl.kubeclient.objects import Object
from flowdsl.kubeclient.resources import Document, metadata_of, path_for, path_of, title

_RUNS = frozenset(kind.name for kind in KINDS if kind.is_run)
_CANT_CHANGE = re.compile(r"spec is immutable|can ?not be less than|can be (?:resized|expanded)")
"""What Kubernetes says of a claim that is there and asks for something else now. That it can't grow is a 403 (the
admission plugin PersistentVolumeClaimResize), as is a right that is missing."""

Action: TypeAlias = Literal["created", "changed", "unchanged", "fixed", "deleted", "released", "kept", "spared"]


@attrs.frozen
class Change:
    """What was done with one object.

    `deleted` and `released` are for what the pipeline no longer emits: another pipeline holds what is only released.
    `kept`: it is no longer emitted either, and holds data, which is never deleted. `spared`: a run may still need it; a
    later apply deletes it. `fixed`: the cluster does not change what it asks for, and it stays as it was.
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
    """Try every document but runs together (`dryRun=All`), apply them, then prune.

    Raises ClusterError: what speaks against it, conflicts and refusals of all documents, is told before any is applied.
    """
    wanted = [each for each in documents if each.get("kind") not in _RUNS]
    tried = Trial(client, options)
    changes = [tried.change_of(document) for document in wanted]
    tried.end()
    if not options.dry_run:
        changes = [
            trial if trial.action == "fixed" else _apply_one(client, document, options)
            for document, trial in zip(wanted, changes, strict=True)
        ]
    if options.prune and options.owner:
        changes += prune(
            client, {(str(each.get("kind")), str(metadata_of(each).get("name"))) for each in wanted}, options
        )
    return changes


class Trial:
    """Documents tried on the server, which keeps nothing; what speaks against them is collected."""

    def __init__(self, client: Client, options: ApplyOptions) -> None:
        self._client, self._options = client, options
        self._conflicts: list[str] = []
        self._refused: list[tuple[Document, AnsweredError]] = []

    def change_of(self, document: Document) -> Change:
        """What applying it would do. Raises ClusterError where nobody can be asked, or we are nobody."""
        before: Object | None = None
        try:
            before = self._client.find(path_for(document, self._client.namespace))
            return self._tried(document, before)
        except AnsweredError as error:
            if error.code == 401:
                raise
            if before is not None and _cant_change(document, error):
                return _done(document, "fixed")
            if error.conflicts:
                told = (f"{title(document)}: {each.field} is owned by {each.owner!r}" for each in error.conflicts)
                self._conflicts += [f"  {each}" for each in told]
            else:
                self._refused.append((document, error))
            return _done(document, "unchanged")

    def _tried(self, document: Document, before: Object | None) -> Change:
        after = _patched(self._client, document, before, self._options, dry_run=True)
        change = _change(document, before, after)
        others = _others(before, self._options.owner)
        if others and change.action == "changed" and not self._options.force and _differs(before, after):
            whose = ", ".join(others)
            self._conflicts.append(f"  {title(document)}: pipeline {whose} has it too, with other content")
        return change

    def end(self) -> None:
        """Raises ClusterError for all that speaks against it together."""
        if not self._conflicts and len(self._refused) == 1:
            document, error = self._refused[0]
            raise error.about(title(document)) from error
        parts = []
        if self._conflicts:
            lines = "\n".join(self._conflicts)
            parts.append(
                f"others own what the pipeline sets:\n{lines}\n"
                "  take it over (--force-conflicts; a program: force=True), or leave it out of the pipeline"
            )
        if self._refused:
            parts += [f"{title(document)}: {error}" for document, error in self._refused]
        if parts:
            raise ClusterError("\n".join(parts) + "\n  nothing was applied")


def _cant_change(document: Document, error: AnsweredError) -> bool:
    """Whether a claim was refused for what can't be changed about it, rather than for what is wrong with it."""
    kind = named(str(document["kind"]))
    keeps = kind is not None and kind.keeps_data
    return keeps and error.code in (403, 422) and bool(_CANT_CHANGE.search(str(error.status.get("message", ""))))


def _others(before: Object | None, owner: str) -> list[str]:
    """The other pipelines that hold an object."""
    return sorted(key.removeprefix(OWNED_BY) for key in _claims(before) if key != OWNED_BY + owner) if owner else []


def _claims(item: Object | None) -> dict[str, str]:
    """The labels of the pipelines that hold an object."""
    labels = (item["metadata"].get("labels") if item else None) or {}
    return {key: value for key, value in labels.items() if key.startswith(OWNED_BY)}


def _differs(before: Object | None, after: Object) -> bool:
    """Whether more than labels and annotations changes."""
    names = {*(before or {}), *after} - {"metadata", "status"}
    return any((before or {}).get(name) != after.get(name) for name in names)


def _apply_one(client: Client, document: Document, options: ApplyOptions) -> Change:
    before = client.find(path_for(document, client.namespace))
    try:
        after = _patched(client, document, before, options)
    except AnsweredError as error:
        raise error.about(title(document)) from error
    if options.owner and not _holds(after, options.owner):
        _hold(client, document, options.owner)
    return _change(document, before, after)


def _patched(
    client: Client, document: Document, before: Object | None, options: ApplyOptions, *, dry_run: bool = False
) -> Object:
    query = {"fieldManager": MANAGER, "fieldValidation": "Strict", "force": str(options.force).lower()}
    if dry_run:
        query["dryRun"] = "All"
    body = owned(document, options.owner, before)
    return client.one("PATCH", path_for(document, client.namespace), query, body, kind=APPLY)


def _change(document: Document, before: Object | None, after: Object) -> Change:
    if before is None:
        return _done(document, "created")
    return _done(document, "unchanged" if _essence(before) == _essence(after) else "changed")


def _done(document: Document, action: Action) -> Change:
    return Change(str(document["kind"]), str(metadata_of(document)["name"]), action)


def _holder(owner: str) -> str:
    """The field manager of a pipeline's label alone: who applies at the same time can't take it off unawares."""
    return f"{MANAGER}-{hashlib.sha256(owner.encode()).hexdigest()[:16]}"


def _holds(after: Object, owner: str) -> bool:
    return any(each.get("manager") == _holder(owner) for each in after["metadata"].get("managedFields") or ())


def _hold(client: Client, document: Document, owner: str) -> None:
    """Set the owner's label once more under its own manager: two that read before either wrote drop each other's."""
    metadata = metadata_of(document)
    body = {
        "apiVersion": document["apiVersion"],
        "kind": document["kind"],
        "metadata": {"name": metadata["name"], "labels": {OWNED_BY + owner: "true"}},
    }
    query = {"fieldManager": _holder(owner), "force": "true"}
    client.one("PATCH", path_for(document, client.namespace), query, body, kind=APPLY)


def owned(document: Document, owner: str, before: Object | None) -> dict[str, object]:
    """The document with the owner's label, and those of the other pipelines that share the object.

    All pipelines apply with one field manager, so a label that is left out would be taken off.
    """
    body: dict[str, object] = copy.deepcopy(dict(document))
    if not owner:
        return body
    metadata = metadata_of(body)
    own = metadata.get("labels")
    labels = {
        **(own if isinstance(own, Mapping) else {}),
        **_claims(before),
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
            # A Tekton without StepActions has none of ours; who may not read ConfigMaps, or triggers, has applied none.
            if error.code == 404 or ((kind.marked or kind.addon) and error.code == 403):
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
    try:
        if _claims(item).keys() - {label}:
            # The same manager, or the label would stay ours in the books and come back.
            body = {"metadata": {"labels": {label: None}}}
            client.call("PATCH", path, {**query, "fieldManager": MANAGER}, body, kind=MERGE)
            return Change(kind.name, name, "released")
        client.delete(path, metadata.get("uid", ""), dry_run=dry_run)
    except AnsweredError as error:
        if error.code != 404:
            raise
    return Change(kind.name, name, "deleted")
