"""Deliveries of the providers, cut down to what their documentation says of the fields that we read."""

from __future__ import annotations

from typing import Any

SHA = "0123456789abcdef0123456789abcdef01234567"
UUID = "7d3b8f0e-5b1a-4a57-9d0e-2f7f6f1c0a11"
ZERO = "0" * 40
Payload = dict[str, Any]


def github(kind: str, **changes: object) -> tuple[str, Payload, dict[str, str]]:
    repository = {"full_name": "team/model", "clone_url": "https://github.example/team/model.git"}
    pushed = {
        "deleted": False,
        "repository": repository,
        "head_commit": {"id": SHA, "message": "Better lips"},
        "sender": {"login": "ada"},
        "commits": [{"added": [], "modified": ["model/net.py"], "removed": []}],
    }
    head = {"sha": SHA, "ref": "lips", "repo": {"full_name": "team/model"}}
    request = {
        "head": head,
        "base": {"ref": "main"},
        "number": 7,
        "title": "Lips",
        "draft": False,
        "user": {"login": "ada"},
        "html_url": "https://github.example/team/model/pull/7",
    }
    payloads: dict[str, Payload] = {
        "push": {**pushed, "ref": "refs/heads/main"},
        "tag": {**pushed, "ref": "refs/tags/v1.2"},
        "deleted": {**pushed, "ref": "refs/heads/main", "deleted": True, "head_commit": None},
        "pull_request": {"action": "opened", "pull_request": request, "repository": repository},
        "fork": {
            "action": "opened",
            "pull_request": {**request, "head": {**head, "repo": {"full_name": "eve/model"}}},
            "repository": repository,
        },
    }
    return (
        "pull_request" if kind in ("pull_request", "fork") else "push",
        {**payloads[kind], **changes},
        {"X-GitHub-Delivery": UUID},
    )


def gitea(kind: str) -> tuple[str, Payload, dict[str, str]]:
    happening, payload, _ = github(kind)
    payload.pop("deleted", None)
    if kind in ("pull_request", "fork"):
        payload["number"] = 7
    else:
        payload |= {"after": ZERO if kind == "deleted" else SHA, "total_commits": 1}
    return happening, payload, {"X-Gitea-Delivery": UUID, "X-GitHub-Delivery": UUID}


def gitlab(kind: str) -> tuple[str, Payload, dict[str, str]]:
    project = {"path_with_namespace": "team/model", "git_http_url": "https://gitlab.example/team/model.git"}
    pushed = {
        "project": project,
        "after": SHA,
        "checkout_sha": SHA,
        "user_username": "ada",
        "total_commits_count": 1,
        "commits": [{"added": ["model/net.py"], "modified": [], "removed": []}],
    }
    request = {
        "action": "open",
        "iid": 7,
        "title": "Lips",
        "url": "https://gitlab.example/team/model/-/merge_requests/7",
        "source_branch": "lips",
        "target_branch": "main",
        "source_project_id": 1,
        "target_project_id": 1,
        "last_commit": {"id": SHA},
        "draft": False,
    }
    payloads: dict[str, Payload] = {
        "push": {**pushed, "ref": "refs/heads/main"},
        "tag": {**pushed, "ref": "refs/tags/v1.2"},
        "deleted": {**pushed, "ref": "refs/heads/main", "after": ZERO, "checkout_sha": None},
        "pull_request": {"object_attributes": request, "project": project, "user": {"username": "ada"}},
        "fork": {
            "object_attributes": {**request, "source_project_id": 2},
            "project": project,
            "user": {"username": "eve"},
        },
    }
    named = {"tag": "Tag Push Hook", "pull_request": "Merge Request Hook", "fork": "Merge Request Hook"}
    return named.get(kind, "Push Hook"), payloads[kind], {"X-Gitlab-Event-UUID": UUID}


def bitbucket(kind: str) -> tuple[str, Payload, dict[str, str]]:
    repository = {"full_name": "team/model", "links": {"html": {"href": "https://bitbucket.example/team/model"}}}
    new = {
        "type": "tag" if kind == "tag" else "branch",
        "name": "v1.2" if kind == "tag" else "main",
        "target": {"hash": SHA, "message": "Better lips"},
    }
    if kind in ("pull_request", "fork"):
        source = {
            "commit": {"hash": SHA[:12]},
            "branch": {"name": "lips"},
            "repository": {"full_name": "eve/model" if kind == "fork" else "team/model"},
        }
        request = {
            "id": 7,
            "title": "Lips",
            "state": "OPEN",
            "draft": False,
            "source": source,
            "destination": {"branch": {"name": "main"}},
            "author": {"nickname": "ada"},
            "links": {"html": {"href": "https://bitbucket.example/7"}},
        }
        return "pullrequest:created", {"pullrequest": request, "repository": repository}, {"X-Request-UUID": UUID}
    change = {"closed": kind == "deleted", "new": None if kind == "deleted" else new}
    return (
        "repo:push",
        {"push": {"changes": [change]}, "repository": repository, "actor": {"nickname": "ada"}},
        {"X-Request-UUID": UUID},
    )


def bitbucket_server(kind: str) -> tuple[str, Payload, dict[str, str]]:
    repository = {"id": 1, "slug": "model", "project": {"key": "TEAM"}}
    if kind in ("pull_request", "fork"):
        source = {
            "displayId": "lips",
            "latestCommit": SHA,
            "repository": {**repository, "id": 2 if kind == "fork" else 1},
        }
        request = {
            "id": 7,
            "title": "Lips",
            "open": True,
            "draft": False,
            "fromRef": source,
            "toRef": {"displayId": "main", "repository": repository},
            "author": {"user": {"name": "ada"}},
        }
        return "pr:opened", {"pullRequest": request}, {"X-Request-Id": UUID}
    ref = {"displayId": "v1.2", "type": "TAG"} if kind == "tag" else {"displayId": "main", "type": "BRANCH"}
    change = {"ref": ref, "toHash": SHA, "type": "DELETE" if kind == "deleted" else "UPDATE"}
    return (
        "repo:refs_changed",
        {"changes": [change], "repository": repository, "actor": {"name": "ada"}},
        {"X-Request-Id": UUID},
    )


SENDERS = {
    "github": github,
    "gitea": gitea,
    "gitlab": gitlab,
    "bitbucket": bitbucket,
    "bitbucket-server": bitbucket_server,
}
