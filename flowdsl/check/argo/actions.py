"""What a Sensor's trigger does, as its controller checks it: objects, calls, messages, and their parameters.

Source: validateTriggerTemplate and what it calls in pkg/reconciler/sensor/validate.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from flowdsl.check.argo.said import Said
from flowdsl.check.findings import Path, Report
from flowdsl.diagnostics.rule import Rule
from flowdsl.kube.conventions import PORT_MOST
from flowdsl.kube.zones import is_zone

if TYPE_CHECKING:
    from flowdsl.kinds.argo.parameters import TriggerParameter
    from flowdsl.kinds.argo.sensors import ConditionsResetCriteria, SensorTemplate, SensorTrigger
    from flowdsl.kinds.base import Model

SENSOR_TRIGGER = Rule("FLOW282", "sensor-trigger", "a trigger that Argo Events refuses")
ACTIONS = (
    "k8s",
    "argoWorkflow",
    "http",
    "awsLambda",
    "custom",
    "kafka",
    "nats",
    "slack",
    "openWhisk",
    "log",
    "azureEventHubs",
    "pulsar",
    "azureServiceBus",
    "email",
)
"""Every field of a template that does something."""
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "http": ("url",),
    "awsLambda": ("functionName", "region"),
    "kafka": ("url", "topic"),
    "nats": ("url", "subject"),
    "openWhisk": ("actionName", "host"),
    "custom": ("serverURL",),
    "email": ("host",),
}
_THERE: Mapping[str, tuple[str, ...]] = {
    "k8s": ("source",),
    "argoWorkflow": ("source",),
    "awsLambda": ("payload",),
    "kafka": ("payload",),
    "nats": ("payload",),
    "slack": ("slackToken",),
    "openWhisk": ("payload",),
    "custom": ("spec",),
}
_PARAMETERS = frozenset(["k8s", "argoWorkflow", "http", "openWhisk", "awsLambda", "slack", "email", "custom"])
_PAYLOADS = frozenset(["http", "openWhisk", "awsLambda", "kafka", "nats"])
_CHANGES = ("create", "update", "patch", "delete")
_OF_WORKFLOWS = ("submit", "submit-from", "suspend", "retry", "resume", "resubmit", "terminate", "stop")
_METHODS = ("GET", "DELETE", "PATCH", "POST", "PUT")
_OPERATIONS = ("append", "overwrite", "prepend")


def check_actions(trigger: SensorTrigger, template: SensorTemplate, path: Path, report: Report) -> None:
    """FLOW282: of one trigger."""
    at = (*path, "template")
    for index, reset in enumerate(template.conditionsReset or ()):
        _check_reset(reset, Said(SENSOR_TRIGGER, "the conditionsReset", (*at, "conditionsReset", index), report))
    for name in ACTIONS:
        action = getattr(template, name)
        if action is not None:
            _check_action(name, action, Said(SENSOR_TRIGGER, f"the {name}", (*at, name), report))
    _check_policy(trigger, template, Said(SENSOR_TRIGGER, "the policy", (*path, "policy"), report))


def _check_reset(reset: ConditionsResetCriteria, said: Said) -> None:
    times = reset.byTime
    if times is None:
        said.no("byTime")
        return
    said.schedule(times.cron or "", "byTime", "cron")
    if times.timezone and not is_zone(times.timezone):
        said.wrong(f"there is no time zone {times.timezone!r}", "write Europe/Berlin", "byTime", "timezone")


def _check_action(name: str, action: Model, said: Said) -> None:
    said.needs(action, *_NEEDED.get(name, ()))
    said.needs(action, *_THERE.get(name, ()), null=True)
    operation = getattr(action, "operation", None)
    if name == "k8s":
        said.one_of(operation, _CHANGES, "operation")
    elif name == "argoWorkflow":
        if not operation:
            said.no("operation")
        said.one_of(operation, _OF_WORKFLOWS, "operation")
    elif name == "http":
        said.one_of(getattr(action, "method", None), _METHODS, "method")
    elif name == "openWhisk":
        token = getattr(action, "authToken", None)
        if token is not None and not (token.name and token.key):
            said.wrong("the authToken has no name or no key", "write `{name: SECRET, key: KEY}`", "authToken")
    elif name == "custom" and getattr(action, "secure", None) and getattr(action, "certSecret", None) is None:
        said.wrong("the connection is secure, and there is no certSecret", "add `certSecret:`")
    elif name == "email" and not 0 <= (getattr(action, "port", None) or 0) <= PORT_MOST:
        said.wrong("there is no such port", f"it is at most {PORT_MOST}", "port")
    for field, known in (("parameters", _PARAMETERS), ("payload", _PAYLOADS)):
        if name in known:
            anywhere = name == "http" and field == "payload"
            check_parameters(getattr(action, field, None), (*said.path, field), said.report, anywhere=anywhere)


def check_parameters(
    parameters: Sequence[TriggerParameter] | None, path: Path, report: Report, *, anywhere: bool = False
) -> None:
    """FLOW282: each has a source and a place; `anywhere`: without a place it is the whole."""
    for index, each in enumerate(parameters or ()):
        said = Said(SENSOR_TRIGGER, "the parameter", (*path, index), report)
        if each.src is None:
            said.no("src")
        elif not each.src.dependencyName:
            said.no("src.dependencyName")
        if not each.dest and not anywhere:
            said.no("dest")
        said.one_of(each.operation, _OPERATIONS, "operation")


def _check_policy(trigger: SensorTrigger, template: SensorTemplate, said: Said) -> None:
    policy = trigger.policy
    if policy is None:
        return
    if template.k8s is not None or template.argoWorkflow is not None:
        if policy.k8s is not None and policy.k8s.labels is None:
            said.no("k8s.labels")
        return
    calls = template.http is not None or template.awsLambda is not None
    if calls and policy.status is not None and policy.status.allow is None:
        said.no("status.allow")
