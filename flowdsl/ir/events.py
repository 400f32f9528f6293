"""What starts a run: `on=[...]` of `@pipeline`, as it was written, each part with its place.

Nothing here knows a provider or a target: where a field stands in a payload is a table of `flowdsl.events`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import attrs

from flowdsl.diagnostics import Location
from flowdsl.diagnostics.frozen import frozen
from flowdsl.ir.types import NOTHING
from flowdsl.ir.volumes import Secret, texts

Scalar = str | int | float | bool
Root = Literal["event", "body", "header"]
Sort = Literal["text", "number", "truth", "any"]
"""What a field is: `any` where its payload alone says it."""
Happening = Literal["push", "pull_request", "tag", "webhook", "bucket"]
Sign = Literal["==", "!=", "<", "<=", ">", ">="]

FIELDS: Mapping[str, tuple[Sort, tuple[Happening, ...]]] = {
    "revision": ("text", ("push", "pull_request", "tag")),
    "short_sha": ("text", ("push", "pull_request", "tag")),
    "branch": ("text", ("push", "pull_request")),
    "tag": ("text", ("tag",)),
    "repo": ("text", ("push", "pull_request", "tag")),
    "repo_url": ("text", ("push", "pull_request", "tag")),
    "author": ("text", ("push", "pull_request", "tag")),
    "message": ("text", ("push",)),
    "delivery": ("text", ("push", "pull_request", "tag")),
    "pull_request.number": ("number", ("pull_request",)),
    "pull_request.title": ("text", ("pull_request",)),
    "pull_request.branch": ("text", ("pull_request",)),
    "pull_request.url": ("text", ("pull_request",)),
    "pull_request.draft": ("truth", ("pull_request",)),
    "pull_request.fork": ("truth", ("pull_request",)),
    "bucket": ("text", ("bucket",)),
    "key": ("text", ("bucket",)),
    "size": ("number", ("bucket",)),
    "etag": ("text", ("bucket",)),
}
"""What `event` has, by name: its sort, and the events that say it."""


@frozen
class EventField:
    """A field of an event, of its body (JSON) or of its headers."""

    root: Root
    path: tuple[str | int, ...]
    sort: Sort
    location: Location = attrs.field(eq=False)

    @property
    def name(self) -> str:
        """The path below the root with dots: the name in `FIELDS`, of a header the header's."""
        return ".".join(map(str, self.path))

    def __str__(self) -> str:
        """As a user writes it."""
        steps = [
            f".{each}" if str(each).isidentifier() and self.root != "header" else f"[{_quoted(each)}]"
            for each in self.path
        ]
        return self.root + "".join(steps)


def _quoted(step: str | int) -> str:
    return str(step) if isinstance(step, int) else '"' + step.replace("\\", "\\\\").replace('"', '\\"') + '"'


@frozen
class Joined:
    """A text made of texts and fields, as an f-string makes it."""

    parts: tuple[str | EventField, ...]
    location: Location = attrs.field(eq=False)

    @property
    def fields(self) -> tuple[EventField, ...]:
        """The fields in it."""
        return tuple(part for part in self.parts if isinstance(part, EventField))


@frozen
class Compared:
    """A field compared with a value, or with another field."""

    sign: Sign
    left: EventField
    right: EventField | Scalar
    location: Location = attrs.field(eq=False)


@frozen
class Within:
    """A field that is one of a few values."""

    field: EventField
    values: tuple[Scalar, ...]
    location: Location = attrs.field(eq=False)


@frozen
class Matching:
    """A text that a regular expression matches as a whole."""

    field: EventField
    pattern: str
    location: Location = attrs.field(eq=False)


@frozen
class Beginning:
    """A text that begins with one of a few others."""

    field: EventField
    prefixes: tuple[str, ...]
    location: Location = attrs.field(eq=False)


@frozen
class Truth:
    """A field that is true or false by itself."""

    field: EventField
    location: Location = attrs.field(eq=False)


@frozen
class Every:
    """All of its parts hold."""

    parts: tuple[EventFilter, ...]
    location: Location = attrs.field(eq=False)


@frozen
class Some:
    """One of its parts holds, or more."""

    parts: tuple[EventFilter, ...]
    location: Location = attrs.field(eq=False)


@frozen
class Opposite:
    """Its part does not hold."""

    part: EventFilter
    location: Location = attrs.field(eq=False)


def fields_of(meant: EventFilter) -> Iterator[EventField]:
    """The fields that a filter looks at."""
    if isinstance(meant, (Every, Some)):
        for part in meant.parts:
            yield from fields_of(part)
    elif isinstance(meant, Opposite):
        yield from fields_of(meant.part)
    elif isinstance(meant, Compared):
        yield meant.left
        if isinstance(meant.right, EventField):
            yield meant.right
    else:
        yield meant.field


EventFilter = Compared | Within | Matching | Beginning | Truth | Every | Some | Opposite


@frozen(kw_only=True)
class Trigger:
    """A Git event or a webhook that starts a run, as `push(...)` and its like were given.

    `branch` and `paths` are patterns (`*`, `**`, `?`), `verify` says whether the sender has to prove itself by
    `secret`. `fork_label` and `fork_comment` let a maintainer start a run for a fork's pull request. `bucket`, `prefix`
    and `suffix` say which objects of a store at `endpoint` start one; `insecure` is for one without TLS. `targets` are
    those of `compile --events` that it is for, all without one.
    """

    happening: Happening
    location: Location
    name: str = ""
    branch: tuple[str, ...] = attrs.field(default=(), converter=texts)
    tags: tuple[str, ...] = attrs.field(default=(), converter=texts)
    paths: tuple[str, ...] = attrs.field(default=(), converter=texts)
    draft: bool | None = None
    fork_label: str = ""
    fork_comment: str = ""
    filter: EventFilter | None = None
    params: Mapping[str, EventField | Joined | object] = NOTHING
    id: EventField | Joined | None = None
    cancel_in_progress: bool = False
    secret: Secret | None = None
    verify: bool = True
    signature: Literal["token", "sha256"] = "token"
    header: str = ""
    token: Secret | None = None
    bucket: str = ""
    prefix: str = ""
    suffix: str = ""
    endpoint: str = ""
    insecure: bool = False
    targets: tuple[str, ...] = attrs.field(default=(), converter=texts)

    @property
    def of_git(self) -> bool:
        """Whether a provider of Git tells of it: it brings a commit, and comes by the address that all such share."""
        return self.happening in ("push", "pull_request", "tag")

    def _words(self) -> str:
        """What it is called in messages."""
        return f"{self.happening}(...)"


@frozen(kw_only=True)
class Schedule:
    """Times at which a run starts: `cron` as Kubernetes' CronJob has it, in `timezone`.

    `starting_deadline` is how late a start may be, in seconds; `overlap` what holds while the last run goes on.
    `targets` are those of `compile --events` that it is for, all without one.
    """

    cron: str
    location: Location
    name: str = ""
    timezone: str = "Etc/UTC"
    params: Mapping[str, object] = NOTHING
    overlap: Literal["allow", "forbid"] = "allow"
    starting_deadline: int = 3600
    suspend: bool = False
    targets: tuple[str, ...] = attrs.field(default=(), converter=texts)

    def _words(self) -> str:
        """What it is called in messages."""
        return "schedule(...)"


@frozen(kw_only=True)
class CommitStatus:
    """What a run tells the provider of the commit that started it: `@pipeline(report=commit_status(...))`.

    `token` is the Secret with the provider's token, `api` where the provider is asked, `link` the page of a run.
    `baseline` is what results of the pipeline are shown beside, by their names.
    """

    token: Secret
    location: Location
    context: str = ""
    comment: bool = True
    api: str = ""
    link: str = ""
    baseline: Mapping[str, Scalar] = NOTHING

    def _words(self) -> str:
        """What it is called in messages."""
        return "commit_status(...)"


Start = Trigger | Schedule


def is_for(start: Start, *targets: str) -> bool:
    """Whether one of the targets is to have it: each, where it names none."""
    return not start.targets or bool({*start.targets} & {*targets})


def called(start: Start) -> str:
    """The name of a start, its own or that of its sort."""
    return start.name or (start.happening.replace("_", "-") if isinstance(start, Trigger) else "schedule")
