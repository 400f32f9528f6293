"""Documents as plain data, for type checkers alone: a TypedDict of the same name for each model that our code names.

With each stand the models of its fields. Written by `python compiler_tests/golden/renew_shapes.py`: run it once code
names another; a test fails where they differ.
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
Int32: TypeAlias = int
"""A whole number of 32 bits."""
Uint64: TypeAlias = int
"""A whole number of 64 bits that is not negative."""
Url: TypeAlias = str
"""apis.URL of Knative: what Go's url.Parse reads."""
Bytes: TypeAlias = str | list[int]
"""Bytes, which are base64 in a document."""
ParamValue: TypeAlias = str | list[str] | dict[str, str]
"""A string, an array or an object of strings."""

class Document(TypedDict, total=False):
    """What the documents of all kinds have in common."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta

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

class ArgoWorkflowTrigger(TypedDict, total=False):
    """Argo Events' `ArgoWorkflowTrigger`."""

    source: ArtifactLocation
    operation: str
    parameters: list[TriggerParameter]
    args: list[str]

class ValueFromSource(TypedDict, total=False):
    """Argo Events' `ValueFromSource`."""

    secretKeyRef: SecretKeySelector
    configMapKeyRef: ConfigMapKeySelector

class SecureHeader(TypedDict, total=False):
    """Argo Events' `SecureHeader`."""

    name: str
    valueFrom: ValueFromSource

class HTTPTrigger(TypedDict, total=False):
    """Argo Events' `HTTPTrigger`."""

    url: str
    payload: list[TriggerParameter]
    tls: TLSConfig
    method: str
    parameters: list[TriggerParameter]
    timeout: int
    basicAuth: BasicAuth
    headers: dict[str, str]
    secureHeaders: list[SecureHeader]
    dynamicHeaders: list[TriggerParameter]
    host: str

class AWSLambdaTrigger(TypedDict, total=False):
    """Argo Events' `AWSLambdaTrigger`."""

    functionName: str
    accessKey: SecretKeySelector
    secretKey: SecretKeySelector
    region: str
    payload: list[TriggerParameter]
    parameters: list[TriggerParameter]
    invocationType: str
    roleARN: str

class CustomTrigger(TypedDict, total=False):
    """Argo Events' `CustomTrigger`."""

    serverURL: str
    secure: bool
    certSecret: SecretKeySelector
    serverNameOverride: str
    spec: dict[str, str]
    parameters: list[TriggerParameter]
    payload: list[TriggerParameter]

class KafkaTrigger(TypedDict, total=False):
    """Argo Events' `KafkaTrigger`."""

    url: str
    topic: str
    partition: Int32
    parameters: list[TriggerParameter]
    requiredAcks: Int32
    compress: bool
    flushFrequency: Int32
    tls: TLSConfig
    payload: list[TriggerParameter]
    partitioningKey: str
    version: str
    sasl: SASLConfig
    schemaRegistry: SchemaRegistryConfig
    headers: dict[str, str]
    secureHeaders: list[SecureHeader]

class NATSTrigger(TypedDict, total=False):
    """Argo Events' `NATSTrigger`."""

    url: str
    subject: str
    payload: list[TriggerParameter]
    parameters: list[TriggerParameter]
    tls: TLSConfig
    auth: NATSAuth

class PulsarTrigger(TypedDict, total=False):
    """Argo Events' `PulsarTrigger`."""

    url: str
    topic: str
    parameters: list[TriggerParameter]
    payload: list[TriggerParameter]
    tlsTrustCertsSecret: SecretKeySelector
    tlsAllowInsecureConnection: bool
    tlsValidateHostname: bool
    tls: TLSConfig
    authTokenSecret: SecretKeySelector
    connectionBackoff: Backoff
    authAthenzParams: dict[str, str]
    authAthenzSecret: SecretKeySelector

class SlackSender(TypedDict, total=False):
    """Argo Events' `SlackSender`."""

    username: str
    icon: str

class SlackThread(TypedDict, total=False):
    """Argo Events' `SlackThread`."""

    messageAggregationKey: str
    broadcastMessageToChannel: bool

class SlackTrigger(TypedDict, total=False):
    """Argo Events' `SlackTrigger`."""

    parameters: list[TriggerParameter]
    slackToken: SecretKeySelector
    channel: str
    message: str
    attachments: str
    blocks: str
    thread: SlackThread
    sender: SlackSender

class OpenWhiskTrigger(TypedDict, total=False):
    """Argo Events' `OpenWhiskTrigger`."""

    host: str
    version: str
    namespace: str
    authToken: SecretKeySelector
    actionName: str
    payload: list[TriggerParameter]
    parameters: list[TriggerParameter]

class LogTrigger(TypedDict, total=False):
    """Argo Events' `LogTrigger`."""

    intervalSeconds: Uint64

class AzureEventHubsTrigger(TypedDict, total=False):
    """Argo Events' `AzureEventHubsTrigger`."""

    fqdn: str
    hubName: str
    sharedAccessKeyName: SecretKeySelector
    sharedAccessKey: SecretKeySelector
    payload: list[TriggerParameter]
    parameters: list[TriggerParameter]

class AzureServiceBusTrigger(TypedDict, total=False):
    """Argo Events' `AzureServiceBusTrigger`."""

    connectionString: SecretKeySelector
    queueName: str
    topicName: str
    subscriptionName: str
    tls: TLSConfig
    payload: list[TriggerParameter]
    parameters: list[TriggerParameter]

_EmailTrigger = TypedDict("_EmailTrigger", {"from": str}, total=False)

class EmailTrigger(_EmailTrigger, total=False):
    """Argo Events' `EmailTrigger`."""

    parameters: list[TriggerParameter]
    username: str
    smtpPassword: SecretKeySelector
    host: str
    port: Int32
    to: list[str]
    subject: str
    body: str

class FileArtifact(TypedDict, total=False):
    """Argo Events' `FileArtifact`."""

    path: str

class URLArtifact(TypedDict, total=False):
    """Argo Events' `URLArtifact`."""

    path: str
    verifyCert: bool

class GitCreds(TypedDict, total=False):
    """Argo Events' `GitCreds`."""

    username: SecretKeySelector
    password: SecretKeySelector

class GitRemoteConfig(TypedDict, total=False):
    """Argo Events' `GitRemoteConfig`."""

    name: str
    urls: list[str]

class GitArtifact(TypedDict, total=False):
    """Argo Events' `GitArtifact`."""

    url: str
    cloneDirectory: str
    creds: GitCreds
    sshKeySecret: SecretKeySelector
    filePath: str
    branch: str
    tag: str
    ref: str
    remote: GitRemoteConfig
    insecureIgnoreHostKey: bool
    githubApp: GithubAppCreds

class ArtifactLocation(TypedDict, total=False):
    """Argo Events' `ArtifactLocation`."""

    s3: S3Artifact
    inline: str
    file: FileArtifact
    url: URLArtifact
    configmap: ConfigMapKeySelector
    git: GitArtifact
    resource: object

class TriggerParameterSource(TypedDict, total=False):
    """Argo Events' `TriggerParameterSource`."""

    dependencyName: str
    contextKey: str
    contextTemplate: str
    dataKey: str
    dataTemplate: str
    value: str
    useRawData: bool

class TriggerParameter(TypedDict, total=False):
    """Argo Events' `TriggerParameter`."""

    src: TriggerParameterSource
    dest: str
    operation: str

class ArgoContainer(TypedDict, total=False):
    """Argo Events' `Container`."""

    resources: ResourceRequirements
    imagePullPolicy: str
    securityContext: SecurityContext
    volumeMounts: list[VolumeMount]
    env: list[EnvVar]
    envFrom: list[EnvFromSource]

class ArgoTemplate(TypedDict, total=False):
    """Argo Events' `Template`."""

    metadata: ArgoMetadata
    serviceAccountName: str
    container: ArgoContainer
    volumes: list[Volume]
    securityContext: PodSecurityContext
    nodeSelector: dict[str, str]
    tolerations: list[Toleration]
    imagePullSecrets: list[LocalObjectReference]
    priorityClassName: str
    priority: Int32
    affinity: Affinity

class GithubAppCreds(TypedDict, total=False):
    """Argo Events' `GithubAppCreds`."""

    privateKey: SecretKeySelector
    appID: int
    installationID: int

class EventContext(TypedDict, total=False):
    """Argo Events' `EventContext`."""

    id: str
    source: str
    specversion: str
    type: str
    datacontenttype: str
    subject: str
    time: Timestamp

class TimeFilter(TypedDict, total=False):
    """Argo Events' `TimeFilter`."""

    start: str
    stop: str
    timezone: str

class DataFilter(TypedDict, total=False):
    """Argo Events' `DataFilter`."""

    path: str
    type: str
    value: list[str]
    comparator: str
    template: str

class PayloadField(TypedDict, total=False):
    """Argo Events' `PayloadField`."""

    path: str
    name: str

class ExprFilter(TypedDict, total=False):
    """Argo Events' `ExprFilter`."""

    expr: str
    fields: list[PayloadField]

class EventDependencyFilter(TypedDict, total=False):
    """Argo Events' `EventDependencyFilter`."""

    time: TimeFilter
    context: EventContext
    data: list[DataFilter]
    exprs: list[ExprFilter]
    dataLogicalOperator: str
    exprLogicalOperator: str
    script: str

class EventDependencyTransformer(TypedDict, total=False):
    """Argo Events' `EventDependencyTransformer`."""

    jq: str
    script: str

class EventDependency(TypedDict, total=False):
    """Argo Events' `EventDependency`."""

    name: str
    eventSourceName: str
    eventName: str
    filters: EventDependencyFilter
    transform: EventDependencyTransformer
    filtersLogicalOperator: str

class ConditionsResetByTime(TypedDict, total=False):
    """Argo Events' `ConditionsResetByTime`."""

    cron: str
    timezone: str

class ConditionsResetCriteria(TypedDict, total=False):
    """Argo Events' `ConditionsResetCriteria`."""

    byTime: ConditionsResetByTime

class StandardK8STrigger(TypedDict, total=False):
    """Argo Events' `StandardK8STrigger`."""

    source: ArtifactLocation
    operation: str
    parameters: list[TriggerParameter]
    patchStrategy: str
    liveObject: bool

class SensorTemplate(TypedDict, total=False):
    """Argo Events' `TriggerTemplate`."""

    name: str
    conditions: str
    k8s: StandardK8STrigger
    argoWorkflow: ArgoWorkflowTrigger
    http: HTTPTrigger
    awsLambda: AWSLambdaTrigger
    custom: CustomTrigger
    kafka: KafkaTrigger
    nats: NATSTrigger
    slack: SlackTrigger
    openWhisk: OpenWhiskTrigger
    log: LogTrigger
    azureEventHubs: AzureEventHubsTrigger
    pulsar: PulsarTrigger
    conditionsReset: list[ConditionsResetCriteria]
    azureServiceBus: AzureServiceBusTrigger
    email: EmailTrigger

class K8SResourcePolicy(TypedDict, total=False):
    """Argo Events' `K8SResourcePolicy`."""

    labels: dict[str, str]
    backoff: Backoff
    errorOnBackoffTimeout: bool

class StatusPolicy(TypedDict, total=False):
    """Argo Events' `StatusPolicy`."""

    allow: list[Int32]

class TriggerPolicy(TypedDict, total=False):
    """Argo Events' `TriggerPolicy`."""

    k8s: K8SResourcePolicy
    status: StatusPolicy

class RateLimit(TypedDict, total=False):
    """Argo Events' `RateLimit`."""

    unit: str
    requestsPerUnit: Int32

class SensorTrigger(TypedDict, total=False):
    """Argo Events' `Trigger`."""

    template: SensorTemplate
    parameters: list[TriggerParameter]
    policy: TriggerPolicy
    retryStrategy: Backoff
    rateLimit: RateLimit
    atLeastOnce: bool
    dlqTrigger: SensorTrigger

class SensorSpec(TypedDict, total=False):
    """Argo Events' `SensorSpec`."""

    dependencies: list[EventDependency]
    triggers: list[SensorTrigger]
    template: ArgoTemplate
    errorOnFailedRound: bool
    eventBusName: str
    replicas: Int32
    revisionHistoryLimit: Int32
    loggingFields: dict[str, str]

class Sensor(TypedDict, total=False):
    """Argo Events' `Sensor`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: SensorSpec
    status: SensorStatus

class ArgoMetadata(TypedDict, total=False):
    """Argo Events' `Metadata`."""

    annotations: dict[str, str]
    labels: dict[str, str]

class TLSConfig(TypedDict, total=False):
    """Argo Events' `TLSConfig`."""

    caCertSecret: SecretKeySelector
    clientCertSecret: SecretKeySelector
    clientKeySecret: SecretKeySelector
    insecureSkipVerify: bool
    enabled: bool

class BasicAuth(TypedDict, total=False):
    """Argo Events' `BasicAuth`."""

    username: SecretKeySelector
    password: SecretKeySelector

class Backoff(TypedDict, total=False):
    """Argo Events' `Backoff`."""

    duration: IntOrString
    factor: object
    jitter: object
    steps: Int32

class SASLConfig(TypedDict, total=False):
    """Argo Events' `SASLConfig`."""

    mechanism: str
    userSecret: SecretKeySelector
    passwordSecret: SecretKeySelector

class SchemaRegistryConfig(TypedDict, total=False):
    """Argo Events' `SchemaRegistryConfig`."""

    url: str
    schemaId: Int32
    auth: BasicAuth

class NATSAuth(TypedDict, total=False):
    """Argo Events' `NATSAuth`."""

    basic: BasicAuth
    token: SecretKeySelector
    nkey: SecretKeySelector
    credential: SecretKeySelector

class S3Bucket(TypedDict, total=False):
    """Argo Events' `S3Bucket`."""

    key: str
    name: str

class S3Filter(TypedDict, total=False):
    """Argo Events' `S3Filter`."""

    prefix: str
    suffix: str

class S3Artifact(TypedDict, total=False):
    """Argo Events' `S3Artifact`."""

    endpoint: str
    bucket: S3Bucket
    region: str
    insecure: bool
    accessKey: SecretKeySelector
    secretKey: SecretKeySelector
    events: list[str]
    filter: S3Filter
    metadata: dict[str, str]
    caCertificate: SecretKeySelector

class ArgoCondition(TypedDict, total=False):
    """Argo Events' `Condition`."""

    type: str
    status: str
    lastTransitionTime: Timestamp
    reason: str
    message: str

class SensorStatus(TypedDict, total=False):
    """Argo Events' `SensorStatus`."""

    conditions: list[ArgoCondition]

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

class ObjectReference(TypedDict, total=False):
    """Kubernetes's `ObjectReference`."""

    kind: str
    namespace: str
    name: str
    uid: str
    apiVersion: str
    resourceVersion: str
    fieldPath: str

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

class ServiceAccount(TypedDict, total=False):
    """Kubernetes's `ServiceAccount`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    secrets: list[ObjectReference]
    imagePullSecrets: list[LocalObjectReference]
    automountServiceAccountToken: bool

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
