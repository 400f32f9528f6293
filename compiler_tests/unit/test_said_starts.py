"""What starts a pipeline, as pictures and `explain` say it."""

from __future__ import annotations

import re

import flowdsl
from flowdsl import body, event, header, pipeline, pull_request, push, schedule, tag, task, webhook
from flowdsl.graph.render_html import render_html
from flowdsl.graph.render_svg import render_svg
from flowdsl.graph.render_text import render_dot, render_mermaid
from flowdsl.library.drawing import draw
from flowdsl.library.explaining import explain

HOSTILE = "<script>alert('x')</script>"


@task(image="python:3.12-slim")
def one(revision: str) -> None:
    print(revision)


@task(image="python:3.12-slim")
def two(revision: str) -> None:
    print(revision)


@pipeline(
    provider="github",
    on=[
        push(branch=["main", "release/*"], paths=["model/**"], params={"revision": event.revision}),
        pull_request(draft=False, fork_label="safe", cancel_in_progress=True, params={"revision": event.revision}),
        tag("v*", filter=~event.tag.startswith("v0") & event.tag.matches("v[0-9]+")),
        schedule("30 2 * * *", timezone="Asia/Shanghai", overlap="forbid", params={"revision": "nightly"}),
        webhook(
            "published",
            id=body.id,
            verify=False,
            filter=(body.stage == HOSTILE) | header["X-Kind"].isin("a", "b"),
            params={"revision": f"r{body.id}"},
        ),
    ],
)
def started(revision: str = "main") -> None:
    one(revision)
    two(revision)


SAID = {
    "push to main, release/*": ["files changed: model/**"],
    "pull request into any branch": [
        "no drafts",
        "from a fork only with the label safe",
        "ends older runs of the same branch",
    ],
    "tag v*": ["only if (~(event.tag.startswith('v0'))) & (event.tag.matches('v[0-9]+'))"],
    "schedule 30 2 * * * (Asia/Shanghai)": ["not while its last run goes on"],
    "webhook /published": [
        f"only if (body.stage == {HOSTILE!r}) | (header[\"X-Kind\"].isin('a', 'b'))",
        "the sender is not checked",
    ],
}


def test_explain_says_what_starts_it() -> None:
    found = explain(started)["starts"]
    assert {each["what"]: each["only"] for each in found} == SAID
    assert [each["name"] for each in found] == ["push", "pull-request", "tag", "schedule", "published"]
    assert found[-1]["params"] == {"revision": "r{body.id}"}
    assert all(re.search(r"test_said_starts\.py:\d+$", each["location"]) for each in found)


def test_a_pipeline_that_nothing_starts_says_nothing() -> None:
    @pipeline
    def alone() -> None:
        one("x")

    assert explain(alone)["starts"] == []
    for format_ in ("mermaid", "dot", "svg", "html"):
        assert "start" not in draw(alone, format_).replace("test_said_starts", "").replace("<small", "")


def test_pictures_have_what_starts_it_before_the_first_tasks() -> None:
    view = flowdsl.compile(started, namespace="ml").graph
    mermaid = render_mermaid(view)
    assert 's0(["push to main, release/*<br/>files changed: model/**"])' in mermaid
    assert "starts -.-> n0" in mermaid
    assert "starts -.-> n1" in mermaid
    dot = render_dot(view)
    assert '"start/3" -> "one" [style=dashed];' in dot
    assert "push to main, release/* · pull request into any branch" in render_svg(view)
    assert "What starts a run" in render_html(view)
    for text in (mermaid, render_svg(view), render_html(view)):
        assert HOSTILE not in text
