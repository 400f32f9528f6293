"""The least that the commands need, as a Role for one namespace."""

from __future__ import annotations

from typing import Any

from flowdsl.diagnostics import UsageError

# Group, resources, verbs; one line a reason.
_WATCH = [
    ("tekton.dev", ["pipelineruns", "taskruns"], ["get", "list", "watch"]),
    ("", ["pods"], ["get"]),
    ("", ["pods/log"], ["get"]),
]
_SUBMIT = [
    ("tekton.dev", ["tasks", "pipelines", "stepactions"], ["get", "list", "create", "patch", "delete"]),
    # Claims are never deleted by us.
    ("", ["persistentvolumeclaims"], ["get", "list", "create", "patch"]),
    ("", ["serviceaccounts"], ["get", "list", "create", "patch", "delete"]),
    ("tekton.dev", ["pipelineruns"], ["create", "patch", "delete"]),
    ("tekton.dev", ["taskruns"], ["create"]),
]
# To see whether a Secret exists is to be able to read it; without this the check before a run is left out.
_CHECK = [("", ["secrets", "configmaps"], ["get"])]


def rules(*, read_only: bool, check_secrets: bool) -> list[dict[str, Any]]:
    """The rules of the Role."""
    wanted = [*_WATCH, *([] if read_only else _SUBMIT), *(_CHECK if check_secrets else [])]
    return [{"apiGroups": [group], "resources": names, "verbs": verbs} for group, names, verbs in wanted]


def documents(
    namespace: str, subject: str, *, is_account: bool, read_only: bool = False, check_secrets: bool = False
) -> list[dict[str, Any]]:
    """Role and RoleBinding for a user, or for a service account written NAMESPACE:NAME. Raises UsageError."""
    name = "flowdsl-viewer" if read_only else "flowdsl-submitter"
    metadata = {"name": name, "namespace": namespace, "labels": {"app.kubernetes.io/managed-by": "flowdsl"}}
    who: dict[str, str] = {"kind": "User", "name": subject, "apiGroup": "rbac.authorization.k8s.io"}
    if is_account:
        space, colon, account = subject.rpartition(":")
        if not account or (colon and not space):
            raise UsageError(f"--service-account takes NAMESPACE:NAME or NAME, got {subject!r}")
        who = {"kind": "ServiceAccount", "name": account, "namespace": space or namespace}
    api = "rbac.authorization.k8s.io/v1"
    return [
        {
            "apiVersion": api,
            "kind": "Role",
            "metadata": metadata,
            "rules": rules(read_only=read_only, check_secrets=check_secrets),
        },
        {
            "apiVersion": api,
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            "subjects": [who],
        },
    ]
