"""What holds a user's data: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/"""

from __future__ import annotations

from flowdsl.kinds.kubernetes import Kubernetes
from flowdsl.kinds.meta import ObjectMeta


class ConfigMap(Kubernetes):
    """Kubernetes's `ConfigMap`. Its data are checked as they were read, without showing them: FLOW120, FLOW248."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    immutable: bool | None = None
    data: object | None = None
    binaryData: object | None = None


class Secret(Kubernetes):
    """Kubernetes's `Secret`; its data are checked as a ConfigMap's."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    immutable: bool | None = None
    data: object | None = None
    stringData: object | None = None
    type: str | None = None
