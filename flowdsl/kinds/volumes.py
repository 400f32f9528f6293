"""Volumes of a pod, every source."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from flowdsl.kinds.base import Model, Quantity
from flowdsl.kinds.later import later

if TYPE_CHECKING:
    from flowdsl.kinds.volumes_rare import (
        CSIVolumeSource,
        DownwardAPIVolumeSource,
        EphemeralVolumeSource,
        GitRepoVolumeSource,
        ImageVolumeSource,
        ProjectedVolumeSource,
    )
    from flowdsl.kinds.volumes_vendors import (
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
else:
    later(
        globals(),
        "flowdsl.kinds.volumes_rare",
        "CSIVolumeSource",
        "DownwardAPIVolumeSource",
        "EphemeralVolumeSource",
        "GitRepoVolumeSource",
        "ImageVolumeSource",
        "ProjectedVolumeSource",
    )
    later(
        globals(),
        "flowdsl.kinds.volumes_vendors",
        "AWSElasticBlockStoreVolumeSource",
        "AzureDiskVolumeSource",
        "AzureFileVolumeSource",
        "CephFSVolumeSource",
        "CinderVolumeSource",
        "FCVolumeSource",
        "FlexVolumeSource",
        "FlockerVolumeSource",
        "GCEPersistentDiskVolumeSource",
        "GlusterfsVolumeSource",
        "ISCSIVolumeSource",
        "NFSVolumeSource",
        "PhotonPersistentDiskVolumeSource",
        "PortworxVolumeSource",
        "QuobyteVolumeSource",
        "RBDVolumeSource",
        "ScaleIOVolumeSource",
        "StorageOSVolumeSource",
        "VsphereVirtualDiskVolumeSource",
    )


class ConfigMapVolumeSource(Model):
    """Kubernetes's `ConfigMapVolumeSource`."""

    embedded: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str | None = None
    defaultMode: int | None = None
    defaultUser: int | None = None
    items: list[KeyToPath] | None = None
    optional: bool | None = None


class EmptyDirVolumeSource(Model):
    """Kubernetes's `EmptyDirVolumeSource`."""

    medium: str | None = None
    mode: int | None = None
    sizeLimit: Quantity | None = None


class HostPathVolumeSource(Model):
    """Kubernetes's `HostPathVolumeSource`."""

    type: str | None = None
    path: str | None = None


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


class PersistentVolumeClaimVolumeSource(Model):
    """Kubernetes's `PersistentVolumeClaimVolumeSource`."""

    claimName: str | None = None
    readOnly: bool | None = None


class ResourceFieldSelector(Model):
    """Kubernetes's `ResourceFieldSelector`."""

    containerName: str | None = None
    divisor: Quantity | None = None
    resource: str | None = None


class SecretVolumeSource(Model):
    """Kubernetes's `SecretVolumeSource`."""

    secretName: str | None = None
    defaultMode: int | None = None
    defaultUser: int | None = None
    items: list[KeyToPath] | None = None
    optional: bool | None = None


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
