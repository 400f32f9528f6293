"""What Triggers' webhook fills in: kinds of what a trigger refers to, and in v1alpha1 the interceptors' new spelling.

Source: `SetDefaults` in pkg/apis/triggers/v1beta1 and v1alpha1 (v0.37.0) with the configuration that Triggers ships.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.kinds import table
from flowdsl.kinds.values import decoded

_ACCOUNT = "default"
_SERVER = "server/type"
FORMER = {
    "bitbucket": ("secretRef", "eventTypes"),
    "cel": ("filter", "overlays"),
    "github": ("secretRef", "eventTypes"),
    "gitlab": ("secretRef", "eventTypes"),
}
"""Fields of v1alpha1, in the order in which the first becomes a `ref`, and the params that they become."""


def trigger(document: dict[str, object]) -> None:
    """Trigger.SetDefaults."""
    _trigger(document.get("spec"), alpha=_is_alpha(document))


def event_listener(document: dict[str, object]) -> None:
    """EventListener.SetDefaults."""
    spec = document.get("spec")
    if not isinstance(spec, dict):
        return
    spec.setdefault("serviceAccountName", _ACCOUNT)
    # Structs that Go holds by value: an empty one and none are the same to it.
    for field in ("namespaceSelector", "resources"):
        if spec.get(field) == {}:
            del spec[field]
    resources = spec.get("resources")
    deployment = resources.get("kubernetesResource") if isinstance(resources, dict) else None
    if isinstance(deployment, dict) and deployment.get("replicas") == 0:
        deployment["replicas"] = 1
    for each in _maps(spec, "triggers"):
        _trigger(each, alpha=_is_alpha(document))
    for each in _maps(spec, "triggerGroups"):
        _interceptors(each, alpha=False)


def interceptor(document: dict[str, object]) -> None:
    """ClusterInterceptor.SetDefaults, and Interceptor's: how it is served. There this label replaces all others."""
    metadata = document.setdefault("metadata", {})
    labels = metadata.setdefault("labels", {}) if isinstance(metadata, dict) else None
    if isinstance(labels, dict):
        labels.setdefault(_SERVER, "http")


def _is_alpha(document: dict[str, object]) -> bool:
    return str(document.get("apiVersion")).endswith("/v1alpha1")


def _trigger(spec: object, *, alpha: bool) -> None:
    for each in _maps(spec, "bindings"):
        each.setdefault("kind", table.TRIGGER_BINDING.name)
    _interceptors(spec, alpha=alpha)


def _interceptors(holder: object, *, alpha: bool) -> None:
    for each in _maps(holder, "interceptors"):
        reference = each.setdefault("ref", {})
        if not isinstance(reference, dict):
            continue
        reference.setdefault("kind", table.CLUSTER_INTERCEPTOR.name)
        if alpha and not reference.get("name"):
            _renew(each, reference)


def _renew(interceptor: dict[str, object], reference: dict[str, object]) -> None:
    interceptor.pop("params", None)
    name = next((each for each in FORMER if interceptor.get(each) is not None), "")
    if not name:
        return
    reference["name"] = name
    given = interceptor.pop(name)
    if isinstance(given, dict):
        interceptor["params"] = [{"name": field, "value": _param(field, given.get(field))} for field in FORMER[name]]


def _param(field: str, value: object) -> object:
    """What a param holds as `with_defaults` copies one: a filter that is absent is the empty text to Go."""
    return None if value is None and field != "filter" else decoded(value)


def _maps(part: object, field: str) -> Iterator[dict[str, object]]:
    items = part.get(field) if isinstance(part, dict) else None
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))
