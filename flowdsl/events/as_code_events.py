"""An event as Pipelines-as-Code reads it: pkg/provider/{github,gitlab,gitea}/parse_payload.go of v0.43.0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from flowdsl.celgo.goes import json_object, text_of
from flowdsl.events.matching import Event, PayloadError
from flowdsl.events.provider import NO_COMMIT

Fields = Mapping[str, Any]
_STARTED = ("opened", "synchronize", "synchronized", "reopened", "ready_for_review")
_LABELS = ("labeled", "label_updated")


class NoEventError(Exception):
    """What Pipelines-as-Code starts nothing for; the text says why."""


@attrs.frozen(kw_only=True)
class Said:
    """What it knows of an event. `target` is what CEL calls `event`, `type` what it calls `event_type`."""

    target: str
    type: str
    base: str
    head: str
    base_url: str = ""
    head_url: str = ""
    url: str = ""
    sha: str = ""
    sender: str = ""
    title: str = ""
    number: int = 0
    labels: Sequence[str] = ()
    owner: str = ""
    name: str = ""
    body: Fields


def said(event: Event) -> Said:
    """What a delivery says. Raises NoEventError, PayloadError."""
    header = {name.lower(): values[0] for name, values in event.header.items()}
    try:
        body = json_object(text_of(event.body))
    except ValueError as error:
        raise PayloadError(f"the body is no JSON object: {error}") from None
    if "x-gitlab-event" in header:
        return _gitlab(header["x-gitlab-event"], body)
    if "x-github-event" in header or "x-gitea-event-type" in header:
        # Go's structs leave out what is null or empty.
        kind = header.get("x-github-event") or header["x-gitea-event-type"]
        gitea = "x-gitea-event-type" in header or "x-gitea-delivery" in header
        return _gitea(kind, _without_empty(body)) if gitea else _github(kind, _without_empty(body))
    raise NoEventError("it is no event of GitHub, GitLab or Gitea: other providers are not read here")


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_empty(each) for name, each in value.items() if each is not None and each != []}
    return [_without_empty(each) for each in value] if isinstance(value, list) else value


def _at(body: Any, *path: str) -> Any:
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    return body


def _text(body: Any, *path: str) -> str:
    found = _at(body, *path)
    return found if isinstance(found, str) else ""


def _number(body: Any, *path: str) -> int:
    found = _at(body, *path)
    if found is not None and (not isinstance(found, float) or not found.is_integer()):
        raise PayloadError(f"{'.'.join(path)} is no whole number")
    return int(found or 0)


def _each(body: Any, *path: str) -> Sequence[Any]:
    found = _at(body, *path)
    if found is not None and not isinstance(found, list):
        raise PayloadError(f"{'.'.join(path)} is no list")
    return found or ()


def _gitea(kind: str, body: Fields) -> Said:
    if kind == "pull_request" and body.get("action") == "ready_for_review":
        raise NoEventError("a pull request that is 'ready_for_review' starts nothing of Gitea's")
    return _alike(kind, body)


def _github(kind: str, body: Fields) -> Said:
    if kind == "push" and body.get("after") == NO_COMMIT:
        raise NoEventError("a branch that is deleted starts nothing")
    return _alike(kind, body)


def _alike(kind: str, body: Fields) -> Said:
    """What GitHub and Gitea say in the same way."""
    whose: dict[str, Any] = {
        "url": _text(body, "repository", "html_url"),
        "owner": _text(body, "repository", "owner", "login"),
        "name": _text(body, "repository", "name"),
    }
    if kind == "push":
        ref = _text(body, "ref")
        return Said(
            target="push", type="push", base=ref, head=ref, base_url=whose["url"], head_url=whose["url"],
            sha=_text(body, "head_commit", "id") or _text(body, "before"), sender=_text(body, "sender", "login"),
            title=_text(body, "head_commit", "message"), body=body, **whose,
        )  # fmt: skip
    if kind != "pull_request":
        raise NoEventError(f"the event {kind!r} is not played here")
    action, asked = _text(body, "action"), _at(body, "pull_request")
    if action not in (*_STARTED, *_LABELS, "closed"):
        raise NoEventError(f"a pull request that is {action!r} starts nothing")
    return Said(
        target="pull_request_closed" if action == "closed" else "pull_request",
        type="pull_request_labeled" if action in _LABELS else "pull_request",
        base=_text(asked, "base", "ref"), head=_text(asked, "head", "ref"),
        base_url=_text(asked, "base", "repo", "html_url"), head_url=_text(asked, "head", "repo", "html_url"),
        sha=_text(asked, "head", "sha"), sender=_text(asked, "user", "login"), title=_text(asked, "title"),
        number=_number(asked, "number") or _number(body, "number"), body=body,
        labels=[_text(each, "name") for each in _each(asked, "labels")], **whose,
    )  # fmt: skip


def _gitlab(kind: str, body: Fields) -> Said:
    owner, _, name = _text(body, "project", "path_with_namespace").rpartition("/")
    whose: dict[str, Any] = {"url": _text(body, "project", "web_url"), "owner": owner, "name": name}
    if kind in ("Push Hook", "Tag Push Hook"):
        commits = body.get("commits")
        if body.get("after") == NO_COMMIT or not isinstance(commits, list) or not commits:
            raise NoEventError("a push without commits starts nothing")
        ref, last = _text(body, "ref"), commits[-1]
        return Said(
            target="push", type="push" if kind == "Push Hook" else "Tag Push", base=ref, head=ref,
            base_url=whose["url"], head_url=whose["url"], sha=_text(last, "id"), title=_text(last, "title"),
            sender=_text(body, "user_username"), body=body, **whose,
        )  # fmt: skip
    if kind != "Merge Request Hook":
        raise NoEventError(f"the event {kind!r} is not played here")
    asked = _at(body, "object_attributes")
    action = _text(asked, "action")
    labelled = _at(body, "changes", "labels", "current") is not None
    if action not in ("open", "reopen", "close", "update") or (
        action == "update" and not (_text(asked, "oldrev") or labelled)
    ):
        raise NoEventError(f"a merge request whose action is {action!r} starts nothing")
    return Said(
        target="pull_request_closed" if action == "close" else "pull_request",
        type="pull_request_labeled" if labelled else "Merge Request",
        base=_text(asked, "target_branch"), head=_text(asked, "source_branch"),
        base_url=_text(asked, "target", "web_url"), head_url=_text(asked, "source", "web_url"),
        sha=_text(asked, "last_commit", "id"), sender=_text(body, "user", "username"), title=_text(asked, "title"),
        number=_number(asked, "iid"), body=body,
        labels=[_text(each, "title") for each in _each(body, "labels")], **whose,
    )  # fmt: skip
