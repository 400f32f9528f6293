"""Sensor: the events that it waits for, which of them count, and what it does then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.argo.artifacts import ArtifactLocation
from flowdsl.kinds.argo.base import ArgoEvents
from flowdsl.kinds.argo.parameters import TriggerParameter
from flowdsl.kinds.argo.shared import Backoff
from flowdsl.kinds.base import Int32, Model, Timestamp
from flowdsl.kinds.later import later

if TYPE_CHECKING:
    from flowdsl.kinds.argo.actions import (
        ArgoWorkflowTrigger,
        AWSLambdaTrigger,
        AzureEventHubsTrigger,
        AzureServiceBusTrigger,
        CustomTrigger,
        EmailTrigger,
        HTTPTrigger,
        KafkaTrigger,
        LogTrigger,
        NATSTrigger,
        OpenWhiskTrigger,
        PulsarTrigger,
        SlackTrigger,
    )
    from flowdsl.kinds.argo.pods import ArgoTemplate
    from flowdsl.kinds.argo.status import SensorStatus
    from flowdsl.kinds.meta import ObjectMeta
else:
    later(
        globals(),
        "flowdsl.kinds.argo.actions",
        "AWSLambdaTrigger",
        "ArgoWorkflowTrigger",
        "AzureEventHubsTrigger",
        "AzureServiceBusTrigger",
        "CustomTrigger",
        "EmailTrigger",
        "HTTPTrigger",
        "KafkaTrigger",
        "LogTrigger",
        "NATSTrigger",
        "OpenWhiskTrigger",
        "PulsarTrigger",
        "SlackTrigger",
    )
    later(globals(), "flowdsl.kinds.argo.pods", "ArgoTemplate")
    later(globals(), "flowdsl.kinds.argo.status", "SensorStatus")
    later(globals(), "flowdsl.kinds.meta", "ObjectMeta")


class EventContext(Model):
    """Argo Events' `EventContext`."""

    id: str | None = None
    source: str | None = None
    specversion: str | None = None
    type: str | None = None
    datacontenttype: str | None = None
    subject: str | None = None
    time: Timestamp | None = None


class TimeFilter(Model):
    """Argo Events' `TimeFilter`."""

    start: str | None = None
    stop: str | None = None
    timezone: str | None = None


class DataFilter(Model):
    """Argo Events' `DataFilter`."""

    path: str | None = None
    type: str | None = None
    value: list[str] | None = None
    comparator: str | None = None
    template: str | None = None


class PayloadField(Model):
    """Argo Events' `PayloadField`."""

    path: str | None = None
    name: str | None = None


class ExprFilter(Model):
    """Argo Events' `ExprFilter`."""

    expr: str | None = None
    fields_: list[PayloadField] | None = None


class EventDependencyFilter(Model):
    """Argo Events' `EventDependencyFilter`."""

    time: TimeFilter | None = None
    context: EventContext | None = None
    data: list[DataFilter] | None = None
    exprs: list[ExprFilter] | None = None
    dataLogicalOperator: str | None = None
    exprLogicalOperator: str | None = None
    script: str | None = None


class EventDependencyTransformer(Model):
    """Argo Events' `EventDependencyTransformer`."""

    jq: str | None = None
    script: str | None = None


class EventDependency(Model):
    """Argo Events' `EventDependency`."""

    name: str | None = None
    eventSourceName: str | None = None
    eventName: str | None = None
    filters: EventDependencyFilter | None = None
    transform: EventDependencyTransformer | None = None
    filtersLogicalOperator: str | None = None


class ConditionsResetByTime(Model):
    """Argo Events' `ConditionsResetByTime`."""

    cron: str | None = None
    timezone: str | None = None


class ConditionsResetCriteria(Model):
    """Argo Events' `ConditionsResetCriteria`."""

    byTime: ConditionsResetByTime | None = None


class StandardK8STrigger(Model):
    """Argo Events' `StandardK8STrigger`."""

    source: ArtifactLocation | None = None
    operation: str | None = None
    parameters: list[TriggerParameter] | None = None
    patchStrategy: str | None = None
    liveObject: bool | None = None


class SensorTemplate(Model):
    """Argo Events' `TriggerTemplate`."""

    name: str | None = None
    conditions: str | None = None
    k8s: StandardK8STrigger | None = None
    argoWorkflow: ArgoWorkflowTrigger | None = None
    http: HTTPTrigger | None = None
    awsLambda: AWSLambdaTrigger | None = None
    custom: CustomTrigger | None = None
    kafka: KafkaTrigger | None = None
    nats: NATSTrigger | None = None
    slack: SlackTrigger | None = None
    openWhisk: OpenWhiskTrigger | None = None
    log: LogTrigger | None = None
    azureEventHubs: AzureEventHubsTrigger | None = None
    pulsar: PulsarTrigger | None = None
    conditionsReset: list[ConditionsResetCriteria] | None = None
    azureServiceBus: AzureServiceBusTrigger | None = None
    email: EmailTrigger | None = None


class K8SResourcePolicy(Model):
    """Argo Events' `K8SResourcePolicy`."""

    labels: dict[str, str] | None = None
    backoff: Backoff | None = None
    errorOnBackoffTimeout: bool | None = None


class StatusPolicy(Model):
    """Argo Events' `StatusPolicy`."""

    allow: list[Int32] | None = None


class TriggerPolicy(Model):
    """Argo Events' `TriggerPolicy`."""

    k8s: K8SResourcePolicy | None = None
    status: StatusPolicy | None = None


class RateLimit(Model):
    """Argo Events' `RateLimit`."""

    unit: str | None = None
    requestsPerUnit: Int32 | None = None


class SensorTrigger(Model):
    """Argo Events' `Trigger`."""

    template: SensorTemplate | None = None
    parameters: list[TriggerParameter] | None = None
    policy: TriggerPolicy | None = None
    retryStrategy: Backoff | None = None
    rateLimit: RateLimit | None = None
    atLeastOnce: bool | None = None
    dlqTrigger: SensorTrigger | None = None


class SensorSpec(Model):
    """Argo Events' `SensorSpec`."""

    dependencies: list[EventDependency] | None = None
    triggers: list[SensorTrigger] | None = None
    template: ArgoTemplate | None = None
    errorOnFailedRound: bool | None = None
    eventBusName: str | None = None
    replicas: Int32 | None = None
    revisionHistoryLimit: Int32 | None = None
    loggingFields: dict[str, str] | None = None


class Sensor(ArgoEvents):
    """Argo Events' `Sensor`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: SensorSpec | None = None
    status: SensorStatus | None = None
