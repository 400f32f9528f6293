"""The least that the commands need, as a Role for one namespace."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import TypedDict

from flowdsl.diagnostics import UsageError
from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import (
    CLUSTER_ROLE,
    CLUSTER_ROLE_BINDING,
    CONFIG_MAP,
    KINDS,
    PIPELINE_RUN,
    POD,
    RBAC,
    ROLE,
    ROLE_BINDING,
    SECRET,
    SERVICE_ACCOUNT,
    TASK_RUN,
)
from flowdsl.kube.conventions import CLUSTER_QUEUES, KUEUE, LOCAL_QUEUES, MANAGED_BY

Rule = tuple[Sequence[Kind], str, list[str]]
"""Kinds of one group, the part of their objects that is meant (`/log`), verbs; one line a reason."""
_MADE = ["get", "list", "create", "patch", "delete"]
_WATCH: list[Rule] = [
    ((PIPELINE_RUN, TASK_RUN), "", ["get", "list", "watch"]),
    ((POD,), "", ["get"]),
    ((POD,), "/log", ["get"]),
]
_PRUNABLE = tuple(kind for kind in KINDS if kind.prunable)


def _made(kinds: Sequence[Kind]) -> list[Rule]:
    """What `apply` makes and removes: a rule a group."""
    groups = dict.fromkeys(kind.group for kind in kinds)
    return [([kind for kind in kinds if kind.group == group], "", _MADE) for group in groups]


def _read(made: Sequence[Rule]) -> list[Rule]:
    return [(kinds, part, ["get"]) for kinds, part, _ in made]


_SUBMIT: list[Rule] = [
    *_made([kind for kind in _PRUNABLE if not kind.addon]),
    # What holds data is never deleted by us.
    *(((kind,), "", ["get", "list", "create", "patch"]) for kind in KINDS if kind.keeps_data),
    ((PIPELINE_RUN,), "", ["create", "patch", "delete"]),
    ((TASK_RUN,), "", ["create"]),
]
_LIVE = _read(_made([kind for kind in KINDS if (kind.prunable or kind.keeps_data) and not kind.addon]))
"""What `diff --live` reads."""
_EVENTS = _made([kind for kind in _PRUNABLE if kind.addon])
"""What starts runs, and what that needs."""
# To see whether a Secret exists is to be able to read it; without this the check before a run is left out.
_CHECK: list[Rule] = [((SECRET, CONFIG_MAP), "", ["get"])]


class RoleRule(TypedDict):
    """A rule of a Role: https://kubernetes.io/docs/reference/access-authn-authz/rbac/."""

    apiGroups: list[str]
    resources: list[str]
    verbs: list[str]


def rules(*, read_only: bool, check_secrets: bool, events: bool = False) -> list[RoleRule]:
    """The rules of the Role; with `events` those for what starts runs, too."""
    wanted = [*_WATCH, *(_LIVE if read_only else _SUBMIT), *(_CHECK if check_secrets else [])]
    wanted += (_read(_EVENTS) if read_only else _EVENTS) if events else []
    return [
        {"apiGroups": [kinds[0].group], "resources": [kind.plural + part for kind in kinds], "verbs": list(verbs)}
        for kinds, part, verbs in wanted
    ]


def documents(
    namespace: str,
    subject: str,
    *,
    is_account: bool,
    read_only: bool = False,
    check_secrets: bool = False,
    queues: bool = False,
    events: bool = False,
) -> list[dict[str, object]]:
    """Role and RoleBinding for a user, or for a service account written NAMESPACE:NAME. Raises UsageError.

    With `events` also the objects that start runs; Kubernetes lets nobody give rights by them that he does not have.
    With `queues` also what `doctor` reads of Kueue: a ClusterQueue is of the whole cluster, and so is its role.
    """
    more = {"secrets": check_secrets, "events": events, "queues": queues}
    # A Role for each choice of rights, a binding for each subject: what one is given is never taken from another.
    name = "-".join(["flowdsl-viewer" if read_only else "flowdsl-submitter", *(each for each in more if more[each])])
    bound = f"{name}-{_slug(subject)}"
    metadata = {"name": name, "namespace": namespace, "labels": dict(MANAGED_BY)}
    who: dict[str, str] = {"kind": "User", "name": subject, "apiGroup": RBAC}
    if is_account:
        space, colon, account = subject.rpartition(":")
        if not account or (colon and not space):
            raise UsageError(f"--service-account takes NAMESPACE:NAME or NAME, got {subject!r}")
        who = {"kind": SERVICE_ACCOUNT.name, "name": account, "namespace": space or namespace}
    own = rules(read_only=read_only, check_secrets=check_secrets, events=events)
    if queues:
        own.append({"apiGroups": [KUEUE], "resources": [LOCAL_QUEUES], "verbs": ["get"]})
    return [
        {
            **ROLE.header,
            "metadata": metadata,
            "rules": own,
        },
        {
            **ROLE_BINDING.header,
            "metadata": {**metadata, "name": bound},
            "roleRef": {"apiGroup": ROLE.group, "kind": ROLE.name, "name": name},
            "subjects": [who],
        },
        *(_of_queues(name, bound, who) if queues else ()),
    ]


def _slug(subject: str) -> str:
    """A subject as part of a name; where that says less than the subject did, a hash tells subjects apart."""
    plain = re.sub(r"[^a-z0-9.-]+", "-", subject.lower()).strip("-.")[:40]
    return plain if plain == subject else f"{plain or 'it'}-{hashlib.sha256(subject.encode()).hexdigest()[:8]}"


def _of_queues(name: str, bound: str, who: Mapping[str, str]) -> list[dict[str, object]]:
    metadata = {"name": name, "labels": dict(MANAGED_BY)}
    rule: RoleRule = {"apiGroups": [KUEUE], "resources": [CLUSTER_QUEUES], "verbs": ["get"]}
    return [
        {**CLUSTER_ROLE.header, "metadata": metadata, "rules": [rule]},
        {
            **CLUSTER_ROLE_BINDING.header,
            "metadata": {**metadata, "name": bound},
            "roleRef": {"apiGroup": CLUSTER_ROLE.group, "kind": CLUSTER_ROLE.name, "name": name},
            "subjects": [dict(who)],
        },
    ]
