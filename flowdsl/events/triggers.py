"""Tekton Triggers v1beta1: https://github.com/tektoncd/triggers/tree/v0.37.0/docs"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowdsl.events.cel import both, quoted
from flowdsl.events.conditions import Matched, Reader
from flowdsl.events.documents import Fields, Starts, rule, secret_of
from flowdsl.events.exposure import exposure
from flowdsl.ir.events import Trigger
from flowdsl.kinds.table import (
    CLUSTER_INTERCEPTOR,
    CLUSTER_TRIGGER_BINDING,
    EVENT_LISTENER,
    INTERCEPTOR,
    PIPELINE_RUN,
    TEKTON,
    TRIGGER,
    TRIGGER_BINDING,
    TRIGGER_TEMPLATE,
    TRIGGERS,
)
from flowdsl.kube.conventions import NEWEST_OF

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import Document

_OWN = (EVENT_LISTENER, INTERCEPTOR, TRIGGER_BINDING, TRIGGER, TRIGGER_TEMPLATE)
_SHARED = (CLUSTER_INTERCEPTOR, CLUSTER_TRIGGER_BINDING)
_PORT = 8080
"""Of the Service that Triggers makes for an EventListener (pkg/reconciler/eventlistener/resources/service.go)."""
_WATCH = ("get", "list", "watch")
RUN, GROUP = "flowdsl-run", "flowdsl-group"
"""Params of a TriggerTemplate that the pipeline can't have: its own are names of Python's."""
TOKEN_HEADER = "X-Webhook-Token"
"""Of a webhook that names no other."""
_BELOW = "flow"
"""Where the overlays stand in the extensions."""


def documents(starts: Starts) -> list[Document]:
    """All that a cluster with Triggers needs: it listens under the Service `el-<pipeline>`."""
    account = f"{starts.pipeline}-events"
    found = Reader(starts.pipeline, starts.params, starts.provider).all(starts.triggers)
    made = _rights(starts, account)
    made += starts.first_task()
    for each in found:
        # A binding has to have params: where an event gives the run none, there is none.
        made += [_binding(starts, each)] if _values(each) else []
        made += [_template(starts, each), _trigger(starts, each)]
    listener: dict[str, object] = {
        "serviceAccountName": account,
        "triggers": [{"triggerRef": _name(starts, each)} for each in found],
    }
    if starts.listener_tls:
        listener["resources"] = certified(starts.listener_tls)
    made.append(starts.document(EVENT_LISTENER.api_version, EVENT_LISTENER.name, starts.pipeline, spec=listener))
    return made + exposure(starts, f"{starts.pipeline}-events", f"el-{starts.pipeline}", _PORT)


def certified(secret: str) -> Fields:
    """The listener's container with the variables by which it speaks TLS: its Service then has the port 8443.

    https://github.com/tektoncd/triggers/blob/v0.37.0/docs/eventlisteners.md#tls-https-support-in-eventlisteners
    """
    variables = [
        {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}
        for name, key in (("TLS_CERT", "tls.crt"), ("TLS_KEY", "tls.key"))
    ]
    return {"kubernetesResource": {"spec": {"template": {"spec": {"containers": [{"env": variables}]}}}}}


def _rights(starts: Starts, account: str) -> list[Document]:
    """The listener reads what it is made of, and creates runs. Its interceptors have their own accounts for Secrets."""
    own = [
        rule(TRIGGERS, tuple(each.plural for each in _OWN), _WATCH),
        rule(TEKTON, (PIPELINE_RUN.plural,), ("create",)),
    ]
    shared = [rule(TRIGGERS, tuple(each.plural for each in _SHARED), _WATCH)]
    return [
        *starts.account(account, own),
        *starts.everywhere(account, f"{starts.namespace}-{account}", shared),
    ]


def _name(starts: Starts, matched: Matched) -> str:
    return f"{starts.pipeline}-{matched.name}"


def _values(matched: Matched) -> dict[str, str]:
    """The template's params, each with the expression that gives it."""
    found = dict(matched.values)
    if matched.run_name:
        found[RUN] = matched.run_name
    if matched.group:
        found[GROUP] = matched.group
    return found


def _keys(matched: Matched) -> dict[str, str]:
    """Where each stands in the extensions: its name there has no dots or dashes, which are paths or need quotes."""
    keys: dict[str, str] = {}
    for name in _values(matched):
        key = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in name)
        keys[name] = f"{_BELOW}.{key}" if f"{_BELOW}.{key}" not in keys.values() else f"{_BELOW}.{key}_{len(keys)}"
    return keys


def _binding(starts: Starts, matched: Matched) -> Document:
    spec = {"params": [{"name": name, "value": f"$(extensions.{key})"} for name, key in _keys(matched).items()]}
    return starts.document(TRIGGER_BINDING.api_version, TRIGGER_BINDING.name, _name(starts, matched), spec=spec)


def _template(starts: Starts, matched: Matched) -> Document:
    names = [*_values(matched)]
    bound = {name: _param(name) for name in matched.values}
    run = starts.run_of(matched.name, _metadata(matched), bound)
    spec: dict[str, object] = {"params": [{"name": name} for name in names]} if names else {}
    spec["resourcetemplates"] = [run]
    return starts.document(TRIGGER_TEMPLATE.api_version, TRIGGER_TEMPLATE.name, _name(starts, matched), spec=spec)


def _param(name: str) -> str:
    return f"$(tt.params.{name})"


def _metadata(matched: Matched) -> Fields:
    """A name that the same event makes again: creating the run a second time is refused (AlreadyExists)."""
    meta: dict[str, object] = {"generateName": f"{matched.prefix}-"}
    if matched.run_name:
        meta = {"name": f"{matched.prefix}-{_param(RUN)}"}
    return {**meta, "annotations": {NEWEST_OF: _param(GROUP)}} if matched.group else meta


def _trigger(starts: Starts, matched: Matched) -> Document:
    keys, values = _keys(matched), _values(matched)
    overlays = [{"key": keys[name], "expression": value} for name, value in values.items()]
    trigger, filter_ = matched.trigger, matched.condition
    if trigger.happening == "webhook" and trigger.verify and trigger.signature == "token":
        filter_ = both((_token(starts, trigger), filter_))
    given = [_param_of("filter", filter_)] if filter_ else []
    given += [_param_of("overlays", overlays)] if overlays else []
    bindings = [{"kind": TRIGGER_BINDING.name, "ref": _name(starts, matched)}] if values else []
    spec = {
        "interceptors": [*_checked(starts, trigger), *([_interceptor("cel", given)] if given else [])],
        **({"bindings": bindings} if bindings else {}),
        "template": {"ref": _name(starts, matched)},
    }
    return starts.document(TRIGGER.api_version, TRIGGER.name, _name(starts, matched), spec=spec)


def _token(starts: Starts, trigger: Trigger) -> str:
    """Whether the sender knows the secret: compared in constant time, by the interceptor."""
    secret = starts.secret(trigger)
    header = quoted(trigger.header or TOKEN_HEADER)
    return f"header.canonical({header}).compareSecret({quoted(secret.key or 'secret')}, {quoted(secret.name)})"


def _checked(starts: Starts, trigger: Trigger) -> list[Fields]:
    """What checks the signature and the kind of event, before anything else is looked at."""
    given = []
    if trigger.verify and (trigger.happening != "webhook" or trigger.signature == "sha256"):
        secret = starts.secret(trigger)
        given.append(_param_of("secretRef", {"secretName": secret.name, "secretKey": secret.key or "secret"}))
    if trigger.happening == "webhook":
        return [_interceptor("github", given)] if given else []
    assert starts.provider is not None  # FLOW376 has said so
    given.append(_param_of("eventTypes", list(starts.provider.occurrences[trigger.happening].types)))
    if trigger.happening == "pull_request" and trigger.paths:
        given.append(_param_of("addChangedFiles", {"enabled": True, "personalAccessToken": _reading(starts, trigger)}))
    return [_interceptor(starts.provider.interceptor, given)]


def _reading(starts: Starts, trigger: Trigger) -> Mapping[str, str]:
    secret = trigger.token or secret_of(starts.settings.token)
    assert secret is not None  # FLOW374 has said so
    return {"secretName": secret.name, "secretKey": secret.key or "token"}


def _interceptor(name: str, params: list[Fields]) -> Fields:
    return {"ref": {"kind": CLUSTER_INTERCEPTOR.name, "name": name}, "params": params}


def _param_of(name: str, value: object) -> Fields:
    return {"name": name, "value": value}
