"""Events of files and of objects of the cluster. Loaded on first use."""

from __future__ import annotations

from flowdsl.kinds.argo.shared import EventSourceFilter, WatchPathConfig
from flowdsl.kinds.base import Model, Timestamp
from flowdsl.kinds.containers import ConfigMapKeySelector, SecretKeySelector


class FileEventSource(Model):
    """Argo Events' `FileEventSource`."""

    eventType: str | None = None
    watchPathConfig: WatchPathConfig | None = None
    polling: bool | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None


class HDFSEventSource(WatchPathConfig):
    """Argo Events' `HDFSEventSource`."""

    type: str | None = None
    checkInterval: str | None = None
    addresses: list[str] | None = None
    hdfsUser: str | None = None
    krbCCacheSecret: SecretKeySelector | None = None
    krbKeytabSecret: SecretKeySelector | None = None
    krbUsername: str | None = None
    krbRealm: str | None = None
    krbConfigConfigMap: ConfigMapKeySelector | None = None
    krbServicePrincipalName: str | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None


class SFTPEventSource(Model):
    """Argo Events' `SFTPEventSource`."""

    eventType: str | None = None
    watchPathConfig: WatchPathConfig | None = None
    username: SecretKeySelector | None = None
    password: SecretKeySelector | None = None
    sshKeySecret: SecretKeySelector | None = None
    address: SecretKeySelector | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None
    pollIntervalDuration: str | None = None


class GenericEventSource(Model):
    """Argo Events' `GenericEventSource`."""

    url: str | None = None
    config: str | None = None
    insecure: bool | None = None
    jsonBody: bool | None = None
    metadata: dict[str, str] | None = None
    authSecret: SecretKeySelector | None = None
    filter: EventSourceFilter | None = None


class ResourceSelector(Model):
    """Argo Events' `Selector`."""

    key: str | None = None
    operation: str | None = None
    value: str | None = None


class ResourceFilter(Model):
    """Argo Events' `ResourceFilter`."""

    prefix: str | None = None
    labels: list[ResourceSelector] | None = None
    fields_: list[ResourceSelector] | None = None
    createdBy: Timestamp | None = None
    afterStart: bool | None = None


class ResourceEventSource(Model):
    """Argo Events' `ResourceEventSource`."""

    namespace: str | None = None
    group: str | None = None
    version: str | None = None
    resource: str | None = None
    filter: ResourceFilter | None = None
    eventTypes: list[str] | None = None
    metadata: dict[str, str] | None = None
