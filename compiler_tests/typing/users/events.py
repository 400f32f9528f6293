"""What starts a run: events have values of their own types, whose comparisons are conditions for filters."""

from __future__ import annotations

from flowdsl import Secret, body, bucket, event, header, pipeline, pull_request, push, schedule, tag, task, webhook


@task(image="python:3.12-slim")
def build(revision: str) -> None:
    print(revision)


@pipeline(
    provider="gitlab",
    on=[
        push(
            "main",
            paths=["model/**"],
            filter=(event.author != "bot") & ~event.branch.startswith("wip/"),
            params={"revision": event.revision},
            cancel_in_progress=True,
        ),
        pull_request(
            ["main", "release/*"],
            draft=False,
            fork_label="ok-to-test",
            filter=~event.pull_request.draft & (event.pull_request.number > 7),
            params={"revision": f"pr-{event.pull_request.number}"},
        ),
        pull_request(
            "next",
            filter=(event.author != "bot") & event.pull_request.draft & ~body.dry | (body.a | body.b),
            name="truths",
        ),
        tag("v*", filter=event.tag.matches(r"v[0-9]+") | event.author.isin("ada", "eve")),
        schedule("30 2 * * *", timezone="Asia/Shanghai", overlap="forbid", params={"revision": "nightly"}),
        webhook(
            "published",
            id=body.model.version,
            filter=(body["from"] == "registry") & (header["X-Stage"] == "candidate") & (body.items[0].size >= 1),
            secret=Secret("hooks", "token"),
            signature="sha256",
        ),
        bucket(
            "weights",
            endpoint="minio:9000",
            suffix=".safetensors",
            filter=(event.size > 1000) & event.key.startswith("sonic/"),
            params={"revision": event.etag},
        ),
    ],
)
def flow(revision: str = "main") -> None:
    build(revision)


def wrong() -> None:
    push(brnch="main")  # mypy: call-arg; pyright: reportCallIssue
    push(paths=7)  # mypy: arg-type; pyright: reportArgumentType
    push(filter="main")  # mypy: arg-type; pyright: reportArgumentType
    bucket("weights")  # mypy: call-arg; pyright: reportCallIssue
    schedule()  # mypy: call-arg; pyright: reportCallIssue
    schedule("@daily", overlap="replace")  # mypy: arg-type; pyright: reportArgumentType
    pull_request(filter=event.pull_request.number > "7")  # mypy: operator; pyright: reportOperatorIssue
    webhook("w", id=3)  # mypy: arg-type; pyright: reportArgumentType
    print(event.revison)  # mypy: attr-defined; pyright: reportAttributeAccessIssue
    print(event.pull_request.nummer)  # mypy: attr-defined; pyright: reportAttributeAccessIssue
    pipeline(on=["push"])  # mypy: list-item; pyright: reportArgumentType
    pipeline(provider="sourceforge")  # mypy: call-overload; pyright: reportArgumentType
