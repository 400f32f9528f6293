"""What Tekton Triggers can't do with a provider's events; this machine, which plays it, can't either."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from flowdsl.compiler.rules import NO_TOKEN, NOT_ON_TARGET, NOT_PLAYED
from flowdsl.diagnostics import Collector
from flowdsl.events.provider import Provider
from flowdsl.ir.events import Start, Trigger
from flowdsl.ir.settings import NO_SETTINGS, Settings


def check_triggers(triggers: Iterable[Trigger], provider: Provider, settings: Settings, collector: Collector) -> None:
    """FLOW368, FLOW374."""
    for trigger in triggers:
        if trigger.of_git:
            _check_files(trigger, provider, settings, collector)
            _check_forks(trigger, provider, collector)


def _check_files(trigger: Trigger, provider: Provider, settings: Settings, collector: Collector) -> None:
    """`paths=` where the payload, or an interceptor, lists files."""
    if not trigger.paths:
        return
    asks = trigger.happening == "pull_request" and provider.changed_files
    if not provider.occurrences[trigger.happening].files and not asks:
        message = f"paths=: {provider.title} does not say which files a {trigger.happening} changes"
        hint = "take it out, or look at the commit in a first task"
        collector.add(NOT_ON_TARGET.finding(message, trigger.location, hint=hint))
    elif asks and trigger.token is None and not settings.events.token:
        message = "paths=: GitHub is asked for the files of a pull request, and there is no token to ask with"
        hint = 'name its Secret: `token=Secret("github-read", "token")`, or `[tool.flowdsl.events] token`'
        collector.add(NO_TOKEN.finding(message, trigger.location, hint=hint))


def _check_forks(trigger: Trigger, provider: Provider, collector: Collector) -> None:
    """Who approved a fork's commit has to be certain, and which commit."""
    if trigger.fork_comment:
        message = (
            "fork_comment=: the event of a comment does not say for certain which commit was approved, and by whom"
        )
        hint = 'let a label approve it: fork_label="ok-to-test"'
        collector.add(NOT_ON_TARGET.finding(message, trigger.location, hint=hint))
    if trigger.fork_label and not provider.occurrences["pull_request"].label:
        message = f"fork_label=: {provider.title} has no labels"
        hint = "take it out: pull requests of forks then start nothing"
        collector.add(NOT_ON_TARGET.finding(message, trigger.location, hint=hint))


def playable(
    starts: Mapping[str, Start], provider: Provider | None, targets: Collection[str], collector: Collector
) -> dict[str, Start]:
    """The starts without those that this machine can't play: FLOW448 says of each why, and nothing waits for it."""
    lacking = unplayable(starts, provider, targets)
    for name, why in lacking.items():
        hint = "play it by hand: `flowdsl run FILE --set PARAM=VALUE`; `compile --events` writes it for a cluster"
        message = f"{name!r} starts nothing on this machine: {why}"
        collector.add(NOT_PLAYED.finding(message, starts[name].location, hint=hint))
    return {name: start for name, start in starts.items() if name not in lacking}


def unplayable(starts: Mapping[str, Start], provider: Provider | None, targets: Collection[str]) -> dict[str, str]:
    """Which starts this machine can't play, by their names, and why."""
    asked = provider if "triggers" in targets else None
    found = {name: _lacks(each, asked) for name, each in starts.items() if isinstance(each, Trigger)}
    return {name: why for name, why in found.items() if why}


def _lacks(trigger: Trigger, provider: Provider | None) -> str:
    if trigger.happening == "bucket":
        return "no bucket is listened to here, only requests and times"
    lacks = Collector()
    if provider is not None:
        check_triggers((trigger,), provider, NO_SETTINGS, lacks)
    return next((each.message for each in lacks.items if each.code == NOT_ON_TARGET.code), "")
