"""What Triggers' webhook does not look at in a trigger by itself: CEL, params of interceptors, expressions, signatures.

Sources: pkg/interceptors (cel, github, gitlab, bitbucket, slack)
and pkg/template of github.com/tektoncd/triggers, v0.37.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import attrs

from flowdsl.check.findings import Path, Report
from flowdsl.check.triggers.bindings import is_closed
from flowdsl.check.triggers.interceptors import name_of
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.diagnostics.rule import HARDENING, Rule

if TYPE_CHECKING:
    from flowdsl.check.triggers.interceptors import AnyInterceptor
    from flowdsl.check.triggers.listeners import AnyTrigger
    from flowdsl.kinds.base import Model
    from flowdsl.kinds.triggers.alpha import AlphaTriggerSpec
    from flowdsl.kinds.triggers.triggers import TriggerSpec

    Trigger: TypeAlias = AnyTrigger | TriggerSpec | AlphaTriggerSpec

_HOME = "flowdsl.kinds.triggers."
_OF_EVENTS = ("body", "header", "extensions", "context")
_SIGNED = ("github", "gitlab", "bitbucket")
_PARAMS: Mapping[str, tuple[str, ...]] = {
    "cel": ("filter", "overlays"),
    "github": ("secretRef", "eventTypes", "addChangedFiles", "githubOwners"),
    "gitlab": ("secretRef", "eventTypes"),
    "bitbucket": ("secretRef", "eventTypes"),
    "slack": ("requestedFields",),
}
_ROOT = re.compile(r"\{?\.?([A-Za-z_][A-Za-z0-9_-]*)")


@attrs.frozen
class Asked:
    """An interceptor: its name, "" for one of the user's own, and what it is given, each with its place."""

    name: str
    path: Path
    given: Mapping[str, tuple[object, Path]]


def is_of_triggers(document: Model) -> bool:
    """Whether a model is one of Triggers'."""
    return type(document).__module__.startswith(_HOME)


def triggers_of(document: Model) -> Iterator[tuple[Path, Trigger]]:
    """Every trigger of a Trigger or an EventListener."""
    spec = getattr(document, "spec", None)
    if hasattr(spec, "template"):
        yield ("spec",), spec  # type: ignore[misc]  # it has a template, so it is a trigger's
    for index, each in enumerate(getattr(spec, "triggers", None) or ()):
        yield ("spec", "triggers", index), each


def asked(interceptors: Sequence[AnyInterceptor] | None, path: Path) -> list[Asked]:
    """What interceptors are given, in whichever version's way."""
    found = []
    for index, each in enumerate(interceptors or ()):
        at = (*path, "interceptors", index)
        given = {one.name or "": (one.value, (*at, "params", i, "value")) for i, one in enumerate(each.params or ())}
        former = getattr(each, name_of(each), None) if name_of(each) in _PARAMS and not given else None
        for field in type(former).fields() if former is not None else ():
            value = getattr(former, field)
            if value is not None:
                given[field] = (_plain(value), (*at, name_of(each), field))
        found.append(Asked("" if each.webhook is not None else name_of(each), at, given))
    return found


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    fields = getattr(type(value), "fields", None)
    if fields is None:
        return value
    return {name: item for name in fields() if (item := getattr(value, name)) is not None}


def check(document: Model, report: Report) -> None:
    """FLOW350–353 for one document."""
    if not is_of_triggers(document):
        return
    spec = getattr(document, "spec", None)
    listens = hasattr(spec, "triggers")
    for path, trigger in triggers_of(document):
        interceptors = asked(trigger.interceptors, path)
        _check_interceptors(interceptors, report)
        for index, binding in enumerate(trigger.bindings or ()):
            _check_value(binding.value, (*path, "bindings", index, "value"), report)
        if listens and not getattr(trigger, "triggerRef", None):
            check_signed(interceptors, path, report)
    for index, group in enumerate(getattr(spec, "triggerGroups", None) or ()):
        _check_interceptors(asked(group.interceptors, ("spec", "triggerGroups", index)), report)
    if not hasattr(spec, "resourcetemplates"):
        for index, param in enumerate(getattr(spec, "params", None) or ()):
            _check_value(param.value, ("spec", "params", index, "value"), report)


def _check_interceptors(interceptors: Sequence[Asked], report: Report) -> None:
    for each in interceptors:
        _check_params(each, report)
        for text, at in _expressions(each):
            _check_cel(text, at, report)


CEL_EXPRESSION = Rule.pitfall("FLOW350", "cel-expression", "CEL that an interceptor can't evaluate")


def _expressions(interceptor: Asked) -> Iterator[tuple[str, Path]]:
    if interceptor.name != "cel":
        return
    text, at = interceptor.given.get("filter", ("", ()))
    if isinstance(text, str) and text:
        yield text, at
    overlays, at = interceptor.given.get("overlays", ((), ()))
    for index, each in enumerate(overlays if isinstance(overlays, list) else ()):
        expression = each.get("expression") if isinstance(each, Mapping) else None
        if isinstance(expression, str):
            yield expression, (*at, index, "expression")


def _check_cel(text: str, at: Path, report: Report) -> None:
    """FLOW350: it can be read, and what it uses is there."""
    from flowdsl.celgo.tree import CelSyntaxError
    from flowdsl.celgo.triggers import FUNCTIONS, VARIABLES
    from flowdsl.celgo.uses import uses

    try:
        found = uses(text)
    except CelSyntaxError as error:
        report.add(
            CEL_EXPRESSION, at, f"this is no CEL: {error}", "every event is refused; see github.com/google/cel-spec"
        )
        return
    for name in found.names:
        if name not in VARIABLES:
            hint = did_you_mean(name, VARIABLES, f"there are {', '.join(sorted(VARIABLES))}; put quotes around a text")
            report.add(CEL_EXPRESSION, at, f"there is no {name!r} in an event", hint)
    for name in found.unknown:
        hint = did_you_mean(name, FUNCTIONS, "see docs/cel_expressions.md of Triggers")
        report.add(CEL_EXPRESSION, at, f"there is no function {name!r} in Triggers' CEL", hint)


INTERCEPTOR_PARAMS = Rule.pitfall("FLOW351", "interceptor-params", "an interceptor is given what it can't use")


def _check_params(interceptor: Asked, report: Report) -> None:
    """FLOW351: params that the interceptor reads, each of its shape. It ignores all others."""
    known = _PARAMS.get(interceptor.name, ())
    for name, (value, at) in interceptor.given.items() if known else ():
        if name not in known:
            hint = did_you_mean(name, known, f"it reads {', '.join(known)}")
            report.add(INTERCEPTOR_PARAMS, at, f"the interceptor {interceptor.name} reads no {name!r}", hint)
        elif name == "secretRef":
            _check_secret(value, at, report)
        elif name in ("eventTypes", "requestedFields") and not _texts(value):
            report.add(INTERCEPTOR_PARAMS, at, f"{name} is no list of texts", "write `[push]`, or leave it out for all")
        elif name in ("addChangedFiles", "githubOwners"):
            _check_token(name, value, at, report)
        elif name == "filter" and not isinstance(value, str):
            report.add(INTERCEPTOR_PARAMS, at, "the filter is no text", "put quotes around it")
        elif name == "overlays":
            _check_overlays(value, at, report)


def _check_secret(value: object, at: Path, report: Report) -> None:
    lacking = [field for field in ("secretName", "secretKey") if not isinstance(value, Mapping) or not value.get(field)]
    if lacking and value is not None:
        message = f"the secretRef has no {' and no '.join(lacking)}: every event is refused"
        report.add(INTERCEPTOR_PARAMS, at, message, "write `{secretName: NAME, secretKey: KEY}`")


def _texts(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _check_token(name: str, value: object, at: Path, report: Report) -> None:
    if not isinstance(value, Mapping):
        report.add(INTERCEPTOR_PARAMS, at, f"{name} is no map of fields", "write `{enabled: true, …}`")
        return
    if value.get("enabled") is True and value.get("personalAccessToken") is not None:
        _check_secret(value.get("personalAccessToken"), (*at, "personalAccessToken"), report)


def _check_overlays(value: object, at: Path, report: Report) -> None:
    if not isinstance(value, list):
        report.add(INTERCEPTOR_PARAMS, at, "the overlays are no list", "write `[{key: branch, expression: …}]`")
        return
    for index, each in enumerate(value):
        for field in ("key", "expression"):
            if not isinstance(each, Mapping) or not isinstance(each.get(field), str) or not each[field]:
                message = f"the overlay has no {field}: every event is refused"
                report.add(INTERCEPTOR_PARAMS, (*at, index), message, "write `{key: branch, expression: …}`")
                break


UNSIGNED_TRIGGER = Rule.pitfall("FLOW352", "unsigned-trigger", "anybody can start it", quiet=HARDENING)


def check_signed(interceptors: Sequence[Asked], path: Path, report: Report) -> None:
    """FLOW352: something proves who sent the event."""
    if not any(map(_proves, interceptors)):
        message = "nothing checks who sends the event: whoever reaches the listener starts a run"
        hint = "give the interceptor of your provider a secretRef, or compare a header by compareSecret in CEL"
        report.add(UNSIGNED_TRIGGER, path, message, hint)


def _proves(interceptor: Asked) -> bool:
    if interceptor.name in _SIGNED:
        return interceptor.given.get("secretRef", (None, ()))[0] is not None
    if interceptor.name == "cel":
        text = interceptor.given.get("filter", ("", ()))[0]
        return isinstance(text, str) and ".compareSecret(" in text
    # What the user's own interceptors do, nobody knows.
    return interceptor.name not in _PARAMS


BINDING_EXPRESSION = Rule.pitfall("FLOW353", "binding-expression", "an expression of a binding that stands for nothing")


def _check_value(value: str | None, at: Path, report: Report) -> None:
    """FLOW353: every `$(` has its `)`, and begins with a part of the event."""
    for part in (value or "").split("$(")[1:]:
        root = _ROOT.match(part)
        if not is_closed(part):
            message = f"'$({part}' is not closed: it stays as it is, a text"
            report.add(BINDING_EXPRESSION, at, message, "close it with ')'")
        elif root is None or root[1] not in _OF_EVENTS:
            name = root[1] if root else part.partition(")")[0]
            hint = did_you_mean(name, _OF_EVENTS, f"it begins with {', '.join(_OF_EVENTS)}")
            report.add(BINDING_EXPRESSION, at, f"there is no {name!r} in an event: every event fails here", hint)
