"""What Git providers send when somebody pushes, written after their documentation and signed as they do, and an
EventListener that takes it.

https://docs.github.com/webhooks/webhook-events-and-payloads#push
https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events
https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/#Push
https://docs.gitea.com/usage/webhooks
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import attrs

Object = dict[str, Any]
SECRET = "a-token-of-the-tests"
PROVIDERS = ("github", "gitlab", "bitbucket", "gitea")


@attrs.frozen
class Delivery:
    """One request of a provider."""

    body: bytes
    headers: dict[str, str]


def push(provider: str, branch: str, delivery: str, *, secret: str = SECRET, sha: str = "0" * 40) -> Delivery:
    """A push of one commit to a branch, as `provider` tells it."""
    body = json.dumps(_PAYLOADS[provider](branch, sha)).encode()
    return Delivery(body, {"Content-Type": "application/json", **_headers(provider, body, delivery, secret)})


def _headers(provider: str, body: bytes, delivery: str, secret: str) -> dict[str, str]:
    if provider == "github":
        told = {"X-GitHub-Event": "push", "X-GitHub-Delivery": delivery}
    elif provider == "gitlab":
        told = {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Event-UUID": delivery}
    elif provider == "bitbucket":
        told = {"X-Event-Key": "repo:push", "X-Request-UUID": delivery}
    else:
        # Gitea signs as GitHub does, beside its own header.
        told = {"X-Gitea-Event": "push", "X-GitHub-Event": "push", "X-Gitea-Delivery": delivery}
        return {**told, "X-Gitea-Signature": _signature(body, secret), **signed("github", body, secret)}
    return {**told, **signed(provider, body, secret)}


def signed(interceptor: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The header by which a sender proves itself, as each interceptor looks for it."""
    if interceptor == "gitlab":
        return {"X-Gitlab-Token": secret}
    name = "X-Hub-Signature-256" if interceptor == "github" else "X-Hub-Signature"
    return {name: f"sha256={_signature(body, secret)}"}


def _signature(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _github(branch: str, sha: str) -> Object:
    owner = {"login": "studio", "id": 7}
    repository = {"id": 1, "name": "clips", "full_name": "studio/clips", "owner": owner, "default_branch": "main"}
    repository["clone_url"] = "https://github.example/studio/clips.git"
    commit = {"id": sha, "message": 'a "quoted" line & <more>', "added": [], "modified": ["model/x"], "removed": []}
    return {
        "ref": f"refs/heads/{branch}", "before": "f" * 40, "after": sha, "deleted": False, "created": False,
        "repository": repository, "pusher": {"name": "ada"}, "sender": owner, "commits": [commit], "head_commit": commit,
    }  # fmt: skip


def _gitlab(branch: str, sha: str) -> Object:
    return {
        "object_kind": "push", "event_name": "push", "ref": f"refs/heads/{branch}", "before": "f" * 40, "after": sha,
        "checkout_sha": sha, "user_username": "ada", "project_id": 15,
        "project": {"id": 15, "name": "clips", "git_http_url": "https://gitlab.example/studio/clips.git"},
        "commits": [{"id": sha, "message": "one", "added": [], "modified": ["model/x"], "removed": []}],
        "total_commits_count": 1,
    }  # fmt: skip


def _bitbucket(branch: str, sha: str) -> Object:
    new = {"type": "branch", "name": branch, "target": {"type": "commit", "hash": sha, "message": "one"}}
    return {
        "actor": {"display_name": "Ada", "nickname": "ada"},
        "repository": {"full_name": "studio/clips", "links": {"html": {"href": "https://bitbucket.example/studio/clips"}}},
        "push": {"changes": [{"new": new, "old": None, "created": True, "closed": False}]},
    }  # fmt: skip


def _gitea(branch: str, sha: str) -> Object:
    repository = {"id": 1, "full_name": "studio/clips", "clone_url": "https://gitea.example/studio/clips.git"}
    return {
        "ref": f"refs/heads/{branch}", "before": "f" * 40, "after": sha, "repository": repository,
        "pusher": {"login": "ada"}, "commits": [{"id": sha, "message": "one"}],
    }  # fmt: skip


_PAYLOADS = {"github": _github, "gitlab": _gitlab, "bitbucket": _bitbucket, "gitea": _gitea}
# What of a payload names the branch, the commit and the delivery.
_FIELDS = {
    "github": ("body.ref", "$(body.after)", "X-GitHub-Delivery"),
    "gitlab": ("body.ref", "$(body.checkout_sha)", "X-Gitlab-Event-UUID"),
    "bitbucket": ("'refs/heads/' + body.push.changes[0]['new'].name", "$(body.push.changes[0].new.target.hash)",
                  "X-Request-UUID"),
    "gitea": ("body.ref", "$(body.after)", "X-Gitea-Delivery"),
}  # fmt: skip
_EVENTS = {"github": "push", "gitlab": "Push Hook", "bitbucket": "repo:push", "gitea": "push"}


def listener(provider: str, name: str = "", account: str = "listens") -> Object:
    """An EventListener named after the provider: pushes to main start a run named after the delivery.

    One with another `name` creates runs that wait (spec.status), for tests that count them.
    """
    ref, revision, delivery = _FIELDS[provider]
    known = "github" if provider == "gitea" else provider
    secret = {"secretName": "webhook", "secretKey": "token"}
    first = interceptor(known, secretRef=secret, eventTypes=[_EVENTS[provider]])
    overlays = [
        {"key": "branch", "expression": f"({ref}).split('/')[2]"},
        {"key": "id", "expression": f"header.canonical('{delivery}').lowerAscii()"},
    ]
    second = interceptor("cel", filter=f"({ref}) == 'refs/heads/main'", overlays=overlays)
    values = {"branch": "$(extensions.branch)", "revision": revision, "id": "$(extensions.id)"}
    trigger = {
        "name": "push", "interceptors": [first, second],
        "bindings": [{"name": name, "value": value} for name, value in values.items()],
        "template": {"spec": {"params": [{"name": name} for name in values], "resourcetemplates": [_run(name or provider)]}},
    }  # fmt: skip
    spec = {"serviceAccountName": account, "triggers": [trigger]}
    metadata = {"name": name or provider}
    return {"apiVersion": "triggers.tekton.dev/v1beta1", "kind": "EventListener", "metadata": metadata, "spec": spec}


def access(account: str = "listens", namespace: str = "default") -> list[Object]:
    """The account that listens, with the rights that Triggers' documentation gives it, and the webhook's secret."""
    subject = {"kind": "ServiceAccount", "name": account, "namespace": namespace}
    rbac = "rbac.authorization.k8s.io"

    def binding(kind: str, role: str) -> Object:
        reference = {"apiGroup": rbac, "kind": "ClusterRole", "name": f"tekton-triggers-eventlistener-{role}"}
        return {
            "apiVersion": f"{rbac}/v1", "kind": kind, "metadata": {"name": account}, "roleRef": reference,
            "subjects": [subject],
        }  # fmt: skip

    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "webhook"}, "stringData": {"token": SECRET}},
        binding("RoleBinding", "roles"),
        binding("ClusterRoleBinding", "clusterroles"),
    ]


def interceptor(name: str, **params: Any) -> Object:
    """One of Triggers' own interceptors, as an EventListener refers to it."""
    return {"ref": {"name": name}, "params": [{"name": each, "value": value} for each, value in params.items()]}


def _run(prefix: str) -> Object:
    names = ("branch", "revision")
    step = {"name": "tell", "image": "none", "script": '#!/bin/sh\nprintf %s "$BRANCH" > $(results.told.path)\n'}
    step["env"] = [{"name": "BRANCH", "value": "$(params.branch)"}]
    declared = [{"name": name, "type": "string"} for name in names]
    task = {"params": declared, "results": [{"name": "told"}], "steps": [step]}
    handed = [{"name": name, "value": f"$(params.{name})"} for name in names]
    pipeline = {"params": declared, "tasks": [{"name": "tell", "params": handed, "taskSpec": task}]}
    pipeline["results"] = [{"name": "told", "value": "$(tasks.tell.results.told)"}]
    spec = {"params": [{"name": name, "value": f"$(tt.params.{name})"} for name in names], "pipelineSpec": pipeline}
    if prefix not in PROVIDERS:
        spec["status"] = "PipelineRunPending"
    metadata = {"name": f"{prefix}-$(tt.params.id)"}
    return {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": metadata, "spec": spec}
