"""Which triggers an HTTP request starts, and what comes out: what Triggers' sink does with it, without a cluster.

Takes the documents of an EventListener, ours or anyone's, and follows pkg/sink/sink.go of Triggers v0.37.0 word for
word; `compiler_tests/cluster` holds it to the sink itself. What only the cluster could answer (another service that is
an interceptor, GitHub asked for a pull request's files) is left undecided and said.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from flowdsl.celgo.goes import canonical, json_object, json_value, text_of
from flowdsl.kinds.table import (
    CLUSTER_TRIGGER_BINDING,
    EVENT_LISTENER,
    TEKTON,
    TRIGGER,
    TRIGGER_BINDING,
    TRIGGER_TEMPLATE,
    TRIGGERS,
)

from .sink.interceptors import Request, Secrets, Stopped, Undecided, called, form
from .sink.params import ParamError, resolved
from .sink.selectors import SelectorError, selects

Fields = Mapping[str, Any]
STARTS, STOPPED, FAILED, UNDECIDED = "starts", "stopped", "failed", "undecided"
# cmd/eventlistenersink has no limit; a provider sends at most 25 MB (GitHub).
LARGEST = 25 * 1024 * 1024
_OLD_ESCAPE = f"{TRIGGERS}/old-escape-quotes"
_NO_PAYLOAD_CHECK = f"{TEKTON}/payload-validation"


class PayloadError(Exception):
    """A body that the sink answers with 400; the text says why."""


@attrs.frozen
class Event:
    """An HTTP request to a listener."""

    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    url: str = "/"
    id: str = attrs.field(factory=lambda: str(uuid.uuid4()))

    @property
    def header(self) -> dict[str, list[str]]:
        """The headers by the names that Go's server gives them."""
        found: dict[str, list[str]] = {}
        for name, value in self.headers:
            if canonical(name) != "Host":
                found.setdefault(canonical(name), []).append(value.strip(" \t"))
        return found


@attrs.frozen
class Verdict:
    """What became of an event at one trigger.

    `outcome` is `starts`, `stopped` (an interceptor said no), `failed` (the sink writes an error to its log) or
    `undecided`; `reason` says why it does not start.
    """

    listener: str
    trigger: str
    outcome: str
    reason: str = ""
    params: Mapping[str, str] = attrs.field(factory=dict)
    documents: tuple[dict[str, Any], ...] = ()


@attrs.frozen
class _Trigger:
    name: str
    namespace: str
    spec: Fields


def match(
    documents: Sequence[Fields], event: Event, secrets: Secrets, changed_files: Sequence[str] | None = None
) -> list[Verdict]:
    """What becomes of an event at each trigger of each EventListener among the documents.

    Raises PayloadError for a body that no listener takes.
    """
    cluster = Cluster(documents)
    files = None if changed_files is None else tuple(changed_files)
    return [verdict for listener in cluster.listeners() for verdict in _heard(cluster, listener, event, secrets, files)]


@attrs.frozen
class Cluster:
    """The documents, as a listener finds them."""

    documents: Sequence[Fields]

    def listeners(self) -> list[Fields]:
        """All EventListeners."""
        return [each for each in self.documents if _is(each, EVENT_LISTENER.name)]

    def asked(self) -> set[str]:
        """The names of the interceptors that listeners ask. Raises SelectorError."""
        triggers = [trigger.spec for listener in self.listeners() for trigger, _ in self.triggers(listener)]
        return {
            str((each.get("ref") or {}).get("name")) for spec in triggers for each in spec.get("interceptors") or ()
        }

    def found(self, kind: str, namespace: str, name: str) -> Fields:
        """One of them by name. Raises ParamError where it isn't there."""
        for each in self.documents:
            if _is(each, kind) and _name(each) == name and (not namespace or namespace_of(each) == namespace):
                return each
        raise ParamError(f"there is no {kind} {name}")

    def triggers(self, listener: Fields) -> Iterator[tuple[_Trigger, Fields | None]]:
        """The triggers of a listener, each with its group, if it has one."""
        spec, namespace = listener.get("spec") or {}, namespace_of(listener)
        for trigger in self._selected(spec.get("namespaceSelector"), spec.get("labelSelector"), namespace):
            yield trigger, None
        for each in spec.get("triggers") or ():
            if not each.get("template") and each.get("triggerRef"):
                try:
                    found = self.found(TRIGGER.name, namespace, each["triggerRef"])
                except ParamError:
                    # The sink says so in its log and goes on.
                    continue
                yield _Trigger(_name(found), namespace, found.get("spec") or {}), None
            else:
                yield _Trigger(each.get("name", ""), namespace, each), None
        for group in spec.get("triggerGroups") or ():
            selector = group.get("triggerSelector") or {}
            for trigger in self._selected(selector.get("namespaceSelector"), selector.get("labelSelector"), namespace):
                yield trigger, group

    def _selected(self, namespaces: Fields | None, labels: Fields | None, own: str) -> Iterator[_Trigger]:
        names = (namespaces or {}).get("matchNames") or ()
        if not names and labels is None:
            return
        for each in self.documents:
            if not _is(each, TRIGGER.name) or not selects(labels, (each.get("metadata") or {}).get("labels") or {}):
                continue
            if list(names) == ["*"] or namespace_of(each) in (names or (own,)):
                yield _Trigger(_name(each), namespace_of(each), each.get("spec") or {})


def _is(document: Fields, kind: str) -> bool:
    return document.get("kind") == kind and str(document.get("apiVersion", "")).startswith(f"{TRIGGERS}/")


def _name(document: Fields) -> str:
    return str((document.get("metadata") or {}).get("name", ""))


def namespace_of(document: Fields) -> str:
    """The namespace of a document; `default` where it names none."""
    return str((document.get("metadata") or {}).get("namespace") or "default")


def _heard(
    cluster: Cluster, listener: Fields, event: Event, secrets: Secrets, files: tuple[str, ...] | None
) -> Iterator[Verdict]:
    checked = (listener.get("metadata") or {}).get("annotations") or {}
    text = text_of(event.body)
    if checked.get(_NO_PAYLOAD_CHECK) != "false":
        try:
            json_object(text)
        except ValueError as error:
            raise PayloadError(f"the body is no JSON object: {error}") from None
    request = Request(text, event.header, event.url, {}, secrets, files)
    try:
        for trigger, group in cluster.triggers(listener):
            yield _decided(cluster, _name(listener), trigger, group, request, event)
    except SelectorError as error:
        # The sink goes no further.
        yield Verdict(_name(listener), "", FAILED, f"the listener can't select triggers: {error}")


def _decided(
    cluster: Cluster, listener: str, trigger: _Trigger, group: Fields | None, request: Request, event: Event
) -> Verdict:
    verdict = Verdict(listener, trigger.name, STARTS)
    try:
        if group is not None:
            request = _through(group.get("interceptors") or (), request)
        request = _through(trigger.spec.get("interceptors") or (), request)
        template, annotations = _template(cluster, trigger)
        bindings = list(_bindings(cluster, trigger))
        params = resolved(bindings, _root(request, event), template.get("params") or ())
        documents = tuple(_created(template, annotations, params, verdict, event))
    except Stopped as stopped:
        return attrs.evolve(verdict, outcome=STOPPED, reason=str(stopped))
    except Undecided as unknown:
        return attrs.evolve(verdict, outcome=UNDECIDED, reason=str(unknown))
    except ParamError as error:
        return attrs.evolve(verdict, outcome=FAILED, reason=str(error))
    except RecursionError:
        return attrs.evolve(verdict, outcome=UNDECIDED, reason="the event nests too deep to be decided here")
    return attrs.evolve(verdict, params=params, documents=documents)


def _through(interceptors: Sequence[Fields], request: Request) -> Request:
    """The request behind a chain of interceptors. Raises Stopped or Undecided."""
    if interceptors and request.first("Content-Type") == "application/x-www-form-urlencoded":
        request = attrs.evolve(request, body=form(request.body))
    for each in interceptors:
        name = (each.get("ref") or {}).get("name")
        if each.get("webhook") or not name or (each.get("ref") or {}).get("kind") == "NamespacedInterceptor":
            raise Undecided("an interceptor is a service of the cluster, which is not asked from here")
        params = {str(param.get("name")): param.get("value") for param in each.get("params") or ()}
        request = attrs.evolve(request, extensions={**request.extensions, **called(name, params, request)})
    return request


def _template(cluster: Cluster, trigger: _Trigger) -> tuple[Fields, Fields]:
    given = trigger.spec.get("template") or {}
    if given.get("spec"):
        return given["spec"], {}
    found = cluster.found(TRIGGER_TEMPLATE.name, trigger.namespace, given.get("ref") or given.get("name") or "")
    return found.get("spec") or {}, (found.get("metadata") or {}).get("annotations") or {}


def _bindings(cluster: Cluster, trigger: _Trigger) -> Iterator[tuple[str, str]]:
    for each in trigger.spec.get("bindings") or ():
        if each.get("name") and each.get("value") is not None:
            yield each["name"], str(each["value"])
            continue
        wide = each.get("kind") == CLUSTER_TRIGGER_BINDING.name
        kind = CLUSTER_TRIGGER_BINDING if wide else TRIGGER_BINDING
        found = cluster.found(kind.name, "" if wide else trigger.namespace, each.get("ref", ""))
        for param in (found.get("spec") or {}).get("params") or ():
            yield param.get("name", ""), str(param.get("value", ""))


def _root(request: Request, event: Event) -> dict[str, Any]:
    """What a binding's path begins in. Raises ParamError."""
    try:
        body = json_value(request.body) if request.body else None
    except ValueError as error:
        raise ParamError(f"failed to unmarshal request body: {error}") from None
    header = {name: ",".join(values) for name, values in request.header.items()}
    context = {"eventID": event.id, "EventID": event.id}
    root = {"header": header, "body": body, "extensions": request.extensions, "context": context}
    # Go finds a field of a struct by its own name as well.
    return root | {name.capitalize(): value for name, value in root.items()}


def _created(
    template: Fields, annotations: Fields, params: Mapping[str, str], verdict: Verdict, event: Event
) -> Iterator[dict[str, Any]]:
    """The objects of a template with the params in place. Raises ParamError for what is no object then."""
    uid = str(uuid.uuid4())
    for each in template.get("resourcetemplates") or ():
        text = json.dumps(each, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        for name, value in params.items():
            plain = value.replace('"', '\\"') if _OLD_ESCAPE in annotations else value
            text = text.replace(f"$(tt.params.{name})", plain.replace("$(", "$$("))
        try:
            made = json.loads(text.replace("$(uid)", uid))
        except ValueError as error:
            raise ParamError(f"couldn't unmarshal json from the TriggerTemplate: {error}") from None
        if not isinstance(made, dict):
            raise ParamError("couldn't unmarshal json from the TriggerTemplate: it is no object")
        yield _labelled(made, verdict, event)


def _labelled(made: dict[str, Any], verdict: Verdict, event: Event) -> dict[str, Any]:
    metadata = made.get("metadata")
    metadata = made["metadata"] = {} if metadata is None else metadata
    if not isinstance(metadata, dict):
        raise ParamError("metadata of what is created is no map of fields")
    labels = metadata.get("labels") or {}
    if not isinstance(labels, dict) or any(not isinstance(value, str) for value in labels.values()):
        raise ParamError("a label is no text")
    own = {"eventlistener": verdict.listener, "trigger": verdict.trigger, "triggers-eventid": event.id}
    metadata["labels"] = labels | {f"{TRIGGERS}/{name}": value for name, value in own.items()}
    return made
