"""Starts of every sort, for the goldens of two targets: `started-pac.yaml`, `started-argo.yaml`."""

from flowdsl import body, bucket, event, pipeline, pull_request, push, schedule, tag, task, webhook


@task(image="python:3.12-slim")
def train(repo: str, revision: str, steps: int) -> None:
    """Trains one revision."""
    print(repo, revision, steps)


@pipeline(
    provider="github",
    keep=20,
    on=[
        push(
            ["main", "release/**"],
            cancel_in_progress=True,
            params={"repo": event.repo_url, "revision": event.revision},
        ),
        tag("v*", params={"revision": event.tag}),
        pull_request(
            "main",
            paths="model/**",
            filter=(event.author != "bot") & event.pull_request.title.startswith("Model"),
            params={"revision": event.revision, "repo": f"{event.repo_url}#{event.pull_request.number}"},
            targets=["pac"],
        ),
        webhook(
            "published",
            id=body.model.version,
            filter=body.model.stage == "candidate",
            params={"revision": body.model.version, "steps": body.model.steps},
            targets=["argo"],
        ),
        bucket(
            "weights",
            endpoint="minio.storage:9000",
            suffix=".safetensors",
            params={"repo": event.key},
            targets=["argo"],
        ),
        schedule("30 2 * * *", timezone="Asia/Shanghai", params={"revision": "nightly"}, targets=["argo"]),
    ],
)
def started(repo: str = "https://git.example.com/a/b", revision: str = "main", steps: int = 25) -> None:
    """What each target is given for all of it."""
    train(repo, revision, steps)
