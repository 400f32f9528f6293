"""`--events pac`: what Pipelines-as-Code can't do, at the user's lines, and what it would do with our texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from flowdsl.compiler.rules import (
    NAMED_ANEW,
    NO_PROVIDER,
    NOT_CREATED,
    NOT_ON_TARGET,
    NOT_SAID_AS_CODE,
    OWN_WAY,
    REPLACED_TEXT,
)
from flowdsl.diagnostics import Collector
from flowdsl.emit.file_names import object_name
from flowdsl.events.pac import APPROVED, PacReader, of_payload, problems
from flowdsl.events.placeholders import replaced
from flowdsl.events.provider import Provider
from flowdsl.events.providers import PROVIDERS
from flowdsl.ir.events import Trigger, is_for
from flowdsl.ir.nodes import PipelineDef
from flowdsl.kinds.as_code import is_read
from flowdsl.kinds.table import PIPELINE_RUN


def check_as_code(
    definition: PipelineDef,
    triggers: Mapping[str, Trigger],
    provider: Provider | None,
    targets: Sequence[str],
    collector: Collector,
) -> None:
    """Each trigger by itself."""
    for other in ("triggers", "argo"):
        if other in targets and any(each.of_git and is_for(each, other) for each in triggers.values()):
            message = f"{other} and pac would start a run each for every event"
            hint = f'compile for one of them, or say which is for which: `push("main", targets=["{other}"])`'
            collector.add(NOT_ON_TARGET.finding(message, definition.location, hint=hint))
    for name, trigger in triggers.items():
        if trigger.happening == "webhook":
            message = f"{name!r} is not for pac: Pipelines-as-Code starts runs for events of Git alone"
            hint = 'compile it for `--events triggers`, and say so: `targets=["triggers"]`'
            collector.add(NOT_ON_TARGET.finding(message, trigger.location, hint=hint))
        elif provider is None:
            message = f"who sends the {trigger.happening}? Each provider says it in its own way"
            hint = f'say it: `@pipeline(provider="github")`; one of {", ".join(PROVIDERS)}'
            collector.add(NO_PROVIDER.finding(message, trigger.location, hint=hint))
        else:
            reader = PacReader(definition.name, {param.name: param for param in definition.params}, provider)
            _check(trigger, reader, collector)
    git = [each for each in triggers.values() if each.happening != "webhook"]
    if git:
        message = "Pipelines-as-Code names each run anew: an event that is delivered again starts another run"
        hint = "cancel_in_progress=True ends the older one; with `--events triggers` nothing starts twice"
        collector.add(NAMED_ANEW.finding(message, git[0].location, hint=hint))


def _check(trigger: Trigger, reader: PacReader, collector: Collector) -> None:
    for place, what, why in problems(reader, trigger):
        hint = "take another field: event.revision, event.branch, event.repo_url; or make it of the commit in a task"
        message = f"{what}: Pipelines-as-Code can't say it, {why}"
        collector.add(NOT_SAID_AS_CODE.finding(message, place, hint=hint))
    if trigger.fork_label:
        message = "fork_label=: Pipelines-as-Code asks who opened the pull request, whoever sets a label"
        hint = f'let a comment approve it: fork_comment="{APPROVED}"'
        collector.add(NOT_ON_TARGET.finding(message, trigger.location, hint=hint))
    if trigger.fork_comment not in ("", APPROVED):
        message = f"fork_comment={trigger.fork_comment!r}: a maintainer approves by {APPROVED} in Pipelines-as-Code"
        hint = f'write fork_comment="{APPROVED}"'
        collector.add(NOT_ON_TARGET.finding(message, trigger.location, hint=hint))
    elif trigger.fork_comment and of_payload(trigger):
        message = f"fork_comment=: the event of the comment says nothing of {', '.join(of_payload(trigger))}"
        hint = "take what Pipelines-as-Code says itself: event.revision, .branch, .repo_url, .pull_request.number"
        collector.add(NOT_SAID_AS_CODE.finding(message, trigger.location, hint=hint))
    _check_own_way(trigger, collector)


def _check_own_way(trigger: Trigger, collector: Collector) -> None:
    for given, argument, why in (
        (not trigger.verify, "verify=False", "it checks each signature by the Secret of its Repository"),
        (trigger.secret is not None, "secret=", "the Secret is the one that its Repository names"),
        (trigger.token is not None, "token=", "it asks the provider for files with a token of its own"),
    ):
        if given:
            message = f"{argument} is nothing to Pipelines-as-Code: {why}"
            collector.add(OWN_WAY.finding(message, trigger.location, hint="take it out, if it is for pac alone"))


def check_folder(
    definition: PipelineDef,
    documents: Sequence[Mapping[str, object]],
    starts: Sequence[Mapping[str, object]],
    collector: Collector,
) -> None:
    """What it would replace in our texts, of whatever kind, and what else has to be in the cluster.

    `starts` are what the targets are given; the texts of the params of the runs among them are for it to replace.
    """
    runs = [_params_aside(each) for each in starts if PIPELINE_RUN.is_of(each)]
    for each in (*documents, *runs):
        for path, placeholder in replaced(each):
            message = f"{each['kind']} {object_name(each)}: Pipelines-as-Code replaces {placeholder!r} in {path}"
            hint = "write it in another way: with a space between the braces, or made of two texts"
            collector.add(REPLACED_TEXT.finding(message, definition.location, hint=hint))
    others = [each for each in documents if not is_read(each)]
    if others:
        names = ", ".join(f"{each['kind']} {object_name(each)}" for each in others)
        have, them = ("has", "it") if len(others) == 1 else ("have", "them")
        message = f"Pipelines-as-Code creates runs alone: {names} {have} to be in the cluster"
        hint = f"apply {them} beforehand: `flowdsl apply`"
        collector.add(NOT_CREATED.finding(message, definition.location, hint=hint))


def _params_aside(run: Mapping[str, object]) -> dict[str, object]:
    spec = dict(cast("Mapping[str, object]", run["spec"]))
    spec.pop("params", None)
    return {**run, "spec": spec}
