"""Pipelines whose `on=[...]` the plane's Triggers is given as `compile --events` writes it, and what posts to it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api import Api
from deliveries import SECRET, Delivery, signed
from plane import Plane

from flowdsl import Secret, body, event, pipeline, pull_request, push, schedule, tag, task, webhook
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.events.providers import PROVIDERS
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.events import Start
from flowdsl.ir.options import Provider

# The payloads of the tests without a cluster: there and here one table says what an event holds.
sys.path.append(str(Path(__file__).parents[1] / "unit"))
from event_payloads import SENDERS

Object = dict[str, Any]
NAME = "model"


def compiled(
    provider: Provider, namespace: str, *starts: Start, target: str = "triggers", **asked: Any
) -> list[Object]:
    """The documents for a pipeline that says what it was given; one for a `slow` one goes on until it is ended.

    `asked` are more options of the pipeline.
    """

    @task(image="python:3.12-slim")
    def tell(revision: str, text: str, number: int) -> str:
        import time

        if text == "slow":
            time.sleep(3600)
        return f"{revision} {text} {number}"

    @pipeline(name=NAME, provider=provider, on=starts, **asked)
    def model(revision: str = "none", text: str = "none", number: int = 0) -> str:
        return tell(revision, text, number)

    assert isinstance(model, Pipeline)
    options = CompileOptions(events=(target,), namespace=namespace)
    return [dict(each) for each in compile_pipeline(model, options).documents]


def of_every_kind() -> tuple[Start, ...]:
    """What the providers and others send."""
    return (
        push("main", params={"revision": event.revision, "text": event.branch}),
        tag("v*", params={"revision": event.revision, "text": event.tag}),
        pull_request(
            "main",
            params={
                "revision": event.revision,
                "text": event.pull_request.title,
                "number": event.pull_request.number,
            },
        ),
        webhook("published", id=body.id, params={"text": body.size, "number": body.steps}),
    )


def nightly(**options: Any) -> tuple[Start, ...]:
    """One schedule."""
    return (schedule("30 2 * * *", timezone="Asia/Shanghai", params={"text": "nightly"}, **options),)


def slow_pushes() -> tuple[Start, ...]:
    """Pushes that end the runs of older ones; their run does what their commit's message says."""
    secret = Secret(f"{NAME}-webhook", "secret")
    return (push(cancel_in_progress=True, secret=secret, params={"text": event.message}),)


def applied(api: Api, documents: list[Object], namespace: str) -> None:
    """Apply them in a namespace of their own, with the Secret that the webhooks are signed by."""
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    metadata = {"name": f"{NAME}-webhook", "namespace": namespace}
    api.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"secret": SECRET}})
    for each in documents:
        api.apply(each)


def reaching(plane: Plane) -> list[Object]:
    """The variables by which a pod finds the API server. The plane's kubelet has no Services to tell of."""
    return [
        {"name": "KUBERNETES_SERVICE_HOST", "value": "127.0.0.1"},
        {"name": "KUBERNETES_SERVICE_PORT", "value": str(plane.ports["api"])},
    ]


def with_server(documents: list[Object], plane: Plane) -> list[Object]:
    """The same, their runs' pods with those variables."""
    for each in documents:
        for run in each["spec"]["resourcetemplates"] if each["kind"] == "TriggerTemplate" else ():
            run["spec"].setdefault("taskRunTemplate", {})["podTemplate"] = {"env": reaching(plane)}
    return documents


def delivered(provider: Provider, kind: str, delivery: str, **changes: object) -> Delivery:
    """What a provider sends for a push, a tag or a pull request, signed."""
    happening, payload, headers = SENDERS[provider](kind)
    meant = PROVIDERS[provider]
    found = {name: delivery for name in headers if name in meant.delivery}
    body = json.dumps(payload | changes).encode()
    return Delivery(body, {meant.event_header: happening, **found, **signed(meant.interceptor, body)})


def posted(payload: Mapping[str, object]) -> Delivery:
    """What any other system posts to a webhook."""
    return Delivery(json.dumps(payload).encode(), {"X-Webhook-Token": SECRET})


def params_of(run: Object) -> dict[str, object]:
    """The params that a run was given."""
    return {each["name"]: each["value"] for each in run["spec"]["params"]}
