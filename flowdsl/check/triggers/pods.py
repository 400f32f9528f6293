"""What may be set of the Deployment of a listener: a short list of fields, all others are Triggers' own.

Source: the masks of event_listener_validation.go in pkg/apis/triggers/v1beta1 and v1alpha1. They compare with an empty
pod, so a field that is there with the value of an empty one is as good as absent; what is written for a custom
resource is kept as it is, where an empty list is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from flowdsl.check.findings import Path, Report
from flowdsl.diagnostics.rule import Rule

if TYPE_CHECKING:
    from flowdsl.kinds.base import Model
    from flowdsl.kinds.containers import EnvVar, EnvVarSource
    from flowdsl.kinds.pods import Container, PodSpec
    from flowdsl.kinds.triggers.alpha import AlphaListenerDeployment, AlphaListenerResources
    from flowdsl.kinds.triggers.listeners import CustomListener, ListenerDeployment, ListenerResources

AnyDeployment: TypeAlias = "ListenerDeployment | AlphaListenerDeployment"

LISTENER_POD = Rule("FLOW266", "listener-pod", "a field that can't be set of a listener's pod")
_POD_ALPHA = frozenset({"serviceAccountName", "containers", "tolerations", "nodeSelector"})
_POD = _POD_ALPHA | {"affinity", "topologySpreadConstraints", "imagePullSecrets", "securityContext"}
_CUSTOM_ALPHA = frozenset({"resources", "env"})
_CUSTOM = _CUSTOM_ALPHA | {"securityContext"}
_PROBES = frozenset({"livenessProbe", "readinessProbe", "startupProbe"})
# Fields that Go holds by value: false is as good as absent.
_BY_VALUE = frozenset({"hostNetwork", "hostPID", "hostIPC", "stdin", "stdinOnce", "tty"})
_POINTERS = frozenset({"runtimeClassName", "preemptionPolicy", "hostnameOverride"})
_TLS = ("TLS_CERT", "TLS_KEY")
_LOAD_BALANCER = "LoadBalancer"


def check_resources(resources: ListenerResources | AlphaListenerResources, path: Path, report: Report) -> None:
    """FLOW266: one kind of resource, and of its pod only what may be set."""
    from flowdsl.kinds.triggers.listeners import ListenerResources

    deployment, custom = resources.kubernetesResource, resources.customResource
    alpha = not isinstance(resources, ListenerResources)
    if deployment is not None and custom is not None:
        report.add(LISTENER_POD, path, "there is both a kubernetesResource and a customResource", "keep one of them")
    elif deployment is not None:
        _check_deployment(deployment, (*path, "kubernetesResource"), report, alpha=alpha)
    elif custom is not None:
        _check_custom(custom, (*path, "customResource"), report, alpha=alpha)


def _check_deployment(deployment: AnyDeployment, path: Path, report: Report, *, alpha: bool) -> None:
    if (deployment.replicas or 0) < 0:
        report.add(
            LISTENER_POD, (*path, "replicas"), f"there can't be {deployment.replicas} replicas", "write 1 or more"
        )
    given = getattr(deployment, "serviceLoadBalancerClass", None)
    if given is not None and deployment.serviceType != _LOAD_BALANCER:
        hint = f"add `serviceType: {_LOAD_BALANCER}`, or leave the class out"
        message = "a serviceLoadBalancerClass is for a load balancer alone"
        report.add(LISTENER_POD, (*path, "serviceLoadBalancerClass"), message, hint)
    template = deployment.spec.template if deployment.spec else None
    if template is not None and template.spec is not None:
        at = (*path, "spec", "template", "spec")
        container = (_CUSTOM_ALPHA if alpha else _CUSTOM) | _PROBES
        _check_pod(template.spec, at, report, _POD_ALPHA if alpha else _POD, container, kept=False)


def _check_custom(custom: object, path: Path, report: Report, *, alpha: bool) -> None:
    """What a resource of another kind says of its pod: fields that no pod has are its own business."""
    from pydantic import ValidationError

    from flowdsl.kinds.decode import located_errors
    from flowdsl.kinds.triggers.listeners import CustomListener

    if not isinstance(custom, Mapping):
        report.add(
            LISTENER_POD,
            path,
            "the customResource is no map of fields",
            "write an object, such as a Service of Knative",
        )
        return
    try:
        found = _as_pod(custom)
    except ValidationError as error:
        for each in located_errors(error, CustomListener):
            if each.kind != "unknown":
                report.add(LISTENER_POD, (*path, *each.location), each.message, "see the pod of Kubernetes' API")
        return
    template = found.spec.template if found.spec else None
    if template is not None and template.spec is not None:
        at = (*path, "spec", "template", "spec")
        pod, container = (_POD_ALPHA, _CUSTOM_ALPHA) if alpha else (_POD, _CUSTOM)
        _check_pod(template.spec, at, report, pod, container, kept=True)


def _as_pod(custom: Mapping[str, object]) -> CustomListener:
    """What is known of it. Raises ValidationError for what is no pod even without its unknown fields."""
    from pydantic import ValidationError

    from flowdsl.kinds.decode import fields_at, located_errors, validate, without
    from flowdsl.kinds.triggers.listeners import CustomListener

    try:
        found = validate(CustomListener, custom)
    except ValidationError as error:
        unknown = [each.location for each in located_errors(error, CustomListener) if each.kind == "unknown"]
        # What is a field in another case is that field.
        own = [
            place
            for place in unknown
            if str(place[-1]).lower() not in map(str.lower, fields_at(CustomListener, place[:-1]))
        ]
        found = validate(CustomListener, without(custom, own))
    assert isinstance(found, CustomListener)
    return found


def _check_pod(
    pod: PodSpec, path: Path, report: Report, allowed: frozenset[str], of_container: frozenset[str], *, kept: bool
) -> None:
    _check_set(pod, allowed, path, report, kept=kept)
    containers = pod.containers or []
    at = (*path, "containers")
    if len(containers) > 1:
        report.add(LISTENER_POD, at, "a listener has one container", "leave the others out")
    for container in containers if len(containers) == 1 else ():
        _check_set(container, of_container, (*at, 0), report, kept=kept)
        _check_env(container, (*at, 0, "env"), report, kept=kept)


def _check_env(container: Container, path: Path, report: Report, *, kept: bool) -> None:
    for index, variable in enumerate(container.env or ()):
        _check_set(variable, frozenset({"name", "valueFrom"}), (*path, index), report, kept=kept)
        if variable.valueFrom is not None:
            allowed = frozenset({"secretKeyRef"})
            _check_set(variable.valueFrom, allowed, (*path, index, "valueFrom"), report, kept=kept)
    given = [variable.name for variable in container.env or () if variable.name in _TLS]
    if len(given) == 1:
        message = f"{given[0]} is set and {_TLS[1 - _TLS.index(given[0])]} is not"
        report.add(LISTENER_POD, path, message, f"TLS needs both {' and '.join(_TLS)}, each from a Secret")


def _check_set(
    holder: PodSpec | Container | EnvVar | EnvVarSource,
    allowed: frozenset[str],
    path: Path,
    report: Report,
    *,
    kept: bool,
) -> None:
    for field in _set(holder, kept=kept):
        if field not in allowed:
            hint = f"what may be set here: {', '.join(sorted(allowed))}"
            report.add(LISTENER_POD, (*path, field), f"{field} is Triggers' own", hint)


def _set(holder: Model, *, kept: bool) -> Iterator[str]:
    """The fields of a part of a pod that are there, as Go sees it."""
    for name in type(holder).fields():
        value = getattr(holder, name)
        if value is None or (value is False and name in _BY_VALUE) or (value == "" and name not in _POINTERS):
            continue
        if kept or value not in ([], {}):
            yield name
