"""Bitbucket Data Center (Server).

Payloads: https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html. They don't say what to clone
from. A push of several branches is one event: the first of them starts a run.
"""

from flowdsl.events.provider import Occurrence, Place, Provider, at


def _changed(path: str, *, first: int = 0) -> Place:
    cel = f"body.changes[0].{path}"
    return Place(f"{cel}.substring(0, {first})" if first else cel, ("changes",))


_PUSHED = {
    "repo": Place(
        "body.repository.project.key + '/' + body.repository.slug", ("repository.project.key", "repository.slug")
    ),
    "revision": _changed("toHash"),
    "short_sha": _changed("toHash", first=7),
    "author": at("actor.name"),
}
_THERE = "size(body.changes) > 0 && body.changes[0].type != 'DELETE'"
_TO = "pullRequest.toRef.repository"

BITBUCKET_SERVER = Provider(
    name="bitbucket-server",
    title="Bitbucket Data Center",
    interceptor="bitbucket",
    event_header="X-Event-Key",
    delivery=("X-Request-Id",),
    occurrences={
        "push": Occurrence(
            types=("repo:refs_changed",),
            needs=("changes",),
            holds=(_THERE, "body.changes[0].ref.type == 'BRANCH'"),
            fields={**_PUSHED, "branch": _changed("ref.displayId")},
        ),
        "tag": Occurrence(
            types=("repo:refs_changed",),
            needs=("changes",),
            holds=(_THERE, "body.changes[0].ref.type == 'TAG'"),
            fields={**_PUSHED, "tag": _changed("ref.displayId")},
        ),
        "pull_request": Occurrence(
            types=("pr:opened", "pr:from_ref_updated"),
            needs=("pullRequest.open",),
            holds=("body.pullRequest.open == true",),
            fields={
                "repo": Place(f"body.{_TO}.project.key + '/' + body.{_TO}.slug", (f"{_TO}.project.key", f"{_TO}.slug")),
                "revision": at("pullRequest.fromRef.latestCommit"),
                "short_sha": at("pullRequest.fromRef.latestCommit", first=7),
                "branch": at("pullRequest.toRef.displayId"),
                "author": at("pullRequest.author.user.name"),
                "pull_request.number": at("pullRequest.id"),
                "pull_request.title": at("pullRequest.title"),
                "pull_request.branch": at("pullRequest.fromRef.displayId"),
                "pull_request.draft": at("pullRequest.draft"),
                "pull_request.fork": Place(
                    f"(body.pullRequest.fromRef.repository.id != body.{_TO}.id)",
                    ("pullRequest.fromRef.repository.id", f"{_TO}.id"),
                ),
            },
        ),
    },
)
