"""`report=`: whether the provider can be told of a run, and the pipeline that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.compiler.rules import NO_ADDRESS, NO_LINK, NOT_REPORTED
from flowdsl.diagnostics import Collector
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.events.documents import Starts
from flowdsl.events.providers import PROVIDERS
from flowdsl.events.reporting import ADDRESSES, WANT_LINK, account_of, results_of, with_report
from flowdsl.frontend.rules import REPORT_ARGUMENT
from flowdsl.ir.events import CommitStatus, Trigger
from flowdsl.ir.nodes import PipelineDef
from flowdsl.ir.settings import Settings
from flowdsl.kinds.table import SERVICE_ACCOUNT

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import Document


def reported(
    definition: PipelineDef, targets: tuple[str, ...], settings: Settings, collector: Collector
) -> PipelineDef:
    """The pipeline with its reports, where something starts it that can be reported on; as it is without `report=`."""
    report = definition.options.report
    if report is None:
        return definition
    provider = definition.options.provider or settings.events.provider
    if not _can_be_told(definition, report, provider, collector) or not targets:
        return definition
    return with_report(definition, report, provider, settings.events.image, own_account=has_account(targets))


def has_account(targets: tuple[str, ...]) -> bool:
    """Whether the tasks that report have an account of their own. Pipelines-as-Code creates none."""
    return bool({*targets} - {"pac"})


def _can_be_told(definition: PipelineDef, report: CommitStatus, provider: str, collector: Collector) -> bool:
    known = results_of(definition)
    for name in report.baseline:
        if name not in known:
            message = f"baseline= names {name!r}, and pipeline {definition.name!r} returns no such value"
            hint = did_you_mean(name, known, f"it returns: {', '.join(known) or 'nothing'}")
            collector.add(REPORT_ARGUMENT.finding(message, report.location, hint=hint))
    if provider not in ADDRESSES:
        message = f"report=: {provider or 'no provider'} is told nothing of runs"
        hint = f'say who is: `@pipeline(provider="github")`; one of {", ".join(ADDRESSES)}'
        collector.add(NOT_REPORTED.finding(message, report.location, hint=hint))
    elif not report.api and not ADDRESSES[provider]:
        usual, of_atlassian = "https://git.example.com/api/v1", "https://git.example.com/rest/api/1.0"
        api = of_atlassian if provider == "bitbucket-server" else usual
        hint = f'say it: `commit_status(api="{api}", ...)`'
        collector.add(NO_ADDRESS.finding(f"report=: where is the API of {provider}?", report.location, hint=hint))
    elif provider in WANT_LINK and not report.link:
        message = f"report=: a status of {PROVIDERS[provider].title} has to name a page, and there is no link="
        hint = 'name the page of a run: `link="https://tekton.example.com/#/namespaces/{namespace}/pipelineruns/{run}"`'
        collector.add(NO_LINK.finding(message, report.location, hint=hint))
    elif not any(isinstance(each, Trigger) and each.of_git for each in definition.options.on):
        message = "report=: nothing in on= brings a commit to report on"
        hint = 'add what does: `on=[push("main")]`, or take report= out'
        collector.add(NOT_REPORTED.finding(message, report.location, hint=hint))
    return not collector.has_errors


def report_documents(definition: PipelineDef, targets: tuple[str, ...], starts: Starts) -> list[Document]:
    """The account of the tasks that report: it has no rights, and its pods no token of the cluster."""
    if definition.options.report is None or not has_account(targets):
        return []
    name, kind = account_of(definition.name), SERVICE_ACCOUNT
    return [starts.document(kind.api_version, kind.name, name, automountServiceAccountToken=False)]
