"""`event`, `body` and `header`: what an event will say, for the params and filters of `on=[...]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from flowdsl.diagnostics.near import did_you_mean
from flowdsl.frontend.event_values import HEADER, BodyValue, NumberValue, TextValue, TruthValue
from flowdsl.frontend.opaque import named
from flowdsl.frontend.refusal import refuse
from flowdsl.ir.events import FIELDS


class HeaderValues:
    """`header["X-GitHub-Event"]`: the request's headers; one that is not there is the empty text."""

    __slots__ = ()

    def _words(self) -> str:
        """What it is called in messages."""
        return "header"

    def __getitem__(self, name: str) -> TextValue:
        if not isinstance(name, str) or not HEADER.fullmatch(name):
            refuse("FLOW361", f"header[{named(name)}]: no header has such a name", 'write `header["X-Model-Event"]`')
        return TextValue("header", (name,), "text")


if TYPE_CHECKING:

    class _Known:
        """To a checker an event has the fields below and no others."""

else:

    class _Known:
        """What has fields that are known by name: FLOW361 for another."""

        __slots__ = ()

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("__"):
                raise AttributeError(name)
            prefix = f"{_PULL_REQUEST}." if isinstance(self, PullRequest) else ""
            known = [each.removeprefix(prefix) for each in FIELDS if each.startswith(prefix)]
            hint = did_you_mean(name, known, f"there is: {', '.join(known)}; what else a payload has is `body`")
            refuse("FLOW361", f"event.{prefix}{name}: events have no such field", hint)


_PULL_REQUEST = "pull_request"


def _text(*path: str) -> TextValue:
    return TextValue("event", path, "text")


class PullRequest(_Known):
    """`event.pull_request`: what a pull request (or merge request) says of itself."""

    __slots__ = ()

    def _words(self) -> str:
        """What it is called in messages."""
        return f"event.{_PULL_REQUEST}"

    @property
    def number(self) -> NumberValue:
        """Its number in the repository."""
        return NumberValue("event", (_PULL_REQUEST, "number"), "number")

    @property
    def title(self) -> TextValue:
        """Its title."""
        return _text(_PULL_REQUEST, "title")

    @property
    def branch(self) -> TextValue:
        """The branch that it brings; `event.branch` is the one that it goes into."""
        return _text(_PULL_REQUEST, "branch")

    @property
    def url(self) -> TextValue:
        """Its page."""
        return _text(_PULL_REQUEST, "url")

    @property
    def draft(self) -> TruthValue:
        """Whether it is a draft."""
        return TruthValue("event", (_PULL_REQUEST, "draft"), "truth")

    @property
    def fork(self) -> TruthValue:
        """Whether it comes from another repository."""
        return TruthValue("event", (_PULL_REQUEST, "fork"), "truth")


class Event(_Known):
    """`event`: what the events of all providers say, each at its own place in the payload (docs/events.md)."""

    __slots__ = ()

    def _words(self) -> str:
        """What it is called in messages."""
        return "event"

    @property
    def revision(self) -> TextValue:
        """The commit, by its full hash."""
        return _text("revision")

    @property
    def short_sha(self) -> TextValue:
        """The first seven characters of it."""
        return _text("short_sha")

    @property
    def branch(self) -> TextValue:
        """The branch that was pushed to, or that a pull request goes into."""
        return _text("branch")

    @property
    def tag(self) -> TextValue:
        """The tag that was pushed."""
        return _text("tag")

    @property
    def repo(self) -> TextValue:
        """The repository's full name, `team/model`."""
        return _text("repo")

    @property
    def repo_url(self) -> TextValue:
        """What it is cloned from."""
        return _text("repo_url")

    @property
    def author(self) -> TextValue:
        """The account that pushed, or that opened the pull request."""
        return _text("author")

    @property
    def message(self) -> TextValue:
        """The message of the commit that was pushed."""
        return _text("message")

    @property
    def delivery(self) -> TextValue:
        """The provider's own name for this delivery, which a redelivery has, too."""
        return _text("delivery")

    @property
    def bucket(self) -> TextValue:
        """The bucket that has a new object."""
        return _text("bucket")

    @property
    def key(self) -> TextValue:
        """The name of that object, with its folders."""
        return _text("key")

    @property
    def size(self) -> NumberValue:
        """How many bytes it has."""
        return NumberValue("event", ("size",), "number")

    @property
    def etag(self) -> TextValue:
        """What its store knows this version of it by."""
        return _text("etag")

    @property
    def pull_request(self) -> PullRequest:
        """What a pull request says of itself."""
        return PullRequest()


event = Event()
"""What an event will say: `event.revision`, `event.branch`, `event.pull_request.number`."""
body = BodyValue("body", (), "any")
"""The event's body, JSON: `body.model.version`, `body["from"]`."""
header = HeaderValues()
"""The request's headers: `header["X-Model-Event"]`."""
