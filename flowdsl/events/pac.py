"""Pipelines-as-Code: https://pipelinesascode.com/docs/, as v0.43.0 has it (pkg/matcher/annotation_matcher.go).

It reads `.tekton/` of the repository at each event, fills in `{{ … }}`, and creates the runs whose annotations match,
under a name that is new each time. Who may start one it asks the provider.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.diagnostics import Location
from flowdsl.events.cel import both, is_pattern, matching, quoted, regex_of
from flowdsl.events.conditions import Reader, fitting
from flowdsl.events.documents import Starts
from flowdsl.events.gitea import GITEA
from flowdsl.events.pac_cel import Conditions, NotSaidError, Values, is_in_conditions, is_variable, one_line
from flowdsl.events.placeholders import replaced
from flowdsl.events.provider import NO_COMMIT, Occurrence
from flowdsl.ir.events import EventField, Joined, Trigger, fields_of
from flowdsl.ir.nodes import ParamDecl
from flowdsl.kinds import labels

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import Document

APPROVED = "/ok-to-test"
"""The comment by which a maintainer approves a commit of a fork's."""
_SIMPLE = re.compile(r"[A-Za-z0-9._/-]+(?:/\*\*)?")
"""A name, or all below a folder: what a glob of Pipelines-as-Code means as well, for which `*` goes past a slash."""
_TAGS = "refs/tags/"


def documents(starts: Starts) -> list[Document]:
    """A PipelineRun for each trigger."""
    reader = PacReader(starts.pipeline, starts.params, starts.provider)
    return [_run(starts, reader, name, condition) for name, condition in reader.conditions(starts.triggers).items()]


def _run(starts: Starts, reader: PacReader, name: str, condition: str) -> Document:
    trigger = starts.triggers[name]
    found = simple(trigger) if starts.provider is not GITEA and condition == reader.condition(trigger) else {}
    notes: dict[str, str] = dict(found) or {labels.AS_CODE_CEL: condition}
    if trigger.cancel_in_progress:
        notes[labels.AS_CODE_CANCEL] = "true"
    if starts.keep:
        notes[labels.AS_CODE_KEEP] = str(starts.keep)
    if starts.namespace:
        notes[labels.AS_CODE_NAMESPACE] = starts.namespace
    metadata = {"name": f"{starts.pipeline}-{name}", "annotations": notes}
    return cast("Document", starts.run_of(name, metadata, reader.values(trigger)))


def simple(trigger: Trigger) -> Mapping[str, str]:
    """The annotations that say a push or a tag without CEL; none where they would let other events through."""
    if trigger.happening == "pull_request" or trigger.paths or trigger.filter is not None:
        return {}
    if any(isinstance(value, (EventField, Joined)) and not _known(value) for value in trigger.params.values()):
        return {}
    tags = trigger.happening == "tag"
    patterns = [f"{_TAGS}{each}" for each in trigger.tags or ("**",)] if tags else trigger.branch or ("**",)
    if not all(_SIMPLE.fullmatch(each) or each in ("**", f"{_TAGS}**") for each in patterns):
        return {}
    return {labels.AS_CODE_EVENT: "[push]", labels.AS_CODE_BRANCH: f"[{', '.join(patterns)}]"}


def _known(value: EventField | Joined) -> bool:
    return all(map(is_variable, value.fields if isinstance(value, Joined) else (value,)))


@attrs.frozen
class PacReader(Reader):
    """Reads the triggers of one pipeline, whose provider is known. Raises NotSaidError."""

    def condition(self, trigger: Trigger) -> str:
        """Whether the event is one for this trigger, whatever the others say."""
        writer = self.conditions_of(trigger)
        assert writer.occurrence is not None
        parts = [*_of_git(trigger, writer.occurrence)]
        if self.provider is GITEA and trigger.happening != "pull_request":
            # Of the others a push that deletes its branch is not even read.
            parts.append(f"(!has(body.after) || body.after != '{NO_COMMIT}')")
        if trigger.filter is not None:
            parts.append(writer.filter(trigger.filter))
        for name, value in trigger.params.items():
            if isinstance(value, (EventField, Joined)):
                parts += _bound(writer, value, self.params[name])
        return both(parts)

    def values(self, trigger: Trigger) -> dict[str, str]:
        """The texts of the params that the event gives."""
        writer, given = self.values_of(trigger), trigger.params.items()
        return {name: writer.value(each) for name, each in given if isinstance(each, (EventField, Joined))}

    def values_of(self, trigger: Trigger) -> Values:
        """What writes the trigger's params."""
        writer = self.writer(trigger)
        return Values(writer.occurrence, writer.delivery)

    def conditions_of(self, trigger: Trigger) -> Conditions:
        """What writes the trigger's condition."""
        writer = self.writer(trigger)
        return Conditions(writer.occurrence, writer.delivery)


def _bound(writer: Conditions, value: EventField | Joined, param: ParamDecl) -> Iterator[str]:
    """What a param is bound to is there, on one line, and a text of the param's type."""
    for field in value.fields if isinstance(value, Joined) else (value,):
        if not is_variable(field):
            read = writer.text(field)
            yield from read.there
            yield from one_line(field, read.cel)
    # Only then: the condition has no word for some of what a run is given.
    if fitting("", param):
        yield fitting(writer.text(value).cel, param)


def _of_git(trigger: Trigger, occurrence: Occurrence) -> Iterator[str]:
    """What a push, a tag or a pull request has to be."""
    if trigger.happening == "pull_request":
        yield from _pull_request(trigger, occurrence)
    else:
        yield "event == 'push'"
        yield from _pushed(trigger)
    if trigger.paths:
        yield _changed(trigger, occurrence)


def _pushed(trigger: Trigger) -> Iterator[str]:
    if trigger.happening == "tag":
        yield f"target_branch.startsWith('{_TAGS}')"
        if trigger.tags:
            yield matching("target_branch", [f"{_TAGS}{each}" for each in trigger.tags])
        return
    if not trigger.branch or any(map(is_pattern, trigger.branch)):
        yield f"!target_branch.startsWith('{_TAGS}')"
    if trigger.branch:
        yield matching("target_branch", trigger.branch)


def _pull_request(trigger: Trigger, occurrence: Occurrence) -> Iterator[str]:
    yield from ("event == 'pull_request'", "event_type != 'pull_request_labeled'")
    if trigger.branch:
        yield matching("target_branch", trigger.branch)
    inside = "source_url == target_url"
    yield f"({inside} || event_type == 'ok-to-test-comment')" if trigger.fork_comment else inside
    if trigger.draft is not None:
        draft = EventField("event", ("pull_request", "draft"), "truth", trigger.location)
        read = Conditions(occurrence).field(draft)
        yield both((*read.there, f"{read.cel} == {'true' if trigger.draft else 'false'}"))


def _changed(trigger: Trigger, occurrence: Occurrence) -> str:
    """Whether a file of these paths was changed. Of a push the provider is asked for its newest commit alone."""
    tests = [f"files.all.exists(f, f.matches({quoted(regex_of(each))}))" for each in trigger.paths]
    if trigger.happening == "pull_request" or not occurrence.files:
        return f"({' || '.join(tests)})"
    fits = " || ".join(f"f.matches({quoted(regex_of(each))})" for each in trigger.paths)
    lists = " || ".join(
        f"(has(c.{each}) && type(c.{each}) == list && c.{each}.exists(f, {fits}))"
        for each in ("added", "modified", "removed")
    )
    sent = f"(has(body.commits) && ({occurrence.unknown} || body.commits.exists(c, {lists})))"
    return f"({' || '.join((*tests, sent))})"


def problems(reader: PacReader, trigger: Trigger) -> Iterator[tuple[Location, str, str]]:
    """What Pipelines-as-Code can't say of a trigger: where it stands, what it is, and why."""
    conditions, values = reader.conditions_of(trigger), reader.values_of(trigger)
    for name, value in trigger.params.items():
        for field in _fields(value):
            yield from _tried(values, field)
            if fitting("", reader.params[name]):
                yield from _tried(conditions, field)
        constant = () if isinstance(value, (EventField, Joined)) else replaced(value)
        for _, found in constant:
            yield trigger.location, f"the text {found!r} of {name!r}", "it would replace it"
        for text in value.parts if isinstance(value, Joined) else ():
            if isinstance(text, str) and ("{{" in text or text.endswith("{")):
                yield trigger.location, f"the text of {name!r}", "'{{' begins what it replaces"
    for field in fields_of(trigger.filter) if trigger.filter is not None else ():
        yield from _tried(conditions, field)


def of_payload(trigger: Trigger) -> list[str]:
    """What a trigger takes from the payload of its event, which that of a comment does not have."""
    given = [field for value in trigger.params.values() for field in _fields(value) if not is_variable(field)]
    filtered = [] if trigger.filter is None else [*fields_of(trigger.filter)]
    found = [str(field) for field in (*given, *(each for each in filtered if not is_in_conditions(each)))]
    return [*(["draft="] if trigger.draft is not None else []), *dict.fromkeys(found)]


def _fields(value: object) -> Sequence[EventField]:
    return value.fields if isinstance(value, Joined) else (value,) if isinstance(value, EventField) else ()


def _tried(writer: Conditions | Values, field: EventField) -> Iterator[tuple[Location, str, str]]:
    try:
        if isinstance(writer, Values):
            writer.value(field)
        else:
            writer.text(field)
    except NotSaidError as error:
        yield field.location, str(field), str(error)
