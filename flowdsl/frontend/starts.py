"""`push`, `pull_request`, `tag`, `webhook`, `bucket`, `schedule`: what `@pipeline(on=[...])` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeVar, cast

import attrs

from flowdsl.diagnostics.near import did_you_mean
from flowdsl.frontend import places
from flowdsl.frontend.event_values import HEADER, BodyValue, Filter, TextValue, TruthValue, field_of, filter_of, joined
from flowdsl.frontend.fits import MisfitError, check, hints
from flowdsl.frontend.opaque import named
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.shown import runs
from flowdsl.ir.events import EventField, Happening, Joined, Schedule, Trigger
from flowdsl.ir.settings import EVENT_TARGETS, EventTarget
from flowdsl.ir.types import NOTHING
from flowdsl.ir.volumes import Secret

T = TypeVar("T", Trigger, Schedule)
_VALUES = ("params", "id", "filter")
"""Arguments that hold values of an event, which have no type that `fits` knows."""


def _lenient(happening: Happening, takes: Sequence[str], first: str = "") -> Callable[..., Trigger]:
    """What runs in place of a signature: a mistake is a finding at the user's line."""

    def start(*given: object, **options: object) -> Trigger:
        if given and (not first or len(given) > 1):
            refuse(
                "FLOW360",
                f"{happening} takes its options by name, got {named(given[-1])}",
                f"it takes: {', '.join(takes)}",
            )
        _twice(happening, first, given, options)
        if given:
            options = {first: given[0], **options}
        return _trigger(happening, options, takes)

    return start


def _twice(what: str, first: str, given: Sequence[object], options: Mapping[str, object]) -> None:
    """As Python has it: one argument by its place and by its name."""
    if given and first in options:
        message = f"{what} is given {first}= twice: {named(given[0])} by its place, {named(options[first])} by its name"
        refuse("FLOW360", message, f"leave one out; several are a list: `{what}([...])`")


def _trigger(happening: Happening, options: Mapping[str, object], takes: Sequence[str]) -> Trigger:
    _known(happening, options, takes)
    if happening == "webhook" and not options.get("name"):
        refuse("FLOW360", "webhook without its name", 'write `webhook("model-published", id=body.id)`')
    if happening == "bucket" and not (options.get("bucket") and options.get("endpoint")):
        hint = 'write `bucket("weights", endpoint="minio.storage:9000")`'
        refuse("FLOW390", "bucket without its name or its endpoint", hint)
    good = _typed(Trigger, happening, options)
    if "filter" in options and options["filter"] is not None:
        good["filter"] = filter_of(options["filter"])
    good["params"] = _params(happening, options.get("params", NOTHING))
    if good.get("header") and not HEADER.fullmatch(str(good["header"])):
        refuse("FLOW360", f"header={good['header']!r}: no header has such a name", 'write `header="X-Model-Token"`')
    if options.get("id") is not None:
        good["id"] = _id(options["id"])
    return Trigger(happening=happening, location=places.caller(), **good)  # type: ignore[arg-type]  # checked above


def _known(what: str, options: Mapping[str, object], takes: Sequence[str]) -> None:
    for name in options:
        if name not in takes:
            refuse("FLOW360", f"{what} takes no {name}=", did_you_mean(name, takes, f"it takes: {', '.join(takes)}"))


def _typed(cls: type[T], what: str, options: Mapping[str, object]) -> dict[str, object]:
    """The options that have a type of their own; texts stand for lists of one. FLOW360 for a misfit."""
    types, good = hints(cls), dict[str, object]()
    for name, value in options.items():
        if name in _VALUES:
            continue
        many = name in ("branch", "tags", "paths", "targets") and isinstance(value, str)
        try:
            check((value,) if many else value, types[name])
        except MisfitError as error:
            refuse("FLOW360", f"{what}: {error.told(name)}", "see docs/events.md")
        good[name] = (value,) if many else value
    unknown = [each for each in cast("Sequence[str]", good.get("targets", ())) if each not in EVENT_TARGETS]
    if unknown:
        hint = did_you_mean(unknown[0], EVENT_TARGETS, f"it is one of {', '.join(EVENT_TARGETS)}")
        refuse("FLOW360", f"{what}: there is no target {unknown[0]!r}", hint)
    return good


def _params(what: str, given: object) -> dict[str, EventField | Joined | object]:
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        refuse(
            "FLOW360",
            f"{what}: params= takes a dict of values by the names of params, got {named(given)}",
            'write `params={"revision": event.revision}`',
        )
    return {name: _value(value) for name, value in given.items()}


def _value(value: object) -> EventField | Joined | object:
    if isinstance(value, Filter):
        refuse(
            "FLOW364", "a condition is no value of a param", "give the run what the condition looks at: `event.branch`"
        )
    field = field_of(value)
    if field is not None:
        return field
    return (joined(value) or value) if isinstance(value, str) else value


def _id(value: object) -> EventField | Joined:
    field = field_of(value)
    made = field if field is not None else joined(value) if isinstance(value, str) else None
    if made is None:
        refuse(
            "FLOW360",
            f"id= is what the sender's event is known by, got {named(value)}",
            "write `id=body.id`: a text that is the same constantly would start one run and no other",
        )
    return made


_GIT = ("name", "targets", "filter", "params", "cancel_in_progress", "secret", "verify")


@runs(_lenient("push", (*_GIT, "branch", "paths"), "branch"))
def push(
    branch: str | Sequence[str] = (),
    *,
    paths: str | Sequence[str] = (),
    filter: Filter | TruthValue | BodyValue | None = None,
    params: Mapping[str, object] = NOTHING,
    cancel_in_progress: bool = False,
    secret: Secret | None = None,
    verify: bool = True,
    name: str = "",
    targets: Sequence[EventTarget] = (),
) -> Trigger:
    """A push to a branch starts a run, one that deletes the branch aside.

    Args:
        branch: The branches, as names or patterns: `"main"`, `"release/*"`; all without one.
        paths: Patterns of files, one of which has to be changed: `"model/**"`.
        filter: A condition on the event.
        params: Values of the pipeline's params: fields of the event, texts with some in them, constants.
        cancel_in_progress: Whether a newer push to the branch ends the run of an older one.
        secret: The Secret by which the provider signs; that of the project, or `<pipeline>-webhook`, without one.
        verify: False turns the check of the signature off: whoever reaches the address starts runs.
        name: What the trigger is called, where that is not `push`.
        targets: Which of `compile --events` it is for, where that is not each of them: `["pac"]`.
    """
    raise NotImplementedError


@runs(_lenient("tag", (*_GIT, "tags"), "tags"))
def tag(
    tags: str | Sequence[str] = (),
    *,
    filter: Filter | TruthValue | BodyValue | None = None,
    params: Mapping[str, object] = NOTHING,
    cancel_in_progress: bool = False,
    secret: Secret | None = None,
    verify: bool = True,
    name: str = "",
    targets: Sequence[EventTarget] = (),
) -> Trigger:
    """A tag that is pushed starts a run: `tag("v*")`. The other arguments are those of `push`."""
    raise NotImplementedError


@runs(_lenient("pull_request", (*_GIT, "branch", "paths", "draft", "fork_label", "fork_comment", "token"), "branch"))
def pull_request(
    branch: str | Sequence[str] = (),
    *,
    paths: str | Sequence[str] = (),
    draft: bool | None = None,
    fork_label: str = "",
    fork_comment: str = "",
    token: Secret | None = None,
    filter: Filter | TruthValue | BodyValue | None = None,
    params: Mapping[str, object] = NOTHING,
    cancel_in_progress: bool = False,
    secret: Secret | None = None,
    verify: bool = True,
    name: str = "",
    targets: Sequence[EventTarget] = (),
) -> Trigger:
    """A pull request that is opened, or gets commits, starts a run; one from a fork does not.

    The arguments that `push` has mean what they mean there, `branch` being the one that it goes into.

    Args:
        branch: The branches that it may go into.
        paths: Patterns of files, one of which has to be changed.
        draft: False leaves drafts out, True takes nothing else.
        fork_label: A label that starts the run of a fork's pull request: those who may set it are maintainers.
        fork_comment: A comment of a maintainer that does, where the target knows who is one.
        token: A Secret with a token that may read the repository, for `paths` of GitHub's pull requests.
        filter: A condition on the event.
        params: Values of the pipeline's params.
        cancel_in_progress: Whether newer commits end the run of older ones.
        secret: The Secret by which the provider signs.
        verify: False turns the check of the signature off.
        name: What the trigger is called.
        targets: Which of `compile --events` it is for, where that is not each of them: `["pac"]`.
    """
    raise NotImplementedError


@runs(
    _lenient(
        "webhook", ("name", "id", "filter", "params", "secret", "verify", "signature", "header", "targets"), "name"
    )
)
def webhook(
    name: str,
    *,
    id: TextValue | BodyValue | str | None = None,
    filter: Filter | TruthValue | BodyValue | None = None,
    params: Mapping[str, object] = NOTHING,
    secret: Secret | None = None,
    verify: bool = True,
    signature: Literal["token", "sha256"] = "token",
    header: str = "",
    targets: Sequence[EventTarget] = (),
) -> Trigger:
    """A request of any other system starts a run: JSON, posted to the listener's address.

    Args:
        name: What the webhook is called. Requests for it come to `/name` of the listener.
        id: What makes an event the same when it is sent again: `body.id`. Without one each request is an event.
        filter: A condition on the event.
        params: Values of the pipeline's params.
        secret: The Secret that the sender knows.
        verify: False turns the check off.
        signature: `"token"` for the secret itself in a header, `"sha256"` for GitHub's `X-Hub-Signature-256`.
        header: The header with the token, where that is not `X-Webhook-Token`.
        targets: Which of `compile --events` it is for, where that is not each of them: `["triggers"]`.
    """
    raise NotImplementedError


_BUCKET = ("bucket", "endpoint", "prefix", "suffix", "insecure", "secret", "filter", "params", "name", "targets")


@runs(_lenient("bucket", _BUCKET, "bucket"))
def bucket(
    bucket: str,
    *,
    endpoint: str,
    prefix: str = "",
    suffix: str = "",
    insecure: bool = False,
    secret: Secret | None = None,
    filter: Filter | TruthValue | BodyValue | None = None,
    params: Mapping[str, object] = NOTHING,
    name: str = "",
    targets: Sequence[EventTarget] = (),
) -> Trigger:
    """A new object in a bucket of MinIO starts a run: new weights of a model. Argo Events hears of it.

    Args:
        bucket: The bucket.
        endpoint: Where its store is: `"minio.storage:9000"`.
        prefix: What the names of the objects begin with.
        suffix: What they end with: `".safetensors"`.
        insecure: True for a store without TLS.
        secret: The Secret with the keys `accesskey` and `secretkey`; `<pipeline>-bucket` without one.
        filter: A condition on the event: `event.key`, `event.size`.
        params: Values of the pipeline's params.
        name: What the trigger is called, where that is not `bucket`.
        targets: Which of `compile --events` it is for: `argo` is the one that hears of buckets.
    """
    raise NotImplementedError


def _schedule(*given: object, **options: object) -> Schedule:
    if len(given) > 1:
        refuse(
            "FLOW360",
            f"schedule takes its options by name, got {named(given[-1])}",
            'write `schedule("30 2 * * *", timezone="Europe/Berlin")`',
        )
    _twice("schedule", "cron", given, options)
    options = {"cron": given[0], **options} if given else options
    takes = [each.name for each in attrs.fields(Schedule) if each.name != "location"]
    _known("schedule", options, takes)
    if "cron" not in options:
        refuse("FLOW360", "schedule without its times", 'write `schedule("30 2 * * *")`')
    good = _typed(Schedule, "schedule", options)
    good["params"] = params = _params("schedule", options.get("params", NOTHING))
    for name, value in params.items():
        if isinstance(value, (EventField, Joined)):
            refuse(
                "FLOW361",
                f"schedule: param {name!r} takes {_told(value)}, and no event comes with the time",
                "give it a constant",
            )
    return Schedule(location=places.caller(), **good)  # type: ignore[arg-type]  # checked above


def _told(value: EventField | Joined) -> str:
    return str(value) if isinstance(value, EventField) else f"a text with {value.fields[0]} in it"


@runs(_schedule)
def schedule(
    cron: str,
    *,
    timezone: str = "Etc/UTC",
    params: Mapping[str, object] = NOTHING,
    overlap: Literal["allow", "forbid"] = "allow",
    starting_deadline: int = 3600,
    suspend: bool = False,
    name: str = "",
    targets: Sequence[EventTarget] = (),
) -> Schedule:
    """A time starts a run.

    Args:
        cron: The times: minute, hour, day of the month, month, day of the week; or `"@daily"` and its like.
        timezone: Where it is that time, as the IANA names it.
        params: Values of the pipeline's params: constants.
        overlap: `"forbid"` starts none while a run of an earlier time goes on.
        starting_deadline: How many seconds late a start may be; one that was missed by more is left out.
        suspend: True writes it, and starts none.
        name: What it is called, where that is not `schedule`.
        targets: Which of `compile --events` it is for, where that is not each of them: `["cron"]`.
    """
    raise NotImplementedError
