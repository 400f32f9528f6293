"""Volumes of a pod, every source."""

from __future__ import annotations

from flowdsl.tekton.base import Model, Quantity
from flowdsl.tekton.claims import PersistentVolumeClaimSpec
from flowdsl.tekton.meta import LabelSelector, LocalObjectReference, ObjectMeta


class AWSElasticBlockStoreVolumeSource(Model):
    """Kubernetes's `AWSElasticBlockStoreVolumeSource`."""

    fsType: str | None = None
    partition: int | None = None
    readOnly: bool | None = None
    volumeID: str | None = None


class AzureDiskVolumeSource(Model):
    """Kubernetes's `AzureDiskVolumeSource`."""

    kind: str | None = None
    cachingMode: str | None = None
    diskName: str | None = None
    diskURI: str | None = None
    fsType: str | None = None
    readOnly: bool | None = None


class AzureFileVolumeSource(Model):
    """Kubernetes's `AzureFileVolumeSource`."""

    secretName: str | None = None
    readOnly: bool | None = None
    shareName: str | None = None


class CSIVolumeSource(Model):
    """Kubernetes's `CSIVolumeSource`."""

    driver: str | None = None
    fsType: str | None = None
    nodePublishSecretRef: LocalObjectReference | None = None
    readOnly: bool | None = None
    volumeAttributes: dict[str, str] | None = None


class CephFSVolumeSource(Model):
    """Kubernetes's `CephFSVolumeSource`."""

    monitors: list[str] | None = None
    path: str | None = None
    readOnly: bool | None = None
    secretFile: str | None = None
    secretRef: LocalObjectReference | None = None
    user: str | None = None


class CinderVolumeSource(Model):
    """Kubernetes's `CinderVolumeSource`."""

    fsType: str | None = None
    readOnly: bool | None = None
    secretRef: LocalObjectReference | None = None
    volumeID: str | None = None


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

    name: str | None = None
    items: list[KeyToPath] | None = None
    optional: bool | None = None


class ConfigMapVolumeSource(Model):
    """Kubernetes's `ConfigMapVolumeSource`."""

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


class FCVolumeSource(Model):
    """Kubernetes's `FCVolumeSource`."""

    fsType: str | None = None
    lun: int | None = None
    readOnly: bool | None = None
    targetWWNs: list[str] | None = None
    wwids: list[str] | None = None


class FlexVolumeSource(Model):
    """Kubernetes's `FlexVolumeSource`."""

    driver: str | None = None
    fsType: str | None = None
    options: dict[str, str] | None = None
    readOnly: bool | None = None
    secretRef: LocalObjectReference | None = None


class FlockerVolumeSource(Model):
    """Kubernetes's `FlockerVolumeSource`."""

    datasetName: str | None = None
    datasetUUID: str | None = None


class GCEPersistentDiskVolumeSource(Model):
    """Kubernetes's `GCEPersistentDiskVolumeSource`."""

    fsType: str | None = None
    partition: int | None = None
    pdName: str | None = None
    readOnly: bool | None = None


class GitRepoVolumeSource(Model):
    """Kubernetes's `GitRepoVolumeSource`."""

    directory: str | None = None
    repository: str | None = None
    revision: str | None = None


class GlusterfsVolumeSource(Model):
    """Kubernetes's `GlusterfsVolumeSource`."""

    endpoints: str | None = None
    path: str | None = None
    readOnly: bool | None = None


class HostPathVolumeSource(Model):
    """Kubernetes's `HostPathVolumeSource`."""

    type: str | None = None
    path: str | None = None


class ISCSIVolumeSource(Model):
    """Kubernetes's `ISCSIVolumeSource`."""

    chapAuthDiscovery: bool | None = None
    chapAuthSession: bool | None = None
    fsType: str | None = None
    initiatorName: str | None = None
    iqn: str | None = None
    iscsiInterface: str | None = None
    lun: int | None = None
    portals: list[str] | None = None
    readOnly: bool | None = None
    secretRef: LocalObjectReference | None = None
    targetPortal: str | None = None


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


class NFSVolumeSource(Model):
    """Kubernetes's `NFSVolumeSource`."""

    path: str | None = None
    readOnly: bool | None = None
    server: str | None = None


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


class PhotonPersistentDiskVolumeSource(Model):
    """Kubernetes's `PhotonPersistentDiskVolumeSource`."""

    fsType: str | None = None
    pdID: str | None = None


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


class PortworxVolumeSource(Model):
    """Kubernetes's `PortworxVolumeSource`."""

    fsType: str | None = None
    readOnly: bool | None = None
    volumeID: str | None = None


class ProjectedVolumeSource(Model):
    """Kubernetes's `ProjectedVolumeSource`."""

    defaultMode: int | None = None
    defaultUser: int | None = None
    sources: list[VolumeProjection] | None = None


class QuobyteVolumeSource(Model):
    """Kubernetes's `QuobyteVolumeSource`."""

    group: str | None = None
    readOnly: bool | None = None
    registry: str | None = None
    tenant: str | None = None
    user: str | None = None
    volume: str | None = None


class RBDVolumeSource(Model):
    """Kubernetes's `RBDVolumeSource`."""

    fsType: str | None = None
    image: str | None = None
    keyring: str | None = None
    monitors: list[str] | None = None
    pool: str | None = None
    readOnly: bool | None = None
    secretRef: LocalObjectReference | None = None
    user: str | None = None


class ResourceFieldSelector(Model):
    """Kubernetes's `ResourceFieldSelector`."""

    containerName: str | None = None
    divisor: Quantity | None = None
    resource: str | None = None


class ScaleIOVolumeSource(Model):
    """Kubernetes's `ScaleIOVolumeSource`."""

    fsType: str | None = None
    gateway: str | None = None
    protectionDomain: str | None = None
    readOnly: bool | None = None
    secretRef: LocalObjectReference | None = None
    sslEnabled: bool | None = None
    storageMode: str | None = None
    storagePool: str | None = None
    system: str | None = None
    volumeName: str | None = None


class SecretProjection(Model):
    """Kubernetes's `SecretProjection`."""

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


class StorageOSVolumeSource(Model):
    """Kubernetes's `StorageOSVolumeSource`."""

    fsType: str | None = None
    readOnly: bool | None = None
    secretRef: LocalObjectReference | None = None
    volumeName: str | None = None
    volumeNamespace: str | None = None


class Volume(Model):
    """Kubernetes's `Volume`."""

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


class VsphereVirtualDiskVolumeSource(Model):
    """Kubernetes's `VsphereVirtualDiskVolumeSource`."""

    fsType: str | None = None
    storagePolicyID: str | None = None
    storagePolicyName: str | None = None
    volumePath: str | None = None
