"""Bitbucket Cloud. Payloads: https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/

A push of several branches is one event: the first of them starts a run. The commit of a pull request has twelve
characters in it, which Git takes for the whole.
"""

from flowdsl.events.provider import Occurrence, Place, Provider, at

_REPOSITORY = {"repo": at("repository.full_name"), "repo_url": at("repository.links.html.href")}


def _pushed(path: str, *, first: int = 0) -> Place:
    cel = f"body.push.changes[0].new.{path}"
    return Place(f"{cel}.substring(0, {first})" if first else cel, ("push.changes",))


_PUSHED = {
    **_REPOSITORY,
    "revision": _pushed("target.hash"),
    "short_sha": _pushed("target.hash", first=7),
    "author": at("actor.nickname"),
}
# What was deleted is closed, and `new` of it is null.
_THERE = "size(body.push.changes) > 0 && body.push.changes[0].closed == false"

BITBUCKET = Provider(
    name="bitbucket",
    title="Bitbucket Cloud",
    interceptor="bitbucket",
    event_header="X-Event-Key",
    delivery=("X-Request-UUID",),
    occurrences={
        "push": Occurrence(
            types=("repo:push",),
            needs=("push.changes",),
            holds=(_THERE, "body.push.changes[0].new.type == 'branch'"),
            fields={**_PUSHED, "branch": _pushed("name"), "message": _pushed("target.message")},
        ),
        "tag": Occurrence(
            types=("repo:push",),
            needs=("push.changes",),
            holds=(_THERE, "body.push.changes[0].new.type == 'tag'"),
            fields={**_PUSHED, "tag": _pushed("name")},
        ),
        "pull_request": Occurrence(
            types=("pullrequest:created", "pullrequest:updated"),
            needs=("pullrequest.state",),
            holds=("body.pullrequest.state == 'OPEN'",),
            fields={
                **_REPOSITORY,
                "revision": at("pullrequest.source.commit.hash"),
                "short_sha": at("pullrequest.source.commit.hash", first=7),
                "branch": at("pullrequest.destination.branch.name"),
                "author": at("pullrequest.author.nickname"),
                "pull_request.number": at("pullrequest.id"),
                "pull_request.title": at("pullrequest.title"),
                "pull_request.branch": at("pullrequest.source.branch.name"),
                "pull_request.url": at("pullrequest.links.html.href"),
                "pull_request.draft": at("pullrequest.draft"),
                "pull_request.fork": Place(
                    "(body.pullrequest.source.repository == null || "
                    "body.pullrequest.source.repository.full_name != body.repository.full_name)",
                    ("pullrequest.source.repository", "repository.full_name"),
                ),
            },
        ),
    },
)
