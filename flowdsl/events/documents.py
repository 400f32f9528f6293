"""What all targets write: metadata, accounts and their rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.events.newest import Room, account_of
from flowdsl.events.provider import Provider
from flowdsl.ir.events import Schedule, Trigger
from flowdsl.ir.nodes import ParamDecl, Text
from flowdsl.ir.settings import EventSettings
from flowdsl.ir.volumes import Secret
from flowdsl.kinds.table import (
    CLUSTER_ROLE,
    CLUSTER_ROLE_BINDING,
    PIPELINE_RUN,
    RBAC,
    ROLE,
    ROLE_BINDING,
    SERVICE_ACCOUNT,
    TEKTON,
)
from flowdsl.kube.conventions import MANAGED_BY, STARTED_BY

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import Document, PipelineRun

Fields = Mapping[str, object]


@attrs.frozen(kw_only=True)
class Starts:
    """What is known of a pipeline's starts, for a target to write: each has a name of its own.

    `run` is the run as the pipeline's own compile makes it; `values` the texts of a start's constants, by its name.
    `room` is what the run's first task does; `keep` how many runs that are over are kept, 0 for all.
    `listener_tls` is the Secret with the certificate of what listens, "" for none.
    """

    pipeline: str
    namespace: str
    triggers: Mapping[str, Trigger]
    schedules: Mapping[str, Schedule]
    params: Mapping[str, ParamDecl]
    values: Mapping[str, Mapping[str, Text]]
    provider: Provider | None
    settings: EventSettings
    run: PipelineRun
    room: Room
    keep: int = 0
    listener_tls: str = ""

    def document(self, api_version: str, kind: str, name: str, **fields: object) -> Document:
        """An object of the pipeline's namespace."""
        meta: dict[str, object] = {"name": name}
        if self.namespace and kind not in (CLUSTER_ROLE.name, CLUSTER_ROLE_BINDING.name):
            meta["namespace"] = self.namespace
        meta["labels"] = dict(MANAGED_BY)
        return cast("Document", {"apiVersion": api_version, "kind": kind, "metadata": meta, **fields})

    def run_of(self, start: str, metadata: Fields, values: Mapping[str, object]) -> dict[str, object]:
        """The run that a start makes: its own name, and its params over those of every run."""
        run = cast("dict[str, object]", dict(self.run))
        spec = dict(cast("Fields", run["spec"]))
        given = {str(each["name"]): each["value"] for each in cast("Sequence[Fields]", spec.get("params", ()))}
        given |= {name: _plain(value) for name, value in self.values[start].items()} | dict(values)
        params = [{"name": name, "value": given[name]} for name in self.params if name in given]
        spec = {
            "pipelineRef": spec.pop("pipelineRef"),
            **({"params": params} if params else {}),
            **_without(spec, "params"),
        }
        own = cast("Fields", run["metadata"])
        labels = {**cast("Fields", own.get("labels", {})), STARTED_BY: start}
        notes = {**cast("Fields", own.get("annotations", {})), **cast("Fields", metadata.get("annotations", {}))}
        meta = {
            **_without(metadata, "annotations"),
            **_without(own, "generateName", "labels", "annotations"),
            "labels": labels,
        }
        return {**run, "metadata": {**meta, **({"annotations": notes} if notes else {})}, "spec": spec}

    def account(self, name: str, rules: Sequence[Fields]) -> list[Document]:
        """An account, and what it may do in its namespace."""
        binding = {
            "subjects": [{"kind": SERVICE_ACCOUNT.name, "name": name, "namespace": self.namespace}],
            "roleRef": {"apiGroup": RBAC, "kind": ROLE.name, "name": name},
        }
        return [
            self.document(SERVICE_ACCOUNT.api_version, SERVICE_ACCOUNT.name, name),
            self.document(ROLE.api_version, ROLE.name, name, rules=list(rules)),
            self.document(ROLE_BINDING.api_version, ROLE_BINDING.name, name, **binding),
        ]

    def first_task(self) -> list[Document]:
        """The account of the task that makes room for a run; none where there is no such task."""
        verbs = self.room.verbs
        return self.account(account_of(self.pipeline), [rule(TEKTON, (PIPELINE_RUN.plural,), verbs)]) if verbs else []

    def everywhere(self, account: str, name: str, rules: Sequence[Fields]) -> list[Document]:
        """What an account may do with objects of no namespace."""
        binding = {
            "subjects": [{"kind": SERVICE_ACCOUNT.name, "name": account, "namespace": self.namespace}],
            "roleRef": {"apiGroup": RBAC, "kind": CLUSTER_ROLE.name, "name": name},
        }
        return [
            self.document(CLUSTER_ROLE.api_version, CLUSTER_ROLE.name, name, rules=list(rules)),
            self.document(CLUSTER_ROLE_BINDING.api_version, CLUSTER_ROLE_BINDING.name, name, **binding),
        ]

    def secret(self, trigger: Trigger) -> Secret:
        """The Secret by which a sender proves itself: the trigger's, the project's, `<pipeline>-webhook`."""
        return trigger.secret or secret_of(self.settings.secret) or Secret(f"{self.pipeline}-webhook", "secret")


def secret_of(text: str) -> Secret | None:
    """A Secret as settings name it: `name/key`."""
    name, _, key = text.partition("/")
    return Secret(name, key) if name else None


def rule(group: str, resources: Sequence[str], verbs: Sequence[str]) -> Fields:
    """A rule of a Role."""
    return {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}


def _without(fields: Fields, *names: str) -> Fields:
    return {name: value for name, value in fields.items() if name not in names}


def _plain(value: Text) -> object:
    return value if isinstance(value, str) else dict(value) if isinstance(value, Mapping) else list(value)
