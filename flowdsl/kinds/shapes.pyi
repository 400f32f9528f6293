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

class ArgoEvents(TypedDict, total=False):
    """Base of the models of Argo Events' documents. Their schema is open: the API server hands on what it was sent, and
    the controllers, who read it with regard to case, take no number for text and ignore what they don't know."""

class PersistenceStrategy(TypedDict, total=False):
    """Argo Events' `PersistenceStrategy`."""

    storageClassName: str
    accessMode: str
    volumeSize: Quantity

class NativeStrategy(TypedDict, total=False):
    """Argo Events' `NativeStrategy`."""

    replicas: Int32
    auth: str
    persistence: PersistenceStrategy
    containerTemplate: ContainerTemplate
    metricsContainerTemplate: ContainerTemplate
    nodeSelector: dict[str, str]
    tolerations: list[Toleration]
    metadata: ArgoMetadata
    securityContext: PodSecurityContext
    maxAge: str
    imagePullSecrets: list[LocalObjectReference]
    serviceAccountName: str
    priorityClassName: str
    priority: Int32
    affinity: Affinity
    maxMsgs: Uint64
    maxBytes: str
    maxSubs: Uint64
    maxPayload: str
    raftHeartbeatTimeout: str
    raftElectionTimeout: str
    raftLeaseTimeout: str
    raftCommitTimeout: str

class NATSConfig(TypedDict, total=False):
    """Argo Events' `NATSConfig`."""

    url: str
    clusterID: str
    auth: str
    accessSecret: SecretKeySelector

class NATSBus(TypedDict, total=False):
    """Argo Events' `NATSBus`."""

    native: NativeStrategy
    exotic: NATSConfig

class JetStreamConfig(TypedDict, total=False):
    """Argo Events' `JetStreamConfig`."""

    url: str
    accessSecret: SecretKeySelector
    streamConfig: str
    tls: TLSConfig

class JetStreamBus(TypedDict, total=False):
    """Argo Events' `JetStreamBus`."""

    version: str
    replicas: Int32
    containerTemplate: ContainerTemplate
    reloaderContainerTemplate: ContainerTemplate
    metricsContainerTemplate: ContainerTemplate
    persistence: PersistenceStrategy
    metadata: ArgoMetadata
    nodeSelector: dict[str, str]
    tolerations: list[Toleration]
    securityContext: PodSecurityContext
    imagePullSecrets: list[LocalObjectReference]
    priorityClassName: str
    priority: Int32
    affinity: Affinity
    serviceAccountName: str
    settings: str
    startArgs: list[str]
    streamConfig: str
    maxPayload: str

class KafkaBus(TypedDict, total=False):
    """Argo Events' `KafkaBus`."""

    url: str
    topic: str
    version: str
    tls: TLSConfig
    sasl: SASLConfig
    consumerGroup: KafkaConsumerGroup
    partitioner: str

class EventBusSpec(TypedDict, total=False):
    """Argo Events' `EventBusSpec`."""

    nats: NATSBus
    jetstream: JetStreamBus
    kafka: KafkaBus
    jetstreamExotic: JetStreamConfig

class EventBus(TypedDict, total=False):
    """Argo Events' `EventBus`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: EventBusSpec
    status: EventBusStatus

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

class ContainerTemplate(TypedDict, total=False):
    """Argo Events' `ContainerTemplate`."""

    resources: ResourceRequirements
    imagePullPolicy: str
    securityContext: SecurityContext

class ServicePort(TypedDict, total=False):
    """Kubernetes' `ServicePort`."""

    name: str
    protocol: str
    appProtocol: str
    port: Int32
    targetPort: IntOrString
    nodePort: Int32

class EventSourceService(TypedDict, total=False):
    """Argo Events' `Service`."""

    metadata: ArgoMetadata
    ports: list[ServicePort]
    clusterIP: str

class BitbucketBasicAuth(TypedDict, total=False):
    """Argo Events' `BitbucketBasicAuth`."""

    username: SecretKeySelector
    password: SecretKeySelector

class BitbucketAuth(TypedDict, total=False):
    """Argo Events' `BitbucketAuth`."""

    basic: BitbucketBasicAuth
    oauthToken: SecretKeySelector

class BitbucketRepository(TypedDict, total=False):
    """Argo Events' `BitbucketRepository`."""

    owner: str
    repositorySlug: str

class BitbucketEventSource(TypedDict, total=False):
    """Argo Events' `BitbucketEventSource`."""

    deleteHookOnFinish: bool
    metadata: dict[str, str]
    webhook: WebhookContext
    auth: BitbucketAuth
    events: list[str]
    owner: str
    projectKey: str
    repositorySlug: str
    repositories: list[BitbucketRepository]
    filter: EventSourceFilter

class BitbucketServerRepository(TypedDict, total=False):
    """Argo Events' `BitbucketServerRepository`."""

    projectKey: str
    repositorySlug: str

class BitbucketServerEventSource(TypedDict, total=False):
    """Argo Events' `BitbucketServerEventSource`."""

    webhook: WebhookContext
    projectKey: str
    repositorySlug: str
    projects: list[str]
    repositories: list[BitbucketServerRepository]
    events: list[str]
    skipBranchRefsChangedOnOpenPR: bool
    oneEventPerChange: bool
    accessToken: SecretKeySelector
    webhookSecret: SecretKeySelector
    bitbucketserverBaseURL: str
    deleteHookOnFinish: bool
    metadata: dict[str, str]
    filter: EventSourceFilter
    tls: TLSConfig
    checkInterval: str

class GerritEventSource(TypedDict, total=False):
    """Argo Events' `GerritEventSource`."""

    webhook: WebhookContext
    hookName: str
    events: list[str]
    auth: BasicAuth
    gerritBaseURL: str
    deleteHookOnFinish: bool
    metadata: dict[str, str]
    projects: list[str]
    sslVerify: bool
    filter: EventSourceFilter
    maxTries: int

class GithubAppCreds(TypedDict, total=False):
    """Argo Events' `GithubAppCreds`."""

    privateKey: SecretKeySelector
    appID: int
    installationID: int

class OwnedRepositories(TypedDict, total=False):
    """Argo Events' `OwnedRepositories`."""

    owner: str
    names: list[str]

class GithubEventSource(TypedDict, total=False):
    """Argo Events' `GithubEventSource`."""

    id: int
    webhook: WebhookContext
    owner: str
    repository: str
    events: list[str]
    apiToken: SecretKeySelector
    webhookSecret: SecretKeySelector
    insecure: bool
    active: bool
    contentType: str
    githubBaseURL: str
    githubUploadURL: str
    deleteHookOnFinish: bool
    metadata: dict[str, str]
    repositories: list[OwnedRepositories]
    organizations: list[str]
    githubApp: GithubAppCreds
    filter: EventSourceFilter

class GitlabEventSource(TypedDict, total=False):
    """Argo Events' `GitlabEventSource`."""

    webhook: WebhookContext
    projectID: str
    events: list[str]
    accessToken: SecretKeySelector
    enableSSLVerification: bool
    gitlabBaseURL: str
    deleteHookOnFinish: bool
    metadata: dict[str, str]
    projects: list[str]
    secretToken: SecretKeySelector
    filter: EventSourceFilter
    groups: list[str]

class SlackEventSource(TypedDict, total=False):
    """Argo Events' `SlackEventSource`."""

    signingSecret: SecretKeySelector
    token: SecretKeySelector
    webhook: WebhookContext
    metadata: dict[str, str]
    filter: EventSourceFilter

class StripeEventSource(TypedDict, total=False):
    """Argo Events' `StripeEventSource`."""

    webhook: WebhookContext
    createWebhook: bool
    apiKey: SecretKeySelector
    eventFilter: list[str]
    metadata: dict[str, str]

class StorageGridFilter(TypedDict, total=False):
    """Argo Events' `StorageGridFilter`."""

    prefix: str
    suffix: str

class StorageGridEventSource(TypedDict, total=False):
    """Argo Events' `StorageGridEventSource`."""

    webhook: WebhookContext
    events: list[str]
    filter: StorageGridFilter
    topicArn: str
    bucket: str
    region: str
    authToken: SecretKeySelector
    apiURL: str
    metadata: dict[str, str]
    tls: TLSConfig

class SNSEventSource(TypedDict, total=False):
    """Argo Events' `SNSEventSource`."""

    webhook: WebhookContext
    topicArn: str
    accessKey: SecretKeySelector
    secretKey: SecretKeySelector
    region: str
    roleARN: str
    metadata: dict[str, str]
    validateSignature: bool
    filter: EventSourceFilter
    endpoint: str

class AMQPExchangeDeclareConfig(TypedDict, total=False):
    """Argo Events' `AMQPExchangeDeclareConfig`."""

    durable: bool
    autoDelete: bool
    internal: bool
    noWait: bool

class AMQPQueueDeclareConfig(TypedDict, total=False):
    """Argo Events' `AMQPQueueDeclareConfig`."""

    name: str
    durable: bool
    autoDelete: bool
    exclusive: bool
    noWait: bool
    arguments: str

class AMQPQueueBindConfig(TypedDict, total=False):
    """Argo Events' `AMQPQueueBindConfig`."""

    noWait: bool

class AMQPConsumeConfig(TypedDict, total=False):
    """Argo Events' `AMQPConsumeConfig`."""

    consumerTag: str
    autoAck: bool
    exclusive: bool
    noLocal: bool
    noWait: bool

class AMQPEventSource(TypedDict, total=False):
    """Argo Events' `AMQPEventSource`."""

    url: str
    exchangeName: str
    exchangeType: str
    routingKey: str
    connectionBackoff: Backoff
    jsonBody: bool
    tls: TLSConfig
    metadata: dict[str, str]
    exchangeDeclare: AMQPExchangeDeclareConfig
    queueDeclare: AMQPQueueDeclareConfig
    queueBind: AMQPQueueBindConfig
    consume: AMQPConsumeConfig
    auth: BasicAuth
    urlSecret: SecretKeySelector
    filter: EventSourceFilter

class AzureEventsHubEventSource(TypedDict, total=False):
    """Argo Events' `AzureEventsHubEventSource`."""

    fqdn: str
    sharedAccessKeyName: SecretKeySelector
    sharedAccessKey: SecretKeySelector
    hubName: str
    metadata: dict[str, str]
    filter: EventSourceFilter

class AzureQueueStorageEventSource(TypedDict, total=False):
    """Argo Events' `AzureQueueStorageEventSource`."""

    storageAccountName: str
    connectionString: SecretKeySelector
    queueName: str
    jsonBody: bool
    dlq: bool
    metadata: dict[str, str]
    filter: EventSourceFilter
    decodeMessage: bool
    waitTimeInSeconds: Int32

class AzureServiceBusEventSource(TypedDict, total=False):
    """Argo Events' `AzureServiceBusEventSource`."""

    connectionString: SecretKeySelector
    queueName: str
    topicName: str
    subscriptionName: str
    tls: TLSConfig
    jsonBody: bool
    metadata: dict[str, str]
    filter: EventSourceFilter
    fullyQualifiedNamespace: str
    deferDelete: bool

class EmitterEventSource(TypedDict, total=False):
    """Argo Events' `EmitterEventSource`."""

    broker: str
    channelKey: str
    channelName: str
    username: SecretKeySelector
    password: SecretKeySelector
    connectionBackoff: Backoff
    jsonBody: bool
    tls: TLSConfig
    metadata: dict[str, str]
    filter: EventSourceFilter

class KafkaConsumerGroup(TypedDict, total=False):
    """Argo Events' `KafkaConsumerGroup`."""

    groupName: str
    oldest: bool
    rebalanceStrategy: str

class KafkaEventSource(TypedDict, total=False):
    """Argo Events' `KafkaEventSource`."""

    url: str
    partition: str
    topic: str
    connectionBackoff: Backoff
    tls: TLSConfig
    jsonBody: bool
    metadata: dict[str, str]
    consumerGroup: KafkaConsumerGroup
    limitEventsPerSecond: int
    version: str
    sasl: SASLConfig
    filter: EventSourceFilter
    config: str
    schemaRegistry: SchemaRegistryConfig
    awsMskIamAuth: AWSMSKIAMConfig

class MNSEventSource(TypedDict, total=False):
    """Argo Events' `MNSEventSource`."""

    accessKey: SecretKeySelector
    secretKey: SecretKeySelector
    queue: str
    jsonBody: bool
    endpoint: str
    filter: EventSourceFilter

class MQTTEventSource(TypedDict, total=False):
    """Argo Events' `MQTTEventSource`."""

    url: str
    topic: str
    clientId: str
    connectionBackoff: Backoff
    jsonBody: bool
    tls: TLSConfig
    metadata: dict[str, str]
    filter: EventSourceFilter
    auth: BasicAuth

class NATSEventsSource(TypedDict, total=False):
    """Argo Events' `NATSEventsSource`."""

    url: str
    subject: str
    connectionBackoff: Backoff
    jsonBody: bool
    tls: TLSConfig
    metadata: dict[str, str]
    auth: NATSAuth
    filter: EventSourceFilter
    queue: str

class NSQEventSource(TypedDict, total=False):
    """Argo Events' `NSQEventSource`."""

    hostAddress: str
    topic: str
    channel: str
    connectionBackoff: Backoff
    jsonBody: bool
    tls: TLSConfig
    metadata: dict[str, str]
    filter: EventSourceFilter

class PubSubEventSource(TypedDict, total=False):
    """Argo Events' `PubSubEventSource`."""

    projectID: str
    topicProjectID: str
    topic: str
    subscriptionID: str
    credentialSecret: SecretKeySelector
    deleteSubscriptionOnFinish: bool
    jsonBody: bool
    metadata: dict[str, str]
    filter: EventSourceFilter

class PulsarEventSource(TypedDict, total=False):
    """Argo Events' `PulsarEventSource`."""

    topics: list[str]
    type: str
    url: str
    tlsTrustCertsSecret: SecretKeySelector
    tlsAllowInsecureConnection: bool
    tlsValidateHostname: bool
    tls: TLSConfig
    connectionBackoff: Backoff
    jsonBody: bool
    metadata: dict[str, str]
    authTokenSecret: SecretKeySelector
    filter: EventSourceFilter
    authAthenzParams: dict[str, str]
    authAthenzSecret: SecretKeySelector

class RedisEventSource(TypedDict, total=False):
    """Argo Events' `RedisEventSource`."""

    hostAddress: str
    password: SecretKeySelector
    namespace: str
    db: Int32
    channels: list[str]
    tls: TLSConfig
    metadata: dict[str, str]
    filter: EventSourceFilter
    jsonBody: bool
    username: str

class RedisStreamEventSource(TypedDict, total=False):
    """Argo Events' `RedisStreamEventSource`."""

    hostAddress: str
    password: SecretKeySelector
    db: Int32
    streams: list[str]
    maxMsgCountPerRead: Int32
    consumerGroup: str
    tls: TLSConfig
    metadata: dict[str, str]
    filter: EventSourceFilter
    username: str

class SQSEventSource(TypedDict, total=False):
    """Argo Events' `SQSEventSource`."""

    accessKey: SecretKeySelector
    secretKey: SecretKeySelector
    region: str
    queue: str
    waitTimeSeconds: int
    roleARN: str
    jsonBody: bool
    queueAccountId: str
    metadata: dict[str, str]
    dlq: bool
    filter: EventSourceFilter
    endpoint: str
    sessionToken: SecretKeySelector

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

class AWSMSKIAMConfig(TypedDict, total=False):
    """Argo Events' `AWSMSKIAMConfig`."""

    region: str

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

class WebhookContext(TypedDict, total=False):
    """Argo Events' `WebhookContext`."""

    endpoint: str
    method: str
    port: str
    url: str
    serverCertSecret: SecretKeySelector
    serverKeySecret: SecretKeySelector
    metadata: dict[str, str]
    authSecret: SecretKeySelector
    maxPayloadSize: int

class EventSourceFilter(TypedDict, total=False):
    """Argo Events' `EventSourceFilter`."""

    expression: str

class WatchPathConfig(TypedDict, total=False):
    """Argo Events' `WatchPathConfig`."""

    directory: str
    path: str
    pathRegexp: str

class CatchupConfiguration(TypedDict, total=False):
    """Argo Events' `CatchupConfiguration`."""

    enabled: bool
    maxDuration: str

class ConfigMapPersistence(TypedDict, total=False):
    """Argo Events' `ConfigMapPersistence`."""

    name: str
    createIfNotExist: bool

class EventPersistence(TypedDict, total=False):
    """Argo Events' `EventPersistence`."""

    catchup: CatchupConfiguration
    configMap: ConfigMapPersistence

class CalendarEventSource(TypedDict, total=False):
    """Argo Events' `CalendarEventSource`."""

    schedule: str
    interval: str
    exclusionDates: list[str]
    timezone: str
    metadata: dict[str, str]
    persistence: EventPersistence
    filter: EventSourceFilter

class WebhookEventSource(TypedDict, total=False):
    """Argo Events' `WebhookEventSource`."""

    endpoint: str
    method: str
    port: str
    url: str
    serverCertSecret: SecretKeySelector
    serverKeySecret: SecretKeySelector
    metadata: dict[str, str]
    authSecret: SecretKeySelector
    maxPayloadSize: int
    filter: EventSourceFilter

class EventSourceSpec(TypedDict, total=False):
    """Argo Events' `EventSourceSpec`."""

    eventBusName: str
    template: ArgoTemplate
    service: EventSourceService
    minio: dict[str, S3Artifact]
    calendar: dict[str, CalendarEventSource]
    file: dict[str, FileEventSource]
    resource: dict[str, ResourceEventSource]
    webhook: dict[str, WebhookEventSource]
    amqp: dict[str, AMQPEventSource]
    kafka: dict[str, KafkaEventSource]
    mqtt: dict[str, MQTTEventSource]
    nats: dict[str, NATSEventsSource]
    sns: dict[str, SNSEventSource]
    sqs: dict[str, SQSEventSource]
    pubSub: dict[str, PubSubEventSource]
    github: dict[str, GithubEventSource]
    gitlab: dict[str, GitlabEventSource]
    hdfs: dict[str, HDFSEventSource]
    slack: dict[str, SlackEventSource]
    storageGrid: dict[str, StorageGridEventSource]
    azureEventsHub: dict[str, AzureEventsHubEventSource]
    stripe: dict[str, StripeEventSource]
    emitter: dict[str, EmitterEventSource]
    redis: dict[str, RedisEventSource]
    nsq: dict[str, NSQEventSource]
    pulsar: dict[str, PulsarEventSource]
    generic: dict[str, GenericEventSource]
    replicas: Int32
    bitbucketserver: dict[str, BitbucketServerEventSource]
    bitbucket: dict[str, BitbucketEventSource]
    redisStream: dict[str, RedisStreamEventSource]
    azureServiceBus: dict[str, AzureServiceBusEventSource]
    azureQueueStorage: dict[str, AzureQueueStorageEventSource]
    sftp: dict[str, SFTPEventSource]
    gerrit: dict[str, GerritEventSource]
    mns: dict[str, MNSEventSource]

class EventSource(TypedDict, total=False):
    """Argo Events' `EventSource`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: EventSourceSpec
    status: EventSourceStatus

class ArgoCondition(TypedDict, total=False):
    """Argo Events' `Condition`."""

    type: str
    status: str
    lastTransitionTime: Timestamp
    reason: str
    message: str

class EventSourceStatus(TypedDict, total=False):
    """Argo Events' `EventSourceStatus`."""

    conditions: list[ArgoCondition]

class SensorStatus(TypedDict, total=False):
    """Argo Events' `SensorStatus`."""

    conditions: list[ArgoCondition]

class BusConfig(TypedDict, total=False):
    """Argo Events' `BusConfig`."""

    nats: NATSConfig
    jetstream: JetStreamConfig
    kafka: KafkaBus

class EventBusStatus(TypedDict, total=False):
    """Argo Events' `EventBusStatus`."""

    conditions: list[ArgoCondition]
    config: BusConfig

class FileEventSource(TypedDict, total=False):
    """Argo Events' `FileEventSource`."""

    eventType: str
    watchPathConfig: WatchPathConfig
    polling: bool
    metadata: dict[str, str]
    filter: EventSourceFilter

class HDFSEventSource(TypedDict, total=False):
    """Argo Events' `HDFSEventSource`."""

    directory: str
    path: str
    pathRegexp: str
    type: str
    checkInterval: str
    addresses: list[str]
    hdfsUser: str
    krbCCacheSecret: SecretKeySelector
    krbKeytabSecret: SecretKeySelector
    krbUsername: str
    krbRealm: str
    krbConfigConfigMap: ConfigMapKeySelector
    krbServicePrincipalName: str
    metadata: dict[str, str]
    filter: EventSourceFilter

class SFTPEventSource(TypedDict, total=False):
    """Argo Events' `SFTPEventSource`."""

    eventType: str
    watchPathConfig: WatchPathConfig
    username: SecretKeySelector
    password: SecretKeySelector
    sshKeySecret: SecretKeySelector
    address: SecretKeySelector
    metadata: dict[str, str]
    filter: EventSourceFilter
    pollIntervalDuration: str

class GenericEventSource(TypedDict, total=False):
    """Argo Events' `GenericEventSource`."""

    url: str
    config: str
    insecure: bool
    jsonBody: bool
    metadata: dict[str, str]
    authSecret: SecretKeySelector
    filter: EventSourceFilter

class ResourceSelector(TypedDict, total=False):
    """Argo Events' `Selector`."""

    key: str
    operation: str
    value: str

class ResourceFilter(TypedDict, total=False):
    """Argo Events' `ResourceFilter`."""

    prefix: str
    labels: list[ResourceSelector]
    fields: list[ResourceSelector]
    createdBy: Timestamp
    afterStart: bool

class ResourceEventSource(TypedDict, total=False):
    """Argo Events' `ResourceEventSource`."""

    namespace: str
    group: str
    version: str
    resource: str
    filter: ResourceFilter
    eventTypes: list[str]
    metadata: dict[str, str]

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

class ConfigMap(TypedDict, total=False):
    """Kubernetes's `ConfigMap`. Its data are checked as they were read, without showing them: FLOW120, FLOW248."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    immutable: bool
    data: object
    binaryData: object

class Secret(TypedDict, total=False):
    """Kubernetes's `Secret`; its data are checked as a ConfigMap's."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    immutable: bool
    data: object
    stringData: object
    type: str

class ServiceBackendPort(TypedDict, total=False):
    """Kubernetes's `ServiceBackendPort`."""

    name: str
    number: Int32

class IngressServiceBackend(TypedDict, total=False):
    """Kubernetes's `IngressServiceBackend`."""

    name: str
    port: ServiceBackendPort

class IngressBackend(TypedDict, total=False):
    """Kubernetes's `IngressBackend`."""

    service: IngressServiceBackend
    resource: TypedLocalObjectReference

class HTTPIngressPath(TypedDict, total=False):
    """Kubernetes's `HTTPIngressPath`."""

    path: str
    pathType: str
    backend: IngressBackend

class HTTPIngressRuleValue(TypedDict, total=False):
    """Kubernetes's `HTTPIngressRuleValue`."""

    paths: list[HTTPIngressPath]

class IngressRule(TypedDict, total=False):
    """Kubernetes's `IngressRule`."""

    host: str
    http: HTTPIngressRuleValue

class IngressTLS(TypedDict, total=False):
    """Kubernetes's `IngressTLS`."""

    hosts: list[str]
    secretName: str

class IngressSpec(TypedDict, total=False):
    """Kubernetes's `IngressSpec`."""

    ingressClassName: str
    defaultBackend: IngressBackend
    tls: list[IngressTLS]
    rules: list[IngressRule]

class Ingress(TypedDict, total=False):
    """Kubernetes's `Ingress`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: IngressSpec
    status: object

class PodFailureOnExitCodes(TypedDict, total=False):
    """Kubernetes's `PodFailurePolicyOnExitCodesRequirement`."""

    containerName: str
    operator: str
    values: list[Int32]

class PodFailureOnCondition(TypedDict, total=False):
    """Kubernetes's `PodFailurePolicyOnPodConditionsPattern`."""

    type: str
    status: str

class PodFailureRule(TypedDict, total=False):
    """Kubernetes's `PodFailurePolicyRule`."""

    action: str
    onExitCodes: PodFailureOnExitCodes
    onPodConditions: list[PodFailureOnCondition]

class PodFailurePolicy(TypedDict, total=False):
    """Kubernetes's `PodFailurePolicy`."""

    rules: list[PodFailureRule]

class SuccessRule(TypedDict, total=False):
    """Kubernetes's `SuccessPolicyRule`."""

    succeededIndexes: str
    succeededCount: Int32

class SuccessPolicy(TypedDict, total=False):
    """Kubernetes's `SuccessPolicy`."""

    rules: list[SuccessRule]

class JobSpec(TypedDict, total=False):
    """Kubernetes's `JobSpec`."""

    parallelism: Int32
    completions: Int32
    activeDeadlineSeconds: int
    podFailurePolicy: PodFailurePolicy
    successPolicy: SuccessPolicy
    backoffLimit: Int32
    backoffLimitPerIndex: Int32
    maxFailedIndexes: Int32
    selector: LabelSelector
    manualSelector: bool
    template: PodTemplateSpec
    ttlSecondsAfterFinished: Int32
    completionMode: str
    suspend: bool
    podReplacementPolicy: str
    managedBy: str

class JobTemplateSpec(TypedDict, total=False):
    """Kubernetes's `JobTemplateSpec`."""

    metadata: ObjectMeta
    spec: JobSpec

class CronJobSpec(TypedDict, total=False):
    """Kubernetes's `CronJobSpec`."""

    schedule: str
    timeZone: str
    startingDeadlineSeconds: int
    concurrencyPolicy: str
    suspend: bool
    jobTemplate: JobTemplateSpec
    successfulJobsHistoryLimit: Int32
    failedJobsHistoryLimit: Int32

class CronJobStatus(TypedDict, total=False):
    """Kubernetes's `CronJobStatus`."""

    active: list[ObjectReference]
    lastScheduleTime: Timestamp
    lastSuccessfulTime: Timestamp

class CronJob(TypedDict, total=False):
    """Kubernetes's `CronJob`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: CronJobSpec
    status: CronJobStatus

class Kubernetes(TypedDict, total=False):
    """Base of the models of documents that no webhook decodes: the API server reads their JSON with regard to case, and
    takes no number for text (sigs.k8s.io/json). A `status` that is an `object` is the cluster's, and is not looked
    into."""

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

class Container(TypedDict, total=False):
    """Kubernetes's `Container`."""

    name: str
    image: str
    command: list[str]
    args: list[str]
    workingDir: str
    ports: list[ContainerPort]
    envFrom: list[EnvFromSource]
    env: list[EnvVar]
    resources: ResourceRequirements
    resizePolicy: list[ContainerResizePolicy]
    restartPolicy: str
    restartPolicyRules: list[ContainerRestartRule]
    volumeMounts: list[VolumeMount]
    volumeDevices: list[VolumeDevice]
    livenessProbe: Probe
    readinessProbe: Probe
    startupProbe: Probe
    lifecycle: Lifecycle
    terminationMessagePath: str
    terminationMessagePolicy: str
    imagePullPolicy: str
    securityContext: SecurityContext
    stdin: bool
    stdinOnce: bool
    tty: bool

class PodSpec(TypedDict, total=False):
    """Kubernetes's `PodSpec`."""

    volumes: list[Volume]
    initContainers: list[Container]
    containers: list[Container]
    ephemeralContainers: list[EphemeralContainer]
    restartPolicy: str
    terminationGracePeriodSeconds: int
    activeDeadlineSeconds: int
    dnsPolicy: str
    nodeSelector: dict[str, str]
    serviceAccountName: str
    serviceAccount: str
    automountServiceAccountToken: bool
    nodeName: str
    hostNetwork: bool
    hostPID: bool
    hostIPC: bool
    shareProcessNamespace: bool
    securityContext: PodSecurityContext
    imagePullSecrets: list[LocalObjectReference]
    hostname: str
    subdomain: str
    affinity: Affinity
    schedulerName: str
    tolerations: list[Toleration]
    hostAliases: list[HostAlias]
    priorityClassName: str
    priority: int
    dnsConfig: PodDNSConfig
    readinessGates: list[PodReadinessGate]
    runtimeClassName: str
    enableServiceLinks: bool
    preemptionPolicy: str
    overhead: dict[str, Quantity]
    topologySpreadConstraints: list[TopologySpreadConstraint]
    setHostnameAsFQDN: bool
    os: PodOS
    hostUsers: bool
    schedulingGates: list[PodSchedulingGate]
    resourceClaims: list[PodResourceClaim]
    resources: ResourceRequirements
    hostnameOverride: str
    schedulingGroup: PodSchedulingGroup

class PodTemplateSpec(TypedDict, total=False):
    """Kubernetes's `PodTemplateSpec`."""

    metadata: ObjectMeta
    spec: PodSpec

class ContainerResizePolicy(TypedDict, total=False):
    """Kubernetes's `ContainerResizePolicy`."""

    resourceName: str
    restartPolicy: str

class ContainerRestartRuleOnExitCodes(TypedDict, total=False):
    """Kubernetes's `ContainerRestartRuleOnExitCodes`."""

    operator: str
    values: list[int]

class ContainerRestartRule(TypedDict, total=False):
    """Kubernetes's `ContainerRestartRule`."""

    action: str
    exitCodes: ContainerRestartRuleOnExitCodes

class EphemeralContainer(TypedDict, total=False):
    """Kubernetes's `EphemeralContainer`."""

    name: str
    image: str
    command: list[str]
    args: list[str]
    workingDir: str
    ports: list[ContainerPort]
    envFrom: list[EnvFromSource]
    env: list[EnvVar]
    resources: ResourceRequirements
    resizePolicy: list[ContainerResizePolicy]
    restartPolicy: str
    restartPolicyRules: list[ContainerRestartRule]
    volumeMounts: list[VolumeMount]
    volumeDevices: list[VolumeDevice]
    livenessProbe: Probe
    readinessProbe: Probe
    startupProbe: Probe
    lifecycle: Lifecycle
    terminationMessagePath: str
    terminationMessagePolicy: str
    imagePullPolicy: str
    securityContext: SecurityContext
    stdin: bool
    stdinOnce: bool
    tty: bool
    targetContainerName: str

class PodOS(TypedDict, total=False):
    """Kubernetes's `PodOS`."""

    name: str

class PodReadinessGate(TypedDict, total=False):
    """Kubernetes's `PodReadinessGate`."""

    conditionType: str

class PodResourceClaim(TypedDict, total=False):
    """Kubernetes's `PodResourceClaim`."""

    name: str
    resourceClaimName: str
    resourceClaimTemplateName: str

class PodSchedulingGate(TypedDict, total=False):
    """Kubernetes's `PodSchedulingGate`."""

    name: str

class PodSchedulingGroup(TypedDict, total=False):
    """Kubernetes's `PodSchedulingGroup`."""

    podGroupName: str

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

class PolicyRule(TypedDict, total=False):
    """Kubernetes's `PolicyRule`."""

    apiGroups: list[str]
    resources: list[str]
    verbs: list[str]
    resourceNames: list[str]
    nonResourceURLs: list[str]

class AggregationRule(TypedDict, total=False):
    """Kubernetes's `AggregationRule`."""

    clusterRoleSelectors: list[LabelSelector]

class Subject(TypedDict, total=False):
    """Kubernetes's `Subject`: who is given the rights."""

    kind: str
    apiGroup: str
    name: str
    namespace: str

class RoleRef(TypedDict, total=False):
    """Kubernetes's `RoleRef`."""

    apiGroup: str
    kind: str
    name: str

class Role(TypedDict, total=False):
    """Kubernetes's `Role`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    rules: list[PolicyRule]

class ClusterRole(TypedDict, total=False):
    """Kubernetes's `ClusterRole`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    aggregationRule: AggregationRule
    rules: list[PolicyRule]

class RoleBinding(TypedDict, total=False):
    """Kubernetes's `RoleBinding`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    subjects: list[Subject]
    roleRef: RoleRef

class ClusterRoleBinding(TypedDict, total=False):
    """Kubernetes's `ClusterRoleBinding`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    subjects: list[Subject]
    roleRef: RoleRef

class RouteParent(TypedDict, total=False):
    """The Gateway API's `ParentReference`."""

    group: str
    kind: str
    namespace: str
    name: str
    sectionName: str
    port: Int32

class RoutePathMatch(TypedDict, total=False):
    """The Gateway API's `HTTPPathMatch`."""

    type: str
    value: str

class RouteValueMatch(TypedDict, total=False):
    """The Gateway API's `HTTPHeaderMatch` and `HTTPQueryParamMatch`."""

    type: str
    name: str
    value: str

class RouteMatch(TypedDict, total=False):
    """The Gateway API's `HTTPRouteMatch`."""

    path: RoutePathMatch
    headers: list[RouteValueMatch]
    queryParams: list[RouteValueMatch]
    method: str

class RouteHeader(TypedDict, total=False):
    """The Gateway API's `HTTPHeader`."""

    name: str
    value: str

class RouteHeaders(TypedDict, total=False):
    """The Gateway API's `HTTPHeaderFilter`."""

    set: list[RouteHeader]
    add: list[RouteHeader]
    remove: list[str]

class RouteTarget(TypedDict, total=False):
    """The Gateway API's `BackendObjectReference`."""

    group: str
    kind: str
    name: str
    namespace: str
    port: Int32

class RouteFraction(TypedDict, total=False):
    """The Gateway API's `Fraction`."""

    numerator: Int32
    denominator: Int32

class RouteMirror(TypedDict, total=False):
    """The Gateway API's `HTTPRequestMirrorFilter`."""

    backendRef: RouteTarget
    percent: Int32
    fraction: RouteFraction

class RoutePathChange(TypedDict, total=False):
    """The Gateway API's `HTTPPathModifier`."""

    type: str
    replaceFullPath: str
    replacePrefixMatch: str

class RouteRedirect(TypedDict, total=False):
    """The Gateway API's `HTTPRequestRedirectFilter`."""

    scheme: str
    hostname: str
    path: RoutePathChange
    port: Int32
    statusCode: int

class RouteRewrite(TypedDict, total=False):
    """The Gateway API's `HTTPURLRewriteFilter`."""

    hostname: str
    path: RoutePathChange

class RouteExtension(TypedDict, total=False):
    """The Gateway API's `LocalObjectReference`."""

    group: str
    kind: str
    name: str

class RouteFilter(TypedDict, total=False):
    """The Gateway API's `HTTPRouteFilter`."""

    type: str
    requestHeaderModifier: RouteHeaders
    responseHeaderModifier: RouteHeaders
    requestMirror: RouteMirror
    requestRedirect: RouteRedirect
    urlRewrite: RouteRewrite
    cors: object
    externalAuth: object
    extensionRef: RouteExtension

class RouteBackend(TypedDict, total=False):
    """The Gateway API's `HTTPBackendRef`."""

    group: str
    kind: str
    name: str
    namespace: str
    port: Int32
    weight: Int32
    filters: list[RouteFilter]

class RouteTimeouts(TypedDict, total=False):
    """The Gateway API's `HTTPRouteTimeouts`."""

    request: str
    backendRequest: str

class RouteRule(TypedDict, total=False):
    """The Gateway API's `HTTPRouteRule`."""

    name: str
    matches: list[RouteMatch]
    filters: list[RouteFilter]
    backendRefs: list[RouteBackend]
    timeouts: RouteTimeouts
    retry: object
    sessionPersistence: object

class HTTPRouteSpec(TypedDict, total=False):
    """The Gateway API's `HTTPRouteSpec`."""

    parentRefs: list[RouteParent]
    useDefaultGateways: str
    hostnames: list[str]
    rules: list[RouteRule]

class HTTPRoute(TypedDict, total=False):
    """The Gateway API's `HTTPRoute`, which the API server holds to a schema."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: HTTPRouteSpec
    status: object

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

class PortOfService(TypedDict, total=False):
    """Kubernetes's `ServicePort`."""

    name: str
    protocol: str
    appProtocol: str
    port: Int32
    targetPort: IntOrString
    nodePort: Int32

class ClientIPConfig(TypedDict, total=False):
    """Kubernetes's `ClientIPConfig`."""

    timeoutSeconds: Int32

class SessionAffinityConfig(TypedDict, total=False):
    """Kubernetes's `SessionAffinityConfig`."""

    clientIP: ClientIPConfig

class ServiceSpec(TypedDict, total=False):
    """Kubernetes's `ServiceSpec`."""

    ports: list[PortOfService]
    selector: dict[str, str]
    clusterIP: str
    clusterIPs: list[str]
    type: str
    externalIPs: list[str]
    sessionAffinity: str
    loadBalancerIP: str
    loadBalancerSourceRanges: list[str]
    externalName: str
    externalTrafficPolicy: str
    healthCheckNodePort: Int32
    publishNotReadyAddresses: bool
    sessionAffinityConfig: SessionAffinityConfig
    ipFamilies: list[str]
    ipFamilyPolicy: str
    allocateLoadBalancerNodePorts: bool
    loadBalancerClass: str
    internalTrafficPolicy: str
    trafficDistribution: str

class Service(TypedDict, total=False):
    """Kubernetes's `Service`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: ServiceSpec
    status: object

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

class SecretRef(TypedDict, total=False):
    """Triggers' `SecretRef`."""

    secretKey: str
    secretName: str

class SignedInterceptor(TypedDict, total=False):
    """Triggers' `GitHubInterceptor`, `GitLabInterceptor` and `BitbucketInterceptor`."""

    secretRef: SecretRef
    eventTypes: list[str]

class CELOverlay(TypedDict, total=False):
    """Triggers' `CELOverlay`."""

    key: str
    expression: str

class CELInterceptor(TypedDict, total=False):
    """Triggers' `CELInterceptor`."""

    filter: str
    overlays: list[CELOverlay]

class AlphaTriggerInterceptor(TypedDict, total=False):
    """Triggers' `TriggerInterceptor` of v1alpha1."""

    name: str
    ref: InterceptorRef
    params: list[InterceptorParam]
    webhook: WebhookInterceptor
    github: SignedInterceptor
    gitlab: SignedInterceptor
    cel: CELInterceptor
    bitbucket: SignedInterceptor

class AlphaTriggerSpec(TypedDict, total=False):
    """Triggers' `TriggerSpec` of v1alpha1."""

    bindings: list[TriggerSpecBinding]
    template: TriggerSpecTemplate
    name: str
    interceptors: list[AlphaTriggerInterceptor]
    serviceAccountName: str

class AlphaTrigger(TypedDict, total=False):
    """Triggers' `Trigger` of v1alpha1."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: AlphaTriggerSpec

class AlphaEventListenerTrigger(TypedDict, total=False):
    """Triggers' `EventListenerTrigger` of v1alpha1."""

    bindings: list[TriggerSpecBinding]
    template: TriggerSpecTemplate
    triggerRef: str
    name: str
    interceptors: list[AlphaTriggerInterceptor]
    serviceAccountName: str

class AlphaListenerDeployment(TypedDict, total=False):
    """Triggers' `KubernetesResource` of v1alpha1."""

    replicas: Int32
    serviceType: str
    spec: WithPodSpec

class AlphaListenerResources(TypedDict, total=False):
    """Triggers' `Resources` of v1alpha1."""

    kubernetesResource: AlphaListenerDeployment
    customResource: object

class AlphaEventListenerSpec(TypedDict, total=False):
    """Triggers' `EventListenerSpec` of v1alpha1."""

    serviceAccountName: str
    triggers: list[AlphaEventListenerTrigger]
    namespaceSelector: NamespaceSelector
    labelSelector: LabelSelector
    resources: AlphaListenerResources

class AlphaEventListener(TypedDict, total=False):
    """Triggers' `EventListener` of v1alpha1."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: AlphaEventListenerSpec
    status: AlphaEventListenerStatus

class Triggers(TypedDict, total=False):
    """Base of the models of Triggers' documents. Its webhook is handed JSON, so a number is never taken for text."""

class NoStatus(TypedDict, total=False):
    """The `status` of a document that has none."""

class EventParam(TypedDict, total=False):
    """Triggers' `Param`: a text, in which `$(body.…)` stands for what the event says."""

    name: str
    value: str

class TriggerBindingSpec(TypedDict, total=False):
    """Triggers' `TriggerBindingSpec`."""

    params: list[EventParam]

class TriggerBinding(TypedDict, total=False):
    """Triggers' `TriggerBinding`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: TriggerBindingSpec
    status: NoStatus

class ClusterTriggerBinding(TypedDict, total=False):
    """Triggers' `ClusterTriggerBinding`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: TriggerBindingSpec
    status: NoStatus

class InterceptorParam(TypedDict, total=False):
    """Triggers' `InterceptorParams`: any JSON by name."""

    name: str
    value: object

class InterceptorRef(TypedDict, total=False):
    """Triggers' `InterceptorRef`."""

    name: str
    kind: str
    apiVersion: str

class WebhookInterceptor(TypedDict, total=False):
    """Triggers' `WebhookInterceptor`: a Service of the user's own that is asked about each event."""

    objectRef: ObjectReference
    url: Url
    header: list[Param]

class TriggerInterceptor(TypedDict, total=False):
    """Triggers' `TriggerInterceptor`."""

    name: str
    ref: InterceptorRef
    params: list[InterceptorParam]
    webhook: WebhookInterceptor

class InterceptorService(TypedDict, total=False):
    """Triggers' `ServiceReference`."""

    name: str
    namespace: str
    path: str
    port: Int32

class InterceptorClient(TypedDict, total=False):
    """Triggers' `ClientConfig`."""

    caBundle: Bytes
    url: Url
    service: InterceptorService

class InterceptorSpec(TypedDict, total=False):
    """Triggers' `InterceptorSpec` and `ClusterInterceptorSpec`."""

    clientConfig: InterceptorClient

class ClusterInterceptor(TypedDict, total=False):
    """Triggers' `ClusterInterceptor`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: InterceptorSpec
    status: InterceptorStatus

class Interceptor(TypedDict, total=False):
    """Triggers' `Interceptor`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: InterceptorSpec
    status: InterceptorStatus

class NamespaceSelector(TypedDict, total=False):
    """Triggers' `NamespaceSelector`."""

    matchNames: list[str]

class WithPodSpec(TypedDict, total=False):
    """Knative's `WithPodSpec`: of the pod that listens, what may be set."""

    template: PodTemplateSpec

class CustomListener(TypedDict, total=False):
    """Knative's `WithPod`: what Triggers reads of a custom resource."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: WithPodSpec

class ListenerDeployment(TypedDict, total=False):
    """Triggers' `KubernetesResource`: the Deployment and the Service of a listener."""

    replicas: Int32
    serviceType: str
    servicePort: Int32
    serviceLoadBalancerClass: str
    spec: WithPodSpec

class ListenerResources(TypedDict, total=False):
    """Triggers' `Resources`."""

    kubernetesResource: ListenerDeployment
    customResource: object

class EventListenerTrigger(TypedDict, total=False):
    """Triggers' `EventListenerTrigger`."""

    bindings: list[TriggerSpecBinding]
    template: TriggerSpecTemplate
    triggerRef: str
    name: str
    interceptors: list[TriggerInterceptor]
    serviceAccountName: str

class TriggerSelector(TypedDict, total=False):
    """Triggers' `EventListenerTriggerSelector`."""

    namespaceSelector: NamespaceSelector
    labelSelector: LabelSelector

class TriggerGroup(TypedDict, total=False):
    """Triggers' `EventListenerTriggerGroup`."""

    name: str
    interceptors: list[TriggerInterceptor]
    triggerSelector: TriggerSelector

class EventListenerSpec(TypedDict, total=False):
    """Triggers' `EventListenerSpec`."""

    serviceAccountName: str
    triggers: list[EventListenerTrigger]
    triggerGroups: list[TriggerGroup]
    namespaceSelector: NamespaceSelector
    labelSelector: LabelSelector
    resources: ListenerResources
    cloudEventURI: str

class EventListener(TypedDict, total=False):
    """Triggers' `EventListener`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: EventListenerSpec
    status: EventListenerStatus

class Address(TypedDict, total=False):
    """Knative's `Addressable` of v1beta1."""

    name: str
    url: Url
    CACerts: str

class AlphaAddress(TypedDict, total=False):
    """Knative's `Addressable` of v1alpha1."""

    name: str
    url: Url
    CACerts: str
    hostname: str

class InterceptorAddress(TypedDict, total=False):
    """Knative's `Addressable`."""

    name: str
    url: Url
    CACerts: str
    audience: str

class ListenerConfiguration(TypedDict, total=False):
    """Triggers' `EventListenerConfig`."""

    generatedName: str

class EventListenerStatus(TypedDict, total=False):
    """Triggers' `EventListenerStatus`."""

    observedGeneration: int
    conditions: list[Condition]
    annotations: dict[str, str]
    address: Address
    addresses: list[Address]
    configuration: ListenerConfiguration

class AlphaEventListenerStatus(TypedDict, total=False):
    """Triggers' `EventListenerStatus` of v1alpha1."""

    observedGeneration: int
    conditions: list[Condition]
    annotations: dict[str, str]
    address: AlphaAddress
    addresses: list[AlphaAddress]
    configuration: ListenerConfiguration

class InterceptorStatus(TypedDict, total=False):
    """Triggers' `InterceptorStatus` and `ClusterInterceptorStatus`."""

    observedGeneration: int
    conditions: list[Condition]
    annotations: dict[str, str]
    address: InterceptorAddress
    addresses: list[InterceptorAddress]

class TemplateParam(TypedDict, total=False):
    """Triggers' `ParamSpec`."""

    name: str
    description: str
    default: str

class TriggerTemplateSpec(TypedDict, total=False):
    """Triggers' `TriggerTemplateSpec`. What is in a resource template is kept as it is."""

    params: list[TemplateParam]
    resourcetemplates: list[object]

class TriggerTemplate(TypedDict, total=False):
    """Triggers' `TriggerTemplate`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: TriggerTemplateSpec
    status: NoStatus

class TriggerSpecBinding(TypedDict, total=False):
    """Triggers' `TriggerSpecBinding`: the name of a binding, or one param here."""

    name: str
    value: str
    ref: str
    kind: str
    apiversion: str

class TriggerSpecTemplate(TypedDict, total=False):
    """Triggers' `TriggerSpecTemplate`: the name of a template, or one here."""

    ref: str
    apiversion: str
    spec: TriggerTemplateSpec

class TriggerSpec(TypedDict, total=False):
    """Triggers' `TriggerSpec`."""

    bindings: list[TriggerSpecBinding]
    template: TriggerSpecTemplate
    name: str
    interceptors: list[TriggerInterceptor]
    serviceAccountName: str

class Trigger(TypedDict, total=False):
    """Triggers' `Trigger`."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
    spec: TriggerSpec

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
