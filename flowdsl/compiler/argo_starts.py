"""What Argo Events has to be told, and can't do, of what starts a pipeline: at the user's lines."""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.compiler.rules import ARGO_LACKS, NOT_IN_LUA, NOT_ON_ARGO
from flowdsl.diagnostics import Collector
from flowdsl.events.bucket import BUCKET
from flowdsl.events.conditions import Reader
from flowdsl.events.lua import NotInLua, lua
from flowdsl.events.provider import Provider
from flowdsl.ir.events import Schedule, Trigger
from flowdsl.ir.nodes import PipelineDef
from flowdsl.ir.settings import Settings

_HEARD = ("github", "gitlab", "gitea", "bitbucket")
"""Providers whose events its sources take."""
_ELSEWHERE = "or compile it for Triggers: `--events triggers`"


def check_argo(
    definition: PipelineDef,
    triggers: Mapping[str, Trigger],
    schedules: Mapping[str, Schedule],
    provider: Provider | None,
    settings: Settings,
    collector: Collector,
) -> None:
    """FLOW387–389."""
    for trigger in triggers.values():
        if trigger.happening == "webhook":
            _check_webhook(trigger, collector)
    git = [each for each in triggers.values() if each.of_git]
    if git and provider is not None:
        _check_git(git, provider, settings, collector)
    for schedule in schedules.values():
        _check_schedule(schedule, collector)
    if not collector.has_errors:
        _check_conditions(definition, triggers, provider, collector)


def _refuse(message: str, start: Trigger | Schedule, hint: str, collector: Collector) -> None:
    collector.add(NOT_ON_ARGO.finding(message, start.location, hint=hint))


def _check_webhook(trigger: Trigger, collector: Collector) -> None:
    if trigger.verify and trigger.signature != "token":
        message = 'signature="sha256": Argo Events\' webhooks take a token alone'
        _refuse(message, trigger, f"leave it out, and send `Authorization: Bearer TOKEN`, {_ELSEWHERE}", collector)
    elif trigger.verify and trigger.header:
        message = f"header={trigger.header!r}: Argo Events takes the token in `Authorization: Bearer TOKEN`"
        _refuse(message, trigger, f"leave it out, and send that, {_ELSEWHERE}", collector)


def _check_git(git: list[Trigger], provider: Provider, settings: Settings, collector: Collector) -> None:
    first = git[0]
    if provider.name not in _HEARD:
        _refuse(f"Argo Events is not told of {provider.title}", first, _ELSEWHERE.removeprefix("or "), collector)
        return
    for each in git:
        _check_start(each, first, provider, collector)
    if provider.name == "gitlab" and not (first.token or settings.events.token):
        message = "Argo Events wants a token of GitLab's to begin with, and none is named"
        hint = 'name its Secret: `[tool.flowdsl.events] token = "gitlab-api/token"`'
        collector.add(ARGO_LACKS.finding(message, first.location, hint=hint))


def _check_start(each: Trigger, first: Trigger, provider: Provider, collector: Collector) -> None:
    if provider.name == "bitbucket" and each.verify:
        message = "Argo Events does not check the signatures of Bitbucket's events"
        _refuse(
            message, each, f"`verify=False` where the network lets Bitbucket alone through, {_ELSEWHERE}", collector
        )
    if (each.secret, each.verify) != (first.secret, first.verify):
        message = "on Argo Events all events of Git come by one address, with one Secret"
        _refuse(message, each, "give all of them the same secret= and verify=", collector)
    if each.paths and (each.happening == "pull_request" or not provider.occurrences[each.happening].files):
        message = f"paths=: Argo Events does not ask which files a {each.happening} changes"
        _refuse(message, each, f"take it out, {_ELSEWHERE}", collector)
    if each.fork_comment or (each.fork_label and not provider.occurrences["pull_request"].label):
        what = "fork_comment=" if each.fork_comment else "fork_label="
        _refuse(
            f"{what}: nobody says it for certain here", each, 'write fork_label="ok-to-test", or nothing', collector
        )


def _check_schedule(schedule: Schedule, collector: Collector) -> None:
    hint = "compile it for a CronJob: `--events argo,cron`"
    if schedule.suspend:
        _refuse("suspend=True: Argo Events' calendar can't be suspended", schedule, hint, collector)
    if schedule.overlap == "forbid":
        message = 'overlap="forbid": Argo Events\' calendar does not look at what runs'
        _refuse(message, schedule, hint, collector)


def _check_conditions(
    definition: PipelineDef, triggers: Mapping[str, Trigger], provider: Provider | None, collector: Collector
) -> None:
    """FLOW389: a Sensor asks its conditions in Lua, which has no regular expressions."""
    params = {param.name: param for param in definition.params}
    for name, trigger in triggers.items():
        asked = BUCKET if trigger.happening == "bucket" else provider
        try:
            for matched in Reader(definition.name, params, asked).all({name: trigger}):
                texts = (*matched.values.values(), matched.run_name, matched.group)
                for each in (matched.condition, *(text for text in texts if text)):
                    lua(each)
        except NotInLua as error:
            message = f"Argo Events asks its conditions in Lua, and there is none for {error}"
            hint = "say it by ==, .isin(...) or .startswith(...), or compile it for Triggers: `--events triggers`"
            collector.add(NOT_IN_LUA.finding(message, trigger.location, hint=hint))
