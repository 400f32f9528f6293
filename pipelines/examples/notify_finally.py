"""Tell somebody how it went, whatever happened: `on_finish` is Tekton's finally, where statuses are known."""

from __future__ import annotations

import json
import urllib.request

from flowdsl import Secret, context, on_finish, pipeline, status, task


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def work() -> int:
    return 42


@task(image="python:3.12-slim", cpu="100m", memory="64Mi", retries=2)
def notify(
    run: str, status: str, work_status: str, hook: Secret = Secret("chat-hook", key="url", optional=True)
) -> None:
    """Post one line to a chat. Without the Secret it is only printed."""
    text = f"{run}: {status} (work: {work_status})"
    print(text)
    if hook:
        body = json.dumps({"text": text}).encode()
        request = urllib.request.Request(hook, body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=30).close()


@pipeline
def notify_finally() -> None:
    """Work, then tell."""
    done = work()
    with on_finish():
        notify(run=context.pipeline_run.name, status=context.tasks_status, work_status=status(done))


if __name__ == "__main__":
    notify_finally.cli()
