"""Events that come from queues and streams. Loaded on first use."""

from __future__ import annotations

from flowdsl.kinds.argo.shared import (
    AWSMSKIAMConfig,
    Backoff,
    BasicAuth,
    EventSourceFilter,
    NATSAuth,
    SASLConfig,
    SchemaRegistryConfig,
    TLSConfig,
)
from flowdsl.kinds.base import Int32, Model
from flowdsl.kinds.containers import SecretKeySelector


class AMQPExchangeDeclareConfig(Model):
    """Argo Events' `AMQPExchangeDeclareConfig`."""

    durable: bool | None = None
    autoDelete: bool | None = None
    internal: bool | None = None
    noWait: bool | None = None


class AMQPQueueDeclareConfig(Model):
    """Argo Events' `AMQPQueueDeclareConfig`."""

    name: str | None = None
    durable: bool | None = None
    autoDelete: bool | None = None
    exclusive: bool | None = None
    noWait: bool | None = None
    arguments: str | None = None


class AMQPQueueBindConfig(Model):
    """Argo Events' `AMQPQueueBindConfig`."""

    noWait: bool | None = None


class AMQPConsumeConfig(Model):
    """Argo Events' `AMQPConsumeConfig`."""

    consumerTag: str | None = None
    autoAck: bool | None = None
    exclusive: bool | None = None
    noLocal: bool | None = None
    noWait: bool | None = None


class AMQPEventSource(Model):
    """Argo Events' `AMQPEventSource`."""

    url: str | None = None
    exchangeName: str | None = None
    exchangeType: str | None = None
    routingKey: str | None = None
    connectionBackoff: Backoff | None = None
    jsonBody: bool | None = None
    tls: TLSConfig | None = None
    metadata: dict[str, str] | None = None
    exchangeDeclare: AMQPExchangeDeclareConfig | None = None
    queueDeclare: AMQPQueueDeclareConfig | None = None
    queueBind: AMQPQueueBindConfig | None = None
    consume: AMQPConsumeConfig | None = None
    auth: BasicAuth | None = None
    urlSecret: SecretKeySelector | None = None
    filter: EventSourceFilter | None = None


class AzureEventsHubEventSource(Model):
    """Argo Events' `AzureEventsHubEventSource`."""

    fqdn: str | None = None
    sharedAccessKeyName: SecretKeySelector | None = None
    sharedAccessKey: SecretKeySelector | None = None
    hubName: str | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None


class AzureQueueStorageEventSource(Model):
    """Argo Events' `AzureQueueStorageEventSource`."""

    storageAccountName: str | None = None
    connectionString: SecretKeySelector | None = None
    queueName: str | None = None
    jsonBody: bool | None = None
    dlq: bool | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None
    decodeMessage: bool | None = None
    waitTimeInSeconds: Int32 | None = None


class AzureServiceBusEventSource(Model):
    """Argo Events' `AzureServiceBusEventSource`."""

    connectionString: SecretKeySelector | None = None
    queueName: str | None = None
    topicName: str | None = None
    subscriptionName: str | None = None
    tls: TLSConfig | None = None
    jsonBody: bool | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None
    fullyQualifiedNamespace: str | None = None
    deferDelete: bool | None = None


class EmitterEventSource(Model):
    """Argo Events' `EmitterEventSource`."""

    broker: str | None = None
    channelKey: str | None = None
    channelName: str | None = None
    username: SecretKeySelector | None = None
    password: SecretKeySelector | None = None
    connectionBackoff: Backoff | None = None
    jsonBody: bool | None = None
    tls: TLSConfig | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None


class KafkaConsumerGroup(Model):
    """Argo Events' `KafkaConsumerGroup`."""

    groupName: str | None = None
    oldest: bool | None = None
    rebalanceStrategy: str | None = None


class KafkaEventSource(Model):
    """Argo Events' `KafkaEventSource`."""

    url: str | None = None
    partition: str | None = None
    topic: str | None = None
    connectionBackoff: Backoff | None = None
    tls: TLSConfig | None = None
    jsonBody: bool | None = None
    metadata: dict[str, str] | None = None
    consumerGroup: KafkaConsumerGroup | None = None
    limitEventsPerSecond: int | None = None
    version: str | None = None
    sasl: SASLConfig | None = None
    filter: EventSourceFilter | None = None
    config: str | None = None
    schemaRegistry: SchemaRegistryConfig | None = None
    awsMskIamAuth: AWSMSKIAMConfig | None = None


class MNSEventSource(Model):
    """Argo Events' `MNSEventSource`."""

    accessKey: SecretKeySelector | None = None
    secretKey: SecretKeySelector | None = None
    queue: str | None = None
    jsonBody: bool | None = None
    endpoint: str | None = None
    filter: EventSourceFilter | None = None


class MQTTEventSource(Model):
    """Argo Events' `MQTTEventSource`."""

    url: str | None = None
    topic: str | None = None
    clientId: str | None = None
    connectionBackoff: Backoff | None = None
    jsonBody: bool | None = None
    tls: TLSConfig | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None
    auth: BasicAuth | None = None


class NATSEventsSource(Model):
    """Argo Events' `NATSEventsSource`."""

    url: str | None = None
    subject: str | None = None
    connectionBackoff: Backoff | None = None
    jsonBody: bool | None = None
    tls: TLSConfig | None = None
    metadata: dict[str, str] | None = None
    auth: NATSAuth | None = None
    filter: EventSourceFilter | None = None
    queue: str | None = None


class NSQEventSource(Model):
    """Argo Events' `NSQEventSource`."""

    hostAddress: str | None = None
    topic: str | None = None
    channel: str | None = None
    connectionBackoff: Backoff | None = None
    jsonBody: bool | None = None
    tls: TLSConfig | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None


class PubSubEventSource(Model):
    """Argo Events' `PubSubEventSource`."""

    projectID: str | None = None
    topicProjectID: str | None = None
    topic: str | None = None
    subscriptionID: str | None = None
    credentialSecret: SecretKeySelector | None = None
    deleteSubscriptionOnFinish: bool | None = None
    jsonBody: bool | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None


class PulsarEventSource(Model):
    """Argo Events' `PulsarEventSource`."""

    topics: list[str] | None = None
    type: str | None = None
    url: str | None = None
    tlsTrustCertsSecret: SecretKeySelector | None = None
    tlsAllowInsecureConnection: bool | None = None
    tlsValidateHostname: bool | None = None
    tls: TLSConfig | None = None
    connectionBackoff: Backoff | None = None
    jsonBody: bool | None = None
    metadata: dict[str, str] | None = None
    authTokenSecret: SecretKeySelector | None = None
    filter: EventSourceFilter | None = None
    authAthenzParams: dict[str, str] | None = None
    authAthenzSecret: SecretKeySelector | None = None


class RedisEventSource(Model):
    """Argo Events' `RedisEventSource`."""

    hostAddress: str | None = None
    password: SecretKeySelector | None = None
    namespace: str | None = None
    db: Int32 | None = None
    channels: list[str] | None = None
    tls: TLSConfig | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None
    jsonBody: bool | None = None
    username: str | None = None


class RedisStreamEventSource(Model):
    """Argo Events' `RedisStreamEventSource`."""

    hostAddress: str | None = None
    password: SecretKeySelector | None = None
    db: Int32 | None = None
    streams: list[str] | None = None
    maxMsgCountPerRead: Int32 | None = None
    consumerGroup: str | None = None
    tls: TLSConfig | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None
    username: str | None = None


class SQSEventSource(Model):
    """Argo Events' `SQSEventSource`."""

    accessKey: SecretKeySelector | None = None
    secretKey: SecretKeySelector | None = None
    region: str | None = None
    queue: str | None = None
    waitTimeSeconds: int | None = None
    roleARN: str | None = None
    jsonBody: bool | None = None
    queueAccountId: str | None = None
    metadata: dict[str, str] | None = None
    dlq: bool | None = None
    filter: EventSourceFilter | None = None
    endpoint: str | None = None
    sessionToken: SecretKeySelector | None = None
