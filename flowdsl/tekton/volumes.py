"""Volumes of a pod, every source."""

from __future__ import annotations

from typing import ClassVar

from flowdsl.tekton.base import Model, Quantity
from flowdsl.tekton.claims import PersistentVolumeClaimSpec
from flowdsl.tekton.meta import LabelSelector, LocalObjectReference, ObjectMeta
from flowdsl.tekton.volumes_vendors import (
    AWSElasticBlockStoreVolumeSource,
    AzureDiskVolumeSource,
    AzureFileVolumeSource,
    CephFSVolumeSource,
    CinderVolumeSource,
    FCVolumeSource,
    FlexVolumeSource,
    FlockerVolumeSource,
    GCEPersistentDiskVolumeSource,
    GlusterfsVolumeSource,
    ISCSIVolumeSource,
    NFSVolumeSource,
    PhotonPersistentDiskVolumeSource,
    PortworxVolumeSource,
    QuobyteVolumeSource,
    RBDVolumeSource,
    ScaleIOVolumeSource,
    StorageOSVolumeSource,
    VsphereVirtualDiskVolumeSource,
)


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


class ConfigMapVolumeSource(Model):
    """Kubernetes's `ConfigMapVolumeSource`."""

    embedded: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str | None = None
    defaultMode: int | None = None
    defaultUser: int | None = None
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


class EmptyDirVolumeSource(Model):
    """Kubernetes's `EmptyDirVolumeSource`."""

    medium: str | None = None
    mode: int | None = None
    sizeLimit: Quantity | None = None


class EphemeralVolumeSource(Model):
    """Kubernetes's `EphemeralVolumeSource`."""

    volumeClaimTemplate: PersistentVolumeClaimTemplate | None = None


class GitRepoVolumeSource(Model):
    """Kubernetes's `GitRepoVolumeSource`."""

    directory: str | None = None
    repository: str | None = None
    revision: str | None = None


class HostPathVolumeSource(Model):
    """Kubernetes's `HostPathVolumeSource`."""

    type: str | None = None
    path: str | None = None


class ImageVolumeSource(Model):
    """Kubernetes's `ImageVolumeSource`."""

    pullPolicy: str | None = None
    reference: str | None = None


class KeyToPath(Model):
    """Kubernetes's `KeyToPath`."""

    key: str | None = None
    mode: int | None = None
    path: str | None = None
    user: int | None = None


class ObjectFieldSelector(Model):
    """Kubernetes's `ObjectFieldSelector`."""

    apiVersion: str | None = None
    fieldPath: str | None = None


class PersistentVolumeClaimTemplate(Model):
    """Kubernetes's `PersistentVolumeClaimTemplate`."""

    metadata: ObjectMeta | None = None
    spec: PersistentVolumeClaimSpec | None = None


class PersistentVolumeClaimVolumeSource(Model):
    """Kubernetes's `PersistentVolumeClaimVolumeSource`."""

    claimName: str | None = None
    readOnly: bool | None = None


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


class ResourceFieldSelector(Model):
    """Kubernetes's `ResourceFieldSelector`."""

    containerName: str | None = None
    divisor: Quantity | None = None
    resource: str | None = None


class SecretProjection(Model):
    """Kubernetes's `SecretProjection`."""

    embedded: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str | None = None
    items: list[KeyToPath] | None = None
    optional: bool | None = None


class SecretVolumeSource(Model):
    """Kubernetes's `SecretVolumeSource`."""

    secretName: str | None = None
    defaultMode: int | None = None
    defaultUser: int | None = None
    items: list[KeyToPath] | None = None
    optional: bool | None = None


class ServiceAccountTokenProjection(Model):
    """Kubernetes's `ServiceAccountTokenProjection`."""

    audience: str | None = None
    expirationSeconds: int | None = None
    path: str | None = None
    user: int | None = None


class Volume(Model):
    """Kubernetes's `Volume`: a name, and everything else from the VolumeSource embedded in it."""

    own: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str | None = None
    awsElasticBlockStore: AWSElasticBlockStoreVolumeSource | None = None
    azureDisk: AzureDiskVolumeSource | None = None
    azureFile: AzureFileVolumeSource | None = None
    cephfs: CephFSVolumeSource | None = None
    cinder: CinderVolumeSource | None = None
    configMap: ConfigMapVolumeSource | None = None
    csi: CSIVolumeSource | None = None
    downwardAPI: DownwardAPIVolumeSource | None = None
    emptyDir: EmptyDirVolumeSource | None = None
    ephemeral: EphemeralVolumeSource | None = None
    fc: FCVolumeSource | None = None
    flexVolume: FlexVolumeSource | None = None
    flocker: FlockerVolumeSource | None = None
    gcePersistentDisk: GCEPersistentDiskVolumeSource | None = None
    gitRepo: GitRepoVolumeSource | None = None
    glusterfs: GlusterfsVolumeSource | None = None
    hostPath: HostPathVolumeSource | None = None
    image: ImageVolumeSource | None = None
    iscsi: ISCSIVolumeSource | None = None
    nfs: NFSVolumeSource | None = None
    persistentVolumeClaim: PersistentVolumeClaimVolumeSource | None = None
    photonPersistentDisk: PhotonPersistentDiskVolumeSource | None = None
    portworxVolume: PortworxVolumeSource | None = None
    projected: ProjectedVolumeSource | None = None
    quobyte: QuobyteVolumeSource | None = None
    rbd: RBDVolumeSource | None = None
    scaleIO: ScaleIOVolumeSource | None = None
    secret: SecretVolumeSource | None = None
    storageos: StorageOSVolumeSource | None = None
    vsphereVolume: VsphereVirtualDiskVolumeSource | None = None


class VolumeProjection(Model):
    """Kubernetes's `VolumeProjection`."""

    clusterTrustBundle: ClusterTrustBundleProjection | None = None
    configMap: ConfigMapProjection | None = None
    downwardAPI: DownwardAPIProjection | None = None
    podCertificate: PodCertificateProjection | None = None
    secret: SecretProjection | None = None
    serviceAccountToken: ServiceAccountTokenProjection | None = None
