"""Volume sources that few pods have: projected, CSI, ephemeral, downward API, images. Loaded on first use."""

from __future__ import annotations

from typing import ClassVar

from flowdsl.kinds.base import Model
from flowdsl.kinds.claims import PersistentVolumeClaimSpec
from flowdsl.kinds.meta import LocalObjectReference, ObjectMeta
from flowdsl.kinds.meta_rare import LabelSelector
from flowdsl.kinds.volumes import KeyToPath, ObjectFieldSelector, ResourceFieldSelector


class CSIVolumeSource(Model):
    """Kubernetes's `CSIVolumeSource`."""

    driver: str | None = None
    fsType: str | None = None
    nodePublishSecretRef: LocalObjectReference | None = None
    readOnly: bool | None = None
    volumeAttributes: dict[str, str] | None = None


class ClusterTrustBundleProjection(Model):
    """Kubernetes's `ClusterTrustBundleProjection`."""

    name: str | None = None
    labelSelector: LabelSelector | None = None
    optional: bool | None = None
    path: str | None = None
    signerName: str | None = None
    user: int | None = None


class ConfigMapProjection(Model):
    """Kubernetes's `ConfigMapProjection`."""

    embedded: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str | None = None
    items: list[KeyToPath] | None = None
    optional: bool | None = None


class DownwardAPIProjection(Model):
    """Kubernetes's `DownwardAPIProjection`."""

    items: list[DownwardAPIVolumeFile] | None = None


class DownwardAPIVolumeFile(Model):
    """Kubernetes's `DownwardAPIVolumeFile`."""

    fieldRef: ObjectFieldSelector | None = None
    mode: int | None = None
    path: str | None = None
    resourceFieldRef: ResourceFieldSelector | None = None
    user: int | None = None


class DownwardAPIVolumeSource(Model):
    """Kubernetes's `DownwardAPIVolumeSource`."""

    defaultMode: int | None = None
    defaultUser: int | None = None
    items: list[DownwardAPIVolumeFile] | None = None


class EphemeralVolumeSource(Model):
    """Kubernetes's `EphemeralVolumeSource`."""

    volumeClaimTemplate: PersistentVolumeClaimTemplate | None = None


class GitRepoVolumeSource(Model):
    """Kubernetes's `GitRepoVolumeSource`."""

    directory: str | None = None
    repository: str | None = None
    revision: str | None = None


class ImageVolumeSource(Model):
    """Kubernetes's `ImageVolumeSource`."""

    pullPolicy: str | None = None
    reference: str | None = None


class PersistentVolumeClaimTemplate(Model):
    """Kubernetes's `PersistentVolumeClaimTemplate`."""

    metadata: ObjectMeta | None = None
    spec: PersistentVolumeClaimSpec | None = None


class PodCertificateProjection(Model):
    """Kubernetes's `PodCertificateProjection`."""

    certificateChainPath: str | None = None
    credentialBundlePath: str | None = None
    keyPath: str | None = None
    keyType: str | None = None
    maxExpirationSeconds: int | None = None
    signerName: str | None = None
    user: int | None = None
    userAnnotations: dict[str, str] | None = None


class ProjectedVolumeSource(Model):
    """Kubernetes's `ProjectedVolumeSource`."""

    defaultMode: int | None = None
    defaultUser: int | None = None
    sources: list[VolumeProjection] | None = None


class SecretProjection(Model):
    """Kubernetes's `SecretProjection`."""

    embedded: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str | None = None
    items: list[KeyToPath] | None = None
    optional: bool | None = None


class ServiceAccountTokenProjection(Model):
    """Kubernetes's `ServiceAccountTokenProjection`."""

    audience: str | None = None
    expirationSeconds: int | None = None
    path: str | None = None
    user: int | None = None


class VolumeProjection(Model):
    """Kubernetes's `VolumeProjection`."""

    clusterTrustBundle: ClusterTrustBundleProjection | None = None
    configMap: ConfigMapProjection | None = None
    downwardAPI: DownwardAPIProjection | None = None
    podCertificate: PodCertificateProjection | None = None
    secret: SecretProjection | None = None
    serviceAccountToken: ServiceAccountTokenProjection | None = None
