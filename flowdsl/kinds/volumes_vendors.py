"""Volume sources of single storage vendors, most of them superseded by CSI."""

from __future__ import annotations

from flowdsl.kinds.base import Model
from flowdsl.kinds.meta import LocalObjectReference


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


class GlusterfsVolumeSource(Model):
    """Kubernetes's `GlusterfsVolumeSource`."""

    endpoints: str | None = None
    path: str | None = None
    readOnly: bool | None = None


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


class NFSVolumeSource(Model):
    """Kubernetes's `NFSVolumeSource`."""

    path: str | None = None
    readOnly: bool | None = None
    server: str | None = None


class PhotonPersistentDiskVolumeSource(Model):
    """Kubernetes's `PhotonPersistentDiskVolumeSource`."""

    fsType: str | None = None
    pdID: str | None = None


class PortworxVolumeSource(Model):
    """Kubernetes's `PortworxVolumeSource`."""

    fsType: str | None = None
    readOnly: bool | None = None
    volumeID: str | None = None


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


class StorageOSVolumeSource(Model):
    """Kubernetes's `StorageOSVolumeSource`."""

    fsType: str | None = None
    readOnly: bool | None = None
    secretRef: LocalObjectReference | None = None
    volumeName: str | None = None
    volumeNamespace: str | None = None


class VsphereVirtualDiskVolumeSource(Model):
    """Kubernetes's `VsphereVirtualDiskVolumeSource`."""

    fsType: str | None = None
    storagePolicyID: str | None = None
    storagePolicyName: str | None = None
    volumePath: str | None = None
