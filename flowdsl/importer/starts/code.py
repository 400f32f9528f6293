"""`on=[...]` and what goes with it as source: literals, fields of events, and calls of flowdsl's own words."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from functools import partial

import attrs

from flowdsl.importer.code import Code, call, formatted, literal, mapping, quoted, sequence
from flowdsl.importer.shapes import Unsupported
from flowdsl.importer.starts.asked import Asked
from flowdsl.importer.timeouts import timeouts
from flowdsl.importer.typed import constant
from flowdsl.importer.writer import Writer
from flowdsl.ir.events import CommitStatus, EventField, EventFilter, Joined, Scalar, Schedule, Start, Trigger
from flowdsl.ir.said_starts import filter_text
from flowdsl.ir.types import TypeSpec
from flowdsl.ir.volumes import Secret
from flowdsl.kinds.table import SECRET
from flowdsl.kube.conventions import UNPRIVILEGED

Types = Mapping[str, TypeSpec]
_METHODS = frozenset({"isin", "matches", "startswith"})
"""Of a field of the body: one of such a name is asked for in brackets."""
_OF_ALL_RUNS = {"podTemplate": {"securityContext": {"fsGroup": UNPRIVILEGED, "fsGroupChangePolicy": "OnRootMismatch"}}}
"""What the run of a pipeline has that says nothing of it."""


def options(asked: Asked, writer: Writer) -> dict[str, Code]:
    """What the decorator says."""
    said: dict[str, Code] = {"provider": quoted(asked.provider)} if asked.provider else {}
    said["on"] = sequence(_start(each, writer, asked.types) for each in asked.on)
    generated = asked.generated
    limits = {"max_at_once": generated.max_at_once, "keep": generated.keep}
    said |= {name: repr(value) for name, value in limits.items() if value}
    if asked.listener_tls:
        said["listener_tls"] = quoted(asked.listener_tls)
    if generated.report is not None:
        said["report"] = _report(generated.report, writer)
    run = dict(asked.run)
    said |= timeouts(run)
    if run.get("taskRunTemplate") == _OF_ALL_RUNS:
        del run["taskRunTemplate"]
    else:
        said["fs_group"] = "None"  # the run has what is said here and no more
    return said | ({"run_extra": literal(run)} if run else {})


def _start(start: Start, writer: Writer, types: Types) -> Code:
    if isinstance(start, Schedule):
        return _schedule(start, writer, types)
    first, said = _first(start), dict[str, Code]()
    if start.name and start.happening != "webhook":
        said["name"] = quoted(start.name)
    for name in ("endpoint", "prefix", "suffix"):
        if getattr(start, name):
            said[name] = quoted(getattr(start, name))
    if start.insecure:
        said["insecure"] = "True"
    if start.paths:
        said["paths"] = _names(start.paths)
    if start.draft is not None:
        said["draft"] = repr(start.draft)
    for name in ("fork_label", "fork_comment"):
        if getattr(start, name):
            said[name] = quoted(getattr(start, name))
    if start.id is not None:
        said["id"] = value(start.id, writer)
    if start.filter is not None:
        said["filter"] = condition(start.filter, writer)
    if start.params:
        said["params"] = _params(start, writer, types)
    if start.cancel_in_progress:
        said["cancel_in_progress"] = "True"
    said |= _sender(start, writer) | _targets(start)
    return call(writer.use(start.happening), *first, **said)


def _first(start: Trigger) -> list[Code]:
    if start.happening in ("webhook", "bucket"):
        return [quoted(start.name if start.happening == "webhook" else start.bucket)]
    patterns = start.tags if start.happening == "tag" else start.branch
    return [_names(patterns)] if patterns else []


def _names(patterns: tuple[str, ...]) -> Code:
    return quoted(patterns[0]) if len(patterns) == 1 else sequence(map(quoted, patterns))


def _sender(start: Trigger, writer: Writer) -> dict[str, Code]:
    """How the sender proves itself, where that is not as it is without a word."""
    if not start.verify:
        return {"verify": "False"}
    said: dict[str, Code] = {}
    # Said in any case: a project may name another by default, and who may send is not to change by that.
    if start.secret is not None:
        said["secret"] = secret(start.secret, writer)
    if start.token is not None:
        said["token"] = secret(start.token, writer)
    if start.signature != "token":
        said["signature"] = quoted(start.signature)
    return said | ({"header": quoted(start.header)} if start.header else {})


def _params(start: Start, writer: Writer, types: Types) -> Code:
    return mapping(
        {
            name: constant(each, types[name]) if name in types and isinstance(each, str) else value(each, writer)
            for name, each in start.params.items()
        }
    )


def _schedule(start: Schedule, writer: Writer, types: Types) -> Code:
    usual = {each.name: each.default for each in attrs.fields(Schedule)}
    given = {name: getattr(start, name) for name in ("timezone", "overlap", "name", "starting_deadline", "suspend")}
    said = {name: literal(each) for name, each in given.items() if each != usual[name]}
    if start.params:
        said["params"] = _params(start, writer, types)
    return call(writer.use("schedule"), quoted(start.cron), **said, **_targets(start))


def _targets(start: Start) -> dict[str, Code]:
    return {"targets": sequence(map(quoted, start.targets))} if start.targets else {}


def secret(given: Secret, writer: Writer) -> Code:
    """`Secret("name", "key")`; without a key that of a bucket, which has two."""
    return call(writer.use(SECRET.python), quoted(given.name), *([quoted(given.key)] if given.key else []))


def _report(report: CommitStatus, writer: Writer) -> Code:
    said: dict[str, Code] = {"token": secret(report.token, writer)}
    said |= {name: quoted(getattr(report, name)) for name in ("context", "api", "link") if getattr(report, name)}
    if not report.comment:
        said["comment"] = "False"
    if report.baseline:
        said["baseline"] = literal(report.baseline)
    return call(writer.use("commit_status"), **said)


def value(given: object, writer: Writer) -> Code:
    """A value of a param: a field, a text with fields in it, or a constant."""
    if isinstance(given, EventField):
        return field(given, writer)
    if not isinstance(given, Joined):
        return literal(given)
    parts = [(part, False) if isinstance(part, str) else (_within(part, writer), True) for part in given.parts]
    return formatted(parts)


def _within(given: EventField, writer: Writer) -> str:
    """A field in an f-string, in which Python takes no quotes of the text's own before 3.12, and no backslashes."""
    found = field(given, writer)
    if "\\" in found or "'" in found:
        raise Unsupported("overlays", "a field with a name that no f-string takes")
    return found.replace('"', "'")


def field(given: EventField, writer: Writer) -> str:
    """`event.branch`, `body["from"]`."""
    found = writer.use(given.root)
    for step in given.path:
        plain = isinstance(step, str) and step.isidentifier() and step.isascii() and not keyword.iskeyword(step)
        if plain and given.root != "header" and not str(step).startswith("_") and step not in _METHODS:
            found += f".{step}"
        else:
            found += f"[{step if isinstance(step, int) else quoted(step)}]"
    return found


def condition(meant: EventFilter, writer: Writer) -> str:
    """A filter, as it is written in Python."""
    return filter_text(meant, partial(field, writer=writer), _constant)


def _constant(given: Scalar) -> str:
    return quoted(given) if isinstance(given, str) else repr(given)
