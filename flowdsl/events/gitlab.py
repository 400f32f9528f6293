"""GitLab. Payloads: https://docs.gitlab.com/user/project/integrations/webhook_events/

It signs nothing: the header X-Gitlab-Token is the secret itself.
"""

from flowdsl.events.provider import FILES_OF_COMMITS, NO_COMMIT, Occurrence, Place, Provider, at

_PROJECT = {"repo": at("project.path_with_namespace"), "repo_url": at("project.git_http_url")}
_PUSHED = {
    **_PROJECT,
    "revision": at("checkout_sha"),
    "short_sha": at("checkout_sha", first=7),
    "author": at("user_username"),
}
_THERE = f"body.after != '{NO_COMMIT}'"

GITLAB = Provider(
    name="gitlab",
    title="GitLab",
    interceptor="gitlab",
    event_header="X-Gitlab-Event",
    # The first stays the same when a request is sent again (GitLab 17.4); older releases have the second.
    delivery=("Idempotency-Key", "X-Gitlab-Event-UUID"),
    occurrences={
        "push": Occurrence(
            types=("Push Hook",),
            needs=("ref", "after"),
            holds=("body.ref.startsWith('refs/heads/')", _THERE),
            fields={**_PUSHED, "branch": at("ref", strip="refs/heads/")},
            files=FILES_OF_COMMITS,
            # The payload has the newest twenty.
            unknown="!has(body.total_commits_count) || body.total_commits_count > size(body.commits)",
        ),
        "tag": Occurrence(
            types=("Tag Push Hook",),
            needs=("ref", "after"),
            holds=("body.ref.startsWith('refs/tags/')", _THERE),
            fields={**_PUSHED, "tag": at("ref", strip="refs/tags/")},
        ),
        "pull_request": Occurrence(
            types=("Merge Request Hook",),
            needs=("object_attributes.action",),
            holds=(
                "(body.object_attributes.action in ['open', 'reopen'] || "
                "(body.object_attributes.action == 'update' && has(body.object_attributes.oldrev)))",
            ),
            ready=(
                "body.object_attributes.action == 'update' && has(body.changes) && has(body.changes.draft) && "
                "body.changes.draft.current == false"
            ),
            fields={
                **_PROJECT,
                "revision": at("object_attributes.last_commit.id"),
                "short_sha": at("object_attributes.last_commit.id", first=7),
                "branch": at("object_attributes.target_branch"),
                "author": at("user.username"),
                "pull_request.number": at("object_attributes.iid"),
                "pull_request.title": at("object_attributes.title"),
                "pull_request.branch": at("object_attributes.source_branch"),
                "pull_request.url": at("object_attributes.url"),
                "pull_request.draft": at("object_attributes.draft"),
                "pull_request.fork": Place(
                    "(body.object_attributes.source_project_id != body.object_attributes.target_project_id)",
                    ("object_attributes.source_project_id", "object_attributes.target_project_id"),
                ),
            },
            label=(
                "body.object_attributes.action == 'update' && "
                "body.changes.labels.current.exists(l, l.title == {label}) && "
                "!body.changes.labels.previous.exists(l, l.title == {label})"
            ),
            label_needs=("changes.labels",),
        ),
    },
)
