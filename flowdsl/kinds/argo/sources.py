"""EventSource: what listens, and under which names it sends on what it hears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.argo.base import ArgoEvents
from flowdsl.kinds.argo.shared import EventSourceFilter, S3Artifact, WebhookContext
from flowdsl.kinds.base import Int32, Model
from flowdsl.kinds.later import later
from flowdsl.kinds.meta import ObjectMeta

if TYPE_CHECKING:
    from flowdsl.kinds.argo.pods import ArgoTemplate, EventSourceService
    from flowdsl.kinds.argo.providers import (
        BitbucketEventSource,
        BitbucketServerEventSource,
        GerritEventSource,
        GithubEventSource,
        GitlabEventSource,
        SlackEventSource,
        SNSEventSource,
        StorageGridEventSource,
        StripeEventSource,
    )
    from flowdsl.kinds.argo.queues import (
        AMQPEventSource,
        AzureEventsHubEventSource,
        AzureQueueStorageEventSource,
        AzureServiceBusEventSource,
        EmitterEventSource,
        KafkaEventSource,
        MNSEventSource,
        MQTTEventSource,
        NATSEventsSource,
        NSQEventSource,
        PubSubEventSource,
        PulsarEventSource,
        RedisEventSource,
        RedisStreamEventSource,
        SQSEventSource,
    )
    from flowdsl.kinds.argo.status import EventSourceStatus
    from flowdsl.kinds.argo.watched import (
        FileEventSource,
        GenericEventSource,
        HDFSEventSource,
        ResourceEventSource,
        SFTPEventSource,
    )
else:
    later(globals(), "flowdsl.kinds.argo.pods", "ArgoTemplate", "EventSourceService")
    later(
        globals(),
        "flowdsl.kinds.argo.providers",
        "BitbucketEventSource",
        "BitbucketServerEventSource",
        "GerritEventSource",
        "GithubEventSource",
        "GitlabEventSource",
        "SNSEventSource",
        "SlackEventSource",
        "StorageGridEventSource",
        "StripeEventSource",
    )
    later(
        globals(),
        "flowdsl.kinds.argo.queues",
        "AMQPEventSource",
        "AzureEventsHubEventSource",
        "AzureQueueStorageEventSource",
        "AzureServiceBusEventSource",
        "EmitterEventSource",
        "KafkaEventSource",
        "MNSEventSource",
        "MQTTEventSource",
        "NATSEventsSource",
        "NSQEventSource",
        "PubSubEventSource",
        "PulsarEventSource",
        "RedisEventSource",
        "RedisStreamEventSource",
        "SQSEventSource",
    )
    later(globals(), "flowdsl.kinds.argo.status", "EventSourceStatus")
    later(
        globals(),
        "flowdsl.kinds.argo.watched",
        "FileEventSource",
        "GenericEventSource",
        "HDFSEventSource",
        "ResourceEventSource",
        "SFTPEventSource",
    )


class CatchupConfiguration(Model):
    """Argo Events' `CatchupConfiguration`."""

    enabled: bool | None = None
    maxDuration: str | None = None


class ConfigMapPersistence(Model):
    """Argo Events' `ConfigMapPersistence`."""

    name: str | None = None
    createIfNotExist: bool | None = None


class EventPersistence(Model):
    """Argo Events' `EventPersistence`."""

    catchup: CatchupConfiguration | None = None
    configMap: ConfigMapPersistence | None = None


class CalendarEventSource(Model):
    """Argo Events' `CalendarEventSource`."""

    schedule: str | None = None
    interval: str | None = None
    exclusionDates: list[str] | None = None
    timezone: str | None = None
    metadata: dict[str, str] | None = None
    persistence: EventPersistence | None = None
    filter: EventSourceFilter | None = None


class WebhookEventSource(WebhookContext):
    """Argo Events' `WebhookEventSource`."""

    filter: EventSourceFilter | None = None


class EventSourceSpec(Model):
    """Argo Events' `EventSourceSpec`."""

    eventBusName: str | None = None
    template: ArgoTemplate | None = None
    service: EventSourceService | None = None
    minio: dict[str, S3Artifact] | None = None
    calendar: dict[str, CalendarEventSource] | None = None
    file: dict[str, FileEventSource] | None = None
    resource: dict[str, ResourceEventSource] | None = None
    webhook: dict[str, WebhookEventSource] | None = None
    amqp: dict[str, AMQPEventSource] | None = None
    kafka: dict[str, KafkaEventSource] | None = None
    mqtt: dict[str, MQTTEventSource] | None = None
    nats: dict[str, NATSEventsSource] | None = None
    sns: dict[str, SNSEventSource] | None = None
    sqs: dict[str, SQSEventSource] | None = None
    pubSub: dict[str, PubSubEventSource] | None = None
    github: dict[str, GithubEventSource] | None = None
    gitlab: dict[str, GitlabEventSource] | None = None
    hdfs: dict[str, HDFSEventSource] | None = None
    slack: dict[str, SlackEventSource] | None = None
    storageGrid: dict[str, StorageGridEventSource] | None = None
    azureEventsHub: dict[str, AzureEventsHubEventSource] | None = None
    stripe: dict[str, StripeEventSource] | None = None
    emitter: dict[str, EmitterEventSource] | None = None
    redis: dict[str, RedisEventSource] | None = None
    nsq: dict[str, NSQEventSource] | None = None
    pulsar: dict[str, PulsarEventSource] | None = None
    generic: dict[str, GenericEventSource] | None = None
    replicas: Int32 | None = None
    bitbucketserver: dict[str, BitbucketServerEventSource] | None = None
    bitbucket: dict[str, BitbucketEventSource] | None = None
    redisStream: dict[str, RedisStreamEventSource] | None = None
    azureServiceBus: dict[str, AzureServiceBusEventSource] | None = None
    azureQueueStorage: dict[str, AzureQueueStorageEventSource] | None = None
    sftp: dict[str, SFTPEventSource] | None = None
    gerrit: dict[str, GerritEventSource] | None = None
    mns: dict[str, MNSEventSource] | None = None


class EventSource(ArgoEvents):
    """Argo Events' `EventSource`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: EventSourceSpec | None = None
    status: EventSourceStatus | None = None
