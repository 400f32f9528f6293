"""The kinds that people seldom write: CustomRun, VerificationPolicy and ResolutionRequest."""

from __future__ import annotations

from flowdsl.kinds.base import Duration, Model, Timestamp
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kinds.meta_rare import Condition
from flowdsl.kinds.params import Param, WorkspaceBinding
from flowdsl.kinds.pipelines import PipelineTaskMetadata
from flowdsl.kinds.status import RefSource


class CustomRef(Model):
    """Tekton's `TaskRef` of v1beta1, which has `bundle` still."""

    apiVersion: str | None = None
    kind: str | None = None
    name: str | None = None
    bundle: str | None = None
    resolver: str | None = None
    params: list[Param] | None = None


class EmbeddedCustomRunSpec(Model):
    """Tekton's `EmbeddedCustomRunSpec`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: PipelineTaskMetadata | None = None
    spec: object | None = None


class CustomRunSpec(Model):
    """Tekton's `CustomRunSpec`."""

    customRef: CustomRef | None = None
    customSpec: EmbeddedCustomRunSpec | None = None
    params: list[Param] | None = None
    status: str | None = None
    statusMessage: str | None = None
    retries: int | None = None
    serviceAccountName: str | None = None
    timeout: Duration | None = None
    workspaces: list[WorkspaceBinding] | None = None


class CustomRunResult(Model):
    """Tekton's `CustomRunResult`."""

    name: str | None = None
    value: str | None = None


class CustomRunStatus(Model):
    """Tekton's `CustomRunStatus`."""

    observedGeneration: int | None = None
    conditions: list[Condition] | None = None
    annotations: dict[str, str] | None = None
    startTime: Timestamp | None = None
    completionTime: Timestamp | None = None
    results: list[CustomRunResult] | None = None
    retriesStatus: list[CustomRunStatus] | None = None
    extraFields: object | None = None


class CustomRun(Model):
    """Tekton's `CustomRun`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: CustomRunSpec | None = None
    status: CustomRunStatus | None = None


class SecretReference(Model):
    """Kubernetes's `SecretReference`."""

    name: str | None = None
    namespace: str | None = None


class KeyRef(Model):
    """Tekton's `KeyRef`."""

    secretRef: SecretReference | None = None
    data: str | None = None
    kms: str | None = None
    hashAlgorithm: str | None = None


class Authority(Model):
    """Tekton's `Authority`."""

    name: str | None = None
    key: KeyRef | None = None


class ResourcePattern(Model):
    """Tekton's `ResourcePattern`."""

    pattern: str | None = None


class VerificationPolicySpec(Model):
    """Tekton's `VerificationPolicySpec`."""

    resources: list[ResourcePattern] | None = None
    authorities: list[Authority] | None = None
    mode: str | None = None


class VerificationPolicy(Model):
    """Tekton's `VerificationPolicy`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: VerificationPolicySpec | None = None


class ResolutionRequestSpec(Model):
    """Tekton's `ResolutionRequestSpec`."""

    params: list[Param] | None = None
    url: str | None = None


class ResolutionRequestStatus(Model):
    """Tekton's `ResolutionRequestStatus`."""

    observedGeneration: int | None = None
    conditions: list[Condition] | None = None
    annotations: dict[str, str] | None = None
    data: str | None = None
    source: RefSource | None = None
    refSource: RefSource | None = None


class ResolutionRequest(Model):
    """Tekton's `ResolutionRequest`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: ResolutionRequestSpec | None = None
    status: ResolutionRequestStatus | None = None


class AlphaResolutionRequestSpec(Model):
    """Tekton's `ResolutionRequestSpec` of v1alpha1: params are texts by name."""

    params: dict[str, str] | None = None


class AlphaResolutionRequestStatus(Model):
    """Tekton's `ResolutionRequestStatus` of v1alpha1."""

    observedGeneration: int | None = None
    conditions: list[Condition] | None = None
    annotations: dict[str, str] | None = None
    data: str | None = None
    refSource: RefSource | None = None


class AlphaResolutionRequest(Model):
    """Tekton's `ResolutionRequest` of v1alpha1."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: AlphaResolutionRequestSpec | None = None
    status: AlphaResolutionRequestStatus | None = None
