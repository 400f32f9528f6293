"""Gitea and Forgejo. Payloads: https://docs.gitea.com/usage/repository/webhooks

Both send GitHub's headers beside their own, the signature `X-Hub-Signature-256` among them (services/webhook/deliver.go
of Gitea), so that what checks GitHub's checks theirs.
"""

from flowdsl.events.provider import FILES_OF_COMMITS, NO_COMMIT, Occurrence, Place, Provider, at

_REPOSITORY = {"repo": at("repository.full_name"), "repo_url": at("repository.clone_url")}
_PUSHED = {
    **_REPOSITORY,
    "revision": at("head_commit.id"),
    "short_sha": at("head_commit.id", first=7),
    "author": at("sender.login"),
}
_THERE = f"body.after != '{NO_COMMIT}'"

GITEA = Provider(
    name="gitea",
    title="Gitea",
    interceptor="github",
    event_header="X-GitHub-Event",
    delivery=("X-Gitea-Delivery", "X-Forgejo-Delivery", "X-GitHub-Delivery"),
    occurrences={
        "push": Occurrence(
            types=("push",),
            needs=("ref", "after"),
            holds=("body.ref.startsWith('refs/heads/')", _THERE),
            fields={
                **_PUSHED,
                "branch": at("ref", strip="refs/heads/"),
                "message": at("head_commit.message"),
            },
            files=FILES_OF_COMMITS,
            # The payload has the newest alone (PAYLOAD_COMMIT_COUNT).
            unknown="!has(body.total_commits) || body.total_commits > size(body.commits)",
        ),
        "tag": Occurrence(
            types=("push",),
            needs=("ref", "after"),
            holds=("body.ref.startsWith('refs/tags/')", _THERE),
            fields={**_PUSHED, "tag": at("ref", strip="refs/tags/")},
        ),
        "pull_request": Occurrence(
            types=("pull_request",),
            needs=("action",),
            holds=("body.action in ['opened', 'reopened', 'synchronized']",),
            fields={
                **_REPOSITORY,
                "revision": at("pull_request.head.sha"),
                "short_sha": at("pull_request.head.sha", first=7),
                "branch": at("pull_request.base.ref"),
                "author": at("pull_request.user.login"),
                "pull_request.number": at("number"),
                "pull_request.title": at("pull_request.title"),
                "pull_request.branch": at("pull_request.head.ref"),
                "pull_request.url": at("pull_request.html_url"),
                "pull_request.draft": at("pull_request.draft"),
                "pull_request.fork": Place(
                    "(body.pull_request.head.repo == null || "
                    "body.pull_request.head.repo.full_name != body.repository.full_name)",
                    ("pull_request.head.repo", "repository.full_name"),
                ),
            },
            label="body.action == 'label_updated' && body.pull_request.labels.exists(l, l.name == {label})",
            label_needs=("pull_request.labels",),
        ),
    },
)
