"""What several kinds of events, or of triggers, are connected by: addresses, credentials, TLS."""

from __future__ import annotations

from flowdsl.kinds.base import Int32, IntOrString, Model
from flowdsl.kinds.containers import SecretKeySelector


class ArgoMetadata(Model):
    """Argo Events' `Metadata`."""

    annotations: dict[str, str] | None = None
    labels: dict[str, str] | None = None


class TLSConfig(Model):
    """Argo Events' `TLSConfig`."""

    caCertSecret: SecretKeySelector | None = None
    clientCertSecret: SecretKeySelector | None = None
    clientKeySecret: SecretKeySelector | None = None
    insecureSkipVerify: bool | None = None
    enabled: bool | None = None


class BasicAuth(Model):
    """Argo Events' `BasicAuth`."""

    username: SecretKeySelector | None = None
    password: SecretKeySelector | None = None


class Backoff(Model):
    """Argo Events' `Backoff`."""

    duration: IntOrString | None = None
    factor: object | None = None
    jitter: object | None = None
    steps: Int32 | None = None


class SASLConfig(Model):
    """Argo Events' `SASLConfig`."""

    mechanism: str | None = None
    userSecret: SecretKeySelector | None = None
    passwordSecret: SecretKeySelector | None = None


class SchemaRegistryConfig(Model):
    """Argo Events' `SchemaRegistryConfig`."""

    url: str | None = None
    schemaId: Int32 | None = None
    auth: BasicAuth | None = None


class AWSMSKIAMConfig(Model):
    """Argo Events' `AWSMSKIAMConfig`."""

    region: str | None = None


class NATSAuth(Model):
    """Argo Events' `NATSAuth`."""

    basic: BasicAuth | None = None
    token: SecretKeySelector | None = None
    nkey: SecretKeySelector | None = None
    credential: SecretKeySelector | None = None


class S3Bucket(Model):
    """Argo Events' `S3Bucket`."""

    key: str | None = None
    name: str | None = None


class S3Filter(Model):
    """Argo Events' `S3Filter`."""

    prefix: str | None = None
    suffix: str | None = None


class S3Artifact(Model):
    """Argo Events' `S3Artifact`."""

    endpoint: str | None = None
    bucket: S3Bucket | None = None
    region: str | None = None
    insecure: bool | None = None
    accessKey: SecretKeySelector | None = None
    secretKey: SecretKeySelector | None = None
    events: list[str] | None = None
    filter: S3Filter | None = None
    metadata: dict[str, str] | None = None
    caCertificate: SecretKeySelector | None = None


class WebhookContext(Model):
    """Argo Events' `WebhookContext`."""

    endpoint: str | None = None
    method: str | None = None
    port: str | None = None
    url: str | None = None
    serverCertSecret: SecretKeySelector | None = None
    serverKeySecret: SecretKeySelector | None = None
    metadata: dict[str, str] | None = None
    authSecret: SecretKeySelector | None = None
    maxPayloadSize: int | None = None


class EventSourceFilter(Model):
    """Argo Events' `EventSourceFilter`."""

    expression: str | None = None


class WatchPathConfig(Model):
    """Argo Events' `WatchPathConfig`."""

    directory: str | None = None
    path: str | None = None
    pathRegexp: str | None = None
