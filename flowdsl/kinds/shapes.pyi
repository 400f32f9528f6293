"""The documents of every kind as plain data, for type checkers alone: a TypedDict for each model, of the same name.

Written from the models by `python compiler_tests/golden/renew_shapes.py`; a test fails where they differ.
There is no module of this name at run time: import from it under `if TYPE_CHECKING:`. Every field may be absent, as in
the documents themselves.
"""

from __future__ import annotations

from typing import TypeAlias, TypedDict

Quantity: TypeAlias = str | int | float
"""resource.Quantity: text or a number."""
Duration: TypeAlias = str
"""metav1.Duration: what Go's time.ParseDuration reads."""
Timestamp: TypeAlias = str
"""metav1.Time: RFC 3339."""
IntOrString: TypeAlias = int | str
"""intstr.IntOrString: a port by number or by name."""
ParamValue: TypeAlias = str | list[str] | dict[str, str]
"""A string, an array or an object of strings."""

class Document(TypedDict, total=False):
    """What the documents of all kinds have in common."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta

class ServiceAccount(Document, total=False):
    """Kubernetes's `ServiceAccount`, which has no model: what a compile writes of one."""

    secrets: list[LocalObjectReference]
    imagePullSecrets: list[LocalObjectReference]

class Affinity(TypedDict, total=False):
    """Kubernetes's `Affinity`."""

    nodeAffinity: NodeAffinity
    podAffinity: PodAffinity
    podAntiAffinity: PodAntiAffinity

class NodeAffinity(TypedDict, total=False):
    """Kubernetes's `NodeAffinity`."""

    preferredDuringSchedulingIgnoredDuringExecution: list[PreferredSchedulingTerm]
    requiredDuringSchedulingIgnoredDuringExecution: NodeSelector

class NodeSelector(TypedDict, total=False):
    """Kubernetes's `NodeSelector`."""

    nodeSelectorTerms: list[NodeSelectorTerm]

class NodeSelectorRequirement(TypedDict, total=False):
    """Kubernetes's `NodeSelectorRequirement`."""

    key: str
    operator: str
    values: list[str]

class NodeSelectorTerm(TypedDict, total=False):
    """Kubernetes's `NodeSelectorTerm`."""

    matchExpressions: list[NodeSelectorRequirement]
    matchFields: list[NodeSelectorRequirement]

class PodAffinity(TypedDict, total=False):
    """Kubernetes's `PodAffinity`."""

    preferredDuringSchedulingIgnoredDuringExecution: list[WeightedPodAffinityTerm]
    requiredDuringSchedulingIgnoredDuringExecution: list[PodAffinityTerm]

class PodAffinityTerm(TypedDict, total=False):
    """Kubernetes's `PodAffinityTerm`."""

    labelSelector: LabelSelector
    matchLabelKeys: list[str]
    mismatchLabelKeys: list[str]
    namespaceSelector: LabelSelector
    namespaces: list[str]
    topologyKey: str

class PodAntiAffinity(TypedDict, total=False):
    """Kubernetes's `PodAntiAffinity`."""

    preferredDuringSchedulingIgnoredDuringExecution: list[WeightedPodAffinityTerm]
    requiredDuringSchedulingIgnoredDuringExecution: list[PodAffinityTerm]

class PreferredSchedulingTerm(TypedDict, total=False):
    """Kubernetes's `PreferredSchedulingTerm`."""

    preference: NodeSelectorTerm
    weight: int

class WeightedPodAffinityTerm(TypedDict, total=False):
    """Kubernetes's `WeightedPodAffinityTerm`."""

    podAffinityTerm: PodAffinityTerm
    weight: int

class TopologySpreadConstraint(TypedDict, total=False):
    """Kubernetes's `TopologySpreadConstraint`."""

    labelSelector: LabelSelector
    matchLabelKeys: list[str]
    maxSkew: int
    minDomains: int
    nodeAffinityPolicy: str
    nodeTaintsPolicy: str
    topologyKey: str
    whenUnsatisfiable: str

class ModifyVolumeStatus(TypedDict, total=False):
    """Kubernetes's `ModifyVolumeStatus`."""

    status: str
    targetVolumeAttributesClassName: str

class PersistentVolumeClaim(TypedDict, total=False):
    """Kubernetes's `PersistentVolumeClaim`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: PersistentVolumeClaimSpec
    status: PersistentVolumeClaimStatus

class PersistentVolumeClaimCondition(TypedDict, total=False):
    """Kubernetes's `PersistentVolumeClaimCondition`."""

    type: str
    lastProbeTime: Timestamp
    lastTransitionTime: Timestamp
    message: str
    reason: str
    status: str

class PersistentVolumeClaimSpec(TypedDict, total=False):
    """Kubernetes's `PersistentVolumeClaimSpec`."""

    accessModes: list[str]
    dataSource: TypedLocalObjectReference
    dataSourceRef: TypedObjectReference
    resources: VolumeResourceRequirements
    selector: LabelSelector
    storageClassName: str
    volumeAttributesClassName: str
    volumeMode: str
    volumeName: str

class PersistentVolumeClaimStatus(TypedDict, total=False):
    """Kubernetes's `PersistentVolumeClaimStatus`."""

    accessModes: list[str]
    allocatedResourceStatuses: dict[str, str]
    allocatedResources: dict[str, Quantity]
    capacity: dict[str, Quantity]
    conditions: list[PersistentVolumeClaimCondition]
    currentVolumeAttributesClassName: str
    healthStatus: VolumeHealthStatus
    modifyVolumeStatus: ModifyVolumeStatus
    phase: str

class VolumeHealthCondition(TypedDict, total=False):
    """Kubernetes's `VolumeHealthCondition`."""

    message: str
    reason: str
    status: str

class VolumeHealthStatus(TypedDict, total=False):
    """Kubernetes's `VolumeHealthStatus`."""

    healthConditions: list[VolumeHealthCondition]
    lastTransitionTime: Timestamp

class VolumeResourceRequirements(TypedDict, total=False):
    """Kubernetes's `VolumeResourceRequirements`."""

    limits: dict[str, Quantity]
    requests: dict[str, Quantity]

class Capabilities(TypedDict, total=False):
    """Kubernetes's `Capabilities`."""

    add: list[str]
    drop: list[str]

class ConfigMapEnvSource(TypedDict, total=False):
    """Kubernetes's `ConfigMapEnvSource`."""

    name: str
    optional: bool

class ConfigMapKeySelector(TypedDict, total=False):
    """Kubernetes's `ConfigMapKeySelector`."""

    name: str
    key: str
    optional: bool

class ContainerPort(TypedDict, total=False):
    """Kubernetes's `ContainerPort`."""

    name: str
    containerPort: int
    hostIP: str
    hostPort: int
    protocol: str

class CoreV1ResourceClaim(TypedDict, total=False):
    """Kubernetes's `CoreV1ResourceClaim`."""

    name: str
    request: str

class EnvFromSource(TypedDict, total=False):
    """Kubernetes's `EnvFromSource`."""

    configMapRef: ConfigMapEnvSource
    prefix: str
    secretRef: SecretEnvSource

class EnvVar(TypedDict, total=False):
    """Kubernetes's `EnvVar`."""

    name: str
    value: str
    valueFrom: EnvVarSource

class EnvVarSource(TypedDict, total=False):
    """Kubernetes's `EnvVarSource`."""

    configMapKeyRef: ConfigMapKeySelector
    fieldRef: ObjectFieldSelector
    fileKeyRef: FileKeySelector
    resourceFieldRef: ResourceFieldSelector
    secretKeyRef: SecretKeySelector

class FileKeySelector(TypedDict, total=False):
    """Kubernetes's `FileKeySelector`."""

    key: str
    optional: bool
    path: str
    volumeName: str

class ResourceRequirements(TypedDict, total=False):
    """Kubernetes's `ResourceRequirements`."""

    claims: list[CoreV1ResourceClaim]
    limits: dict[str, Quantity]
    requests: dict[str, Quantity]

class SecretEnvSource(TypedDict, total=False):
    """Kubernetes's `SecretEnvSource`."""

    name: str
    optional: bool

class SecretKeySelector(TypedDict, total=False):
    """Kubernetes's `SecretKeySelector`."""

    name: str
    key: str
    optional: bool

class SeccompProfile(TypedDict, total=False):
    """Kubernetes's `SeccompProfile`."""

    type: str
    localhostProfile: str

class SecurityContext(TypedDict, total=False):
    """Kubernetes's `SecurityContext`."""

    allowPrivilegeEscalation: bool
    appArmorProfile: AppArmorProfile
    capabilities: Capabilities
    privileged: bool
    procMount: str
    readOnlyRootFilesystem: bool
    runAsGroup: int
    runAsNonRoot: bool
    runAsUser: int
    seLinuxOptions: SELinuxOptions
    seccompProfile: SeccompProfile
    windowsOptions: WindowsSecurityContextOptions

class VolumeDevice(TypedDict, total=False):
    """Kubernetes's `VolumeDevice`."""

    name: str
    devicePath: str

class VolumeMount(TypedDict, total=False):
    """Kubernetes's `VolumeMount`."""

    name: str
    mountPath: str
    bindMountOptions: list[str]
    mountPropagation: str
    readOnly: bool
    recursiveReadOnly: str
    subPath: str
    subPathExpr: str

class ObjectMeta(TypedDict, total=False):
    """Kubernetes's `ObjectMeta`."""

    generateName: str
    name: str
    namespace: str
    annotations: dict[str, str]
    creationTimestamp: Timestamp
    deletionGracePeriodSeconds: int
    deletionTimestamp: Timestamp
    finalizers: list[str]
    generation: int
    labels: dict[str, str]
    managedFields: list[ManagedFieldsEntry]
    ownerReferences: list[OwnerReference]
    resourceVersion: str
    selfLink: str
    uid: str

class LocalObjectReference(TypedDict, total=False):
    """Kubernetes's `LocalObjectReference`."""

    name: str

class Condition(TypedDict, total=False):
    """Kubernetes's `Condition`."""

    type: str
    lastTransitionTime: Timestamp
    message: str
    reason: str
    severity: str
    status: str

class LabelSelector(TypedDict, total=False):
    """Kubernetes's `LabelSelector`."""

    matchExpressions: list[LabelSelectorRequirement]
    matchLabels: dict[str, str]

class LabelSelectorRequirement(TypedDict, total=False):
    """Kubernetes's `LabelSelectorRequirement`."""

    key: str
    operator: str
    values: list[str]

class ManagedFieldsEntry(TypedDict, total=False):
    """Kubernetes's `ManagedFieldsEntry`."""

    apiVersion: str
    fieldsType: str
    fieldsV1: object
    manager: str
    operation: str
    subresource: str
    time: Timestamp

class OwnerReference(TypedDict, total=False):
    """Kubernetes's `OwnerReference`."""

    apiVersion: str
    kind: str
    name: str
    blockOwnerDeletion: bool
    controller: bool
    uid: str

class TypedLocalObjectReference(TypedDict, total=False):
    """Kubernetes's `TypedLocalObjectReference`."""

    kind: str
    name: str
    apiGroup: str

class TypedObjectReference(TypedDict, total=False):
    """Kubernetes's `TypedObjectReference`."""

    kind: str
    name: str
    namespace: str
    apiGroup: str

class CustomRef(TypedDict, total=False):
    """Tekton's `TaskRef` of v1beta1, which has `bundle` still."""

    apiVersion: str
    kind: str
    name: str
    bundle: str
    resolver: str
    params: list[Param]

class EmbeddedCustomRunSpec(TypedDict, total=False):
    """Tekton's `EmbeddedCustomRunSpec`."""

    apiVersion: str
    kind: str
    metadata: PipelineTaskMetadata
    spec: object

class CustomRunSpec(TypedDict, total=False):
    """Tekton's `CustomRunSpec`."""

    customRef: CustomRef
    customSpec: EmbeddedCustomRunSpec
    params: list[Param]
    status: str
    statusMessage: str
    retries: int
    serviceAccountName: str
    timeout: Duration
    workspaces: list[WorkspaceBinding]

class CustomRunResult(TypedDict, total=False):
    """Tekton's `CustomRunResult`."""

    name: str
    value: str

class CustomRunStatus(TypedDict, total=False):
    """Tekton's `CustomRunStatus`."""

    observedGeneration: int
    conditions: list[Condition]
    annotations: dict[str, str]
    startTime: Timestamp
    completionTime: Timestamp
    results: list[CustomRunResult]
    retriesStatus: list[CustomRunStatus]
    extraFields: object

class CustomRun(TypedDict, total=False):
    """Tekton's `CustomRun`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: CustomRunSpec
    status: CustomRunStatus

class SecretReference(TypedDict, total=False):
    """Kubernetes's `SecretReference`."""

    name: str
    namespace: str

class KeyRef(TypedDict, total=False):
    """Tekton's `KeyRef`."""

    secretRef: SecretReference
    data: str
    kms: str
    hashAlgorithm: str

class Authority(TypedDict, total=False):
    """Tekton's `Authority`."""

    name: str
    key: KeyRef

class ResourcePattern(TypedDict, total=False):
    """Tekton's `ResourcePattern`."""

    pattern: str

class VerificationPolicySpec(TypedDict, total=False):
    """Tekton's `VerificationPolicySpec`."""

    resources: list[ResourcePattern]
    authorities: list[Authority]
    mode: str

class VerificationPolicy(TypedDict, total=False):
    """Tekton's `VerificationPolicy`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: VerificationPolicySpec

class ResolutionRequestSpec(TypedDict, total=False):
    """Tekton's `ResolutionRequestSpec`."""

    params: list[Param]
    url: str

class ResolutionRequestStatus(TypedDict, total=False):
    """Tekton's `ResolutionRequestStatus`."""

    observedGeneration: int
    conditions: list[Condition]
    annotations: dict[str, str]
    data: str
    source: RefSource
    refSource: RefSource

class ResolutionRequest(TypedDict, total=False):
    """Tekton's `ResolutionRequest`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: ResolutionRequestSpec
    status: ResolutionRequestStatus

class AlphaResolutionRequestSpec(TypedDict, total=False):
    """Tekton's `ResolutionRequestSpec` of v1alpha1: params are texts by name."""

    params: dict[str, str]

class AlphaResolutionRequestStatus(TypedDict, total=False):
    """Tekton's `ResolutionRequestStatus` of v1alpha1."""

    observedGeneration: int
    conditions: list[Condition]
    annotations: dict[str, str]
    data: str
    refSource: RefSource

class AlphaResolutionRequest(TypedDict, total=False):
    """Tekton's `ResolutionRequest` of v1alpha1."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: AlphaResolutionRequestSpec
    status: AlphaResolutionRequestStatus

class Param(TypedDict, total=False):
    """Tekton's `Param`."""

    name: str
    value: ParamValue

class PropertySpec(TypedDict, total=False):
    """Tekton's `PropertySpec`."""

    type: str

class ParamSpec(TypedDict, total=False):
    """Tekton's `ParamSpec`."""

    name: str
    description: str
    type: str
    properties: dict[str, PropertySpec]
    enum: list[str]
    default: ParamValue

class PipelineTaskParam(TypedDict, total=False):
    """Tekton's `PipelineTaskParam`."""

    name: str
    value: str

class IncludeParams(TypedDict, total=False):
    """Tekton's `IncludeParams`."""

    name: str
    params: list[Param]

class Matrix(TypedDict, total=False):
    """Tekton's `Matrix`."""

    params: list[Param]
    include: list[IncludeParams]

class WhenExpression(TypedDict, total=False):
    """Tekton's `WhenExpression`."""

    input: str
    operator: str
    values: list[str]
    cel: str

class TaskResult(TypedDict, total=False):
    """Tekton's `TaskResult`."""

    name: str
    description: str
    type: str
    properties: dict[str, PropertySpec]
    value: ParamValue

class StepResult(TypedDict, total=False):
    """Tekton's `StepResult`."""

    name: str
    description: str
    type: str
    properties: dict[str, PropertySpec]

class PipelineResult(TypedDict, total=False):
    """Tekton's `PipelineResult`."""

    name: str
    description: str
    type: str
    value: ParamValue

class ResultRef(TypedDict, total=False):
    """Tekton's `ResultRef`."""

    pipelineTask: str
    property: str
    result: str
    resultsIndex: int

class WorkspaceDeclaration(TypedDict, total=False):
    """Tekton's `WorkspaceDeclaration`."""

    name: str
    description: str
    mountPath: str
    readOnly: bool
    optional: bool

class PipelineWorkspaceDeclaration(TypedDict, total=False):
    """Tekton's `PipelineWorkspaceDeclaration`."""

    name: str
    description: str
    optional: bool

class WorkspacePipelineTaskBinding(TypedDict, total=False):
    """Tekton's `WorkspacePipelineTaskBinding`."""

    name: str
    workspace: str
    subPath: str

class WorkspaceUsage(TypedDict, total=False):
    """Tekton's `WorkspaceUsage`."""

    name: str
    mountPath: str

class WorkspaceBinding(TypedDict, total=False):
    """Tekton's `WorkspaceBinding`."""

    name: str
    subPath: str
    persistentVolumeClaim: PersistentVolumeClaimVolumeSource
    volumeClaimTemplate: PersistentVolumeClaim
    emptyDir: EmptyDirVolumeSource
    configMap: ConfigMapVolumeSource
    secret: SecretVolumeSource
    projected: ProjectedVolumeSource
    csi: CSIVolumeSource

class ResolverRef(TypedDict, total=False):
    """Tekton's `ResolverRef`."""

    resolver: str
    params: list[Param]

class PipelineTaskMetadata(TypedDict, total=False):
    """Tekton's `PipelineTaskMetadata`."""

    annotations: dict[str, str]
    labels: dict[str, str]

class EmbeddedTask(TypedDict, total=False):
    """Tekton's `EmbeddedTask`."""

    apiVersion: str
    kind: str
    spec: object
    metadata: PipelineTaskMetadata
    displayName: str
    description: str
    params: list[ParamSpec]
    steps: list[Step]
    stepTemplate: StepTemplate
    sidecars: list[Sidecar]
    volumes: list[Volume]
    workspaces: list[WorkspaceDeclaration]
    results: list[TaskResult]

class PipelineTask(TypedDict, total=False):
    """Tekton's `PipelineTask`."""

    name: str
    displayName: str
    description: str
    taskRef: TaskRef
    taskSpec: EmbeddedTask
    pipelineRef: PipelineRef
    pipelineSpec: PipelineSpec
    params: list[Param]
    matrix: Matrix
    workspaces: list[WorkspacePipelineTaskBinding]
    when: list[WhenExpression]
    runAfter: list[str]
    retries: int
    onError: str
    timeout: Duration

_PipelineSpec = TypedDict("_PipelineSpec", {"finally": list[PipelineTask]}, total=False)

class PipelineSpec(_PipelineSpec, total=False):
    """Tekton's `PipelineSpec`."""

    displayName: str
    description: str
    params: list[ParamSpec]
    workspaces: list[PipelineWorkspaceDeclaration]
    tasks: list[PipelineTask]
    results: list[PipelineResult]

class Pipeline(TypedDict, total=False):
    """Tekton's `Pipeline`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: PipelineSpec

class PodSecurityContext(TypedDict, total=False):
    """Kubernetes's `PodSecurityContext`."""

    appArmorProfile: AppArmorProfile
    fsGroup: int
    fsGroupChangePolicy: str
    runAsGroup: int
    runAsNonRoot: bool
    runAsUser: int
    seLinuxChangePolicy: str
    seLinuxOptions: SELinuxOptions
    seccompProfile: SeccompProfile
    supplementalGroups: list[int]
    supplementalGroupsPolicy: str
    sysctls: list[Sysctl]
    windowsOptions: WindowsSecurityContextOptions

class ExecAction(TypedDict, total=False):
    """Kubernetes's `ExecAction`."""

    command: list[str]

class GRPCAction(TypedDict, total=False):
    """Kubernetes's `GRPCAction`."""

    mode: str
    port: int
    service: str

class HTTPGetAction(TypedDict, total=False):
    """Kubernetes's `HTTPGetAction`."""

    host: str
    httpHeaders: list[HTTPHeader]
    path: str
    port: IntOrString
    protocol: str
    scheme: str

class HTTPHeader(TypedDict, total=False):
    """Kubernetes's `HTTPHeader`."""

    name: str
    value: str

class Lifecycle(TypedDict, total=False):
    """Kubernetes's `Lifecycle`."""

    postStart: LifecycleHandler
    preStop: LifecycleHandler
    stopSignal: str

class LifecycleHandler(TypedDict, total=False):
    """Kubernetes's `LifecycleHandler`."""

    exec: ExecAction
    httpGet: HTTPGetAction
    sleep: SleepAction
    tcpSocket: TCPSocketAction

class Probe(TypedDict, total=False):
    """Kubernetes's `Probe`."""

    exec: ExecAction
    failureThreshold: int
    grpc: GRPCAction
    httpGet: HTTPGetAction
    initialDelaySeconds: int
    periodSeconds: int
    successThreshold: int
    tcpSocket: TCPSocketAction
    terminationGracePeriodSeconds: int
    timeoutSeconds: int

class SleepAction(TypedDict, total=False):
    """Kubernetes's `SleepAction`."""

    seconds: int

class TCPSocketAction(TypedDict, total=False):
    """Kubernetes's `TCPSocketAction`."""

    host: str
    port: IntOrString

class AffinityAssistantTemplate(TypedDict, total=False):
    """Tekton's `AffinityAssistantTemplate`."""

    securityContext: PodSecurityContext
    serviceAccountName: str
    imagePullSecrets: list[LocalObjectReference]
    nodeSelector: dict[str, str]
    priorityClassName: str
    tolerations: list[Toleration]

class PipelineRunSpec(TypedDict, total=False):
    """Tekton's `PipelineRunSpec`."""

    pipelineRef: PipelineRef
    pipelineSpec: PipelineSpec
    params: list[Param]
    workspaces: list[WorkspaceBinding]
    taskRunTemplate: PipelineTaskRunTemplate
    taskRunSpecs: list[PipelineTaskRunSpec]
    timeouts: TimeoutFields
    status: str
    managedBy: str

class PipelineTaskRun(TypedDict, total=False):
    """Tekton's `PipelineTaskRun`."""

    name: str

class PipelineTaskRunSpec(TypedDict, total=False):
    """Tekton's `PipelineTaskRunSpec`."""

    metadata: PipelineTaskMetadata
    pipelineTaskName: str
    computeResources: ResourceRequirements
    timeout: Duration
    serviceAccountName: str
    podTemplate: PodTemplate
    stepSpecs: list[TaskRunStepSpec]
    sidecarSpecs: list[TaskRunSidecarSpec]

class PipelineTaskRunTemplate(TypedDict, total=False):
    """Tekton's `PipelineTaskRunTemplate`."""

    serviceAccountName: str
    podTemplate: PodTemplate

class PodTemplate(TypedDict, total=False):
    """Tekton's `PodTemplate`."""

    volumes: list[Volume]
    env: list[EnvVar]
    securityContext: PodSecurityContext
    affinity: Affinity
    automountServiceAccountToken: bool
    dnsConfig: PodDNSConfig
    dnsPolicy: str
    enableServiceLinks: bool
    hostAliases: list[HostAlias]
    hostNetwork: bool
    hostUsers: bool
    imagePullSecrets: list[LocalObjectReference]
    nodeSelector: dict[str, str]
    priorityClassName: str
    runtimeClassName: str
    schedulerName: str
    tolerations: list[Toleration]
    topologySpreadConstraints: list[TopologySpreadConstraint]

class TaskBreakpoints(TypedDict, total=False):
    """Tekton's `TaskBreakpoints`."""

    beforeSteps: list[str]
    onFailure: str

class TaskRunDebug(TypedDict, total=False):
    """Tekton's `TaskRunDebug`."""

    breakpoints: TaskBreakpoints

class TaskRunInputs(TypedDict, total=False):
    """Tekton's `TaskRunInputs`."""

    params: list[Param]

class TaskRunSidecarSpec(TypedDict, total=False):
    """Tekton's `TaskRunSidecarSpec`."""

    name: str
    computeResources: ResourceRequirements

class TaskRunSpec(TypedDict, total=False):
    """Tekton's `TaskRunSpec`."""

    taskRef: TaskRef
    taskSpec: TaskSpec
    params: list[Param]
    computeResources: ResourceRequirements
    workspaces: list[WorkspaceBinding]
    retries: int
    timeout: Duration
    serviceAccountName: str
    podTemplate: PodTemplate
    stepSpecs: list[TaskRunStepSpec]
    sidecarSpecs: list[TaskRunSidecarSpec]
    status: str
    statusMessage: str
    debug: TaskRunDebug
    managedBy: str

class TaskRunStepSpec(TypedDict, total=False):
    """Tekton's `TaskRunStepSpec`."""

    name: str
    computeResources: ResourceRequirements

_TimeoutFields = TypedDict("_TimeoutFields", {"finally": Duration}, total=False)

class TimeoutFields(_TimeoutFields, total=False):
    """Tekton's `TimeoutFields`."""

    tasks: Duration
    pipeline: Duration

class TaskRun(TypedDict, total=False):
    """Tekton's `TaskRun`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: TaskRunSpec
    status: TaskRunStatus

class PipelineRun(TypedDict, total=False):
    """Tekton's `PipelineRun`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: PipelineRunSpec
    status: PipelineRunStatus

class HostAlias(TypedDict, total=False):
    """Kubernetes's `HostAlias`."""

    hostnames: list[str]
    ip: str

class PodDNSConfig(TypedDict, total=False):
    """Kubernetes's `PodDNSConfig`."""

    nameservers: list[str]
    options: list[PodDNSConfigOption]
    searches: list[str]

class PodDNSConfigOption(TypedDict, total=False):
    """Kubernetes's `PodDNSConfigOption`."""

    name: str
    value: str

class Sysctl(TypedDict, total=False):
    """Kubernetes's `Sysctl`."""

    name: str
    value: str

class Toleration(TypedDict, total=False):
    """Kubernetes's `Toleration`."""

    key: str
    value: str
    effect: str
    operator: str
    tolerationSeconds: int

class AppArmorProfile(TypedDict, total=False):
    """Kubernetes's `AppArmorProfile`."""

    type: str
    localhostProfile: str

class SELinuxOptions(TypedDict, total=False):
    """Kubernetes's `SELinuxOptions`."""

    type: str
    level: str
    role: str
    user: str

class WindowsSecurityContextOptions(TypedDict, total=False):
    """Kubernetes's `WindowsSecurityContextOptions`."""

    gmsaCredentialSpec: str
    gmsaCredentialSpecName: str
    hostProcess: bool
    runAsUserName: str

class ContainerStateRunning(TypedDict, total=False):
    """Kubernetes's `ContainerStateRunning`."""

    startedAt: Timestamp

class ContainerStateTerminated(TypedDict, total=False):
    """Kubernetes's `ContainerStateTerminated`."""

    containerID: str
    exitCode: int
    finishedAt: Timestamp
    message: str
    reason: str
    signal: int
    startedAt: Timestamp

class ContainerStateWaiting(TypedDict, total=False):
    """Kubernetes's `ContainerStateWaiting`."""

    message: str
    reason: str

class ArtifactValue(TypedDict, total=False):
    """Tekton's `ArtifactValue`."""

    digest: dict[str, str]
    uri: str

class Artifact(TypedDict, total=False):
    """Tekton's `Artifact`."""

    name: str
    values: list[ArtifactValue]
    buildOutput: bool

class Artifacts(TypedDict, total=False):
    """Tekton's `Artifacts`."""

    inputs: list[Artifact]
    outputs: list[Artifact]

class RefSource(TypedDict, total=False):
    """Tekton's `RefSource`."""

    digest: dict[str, str]
    entryPoint: str
    uri: str

class Provenance(TypedDict, total=False):
    """Tekton's `Provenance`."""

    featureFlags: object
    refSource: RefSource

class TaskRunResult(TypedDict, total=False):
    """Tekton's `TaskRunResult`."""

    name: str
    type: str
    value: ParamValue

class StepState(TypedDict, total=False):
    """Tekton's `StepState`."""

    name: str
    results: list[TaskRunResult]
    container: str
    imageID: str
    inputs: list[Artifact]
    outputs: list[Artifact]
    provenance: Provenance
    running: ContainerStateRunning
    terminated: ContainerStateTerminated
    terminationReason: str
    waiting: ContainerStateWaiting

class SidecarState(TypedDict, total=False):
    """Tekton's `SidecarState`."""

    name: str
    container: str
    imageID: str
    running: ContainerStateRunning
    terminated: ContainerStateTerminated
    waiting: ContainerStateWaiting

class TaskRunStatusFields(TypedDict, total=False):
    """Tekton's `TaskRunStatusFields`."""

    taskSpec: TaskSpec
    steps: list[StepState]
    sidecars: list[SidecarState]
    results: list[TaskRunResult]
    artifacts: Artifacts
    completionTime: Timestamp
    podName: str
    provenance: Provenance
    retriesStatus: list[TaskRunStatus]
    spanContext: dict[str, str]
    startTime: Timestamp

class TaskRunStatus(TypedDict, total=False):
    """Tekton's `TaskRunStatus`."""

    taskSpec: TaskSpec
    steps: list[StepState]
    sidecars: list[SidecarState]
    results: list[TaskRunResult]
    annotations: dict[str, str]
    artifacts: Artifacts
    completionTime: Timestamp
    conditions: list[Condition]
    observedGeneration: int
    podName: str
    provenance: Provenance
    retriesStatus: list[TaskRunStatus]
    spanContext: dict[str, str]
    startTime: Timestamp

class ChildStatusReference(TypedDict, total=False):
    """Tekton's `ChildStatusReference`."""

    apiVersion: str
    kind: str
    name: str
    displayName: str
    pipelineTaskName: str
    whenExpressions: list[WhenExpression]

class SkippedTask(TypedDict, total=False):
    """Tekton's `SkippedTask`."""

    name: str
    reason: str
    whenExpressions: list[WhenExpression]

class PipelineRunResult(TypedDict, total=False):
    """Tekton's `PipelineRunResult`."""

    name: str
    value: ParamValue

class PipelineRunStatusFields(TypedDict, total=False):
    """Tekton's `PipelineRunStatusFields`."""

    pipelineSpec: PipelineSpec
    results: list[PipelineRunResult]
    childReferences: list[ChildStatusReference]
    completionTime: Timestamp
    finallyStartTime: Timestamp
    provenance: Provenance
    skippedTasks: list[SkippedTask]
    spanContext: dict[str, str]
    startTime: Timestamp

class PipelineRunRunStatus(TypedDict, total=False):
    """Tekton's `PipelineRunRunStatus`."""

    pipelineTaskName: str
    status: object
    whenExpressions: list[WhenExpression]

class PipelineRunTaskRunStatus(TypedDict, total=False):
    """Tekton's `PipelineRunTaskRunStatus`."""

    pipelineTaskName: str
    status: TaskRunStatus
    whenExpressions: list[WhenExpression]

class PipelineRunStatus(TypedDict, total=False):
    """Tekton's `PipelineRunStatus`."""

    pipelineSpec: PipelineSpec
    results: list[PipelineRunResult]
    annotations: dict[str, str]
    childReferences: list[ChildStatusReference]
    completionTime: Timestamp
    conditions: list[Condition]
    finallyStartTime: Timestamp
    observedGeneration: int
    provenance: Provenance
    skippedTasks: list[SkippedTask]
    spanContext: dict[str, str]
    startTime: Timestamp

class StepOutputConfig(TypedDict, total=False):
    """Tekton's `StepOutputConfig`."""

    path: str

class Ref(TypedDict, total=False):
    """Tekton's `Ref`."""

    name: str
    resolver: str
    params: list[Param]

class Step(TypedDict, total=False):
    """Tekton's `Step`."""

    name: str
    displayName: str
    image: str
    ref: Ref
    params: list[Param]
    command: list[str]
    args: list[str]
    workingDir: str
    envFrom: list[EnvFromSource]
    env: list[EnvVar]
    computeResources: ResourceRequirements
    volumeMounts: list[VolumeMount]
    volumeDevices: list[VolumeDevice]
    imagePullPolicy: str
    securityContext: SecurityContext
    script: str
    workspaces: list[WorkspaceUsage]
    when: list[WhenExpression]
    onError: str
    timeout: Duration
    results: list[StepResult]
    stdoutConfig: StepOutputConfig
    stderrConfig: StepOutputConfig

class StepTemplate(TypedDict, total=False):
    """Tekton's `StepTemplate`."""

    image: str
    command: list[str]
    args: list[str]
    workingDir: str
    envFrom: list[EnvFromSource]
    env: list[EnvVar]
    computeResources: ResourceRequirements
    volumeMounts: list[VolumeMount]
    volumeDevices: list[VolumeDevice]
    imagePullPolicy: str
    securityContext: SecurityContext

class Sidecar(TypedDict, total=False):
    """Tekton's `Sidecar`."""

    name: str
    image: str
    command: list[str]
    args: list[str]
    workingDir: str
    ports: list[ContainerPort]
    envFrom: list[EnvFromSource]
    env: list[EnvVar]
    computeResources: ResourceRequirements
    volumeMounts: list[VolumeMount]
    volumeDevices: list[VolumeDevice]
    livenessProbe: Probe
    readinessProbe: Probe
    startupProbe: Probe
    lifecycle: Lifecycle
    imagePullPolicy: str
    securityContext: SecurityContext
    script: str
    workspaces: list[WorkspaceUsage]
    restartPolicy: str
    stdin: bool
    stdinOnce: bool
    terminationMessagePath: str
    terminationMessagePolicy: str
    tty: bool

class TaskSpec(TypedDict, total=False):
    """Tekton's `TaskSpec`."""

    displayName: str
    description: str
    params: list[ParamSpec]
    steps: list[Step]
    stepTemplate: StepTemplate
    sidecars: list[Sidecar]
    volumes: list[Volume]
    workspaces: list[WorkspaceDeclaration]
    results: list[TaskResult]

class Task(TypedDict, total=False):
    """Tekton's `Task`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: TaskSpec

class StepActionSpec(TypedDict, total=False):
    """Tekton's `StepActionSpec`."""

    description: str
    image: str
    params: list[ParamSpec]
    command: list[str]
    args: list[str]
    workingDir: str
    env: list[EnvVar]
    volumeMounts: list[VolumeMount]
    securityContext: SecurityContext
    script: str
    results: list[StepResult]

class StepAction(TypedDict, total=False):
    """Tekton's `StepAction`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: StepActionSpec

class TaskRef(TypedDict, total=False):
    """Tekton's `TaskRef`."""

    apiVersion: str
    kind: str
    name: str
    resolver: str
    params: list[Param]

class PipelineRef(TypedDict, total=False):
    """Tekton's `PipelineRef`."""

    apiVersion: str
    name: str
    resolver: str
    params: list[Param]

class ConfigMapVolumeSource(TypedDict, total=False):
    """Kubernetes's `ConfigMapVolumeSource`."""

    name: str
    defaultMode: int
    defaultUser: int
    items: list[KeyToPath]
    optional: bool

class EmptyDirVolumeSource(TypedDict, total=False):
    """Kubernetes's `EmptyDirVolumeSource`."""

    medium: str
    mode: int
    sizeLimit: Quantity

class HostPathVolumeSource(TypedDict, total=False):
    """Kubernetes's `HostPathVolumeSource`."""

    type: str
    path: str

class KeyToPath(TypedDict, total=False):
    """Kubernetes's `KeyToPath`."""

    key: str
    mode: int
    path: str
    user: int

class ObjectFieldSelector(TypedDict, total=False):
    """Kubernetes's `ObjectFieldSelector`."""

    apiVersion: str
    fieldPath: str

class PersistentVolumeClaimVolumeSource(TypedDict, total=False):
    """Kubernetes's `PersistentVolumeClaimVolumeSource`."""

    claimName: str
    readOnly: bool

class ResourceFieldSelector(TypedDict, total=False):
    """Kubernetes's `ResourceFieldSelector`."""

    containerName: str
    divisor: Quantity
    resource: str

class SecretVolumeSource(TypedDict, total=False):
    """Kubernetes's `SecretVolumeSource`."""

    secretName: str
    defaultMode: int
    defaultUser: int
    items: list[KeyToPath]
    optional: bool

class Volume(TypedDict, total=False):
    """Kubernetes's `Volume`: a name, and everything else from the VolumeSource embedded in it."""

    name: str
    awsElasticBlockStore: AWSElasticBlockStoreVolumeSource
    azureDisk: AzureDiskVolumeSource
    azureFile: AzureFileVolumeSource
    cephfs: CephFSVolumeSource
    cinder: CinderVolumeSource
    configMap: ConfigMapVolumeSource
    csi: CSIVolumeSource
    downwardAPI: DownwardAPIVolumeSource
    emptyDir: EmptyDirVolumeSource
    ephemeral: EphemeralVolumeSource
    fc: FCVolumeSource
    flexVolume: FlexVolumeSource
    flocker: FlockerVolumeSource
    gcePersistentDisk: GCEPersistentDiskVolumeSource
    gitRepo: GitRepoVolumeSource
    glusterfs: GlusterfsVolumeSource
    hostPath: HostPathVolumeSource
    image: ImageVolumeSource
    iscsi: ISCSIVolumeSource
    nfs: NFSVolumeSource
    persistentVolumeClaim: PersistentVolumeClaimVolumeSource
    photonPersistentDisk: PhotonPersistentDiskVolumeSource
    portworxVolume: PortworxVolumeSource
    projected: ProjectedVolumeSource
    quobyte: QuobyteVolumeSource
    rbd: RBDVolumeSource
    scaleIO: ScaleIOVolumeSource
    secret: SecretVolumeSource
    storageos: StorageOSVolumeSource
    vsphereVolume: VsphereVirtualDiskVolumeSource

class CSIVolumeSource(TypedDict, total=False):
    """Kubernetes's `CSIVolumeSource`."""

    driver: str
    fsType: str
    nodePublishSecretRef: LocalObjectReference
    readOnly: bool
    volumeAttributes: dict[str, str]

class ClusterTrustBundleProjection(TypedDict, total=False):
    """Kubernetes's `ClusterTrustBundleProjection`."""

    name: str
    labelSelector: LabelSelector
    optional: bool
    path: str
    signerName: str
    user: int

class ConfigMapProjection(TypedDict, total=False):
    """Kubernetes's `ConfigMapProjection`."""

    name: str
    items: list[KeyToPath]
    optional: bool

class DownwardAPIProjection(TypedDict, total=False):
    """Kubernetes's `DownwardAPIProjection`."""

    items: list[DownwardAPIVolumeFile]

class DownwardAPIVolumeFile(TypedDict, total=False):
    """Kubernetes's `DownwardAPIVolumeFile`."""

    fieldRef: ObjectFieldSelector
    mode: int
    path: str
    resourceFieldRef: ResourceFieldSelector
    user: int

class DownwardAPIVolumeSource(TypedDict, total=False):
    """Kubernetes's `DownwardAPIVolumeSource`."""

    defaultMode: int
    defaultUser: int
    items: list[DownwardAPIVolumeFile]

class EphemeralVolumeSource(TypedDict, total=False):
    """Kubernetes's `EphemeralVolumeSource`."""

    volumeClaimTemplate: PersistentVolumeClaimTemplate

class GitRepoVolumeSource(TypedDict, total=False):
    """Kubernetes's `GitRepoVolumeSource`."""

    directory: str
    repository: str
    revision: str

class ImageVolumeSource(TypedDict, total=False):
    """Kubernetes's `ImageVolumeSource`."""

    pullPolicy: str
    reference: str

class PersistentVolumeClaimTemplate(TypedDict, total=False):
    """Kubernetes's `PersistentVolumeClaimTemplate`."""

    metadata: ObjectMeta
    spec: PersistentVolumeClaimSpec

class PodCertificateProjection(TypedDict, total=False):
    """Kubernetes's `PodCertificateProjection`."""

    certificateChainPath: str
    credentialBundlePath: str
    keyPath: str
    keyType: str
    maxExpirationSeconds: int
    signerName: str
    user: int
    userAnnotations: dict[str, str]

class ProjectedVolumeSource(TypedDict, total=False):
    """Kubernetes's `ProjectedVolumeSource`."""

    defaultMode: int
    defaultUser: int
    sources: list[VolumeProjection]

class SecretProjection(TypedDict, total=False):
    """Kubernetes's `SecretProjection`."""

    name: str
    items: list[KeyToPath]
    optional: bool

class ServiceAccountTokenProjection(TypedDict, total=False):
    """Kubernetes's `ServiceAccountTokenProjection`."""

    audience: str
    expirationSeconds: int
    path: str
    user: int

class VolumeProjection(TypedDict, total=False):
    """Kubernetes's `VolumeProjection`."""

    clusterTrustBundle: ClusterTrustBundleProjection
    configMap: ConfigMapProjection
    downwardAPI: DownwardAPIProjection
    podCertificate: PodCertificateProjection
    secret: SecretProjection
    serviceAccountToken: ServiceAccountTokenProjection

class AWSElasticBlockStoreVolumeSource(TypedDict, total=False):
    """Kubernetes's `AWSElasticBlockStoreVolumeSource`."""

    fsType: str
    partition: int
    readOnly: bool
    volumeID: str

class AzureDiskVolumeSource(TypedDict, total=False):
    """Kubernetes's `AzureDiskVolumeSource`."""

    kind: str
    cachingMode: str
    diskName: str
    diskURI: str
    fsType: str
    readOnly: bool

class AzureFileVolumeSource(TypedDict, total=False):
    """Kubernetes's `AzureFileVolumeSource`."""

    secretName: str
    readOnly: bool
    shareName: str

class CephFSVolumeSource(TypedDict, total=False):
    """Kubernetes's `CephFSVolumeSource`."""

    monitors: list[str]
    path: str
    readOnly: bool
    secretFile: str
    secretRef: LocalObjectReference
    user: str

class CinderVolumeSource(TypedDict, total=False):
    """Kubernetes's `CinderVolumeSource`."""

    fsType: str
    readOnly: bool
    secretRef: LocalObjectReference
    volumeID: str

class FCVolumeSource(TypedDict, total=False):
    """Kubernetes's `FCVolumeSource`."""

    fsType: str
    lun: int
    readOnly: bool
    targetWWNs: list[str]
    wwids: list[str]

class FlexVolumeSource(TypedDict, total=False):
    """Kubernetes's `FlexVolumeSource`."""

    driver: str
    fsType: str
    options: dict[str, str]
    readOnly: bool
    secretRef: LocalObjectReference

class FlockerVolumeSource(TypedDict, total=False):
    """Kubernetes's `FlockerVolumeSource`."""

    datasetName: str
    datasetUUID: str

class GCEPersistentDiskVolumeSource(TypedDict, total=False):
    """Kubernetes's `GCEPersistentDiskVolumeSource`."""

    fsType: str
    partition: int
    pdName: str
    readOnly: bool

class GlusterfsVolumeSource(TypedDict, total=False):
    """Kubernetes's `GlusterfsVolumeSource`."""

    endpoints: str
    path: str
    readOnly: bool

class ISCSIVolumeSource(TypedDict, total=False):
    """Kubernetes's `ISCSIVolumeSource`."""

    chapAuthDiscovery: bool
    chapAuthSession: bool
    fsType: str
    initiatorName: str
    iqn: str
    iscsiInterface: str
    lun: int
    portals: list[str]
    readOnly: bool
    secretRef: LocalObjectReference
    targetPortal: str

class NFSVolumeSource(TypedDict, total=False):
    """Kubernetes's `NFSVolumeSource`."""

    path: str
    readOnly: bool
    server: str

class PhotonPersistentDiskVolumeSource(TypedDict, total=False):
    """Kubernetes's `PhotonPersistentDiskVolumeSource`."""

    fsType: str
    pdID: str

class PortworxVolumeSource(TypedDict, total=False):
    """Kubernetes's `PortworxVolumeSource`."""

    fsType: str
    readOnly: bool
    volumeID: str

class QuobyteVolumeSource(TypedDict, total=False):
    """Kubernetes's `QuobyteVolumeSource`."""

    group: str
    readOnly: bool
    registry: str
    tenant: str
    user: str
    volume: str

class RBDVolumeSource(TypedDict, total=False):
    """Kubernetes's `RBDVolumeSource`."""

    fsType: str
    image: str
    keyring: str
    monitors: list[str]
    pool: str
    readOnly: bool
    secretRef: LocalObjectReference
    user: str

class ScaleIOVolumeSource(TypedDict, total=False):
    """Kubernetes's `ScaleIOVolumeSource`."""

    fsType: str
    gateway: str
    protectionDomain: str
    readOnly: bool
    secretRef: LocalObjectReference
    sslEnabled: bool
    storageMode: str
    storagePool: str
    system: str
    volumeName: str

class StorageOSVolumeSource(TypedDict, total=False):
    """Kubernetes's `StorageOSVolumeSource`."""

    fsType: str
    readOnly: bool
    secretRef: LocalObjectReference
    volumeName: str
    volumeNamespace: str

class VsphereVirtualDiskVolumeSource(TypedDict, total=False):
    """Kubernetes's `VsphereVirtualDiskVolumeSource`."""

    fsType: str
    storagePolicyID: str
    storagePolicyName: str
    volumePath: str
