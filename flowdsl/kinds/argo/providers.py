"""Events of Git's providers, and others whose webhooks Argo Events can make. Loaded on first use."""

from __future__ import annotations

from flowdsl.kinds.argo.shared import BasicAuth, EventSourceFilter, TLSConfig, WebhookContext
from flowdsl.kinds.base import Model
from flowdsl.kinds.containers import SecretKeySelector


class BitbucketBasicAuth(Model):
    """Argo Events' `BitbucketBasicAuth`."""

    username: SecretKeySelector | None = None
    password: SecretKeySelector | None = None


class BitbucketAuth(Model):
    """Argo Events' `BitbucketAuth`."""

    basic: BitbucketBasicAuth | None = None
    oauthToken: SecretKeySelector | None = None


class BitbucketRepository(Model):
    """Argo Events' `BitbucketRepository`."""

    owner: str | None = None
    repositorySlug: str | None = None


class BitbucketEventSource(Model):
    """Argo Events' `BitbucketEventSource`."""

    deleteHookOnFinish: bool | None = None
    metadata: dict[str, str] | None = None
    webhook: WebhookContext | None = None
    auth: BitbucketAuth | None = None
    events: list[str] | None = None
    owner: str | None = None
    projectKey: str | None = None
    repositorySlug: str | None = None
    repositories: list[BitbucketRepository] | None = None
    filter: EventSourceFilter | None = None


class BitbucketServerRepository(Model):
    """Argo Events' `BitbucketServerRepository`."""

    projectKey: str | None = None
    repositorySlug: str | None = None


class BitbucketServerEventSource(Model):
    """Argo Events' `BitbucketServerEventSource`."""

    webhook: WebhookContext | None = None
    projectKey: str | None = None
    repositorySlug: str | None = None
    projects: list[str] | None = None
    repositories: list[BitbucketServerRepository] | None = None
    events: list[str] | None = None
    skipBranchRefsChangedOnOpenPR: bool | None = None
    oneEventPerChange: bool | None = None
    accessToken: SecretKeySelector | None = None
    webhookSecret: SecretKeySelector | None = None
    bitbucketserverBaseURL: str | None = None
    deleteHookOnFinish: bool | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None
    tls: TLSConfig | None = None
    checkInterval: str | None = None


class GerritEventSource(Model):
    """Argo Events' `GerritEventSource`."""

    webhook: WebhookContext | None = None
    hookName: str | None = None
    events: list[str] | None = None
    auth: BasicAuth | None = None
    gerritBaseURL: str | None = None
    deleteHookOnFinish: bool | None = None
    metadata: dict[str, str] | None = None
    projects: list[str] | None = None
    sslVerify: bool | None = None
    filter: EventSourceFilter | None = None
    maxTries: int | None = None


class GithubAppCreds(Model):
    """Argo Events' `GithubAppCreds`."""

    privateKey: SecretKeySelector | None = None
    appID: int | None = None
    installationID: int | None = None


class OwnedRepositories(Model):
    """Argo Events' `OwnedRepositories`."""

    owner: str | None = None
    names: list[str] | None = None


class GithubEventSource(Model):
    """Argo Events' `GithubEventSource`."""

    id: int | None = None
    webhook: WebhookContext | None = None
    owner: str | None = None
    repository: str | None = None
    events: list[str] | None = None
    apiToken: SecretKeySelector | None = None
    webhookSecret: SecretKeySelector | None = None
    insecure: bool | None = None
    active: bool | None = None
    contentType: str | None = None
    githubBaseURL: str | None = None
    githubUploadURL: str | None = None
    deleteHookOnFinish: bool | None = None
    metadata: dict[str, str] | None = None
    repositories: list[OwnedRepositories] | None = None
    organizations: list[str] | None = None
    githubApp: GithubAppCreds | None = None
    filter: EventSourceFilter | None = None


class GitlabEventSource(Model):
    """Argo Events' `GitlabEventSource`."""

    webhook: WebhookContext | None = None
    projectID: str | None = None
    events: list[str] | None = None
    accessToken: SecretKeySelector | None = None
    enableSSLVerification: bool | None = None
    gitlabBaseURL: str | None = None
    deleteHookOnFinish: bool | None = None
    metadata: dict[str, str] | None = None
    projects: list[str] | None = None
    secretToken: SecretKeySelector | None = None
    filter: EventSourceFilter | None = None
    groups: list[str] | None = None


class SlackEventSource(Model):
    """Argo Events' `SlackEventSource`."""

    signingSecret: SecretKeySelector | None = None
    token: SecretKeySelector | None = None
    webhook: WebhookContext | None = None
    metadata: dict[str, str] | None = None
    filter: EventSourceFilter | None = None


class StripeEventSource(Model):
    """Argo Events' `StripeEventSource`."""

    webhook: WebhookContext | None = None
    createWebhook: bool | None = None
    apiKey: SecretKeySelector | None = None
    eventFilter: list[str] | None = None
    metadata: dict[str, str] | None = None


class StorageGridFilter(Model):
    """Argo Events' `StorageGridFilter`."""

    prefix: str | None = None
    suffix: str | None = None


class StorageGridEventSource(Model):
    """Argo Events' `StorageGridEventSource`."""

    webhook: WebhookContext | None = None
    events: list[str] | None = None
    filter: StorageGridFilter | None = None
    topicArn: str | None = None
    bucket: str | None = None
    region: str | None = None
    authToken: SecretKeySelector | None = None
    apiURL: str | None = None
    metadata: dict[str, str] | None = None
    tls: TLSConfig | None = None


class SNSEventSource(Model):
    """Argo Events' `SNSEventSource`."""

    webhook: WebhookContext | None = None
    topicArn: str | None = None
    accessKey: SecretKeySelector | None = None
    secretKey: SecretKeySelector | None = None
    region: str | None = None
    roleARN: str | None = None
    metadata: dict[str, str] | None = None
    validateSignature: bool | None = None
    filter: EventSourceFilter | None = None
    endpoint: str | None = None
