"""Triggers and events for the differential test of matching: each event meets each trigger, at Triggers' own sink and
in `flowdsl.events.matching`. `events.json` is what the sink made of them; `record_events.py` writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deliveries import PROVIDERS, SECRET, Delivery, access, interceptor, push

Object = dict[str, Any]
RECORDED = Path(__file__).parent / "events.json"
LISTENER = "differs"
API = "triggers.tekton.dev/v1beta1"

# Expressions for filters, one a trigger, and for overlays, whose value becomes the param.
FILTERS = {
    "is-main": "body.ref == 'refs/heads/main'",
    "is-push": "header.match('x-github-event', 'push')",
    "has-guard": "has(body.pull_request) && body.pull_request.draft == false",
    "error-or-true": "body.nothing.here == 1 || has(body.ref)",
    "error-and-false": "body.nothing == 1 && false",
    "number": "body.number > 5 && body.number <= 12",
    "number-types": "body.number == 7 && body.number + 1.0 == 8.0",
    "number-int": "body.number + 1 == 8",
    "in-list": "body.action in ['opened', 'synchronize']",
    "label": "body.pull_request.labels.exists(l, l.name == 'ok-to-test')",
    "labels-all": "body.pull_request.labels.all(l, l.name.startsWith('ok'))",
    "regexp": "body.ref.matches('^refs/(heads|tags)/v?[0-9a-z.]+$')",
    "not-bool": "body.ref",
    "not-cel": "body.ref ==",
    "unknown": "body.ref.shout() == 'X'",
    "undeclared": "payload.ref == 'x'",
    "null": "body.base == null",
    "size": "size(body.commits) == 1 && body.commits[0].modified.size() == 1",
    "type": "type(body.number) == double",
    "conditional": "(has(body.number) ? body.number : 0.0) < 100.0",
    "url": "requestURL.parseURL().query.team == 'a'",
    "secret": f"'{SECRET}'.compareSecret('token', 'webhook')",
    "literals": "1 == 1.0",
    "quoted": "body['from'] == 'here' && \"from\" in body",
    "first": "body.commits.first().id == body.commits.last().id",
}
OVERLAYS = {
    "branch": "body.ref.split('/')[2]",
    "sha": "body.after.truncate(7)",
    "text-of-number": "string(body.number)",
    "number": "body.number",
    "half": "body.number / 2.0",
    "whole": "int(body.number) % 5",
    "list": "body.commits.map(c, c.id)",
    "map": "{'a': body.ref, 'b': [1, 2.5, true, null]}",
    "bool": "body.deleted || false",
    "null": "body.base",
    "upper": "body.ref.upperAscii().replace('/', '-').lowerAscii()",
    "slug": "body.message.translate('[^a-z0-9]+', '-')",
    "json": "body.nested.marshalJSON()",
    "parsed": "body.text.parseJSON().a.b",
    "yaml": "body.text.parseYAML().a",
    "host": "body.repository.clone_url.parseURL().host + body.repository.clone_url.parseURL().path",
    "header": "header.canonical('x-github-delivery')",
    "missing-header": "header.canonical('X-Nothing')",
    "format": "'%s/%d'.format([body.ref, int(body.number)])",
    "base64": "base64.encode(bytes(body.ref))",
    "greatest": "math.greatest([1, int(body.number), 3])",
    "substring": "body.ref.substring(11)",
    "join": "['a', 'b'].join('-') + body.ref.charAt(0)",
    "sorted": "body.unsorted.sortBy(x, -x)",
    "sets": "sets.intersects(['push', 'tag'], [header.canonical('X-Github-Event')])",
    "date": "string(timestamp(body.at).getFullYear()) + string(timestamp(body.at))",
    "bytes": "b'\\x01\\xff'",
    "uint": "3u",
    "message": "body.message",
}
# Values of bindings: paths and what stands around them.
PATHS = {
    "ref": "$(body.ref)",
    "around": "ref=$(body.ref), $(body.after)!",
    "number": "$(body.number)",
    "object": "$(body.repository)",
    "array": "$(body.commits[0].modified)",
    "last": "$(body.unsorted[-1])",
    "slice": "$(body.unsorted[0:2])",
    "wildcard": "$(body.commits[*].id)",
    "filter": "$(body.pull_request.labels[?(@.name=='ok-to-test')].color)",
    "dotted": "$(body.nested['a.b'])",
    "escaped": "$(body.nested.a\\.b)",
    "braces": "$({.body.ref})",
    "message": "$(body.message)",
    "null": "$(body.base)",
    "bool": "$(body.deleted)",
    "header": "$(header.x-github-event)",
    "headers": "$(header.X-Several)",
    "missing": "$(body.missing)",
    "open": "$(body.ref",
    "plain": "no path & no escape",
    "tekton": "$(body.tekton)",
    "deep": "$(body..id)",
    "event": "$(body.ref) $(extensions.nothing)",
}


# What a change of one field can matter to; the rest of the triggers meets the whole payloads alone.
ONLY = {
    "number": "number|half|whole|format|greatest|conditional|type", "action": "list|guard", "message": "message|slug|around",
    "ref": "ref|branch|main|regexp|upper|format|substring|join|base64|not-bool|event", "text": "parsed|yaml",
    "labels": "label|path-filter|guard", "at": "date", "commits": "size|first|list|wildcard|deep|array", "unsorted": "sorted|last|slice",
    "mixed": "sorted|last|slice", "deleted": "bool", "tekton": "tekton", "files": "files|ref",
}  # fmt: skip
# No interceptor at all: the body goes to the bindings as it came.
UNGATED = {"path-ref", "path-plain", "path-number"}


def listener() -> list[Object]:
    """The one listener with all triggers."""
    triggers = [
        *(_trigger(f"filter-{name}", [_cel(filter=text)], "yes") for name, text in FILTERS.items()),
        *(
            _trigger(f"overlay-{name}", [_cel(overlays=[{"key": "deep.value", "expression": text}])], "$(extensions.deep.value)")
            for name, text in OVERLAYS.items()
        ),
        *(_trigger(f"path-{name}", [], text) for name, text in PATHS.items()),
        *(_trigger(f"default-{name}", [], PATHS[name], default="de fault") for name in ("missing", "ref", "event")),
        *(_trigger(f"signed-{name}", [_signed(name)], "yes") for name in ("github", "gitlab", "bitbucket")),
        _trigger("types-none", [interceptor("github", eventTypes=[])], "yes"),
        _trigger("types-case", [interceptor("github", EventTypes=["push"])], "yes"),
        _trigger("files", [interceptor("github", addChangedFiles={"enabled": True})], "$(extensions.changed_files)"),
        _trigger("no-secret", [interceptor("gitlab", secretRef={"secretName": "none", "secretKey": "x"})], "yes"),
        _trigger("two", [_cel(overlays=[{"key": "a", "expression": "'1'"}]),
                         _cel(filter="extensions.a == '1'", overlays=[{"key": "b", "expression": "extensions.a + '2'"}])],
                 "$(extensions.a)$(extensions.b)"),
        _trigger("spread", [_cel(overlays=[{"key": "l.1", "expression": "'x'"}, {"key": "l.-1", "expression": "2"}])],
                 "$(extensions.l)"),
    ]  # fmt: skip
    spec = {"serviceAccountName": "listens", "triggers": triggers}
    metadata = {"name": LISTENER, "namespace": "default"}
    return [*access(), {"apiVersion": API, "kind": "EventListener", "metadata": metadata, "spec": spec}]


def _trigger(name: str, interceptors: list[Object], value: str, default: str | None = None) -> Object:
    # It waits for ever: only what is created counts.
    spec: Object = {"status": "PipelineRunPending", "pipelineRef": {"name": "none"}}
    spec["params"] = [
        {"name": "value", "value": "<$(tt.params.value)>"},
        {"name": "kept", "value": "$(tt.params.kept)"},
    ]
    run = {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": {"generateName": "differs-"}, "spec": spec}
    declared: list[Object] = [{"name": "value"}, {"name": "kept", "default": "as it was"}]
    if default is not None:
        declared[0]["default"] = default
    gate = _cel(filter=f"'{name}'.matches(header.canonical('X-Only'))")
    return {
        "name": name, "interceptors": [*([] if name in UNGATED else [gate]), *interceptors], "bindings": [{"name": "value", "value": value}],
        "template": {"spec": {"params": declared, "resourcetemplates": [run]}},
    }  # fmt: skip


def _cel(**params: Any) -> Object:
    return interceptor("cel", **params)


def _signed(provider: str) -> Object:
    types = {"github": ["push", "ping"], "gitlab": ["Push Hook"], "bitbucket": ["repo:push"]}[provider]
    return interceptor(provider, secretRef={"secretName": "webhook", "secretKey": "token"}, eventTypes=types)


def events() -> dict[str, tuple[Delivery, str]]:
    """The events by name, each with the path it is posted to."""
    found: dict[str, tuple[Delivery, str]] = {}
    for provider in PROVIDERS:
        for branch in ("main", "v1.2", "fix/a-b"):
            found[f"{provider}-{branch}"] = push(provider, branch, f"{provider}-1", sha="12ab" * 10), "/"
        found[f"{provider}-forged"] = push(provider, "main", "2", secret="another"), "/?team=a"
    for name, body in _BODIES.items():
        headers = {"Content-Type": "application/json", "X-GitHub-Event": "push", "X-Several": "a, b"}
        headers |= {"X-Github-Delivery": name, "X-Only": ONLY.get(name.partition("-")[0], "")}
        found[f"body-{name}"] = Delivery(json.dumps(body).encode(), headers), f"/hook?team={name[:1]}"
    for name, raw in _RAW.items():
        found[f"raw-{name}"] = Delivery(raw, {"Content-Type": "application/json"}), "/"
    return found


_PULL: Object = {
    "action": "opened", "number": 7, "repository": {"full_name": "a/b", "clone_url": "https://u:p@git.example:8443/a/b.git?x=1"},
    "pull_request": {"draft": False, "labels": [{"name": "ok-to-test", "color": "red"}, {"name": "ok", "color": "blue"}]},
}  # fmt: skip
_FULL: Object = {
    **_PULL, "ref": "refs/heads/main", "after": "0123456789", "deleted": False, "base": None, "from": "here",
    "message": 'Say "hi" & <go>\n\ttwice\\', "unsorted": [3, 1, 2], "nested": {"a.b": "dot", "z": [1.5, {"y": None}]},
    "text": '{"a": {"b": "deep"}}', "at": "2026-03-04T05:06:07.89Z", "commits": [{"id": "c1", "modified": ["m"]}],
}  # fmt: skip
# A message that names a param of the template would be told by chance: the sink puts values in by the order of a Go map
# (pkg/template/resource.go, convertParamMapToArray), and one put in early can have its own `$(tt.params.…)` replaced by a later one.
_BODIES: dict[str, Object] = {
    "empty": {}, "pull": _PULL, "all": _FULL,
    **{f"number-{number}": {**_FULL, "number": number} for number in (0, 5.5, 12, 1234567, 12345678901, 1e21, 1e-7, -3)},
    **{f"action-{action}": {**_PULL, "action": action} for action in ("closed", "synchronize", 3, None)},
    **{f"message-{number}": {**_FULL, "message": text} for number, text in enumerate((
        "", "plain", "$(params.x) and $(tt.params.none)", "日本語 ünï \U0001f600", "\u2028\x7f\x01", "a'b`c", "</script>", "\\u0041"))},
    **{f"ref-{number}": {**_FULL, "ref": ref} for number, ref in enumerate((
        "refs/tags/v1.0", "refs/heads/UPPER", "main", "", "refs/heads/", 5, None, ["a"], {"b": "c"}))},
    **{f"text-{number}": {**_FULL, "text": text} for number, text in enumerate((
        "", "a: 1", "a: [1, {b: c}]", "{", '{"a": {"b": 3}}', "[1]", "a: 2026-01-01"))},
    **{f"labels-{number}": {**_FULL, "pull_request": {"draft": bool(number % 2), "labels": labels}} for number, labels in enumerate((
        [], [{"name": "other"}], [{"name": "ok-to-test"}], [{}], "none"))},
    **{f"at-{number}": {**_FULL, "at": at} for number, at in enumerate(("2024-02-29T23:59:60Z", "2024-02-29T23:59:59+02:00", "x"))},
    "commits-none": {**_FULL, "commits": []}, "commits-two": {**_FULL, "commits": [{"id": "a", "modified": []}, {"id": "b"}]},
    "files": {"ref": "x", "repository": {"full_name": "a/b"}, "commits": [{"added": ["1", "a b"], "modified": [], "removed": ["2"]}]},
    "tekton": {**_FULL, "tekton": "$(context.taskRun.name) $$(x)"},
    "unsorted": {**_FULL, "unsorted": [2.5, -1, 10]}, "mixed": {**_FULL, "unsorted": [1, "a"]}, "deleted": {**_FULL, "deleted": True},
}  # fmt: skip
_RAW = {
    "null": b"null", "list": b"[1]", "text": b'"a"', "nothing": b"", "broken": b'{"a": 1', "twice": b'{"ref": "a", "ref": "b"}',
    "nan": b'{"number": NaN}', "huge": b'{"number": 1e999}', "latin": b'{"ref": "caf\xe9"}', "half": b'{"ref": "\\ud83d"}',
    "control": b'{"ref": "a\x01b"}', "blanks": b' \n{"ref":\t"x"} \r\n', "bom": b'\xef\xbb\xbf{"ref": "x"}', "after": b'{"ref": "x"} x',
    "digits": b'{"number": 12345678901234567890, "ref": "x"}', "zero": b'{"number": -0, "ref": "x"}', "octal": b'{"number": 012}',
}  # fmt: skip
