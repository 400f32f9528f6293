"""Events for `.tekton/`, and what Pipelines-as-Code's own library makes of them (as_code_recorded.json).

`python as_code_cases.py PROGRAM` asks it again: compiler_tests/conformance/as_code/record.go says how that is built.
"""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from flowdsl import body, event, header, pipeline, pull_request, push, tag, task
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.emit import emit_yaml
from flowdsl.events import samples
from flowdsl.events.providers import PROVIDERS
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.events import Trigger
from flowdsl.ir.options import Provider

Fields = dict[str, Any]
HOSTILE = "Fix \"x' : # {{ revision }} \\"
AT = (
    "refs/heads/dev",
    "refs/heads/release/1",
    "refs/heads/release/1/2",
    "refs/tags/v2/x",
    "refs/tags/w1",
)
PROVIDED: tuple[Provider, ...] = ("github", "gitlab", "gitea")


def starts() -> dict[str, list[Trigger]]:
    return {
        "globs": [push("main", params={"revision": event.revision}), tag("v*", params={"revision": event.tag})],
        "two pushes": [
            push(["dev", "release/*"], params={"revision": event.branch}),
            push(name="rest", paths=["model/**", "*.md"], params={"revision": f"{event.branch} {event.repo}"}),
        ],
        "two requests": [
            pull_request(
                "main",
                params={
                    "revision": f"{event.pull_request.branch} {event.pull_request.title}",
                    "steps": event.pull_request.number,
                },
            ),
            pull_request(name="all", filter=event.pull_request.title.startswith("Try")),
        ],
        "files of a request": [
            pull_request(
                "main",
                draft=False,
                paths="model/**",
                params={"revision": f"{event.revision} {event.author} {event.pull_request.url}"},
            )
        ],
        "texts": [push(params={"revision": body.commits[0].message}), tag(filter=~event.author.matches("b.*"))],
        "headers": [push(params={"revision": f"{event.delivery} {header['X-Own']}"}), pull_request(params={})],
        "numbers": [push("main", params={"revision": event.repo, "steps": body.commits[0].id})],
    }


def documents(name: str, provider: Provider) -> list[Mapping[str, Any]]:
    @task(image="python:3.12-slim")
    def work(revision: str, steps: int) -> None:
        print(revision, steps)

    @pipeline(name="model", provider=provider, on=starts()[name])
    def flow(revision: str = "main", steps: int = 1) -> None:
        work(revision, steps)

    assert isinstance(flow, Pipeline)
    return list(compile_pipeline(flow, CompileOptions(events=("pac",))).documents)


@attrs.frozen
class Case:
    """An event: its place in the record, and what is sent."""

    name: str
    provider: Provider
    start: str
    headers: Mapping[str, str]
    body: bytes
    files: tuple[str, ...]


def cases() -> list[Case]:
    return [
        Case(f"{provider}, {start}: {happening}, {label}, {len(files)}", provider, start, sent, payload, files)
        for provider in PROVIDED
        for start in starts()
        for happening in ("push", "tag", "pull_request")
        for label, payload, sent in _deliveries(provider, happening)
        for files in ((), ("model/x.py",))
        if files == () or "files" in start or "two" in start
    ]


def _deliveries(provider: Provider, happening: str) -> Iterator[tuple[str, bytes, dict[str, str]]]:
    sent = samples.headers(PROVIDERS[provider], happening, "7d3b8f0e-5b1a-4a57-9d0e-2f7f6f1c0a11")
    sent["X-Own"] = "own value"
    if provider == "gitea":
        sent["X-Gitea-Event-Type"] = sent["X-GitHub-Event"]
    first = json.loads(samples.sample(PROVIDERS[provider], happening))
    for label, change in (_requests(provider) if happening == "pull_request" else _pushes()).items():
        yield label, json.dumps(_changed(first, change)).encode(), sent


def _pushes() -> dict[str, Fields]:
    gone = {"after": "0" * 40, "checkout_sha": None, "deleted": True, "head_commit": None, "commits": []}
    return {
        "as it is": {},
        **{ref: {"ref": ref} for ref in AT},
        "deleted": gone,
        "two lines": {"commits": [{"id": "5", "message": "a\nb"}]},
        "hostile": {"commits": [{"id": "7", "message": HOSTILE}]},
        "other files": {"commits": [{"id": "8", "message": "c", "added": ["model/a/b.py"]}]},
    }


def _requests(provider: Provider) -> dict[str, Fields]:
    lab = provider == "gitlab"
    fork = {"web_url": "https://example.com/eve/p", "html_url": "https://example.com/eve/p", "full_name": "eve/p"}
    inner: dict[str, Fields] = {
        "as it is": {},
        "hostile": {"title": HOSTILE},
        "two lines": {"title": "Try\nit"},
        "draft": {"draft": True},
        "fork": {"source": fork} if lab else {"head": {"ref": "topic", "sha": "1", "repo": fork}},
        "dev": {"target_branch": "dev"} if lab else {"base": {"ref": "dev", "repo": {}}},
    }
    if not lab:
        inner["gone"] = {"head": {"ref": "topic", "sha": "1", "repo": None}}
    where = "object_attributes" if lab else "pull_request"
    others = ("closed", "labeled", "synchronize", "synchronized", "edited", "ready_for_review", "label_updated")
    actions = ("close", "update", "reopen") if lab else others
    found = {label: {where: change} for label, change in inner.items()}
    return found | {each: {where: {"action": each}} if lab else {"action": each} for each in actions}


def _changed(value: Fields, change: Fields) -> Fields:
    made = copy.deepcopy(value)
    for name, each in change.items():
        inside = name in ("object_attributes", "pull_request")
        made[name] = {**made[name], **each} if inside else each
    return made


def record(program: str) -> dict[str, dict[str, dict[str, str]]]:
    found = cases()
    asked = [
        {
            "provider": each.provider,
            "headers": dict(each.headers),
            "body": each.body.decode(),
            "files": list(each.files),
            "template": emit_yaml(documents(each.start, each.provider)).decode(),
        }
        for each in found
    ]
    done = subprocess.run([program], input=json.dumps(asked), capture_output=True, text=True, check=True)
    answers = json.loads(done.stdout)
    return {
        each.name: {run["name"]: run["params"] for run in answer["matched"] or ()}
        for each, answer in zip(found, answers, strict=True)
        if answer["matched"]
    }


if __name__ == "__main__":
    json.dump(record(sys.argv[1]), sys.stdout, indent=1)
    print()
