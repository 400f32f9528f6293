"""A small payload of each provider for each thing that happens, after their public documentation: for trying out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .provider import Provider

_SHA = "4f8d2a6c1b3e5d7f90a2c4e6081b3d5f7a9c0e12"
_BEFORE = "0d1f2e3c4b5a69788796a5b4c3d2e1f00f1e2d3c"
_PERSON = {"login": "ada", "id": 7, "username": "ada", "full_name": "Ada"}
_COMMIT = {"id": _SHA, "message": "Try it", "added": [], "modified": ["README.md"], "removed": []}


def sample(provider: Provider, happening: str) -> bytes:
    """A payload. Raises KeyError where there is none."""
    return json.dumps(_SAMPLES[provider.name, happening], indent=2).encode()


def headers(provider: Provider, happening: str, delivery: str) -> dict[str, str]:
    """The headers that come with it, but for the signature."""
    types = provider.occurrences[happening].types  # type: ignore[index]
    found = {"Content-Type": "application/json", provider.event_header: types[0]}
    return found | dict.fromkeys(provider.delivery[:1], delivery)


def _pushed(url: str, ref: str) -> dict[str, Any]:
    repository = {"id": 1, "name": "project", "full_name": "ada/project", "clone_url": url, "default_branch": "main"}
    repository |= {"html_url": url.removesuffix(".git"), "owner": _PERSON}
    return {
        "ref": ref, "before": _BEFORE, "after": _SHA, "created": False, "deleted": False, "forced": False,
        "repository": repository, "pusher": _PERSON, "sender": _PERSON, "commits": [_COMMIT], "head_commit": _COMMIT,
        "total_commits": 1,
    }  # fmt: skip


def _asked(url: str) -> dict[str, Any]:
    repository = {"id": 1, "name": "project", "full_name": "ada/project", "clone_url": url, "default_branch": "main"}
    repository |= {"html_url": url.removesuffix(".git"), "owner": _PERSON}
    pull = {
        "number": 12, "title": "Try it", "draft": False, "state": "open", "html_url": f"{url}/pull/12", "user": _PERSON,
        "head": {"ref": "topic", "sha": _SHA, "repo": repository},
        "base": {"ref": "main", "sha": _BEFORE, "repo": repository},
        "labels": [], "author_association": "OWNER",
    }  # fmt: skip
    return {"action": "opened", "number": 12, "pull_request": pull, "repository": repository, "sender": _PERSON}


_LAB = {
    "id": 1,
    "name": "project",
    "path_with_namespace": "ada/project",
    "git_http_url": "https://gitlab.example/ada/project.git",
    "web_url": "https://gitlab.example/ada/project",
}


def _lab(kind: str, ref: str) -> dict[str, Any]:
    return {
        "object_kind": kind, "event_name": kind, "ref": ref, "before": _BEFORE, "after": _SHA, "checkout_sha": _SHA,
        "user_username": "ada", "user_name": "Ada", "project_id": 1, "project": _LAB, "commits": [_COMMIT],
        "total_commits_count": 1,
    }  # fmt: skip


_MERGE = {
    "object_kind": "merge_request", "event_type": "merge_request", "user": _PERSON, "project": _LAB, "labels": [],
    "object_attributes": {
        "iid": 12, "title": "Try it", "action": "open", "state": "opened", "draft": False, "work_in_progress": False,
        "source_branch": "topic", "target_branch": "main", "source_project_id": 1, "target_project_id": 1,
        "source": _LAB, "target": _LAB, "last_commit": {"id": _SHA, "message": "Try it", "author": {"name": "Ada"}},
        "url": "https://gitlab.example/ada/project/12",
    },
}  # fmt: skip
_BUCKET = {"full_name": "ada/project", "links": {"html": {"href": "https://bitbucket.example/ada/project"}}}
_ACTOR = {"display_name": "Ada", "nickname": "ada", "account_id": "7"}


def _bucket(kind: str, name: str) -> dict[str, Any]:
    new = {"type": kind, "name": name, "target": {"type": "commit", "hash": _SHA, "message": "Try it"}}
    change: dict[str, Any] = {"new": new, "old": None, "created": True, "closed": False, "forced": False, "commits": []}
    return {"actor": _ACTOR, "repository": _BUCKET, "push": {"changes": [change]}}


_BUCKET_PULL = {
    "actor": _ACTOR, "repository": _BUCKET,
    "pullrequest": {
        "id": 12, "title": "Try it", "state": "OPEN", "draft": False, "author": _ACTOR,
        "links": {"html": {"href": "https://bitbucket.example/ada/project/12"}},
        "source": {"branch": {"name": "topic"}, "commit": {"hash": _SHA}, "repository": _BUCKET},
        "destination": {"branch": {"name": "main"}, "commit": {"hash": _BEFORE}, "repository": _BUCKET},
    },
}  # fmt: skip
_GIT_URLS = {"github": "https://github.example/ada/project.git", "gitea": "https://gitea.example/ada/project.git"}
_SAMPLES: Mapping[tuple[str, str], Mapping[str, Any]] = {
    **{(name, "push"): _pushed(url, "refs/heads/main") for name, url in _GIT_URLS.items()},
    **{(name, "tag"): _pushed(url, "refs/tags/v1.0.0") for name, url in _GIT_URLS.items()},
    **{(name, "pull_request"): _asked(url) for name, url in _GIT_URLS.items()},
    ("gitlab", "push"): _lab("push", "refs/heads/main"),
    ("gitlab", "tag"): _lab("tag_push", "refs/tags/v1.0.0"),
    ("gitlab", "pull_request"): _MERGE,
    ("bitbucket", "push"): _bucket("branch", "main"),
    ("bitbucket", "tag"): _bucket("tag", "v1.0.0"),
    ("bitbucket", "pull_request"): _BUCKET_PULL,
}
