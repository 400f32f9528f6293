"""GitHub. Payloads: https://docs.github.com/en/webhooks/webhook-events-and-payloads"""

from flowdsl.events.provider import FILES_OF_COMMITS, Occurrence, Place, Provider, at

_REPOSITORY = {"repo": at("repository.full_name"), "repo_url": at("repository.clone_url")}
_PUSHED = {
    **_REPOSITORY,
    # `after` of an annotated tag is the tag's own object; this is the commit in any case.
    "revision": at("head_commit.id"),
    "short_sha": at("head_commit.id", first=7),
    "author": at("sender.login"),
}

GITHUB = Provider(
    name="github",
    title="GitHub",
    interceptor="github",
    event_header="X-GitHub-Event",
    delivery=("X-GitHub-Delivery",),
    changed_files=True,
    occurrences={
        "push": Occurrence(
            types=("push",),
            needs=("ref", "deleted"),
            holds=("body.ref.startsWith('refs/heads/')", "body.deleted == false"),
            fields={
                **_PUSHED,
                "branch": at("ref", strip="refs/heads/"),
                "message": at("head_commit.message"),
            },
            files=FILES_OF_COMMITS,
            unknown="size(body.commits) >= 2048",
        ),
        "tag": Occurrence(
            types=("push",),
            needs=("ref", "deleted"),
            holds=("body.ref.startsWith('refs/tags/')", "body.deleted == false"),
            fields={**_PUSHED, "tag": at("ref", strip="refs/tags/")},
        ),
        "pull_request": Occurrence(
            types=("pull_request",),
            needs=("action",),
            holds=("body.action in ['opened', 'reopened', 'synchronize']",),
            ready="body.action == 'ready_for_review'",
            fields={
                **_REPOSITORY,
                "revision": at("pull_request.head.sha"),
                "short_sha": at("pull_request.head.sha", first=7),
                "branch": at("pull_request.base.ref"),
                "author": at("pull_request.user.login"),
                "pull_request.number": at("pull_request.number"),
                "pull_request.title": at("pull_request.title"),
                "pull_request.branch": at("pull_request.head.ref"),
                "pull_request.url": at("pull_request.html_url"),
                "pull_request.draft": at("pull_request.draft"),
                # A fork that is gone is null.
                "pull_request.fork": Place(
                    "(body.pull_request.head.repo == null || "
                    "body.pull_request.head.repo.full_name != body.repository.full_name)",
                    ("pull_request.head.repo", "repository.full_name"),
                ),
            },
            label="body.action == 'labeled' && body.label.name == {label}",
            label_needs=("label.name",),
        ),
    },
)
