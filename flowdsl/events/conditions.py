"""When a trigger starts a run, which params the run gets and what it is called: all as CEL."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import attrs

from flowdsl.events.cel import Writer, both, first_header, is_pattern, matching, paths_there, quoted, regex_of
from flowdsl.events.provider import Occurrence, Provider
from flowdsl.ir.events import EventField, Joined, Trigger
from flowdsl.ir.nodes import ParamDecl
from flowdsl.ir.types import Kind
from flowdsl.kube.conventions import NAME_MOST

_LONGEST_KEY = 40
"""Characters of a commit, which is longer than a delivery's UUID."""
_DELIVERY = f"^[0-9A-Za-z-]{{1,{_LONGEST_KEY}}}$"
_ID = f"^[a-z0-9]([-a-z0-9.]{{0,{_LONGEST_KEY - 2}}}[a-z0-9])?$"
"""An id of a webhook's sender becomes a part of the run's name, as it is: Kubernetes takes no other signs there."""
_FITS = {
    Kind.INTEGER: "^-?[0-9]+$",
    Kind.FLOAT: "^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$",
    Kind.BOOLEAN: "^(true|false)$",
}


@attrs.frozen
class Matched:
    """One trigger as CEL: when it starts a run, and the texts that the run is given by name.

    `run_name` is what the run's name has behind its `prefix`; "" where each event has a name made up.
    """

    trigger: Trigger
    name: str
    condition: str
    values: Mapping[str, str]
    prefix: str
    run_name: str = ""
    group: str = ""


@attrs.frozen
class Reader:
    """Reads the triggers of one pipeline. `params` are the pipeline's, `provider` that of its Git events."""

    pipeline: str
    params: Mapping[str, ParamDecl]
    provider: Provider | None

    def all(self, triggers: Mapping[str, Trigger]) -> list[Matched]:
        """The triggers by their names."""
        others = [*triggers.values()]
        return [self._matched(name, triggers[name], each, others) for name, each in self.conditions(triggers).items()]

    def conditions(self, triggers: Mapping[str, Trigger]) -> dict[str, str]:
        """When each starts a run. Of those of Git that match an event, the first starts it."""
        found: dict[str, str] = {}
        earlier: dict[str, list[str]] = {}
        for name, trigger in triggers.items():
            own = self.condition(trigger)
            before = earlier.setdefault(trigger.happening, [])
            found[name] = both((own, *(f"!({each})" for each in before)))
            if trigger.of_git:
                before.append(own)
        return found

    def writer(self, trigger: Trigger) -> Writer:
        """What writes the fields of the trigger's event."""
        if self.provider is None or trigger.happening == "webhook":
            return Writer(None)
        return Writer(self.provider.occurrences[trigger.happening], self.provider.delivery)

    def condition(self, trigger: Trigger) -> str:
        """Whether the event is one for this trigger, whatever the others say."""
        writer = self.writer(trigger)
        if writer.occurrence is None:
            parts = [f"requestURL.matches({quoted(_path_of(self.pipeline, trigger.name))})"]
        else:
            parts = _of_git(trigger, writer.occurrence)
        if trigger.filter is not None:
            parts.append(writer.filter(trigger.filter))
        for name, value in trigger.params.items():
            if isinstance(value, (EventField, Joined)):
                parts += self._bound(writer, value, self.params[name])
        return both(parts)

    def _bound(self, writer: Writer, value: EventField | Joined, param: ParamDecl) -> list[str]:
        """What a param is bound to is there, and a text of the param's type."""
        read = writer.text(value)
        fits = fitting(read.cel, param)
        return [*read.there, *([fits] if fits else [])]

    def _matched(self, name: str, trigger: Trigger, condition: str, others: Sequence[Trigger]) -> Matched:
        writer = self.writer(trigger)
        values = {
            param: writer.text(value).cel
            for param, value in trigger.params.items()
            if isinstance(value, (EventField, Joined))
        }
        if writer.occurrence is None:
            return self._webhook(name, trigger, condition, values)
        commit = writer.occurrence.fields["revision"]
        if trigger.happening == "bucket":
            return self._bucket(name, trigger, condition, values, commit.cel)
        delivery = f"({first_header(writer.delivery)})"
        key = _key(trigger, writer.occurrence, others, delivery, commit.cel)
        there = paths_there(commit.paths) if commit.cel in key else ()
        if delivery in key:
            there = (*there, f"{delivery}.matches({quoted(_DELIVERY)})")
        return Matched(
            trigger,
            name,
            both((condition, *there)),
            values,
            prefix_of(self.pipeline),
            f"{key}.lowerAscii()",
            _group(trigger, writer.occurrence) if trigger.cancel_in_progress else "",
        )

    def _webhook(self, name: str, trigger: Trigger, condition: str, values: Mapping[str, str]) -> Matched:
        prefix = prefix_of(f"{self.pipeline}-{name}")
        if trigger.id is None:
            return Matched(trigger, name, condition, values, prefix)
        read = self.writer(trigger).text(trigger.id)
        known = both((condition, *read.there, f"({read.cel}).matches({quoted(_ID)})"))
        return Matched(trigger, name, known, values, prefix, f"({read.cel})")

    def _bucket(self, name: str, trigger: Trigger, condition: str, values: Mapping[str, str], key: str) -> Matched:
        """`key` is that of the change, which a notification that is sent again has, too."""
        known = both((condition, f"{key}.matches({quoted(_DELIVERY)})"))
        return Matched(trigger, name, known, values, prefix_of(f"{self.pipeline}-{name}"), f"{key}.lowerAscii()")


def fitting(cel: str, param: ParamDecl) -> str:
    """Whether a text is one of the param's type; "" where any is."""
    if param.type.kind is Kind.CHOICE:
        return f"{cel} in [{', '.join(map(quoted, param.type.choices))}]"
    pattern = _FITS.get(param.type.kind)
    return f"{cel}.matches({quoted(pattern)})" if pattern else ""


def prefix_of(name: str) -> str:
    """What the names of runs begin with: the name, or of a long one its beginning and a hash."""
    # Tekton writes the name as a label's value.
    room = NAME_MOST - 1 - _LONGEST_KEY
    if len(name) <= room:
        return name
    return f"{name[: room - 7].rstrip('-.')}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def _path_of(pipeline: str, name: str) -> str:
    """The address that a webhook is posted to: `/name`, behind the pipeline's folder of a shared host or not."""
    return rf"^([a-z]+://[^/?]*)?(/{pipeline})?/{name}/?([?].*)?$"


def _of_git(trigger: Trigger, occurrence: Occurrence) -> list[str]:
    """What a push, a tag or a pull request has to be."""
    fields = occurrence.fields
    parts = list(paths_there(occurrence.needs))
    if trigger.happening == "pull_request":
        parts += _pull_request(trigger, occurrence)
    else:
        parts += occurrence.holds
    for patterns, name in ((trigger.branch, "branch"), (trigger.tags, "tag")):
        if patterns:
            parts += [*paths_there(fields[name].paths), matching(fields[name].cel, patterns)]
    if trigger.paths:
        parts.append(_changed(trigger, occurrence))
    return parts


def _pull_request(trigger: Trigger, occurrence: Occurrence) -> list[str]:
    """Opened, or with new commits; of a fork when a maintainer has set the label."""
    fork, draft = occurrence.fields["pull_request.fork"], occurrence.fields.get("pull_request.draft")
    started = both(occurrence.holds)
    if trigger.draft is False and occurrence.ready:
        started = f"({started} || ({occurrence.ready}))"
    parts = list(paths_there(fork.paths))
    if trigger.fork_label:
        label = occurrence.label.replace("{label}", quoted(trigger.fork_label))
        allowed = both((fork.cel, *paths_there(occurrence.label_needs), label))
        parts.append(f"(({started} && !{fork.cel}) || ({allowed}))")
    else:
        parts += [started, f"!{fork.cel}"]
    if trigger.draft is not None and draft is not None:
        parts += [*paths_there(draft.paths), f"{draft.cel} == {'true' if trigger.draft else 'false'}"]
    return parts


def _changed(trigger: Trigger, occurrence: Occurrence) -> str:
    """Whether a file of these paths was changed; a push whose files are not all known counts as one that did."""
    patterns = [quoted(regex_of(each)) for each in trigger.paths]
    if trigger.happening == "pull_request":  # what the interceptor has asked for, with commas between
        files = "extensions.changed_files.split(',')"
        tests = [f"{files}.exists(f, f.matches({each}))" for each in patterns]
        return f"has(extensions.changed_files) && ({' || '.join(tests)})"
    tests = [occurrence.files.replace("{pattern}", each) for each in patterns]
    return f"has(body.commits) && ({' || '.join((occurrence.unknown, *tests))})"


def _key(trigger: Trigger, occurrence: Occurrence, others: Sequence[Trigger], delivery: str, commit: str) -> str:
    """What a run is known by: the delivery, or the commit where a push and its pull request could both bring it."""
    requests = [each for each in others if each.happening == "pull_request"]
    if trigger.happening == "pull_request":
        # An update of Bitbucket's may be one of the title, and a label may be set again: the commit is the same.
        again = bool(trigger.fork_label) or any(each.endswith(":updated") for each in occurrence.types)
        pushes = [each for each in others if each.happening == "push"]
        shared = any(each.branch != _trunk(requests) or not each.branch for each in pushes)
        return commit if again or shared else delivery
    if trigger.happening != "push" or not requests:
        return delivery
    trunk = _trunk(requests)
    if not trunk:
        return commit
    if trigger.branch == trunk:
        return delivery
    return f"({matching(occurrence.fields['branch'].cel, trunk)} ? {delivery} : {commit})"


def _trunk(requests: Sequence[Trigger]) -> tuple[str, ...]:
    """The one branch that all pull requests go into: none can bring it. Nothing where there are several."""
    branches = {each for request in requests for each in request.branch}
    alone = len(branches) == 1 and all(request.branch for request in requests)
    return tuple(branches) if alone and not any(is_pattern(each) for each in branches) else ()


def _group(trigger: Trigger, occurrence: Occurrence) -> str:
    """What a run is the newest of."""
    if trigger.happening == "pull_request":
        return f"'pull-request ' + string({occurrence.fields['pull_request.number'].cel})"
    which = "tag" if trigger.happening == "tag" else "branch"
    return f"'{which} ' + {occurrence.fields[which].cel}"
