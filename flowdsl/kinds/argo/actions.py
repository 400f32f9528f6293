"""What a trigger does where it creates no object: calls, messages. Loaded on first use."""

from __future__ import annotations

from flowdsl.kinds.argo.artifacts import ArtifactLocation
from flowdsl.kinds.argo.parameters import TriggerParameter
from flowdsl.kinds.argo.shared import Backoff, BasicAuth, NATSAuth, SASLConfig, SchemaRegistryConfig, TLSConfig
from flowdsl.kinds.base import Int32, Model, Uint64
from flowdsl.kinds.containers import ConfigMapKeySelector, SecretKeySelector


class ArgoWorkflowTrigger(Model):
    """Argo Events' `ArgoWorkflowTrigger`."""

    source: ArtifactLocation | None = None
    operation: str | None = None
    parameters: list[TriggerParameter] | None = None
    args: list[str] | None = None


class ValueFromSource(Model):
    """Argo Events' `ValueFromSource`."""

    secretKeyRef: SecretKeySelector | None = None
    configMapKeyRef: ConfigMapKeySelector | None = None


class SecureHeader(Model):
    """Argo Events' `SecureHeader`."""

    name: str | None = None
    valueFrom: ValueFromSource | None = None


class HTTPTrigger(Model):
    """Argo Events' `HTTPTrigger`."""

    url: str | None = None
    payload: list[TriggerParameter] | None = None
    tls: TLSConfig | None = None
    method: str | None = None
    parameters: list[TriggerParameter] | None = None
    timeout: int | None = None
    basicAuth: BasicAuth | None = None
    headers: dict[str, str] | None = None
    secureHeaders: list[SecureHeader] | None = None
    dynamicHeaders: list[TriggerParameter] | None = None
    host: str | None = None


class AWSLambdaTrigger(Model):
    """Argo Events' `AWSLambdaTrigger`."""

    functionName: str | None = None
    accessKey: SecretKeySelector | None = None
    secretKey: SecretKeySelector | None = None
    region: str | None = None
    payload: list[TriggerParameter] | None = None
    parameters: list[TriggerParameter] | None = None
    invocationType: str | None = None
    roleARN: str | None = None


class CustomTrigger(Model):
    """Argo Events' `CustomTrigger`."""

    serverURL: str | None = None
    secure: bool | None = None
    certSecret: SecretKeySelector | None = None
    serverNameOverride: str | None = None
    spec: dict[str, str] | None = None
    parameters: list[TriggerParameter] | None = None
    payload: list[TriggerParameter] | None = None


class KafkaTrigger(Model):
    """Argo Events' `KafkaTrigger`."""

    url: str | None = None
    topic: str | None = None
    partition: Int32 | None = None
    parameters: list[TriggerParameter] | None = None
    requiredAcks: Int32 | None = None
    compress: bool | None = None
    flushFrequency: Int32 | None = None
    tls: TLSConfig | None = None
    payload: list[TriggerParameter] | None = None
    partitioningKey: str | None = None
    version: str | None = None
    sasl: SASLConfig | None = None
    schemaRegistry: SchemaRegistryConfig | None = None
    headers: dict[str, str] | None = None
    secureHeaders: list[SecureHeader] | None = None


class NATSTrigger(Model):
    """Argo Events' `NATSTrigger`."""

    url: str | None = None
    subject: str | None = None
    payload: list[TriggerParameter] | None = None
    parameters: list[TriggerParameter] | None = None
    tls: TLSConfig | None = None
    auth: NATSAuth | None = None


class PulsarTrigger(Model):
    """Argo Events' `PulsarTrigger`."""

    url: str | None = None
    topic: str | None = None
    parameters: list[TriggerParameter] | None = None
    payload: list[TriggerParameter] | None = None
    tlsTrustCertsSecret: SecretKeySelector | None = None
    tlsAllowInsecureConnection: bool | None = None
    tlsValidateHostname: bool | None = None
    tls: TLSConfig | None = None
    authTokenSecret: SecretKeySelector | None = None
    connectionBackoff: Backoff | None = None
    authAthenzParams: dict[str, str] | None = None
    authAthenzSecret: SecretKeySelector | None = None


class SlackSender(Model):
    """Argo Events' `SlackSender`."""

    username: str | None = None
    icon: str | None = None


class SlackThread(Model):
    """Argo Events' `SlackThread`."""

    messageAggregationKey: str | None = None
    broadcastMessageToChannel: bool | None = None


class SlackTrigger(Model):
    """Argo Events' `SlackTrigger`."""

    parameters: list[TriggerParameter] | None = None
    slackToken: SecretKeySelector | None = None
    channel: str | None = None
    message: str | None = None
    attachments: str | None = None
    blocks: str | None = None
    thread: SlackThread | None = None
    sender: SlackSender | None = None


class OpenWhiskTrigger(Model):
    """Argo Events' `OpenWhiskTrigger`."""

    host: str | None = None
    version: str | None = None
    namespace: str | None = None
    authToken: SecretKeySelector | None = None
    actionName: str | None = None
    payload: list[TriggerParameter] | None = None
    parameters: list[TriggerParameter] | None = None


class LogTrigger(Model):
    """Argo Events' `LogTrigger`."""

    intervalSeconds: Uint64 | None = None


class AzureEventHubsTrigger(Model):
    """Argo Events' `AzureEventHubsTrigger`."""

    fqdn: str | None = None
    hubName: str | None = None
    sharedAccessKeyName: SecretKeySelector | None = None
    sharedAccessKey: SecretKeySelector | None = None
    payload: list[TriggerParameter] | None = None
    parameters: list[TriggerParameter] | None = None


class AzureServiceBusTrigger(Model):
    """Argo Events' `AzureServiceBusTrigger`."""

    connectionString: SecretKeySelector | None = None
    queueName: str | None = None
    topicName: str | None = None
    subscriptionName: str | None = None
    tls: TLSConfig | None = None
    payload: list[TriggerParameter] | None = None
    parameters: list[TriggerParameter] | None = None


class EmailTrigger(Model):
    """Argo Events' `EmailTrigger`."""

    parameters: list[TriggerParameter] | None = None
    username: str | None = None
    smtpPassword: SecretKeySelector | None = None
    host: str | None = None
    port: Int32 | None = None
    to: list[str] | None = None
    from_: str | None = None
    subject: str | None = None
    body: str | None = None
