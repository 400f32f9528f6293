"""Fields and filters of events as Pipelines-as-Code has them: CEL in an annotation, `{{ … }}` in a run.

Sources: pkg/matcher/cel.go, pkg/cel/cel.go, pkg/customparams/standard.go and pkg/templates of its release v0.43.0. Its
CEL is the language alone, with no function on texts beside (`substring`); its variables hold for the event of a comment
(`/retest`) too, where `body` is that of the comment.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from flowdsl.celgo.goes import canonical
from flowdsl.events.cel import Read, Writer, paths_there, quoted
from flowdsl.events.provider import Occurrence
from flowdsl.ir.events import EventField, Joined

_IN_CONDITIONS = {
    "branch": "target_branch",
    "pull_request.branch": "source_branch",
    "pull_request.title": "event_title",
    "pull_request.fork": "(source_url != target_url)",
}
_IN_RUNS = {
    "revision": "revision",
    "repo_url": "repo_url",
    "branch": "target_branch",
    "tag": "git_tag",
    "pull_request.branch": "source_branch",
    "pull_request.number": "pull_request_number",
}
_ONE_LINE = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]|^ | $"
"""What ends a line of YAML, or is lost at its ends: Pipelines-as-Code puts a value into the text of the file."""


class NotSaidError(Exception):
    """What Pipelines-as-Code can't say; the text says why."""


@attrs.frozen
class Conditions(Writer):
    """Writes what stands in `on-cel-expression`. Raises NotSaidError."""

    def field(self, field: EventField) -> Read:
        """A field's value."""
        if field.root == "header":
            name = quoted(str(field.path[0]).lower())
            return Read(f"headers[{name}]", (f"{name} in headers",))
        if field.root == "event" and field.name in _IN_CONDITIONS:
            return Read(_IN_CONDITIONS[field.name])
        return _place(self, field, [name.lower() for name in self.delivery])


@attrs.frozen
class Values(Writer):
    """Writes what stands in `{{ … }}` of a run. Raises NotSaidError."""

    def field(self, field: EventField) -> Read:
        """A field's value."""
        if field.root == "header":
            return Read(f"headers[{quoted(canonical(str(field.path[0])))}]")
        return _place(self, field, [canonical(name) for name in self.delivery])

    def value(self, value: EventField | Joined) -> str:
        """The text that a param is given."""
        parts = [value] if isinstance(value, EventField) else value.parts
        return "".join(part if isinstance(part, str) else self._placeholder(part) for part in parts)

    def _placeholder(self, field: EventField) -> str:
        if is_variable(field):
            return f"{{{{ {_IN_RUNS[field.name]} }}}}"
        cel = self.text(field).cel
        if "}" in cel:
            raise NotSaidError("a '}' ends what it replaces")
        return f"{{{{ cel: {cel} }}}}"


def is_variable(field: EventField) -> bool:
    """Whether Pipelines-as-Code has a name of its own for a field, which it gives in any case."""
    return field.root == "event" and field.name in _IN_RUNS


def is_in_conditions(field: EventField) -> bool:
    """Whether a condition has a name of its own for a field, which holds for the event of a comment, too."""
    return field.root == "event" and field.name in _IN_CONDITIONS


def _place(writer: Writer, field: EventField, headers: list[str]) -> Read:
    if field.root == "event" and field.name == "delivery":
        return Read(_first(headers), (" || ".join(f"{quoted(name)} in headers" for name in headers),))
    if field.root == "event" and field.name == "message":
        raise NotSaidError("a commit's message has several lines, and would end the line that it is put into")
    occurrence: Occurrence | None = writer.occurrence
    if field.root == "body" or occurrence is None:
        return Writer.field(writer, field)
    place = occurrence.fields[field.name]
    if ".substring(" in place.cel:
        raise NotSaidError("its CEL cuts no texts")
    return Read(place.cel, paths_there(place.paths))


def _first(names: list[str]) -> str:
    *others, last = [(quoted(name), f"headers[{quoted(name)}]") for name in names]
    return "(" + "".join(f"{name} in headers ? {cel} : " for name, cel in others) + f"{last[1]})"


def one_line(field: EventField, cel: str) -> Iterator[str]:
    """The condition under which a text that anybody may write stays within its line."""
    if field.root != "event" or field.name == "pull_request.title":
        yield f"!({cel}).matches('{_ONE_LINE}')"
