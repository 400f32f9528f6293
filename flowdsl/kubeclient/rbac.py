"""The least that the commands need, as a Role for one namespace."""

from __future__ import annotations

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
_SUBMIT: list[Rule] = [
    # What `apply` makes and removes: a rule a group.
    *(
        ([kind for kind in _PRUNABLE if kind.group == group], "", _MADE)
        for group in dict.fromkeys(kind.group for kind in _PRUNABLE)
    ),
    # What holds data is never deleted by us.
    *(((kind,), "", ["get", "list", "create", "patch"]) for kind in KINDS if kind.keeps_data),
    ((PIPELINE_RUN,), "", ["create", "patch", "delete"]),
    ((TASK_RUN,), "", ["create"]),
]
# To see whether a Secret exists is to be able to read it; without this the check before a run is left out.
_CHECK: list[Rule] = [((SECRET, CONFIG_MAP), "", ["get"])]


class RoleRule(TypedDict):
    """A rule of a Role: https://kubernetes.io/docs/reference/access-authn-authz/rbac/."""

    apiGroups: list[str]
    resources: list[str]
    verbs: list[str]


def rules(*, read_only: bool, check_secrets: bool) -> list[RoleRule]:
    """The rules of the Role."""
    wanted = [*_WATCH, *([] if read_only else _SUBMIT), *(_CHECK if check_secrets else [])]
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
) -> list[dict[str, object]]:
    """Role and RoleBinding for a user, or for a service account written NAMESPACE:NAME. Raises UsageError.

    With `queues` also what `doctor` reads of Kueue: a ClusterQueue is of the whole cluster, and so is its role.
    """
    name = "flowdsl-viewer" if read_only else "flowdsl-submitter"
    metadata = {"name": name, "namespace": namespace, "labels": dict(MANAGED_BY)}
    who: dict[str, str] = {"kind": "User", "name": subject, "apiGroup": RBAC}
    if is_account:
        space, colon, account = subject.rpartition(":")
        if not account or (colon and not space):
            raise UsageError(f"--service-account takes NAMESPACE:NAME or NAME, got {subject!r}")
        who = {"kind": SERVICE_ACCOUNT.name, "name": account, "namespace": space or namespace}
    own = rules(read_only=read_only, check_secrets=check_secrets)
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
            "metadata": metadata,
            "roleRef": {"apiGroup": ROLE.group, "kind": ROLE.name, "name": name},
            "subjects": [who],
        },
        *(_of_queues(f"{name}-queues", who) if queues else ()),
    ]


def _of_queues(name: str, who: Mapping[str, str]) -> list[dict[str, object]]:
    metadata = {"name": name, "labels": dict(MANAGED_BY)}
    rule: RoleRule = {"apiGroups": [KUEUE], "resources": [CLUSTER_QUEUES], "verbs": ["get"]}
    return [
        {**CLUSTER_ROLE.header, "metadata": metadata, "rules": [rule]},
        {
            **CLUSTER_ROLE_BINDING.header,
            "metadata": metadata,
            "roleRef": {"apiGroup": CLUSTER_ROLE.group, "kind": CLUSTER_ROLE.name, "name": name},
            "subjects": [dict(who)],
        },
    ]
