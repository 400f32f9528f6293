"""`report=`: a run tells the provider of the commit that started it, by tasks with a token and no rights in a cluster.

One says that the run begins, one what the pipeline returns, and a final one how it ended. Which commit it is, the event
says, by params of the pipeline that are empty for a run that somebody else starts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs

from flowdsl.events.generated import free_name, generated, use_of
from flowdsl.ir.events import CommitStatus, EventField, Schedule, Sort, Start
from flowdsl.ir.nodes import Node, ParamDecl, PipelineDef, TaskDef, Text
from flowdsl.ir.types import STRING

PROGRAM = "report_run.py"
ADDRESSES: Mapping[str, str] = MappingProxyType(
    {
        "github": "https://api.github.com",
        "gitlab": "https://gitlab.com/api/v4",
        "bitbucket": "https://api.bitbucket.org/2.0",
        "bitbucket-server": "",
        "gitea": "",
        "forgejo": "",
    }
)
"""Whom the program can tell, and where; "" where each has an address of its own."""
WANT_LINK = ("bitbucket", "bitbucket-server")
"""Whose statuses have to name a page."""
_REPO, _REVISION, _NUMBER = "flowdsl-repo", "flowdsl-revision", "flowdsl-pull-request"
"""Params that a pipeline in Python can't have: names of Python's have no dashes."""
_SAYS: Mapping[str, tuple[tuple[str, ...], Sort]] = {
    _REPO: (("repo",), "text"),
    _REVISION: (("revision",), "text"),
    _NUMBER: (("pull_request", "number"), "number"),
}

OWN_PARAMS = tuple(_SAYS)
"""What the pipeline of a cluster has over the user's."""


def account_of(pipeline: str) -> str:
    """The account of those tasks, which may do nothing."""
    return f"{pipeline}-report"


def with_report(
    pipeline: PipelineDef, report: CommitStatus, provider: str, image: str, *, own_account: bool
) -> PipelineDef:
    """The pipeline with its tasks that report, and its starts with what they report on."""
    account = account_of(pipeline.name) if own_account else ""
    params = tuple(ParamDecl(name, STRING, report.location, "") for name in _SAYS)
    options = attrs.evolve(pipeline.options, on=tuple(_saying(each, report) for each in pipeline.options.on))
    return attrs.evolve(
        pipeline,
        params=(*pipeline.params, *params),
        options=options,
        nodes=(*pipeline.nodes, *_nodes(pipeline, report, provider, image, account)),
    )


def _saying(start: Start, report: CommitStatus) -> Start:
    """A Git event tells the run of its commit."""
    if isinstance(start, Schedule) or not start.of_git:
        return start
    known = [name for name in _SAYS if name != _NUMBER or (start.happening == "pull_request" and report.comment)]
    fields = {name: EventField("event", *_SAYS[name], start.location) for name in known}
    return attrs.evolve(start, params={**start.params, **fields})


def _nodes(pipeline: PipelineDef, report: CommitStatus, provider: str, image: str, account: str) -> list[Node]:
    told = {
        "provider": provider,
        "api": report.api or ADDRESSES[provider],
        "repo": f"$(params.{_REPO})",
        "revision": f"$(params.{_REVISION})",
        "number": f"$(params.{_NUMBER})" if report.comment else "",
        "context": report.context or pipeline.name,
        "link": _link(report),
        "run": "$(context.pipelineRun.name)",
    }
    values = results_of(pipeline) if report.comment else {}
    baseline = {name: report.baseline[name] for name in values if name in report.baseline}
    shown: dict[str, Text] = {"names": json.dumps([*values]), "baseline": json.dumps(baseline)}
    shown |= {f"value-{number}": value for number, value in enumerate(values.values())}
    task = _task(pipeline, report, image, account, ("phase", "state", *told, *(shown if values else ())))
    phases: dict[str, Mapping[str, Text]] = {"start": told}
    if values:
        phases["values"] = {**told, **shown}
    phases["end"] = {**told, "state": "$(tasks.status)"}
    return [
        use_of(task, free_name(pipeline, f"report-{phase}"), {"phase": phase, **given}, final=phase == "end")
        for phase, given in phases.items()
    ]


def results_of(pipeline: PipelineDef) -> dict[str, str]:
    """What the pipeline returns and a task can be given: single values, and none of a final task."""
    found = {each.name: each.value for each in pipeline.results}
    single = {name: value for name, value in found.items() if isinstance(value, str) and "[*]" not in value}
    return {name: value for name, value in single.items() if "$(finally." not in value}


def _link(report: CommitStatus) -> str:
    run = report.link.replace("{namespace}", "$(context.pipelineRun.namespace)")
    return run.replace("{run}", "$(context.pipelineRun.name)")


def _task(pipeline: PipelineDef, report: CommitStatus, image: str, account: str, params: Iterable[str]) -> TaskDef:
    """One Task for the three: its program stands in the documents once."""
    return generated(
        account_of(pipeline.name),
        PROGRAM,
        params,
        report.location,
        image=image,
        account=account,
        description="Tells the Git provider of the run.",
        timeout="10m",
        # A run without the Secret, as on a laptop, reports nothing and says so.
        env={"TOKEN": attrs.evolve(report.token, optional=True)},
        inline=False,
    )
