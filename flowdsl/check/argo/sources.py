"""EventSource as its controller checks it: what every source of events has to know.

Source: pkg/reconciler/eventsource/validate.go and the validate.go of each package of pkg/eventsources/sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from flowdsl.check.argo.said import Said, check_auth, check_sasl, check_tls, check_watched, check_webhook
from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import check_metadata
from flowdsl.diagnostics.rule import Rule

if TYPE_CHECKING:
    from flowdsl.kinds.argo.providers import (
        BitbucketEventSource,
        BitbucketServerEventSource,
        GithubEventSource,
        StripeEventSource,
    )
    from flowdsl.kinds.argo.queues import (
        AMQPEventSource,
        AzureEventsHubEventSource,
        AzureQueueStorageEventSource,
        AzureServiceBusEventSource,
        KafkaEventSource,
        NATSEventsSource,
        PubSubEventSource,
        PulsarEventSource,
        RedisEventSource,
    )
    from flowdsl.kinds.argo.shared import S3Artifact
    from flowdsl.kinds.argo.sources import CalendarEventSource, EventSource, EventSourceSpec, WebhookEventSource
    from flowdsl.kinds.argo.watched import FileEventSource, HDFSEventSource, ResourceEventSource, SFTPEventSource
    from flowdsl.kinds.base import Model

EVENT_SOURCE = Rule("FLOW283", "event-source", "an EventSource that hears nothing")
NO_SOURCES = ("eventBusName", "template", "service", "replicas")
"""The fields of an EventSource beside those that name its events."""
_ROLLING = frozenset(
    [
        "webhook",
        "sns",
        "sqs",
        "github",
        "gitlab",
        "slack",
        "storageGrid",
        "stripe",
        "bitbucketserver",
        "bitbucket",
        "azureQueueStorage",
        "gerrit",
        "mns",
    ]
)
"""Their Deployments are replaced one pod by the next; those of all others end before they begin."""
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "amqp": ("routingKey", "exchangeType"),
    "azureEventsHub": ("fqdn", "hubName"),
    "azureQueueStorage": ("queueName",),
    "bitbucketserver": ("bitbucketserverBaseURL",),
    "emitter": ("broker", "channelName", "channelKey"),
    "file": ("eventType",),
    "generic": ("url", "config"),
    "gerrit": ("projects", "gerritBaseURL"),
    "gitlab": ("gitlabBaseURL",),
    "hdfs": ("type", "addresses"),
    "kafka": ("url", "topic"),
    "minio": ("endpoint",),
    "mns": ("queue", "endpoint"),
    "mqtt": ("url", "topic", "clientId"),
    "nats": ("url", "subject"),
    "nsq": ("hostAddress", "topic", "channel"),
    "pulsar": ("url",),
    "redis": ("hostAddress",),
    "redisStream": ("hostAddress",),
    "resource": ("version", "resource"),
    "sftp": ("eventType",),
    "sns": ("topicArn", "region"),
    "sqs": ("region", "queue"),
    "storageGrid": ("topicArn", "apiURL", "bucket"),
}
_THERE: Mapping[str, tuple[str, ...]] = {
    "gerrit": ("events", "auth"),
    "gitlab": ("events", "accessToken"),
    "minio": ("accessKey", "secretKey"),
    "pulsar": ("topics",),
    "redis": ("channels",),
    "redisStream": ("streams",),
    "resource": ("eventTypes",),
    "slack": ("token", "signingSecret"),
    "storageGrid": ("authToken", "events"),
}
"""What may be empty, if it is only there."""
_WEBHOOKS = frozenset(
    ["bitbucket", "bitbucketserver", "gerrit", "github", "gitlab", "slack", "sns", "storageGrid", "stripe"]
)
_TLS = frozenset(["amqp", "emitter", "kafka", "mqtt", "nats", "nsq", "redis", "redisStream"])


def check_event_source(source: EventSource, _: Gates, report: Report) -> None:
    """FLOW204, FLOW283."""
    check_metadata(source.metadata, report)
    spec = source.spec
    if spec is None:
        return
    seen: dict[str, str] = {}
    kinds: dict[bool, str] = {}
    for kind, name, path, each in events_of(spec):
        kinds.setdefault(kind in _ROLLING, kind)
        if seen.setdefault(name, kind) != kind:
            message = f"two events are called {name!r}: of {seen[name]} and of {kind}"
            report.add(EVENT_SOURCE, path, message, "give one another name: a Sensor knows them by it")
        _check(kind, each, Said(EVENT_SOURCE, f"the event {name!r}", path, report))
    if len(kinds) > 1:
        message = f"{kinds[True]} and {kinds[False]} can't be in one EventSource: their pods are replaced in two ways"
        report.add(EVENT_SOURCE, ("spec",), message, f"move {kinds[False]} to an EventSource of its own")


def events_of(spec: EventSourceSpec) -> Iterator[tuple[str, str, Path, Model]]:
    """Every event that an EventSource may send: its kind, its name, its place and its fields."""
    for kind in type(spec).fields():
        events = None if kind in NO_SOURCES else getattr(spec, kind)
        for name, each in (events or {}).items():
            yield kind, name, ("spec", kind, name), each


def _check(kind: str, each: Model, said: Said) -> None:
    said.needs(each, *_NEEDED.get(kind, ()))
    said.needs(each, *_THERE.get(kind, ()), null=True)
    if kind in _OWN:
        _OWN[kind](each, said)
    if kind in _WEBHOOKS:
        check_webhook(getattr(each, "webhook", None), said)
    tls = getattr(each, "tls", None) if kind in _TLS else None
    if tls is not None:
        check_tls(tls, said)
        return  # as there: what comes behind is not looked at any more
    auth = getattr(each, "auth", None) if kind in ("amqp", "mqtt") else None
    if auth is not None:
        check_auth(auth, said)


def _amqp(each: AMQPEventSource, said: Said) -> None:
    if bool(each.url) == (each.urlSecret is not None):
        said.wrong(f"there is {'both' if each.url else 'neither'} of url and urlSecret", "write one of them")


def _azure_hub(each: AzureEventsHubEventSource, said: Said) -> None:
    if (each.sharedAccessKey is None) != (each.sharedAccessKeyName is None):
        said.wrong("there is one of sharedAccessKey and sharedAccessKeyName", "add the other one")


def _azure_storage(each: AzureQueueStorageEventSource, said: Said) -> None:
    if each.connectionString is None and not each.storageAccountName:
        said.wrong("there is neither connectionString nor storageAccountName", "add one of them")


def _azure_bus(each: AzureServiceBusEventSource, said: Said) -> None:
    topic, subscription = bool(each.topicName), bool(each.subscriptionName)
    if each.connectionString is None and not each.fullyQualifiedNamespace:
        said.wrong("there is neither connectionString nor fullyQualifiedNamespace", "add one of them")
    if each.queueName and (topic or subscription):
        said.wrong("there is both a queue and a topic", "keep queueName, or topicName and subscriptionName")
    elif not each.queueName and not (topic and subscription):
        said.wrong("there is no queue", "add queueName, or topicName and subscriptionName")


def _bitbucket(each: BitbucketEventSource, said: Said) -> None:
    auth = each.auth
    if auth is None:
        said.no("auth")  # the controller falls over
    if not each.repositories and not (each.owner and each.repositorySlug):
        said.no("repositories")
    basic = auth.basic if auth else None
    known = bool(auth and auth.oauthToken) or bool(basic and basic.username and basic.password)
    _hooks(each, known, said)


def _bitbucket_server(each: BitbucketServerEventSource, said: Said) -> None:
    known = each.repositories or (each.projectKey and each.repositorySlug) or each.projects
    _hooks(each, each.accessToken is not None and bool(known), said)
    said.duration(each.checkInterval, "checkInterval")


def _hooks(
    each: BitbucketEventSource | BitbucketServerEventSource | GithubEventSource, known: bool, said: Said
) -> None:
    """Webhooks that Argo Events makes itself, where it knows the address and may, are for certain events."""
    if known and each.webhook is not None and each.webhook.url and not each.events:
        said.no("events")


def _calendar(each: CalendarEventSource, said: Said) -> None:
    if each.schedule:
        said.schedule(each.schedule, "schedule")
    elif each.interval:
        said.duration(each.interval, "interval")
    elif not said.report.broken(said.path):
        said.wrong(f"{said.what} has neither a schedule nor an interval", 'write `schedule: "30 2 * * *"`')


def _github(each: GithubEventSource, said: Said) -> None:
    owned = each.repositories or (each.owner and each.repository)
    if not owned and each.organizations is None and not said.report.broken(said.path):
        said.wrong(f"{said.what} has neither repositories nor organizations", "add one of them")
    if owned and each.organizations is not None:
        said.wrong("there are both repositories and organizations", "keep one of them")
    app = each.githubApp
    _hooks(each, each.apiToken is not None or bool(app and app.privateKey), said)
    said.one_of(each.contentType, ("json", "form"), "contentType")
    if bool(each.githubBaseURL) != bool(each.githubUploadURL):
        said.no("githubUploadURL" if each.githubBaseURL else "githubBaseURL")


def _hdfs(each: HDFSEventSource, said: Said) -> None:
    operations = ("CREATE", "WRITE", "REMOVE", "RENAME", "CHMOD")
    if each.type and not set(each.type.split("|")) & set(operations):
        said.wrong(f"there is no type {each.type!r}", f"it is one of {', '.join(operations)}", "type")
    said.duration(each.checkInterval, "checkInterval")
    check_watched(each, said, "")
    cache, keytab = each.krbCCacheSecret is not None, each.krbKeytabSecret is not None
    if not (each.hdfsUser or cache or keytab):
        said.wrong("nothing says who reads", "add hdfsUser, krbCCacheSecret or krbKeytabSecret")
    if cache or keytab:
        said.needs(each, "krbServicePrincipalName", *(("krbUsername", "krbRealm") if keytab else ()))
        said.needs(each, "krbConfigConfigMap", null=True)


def _kafka(each: KafkaEventSource, said: Said) -> None:
    if not each.partition and each.consumerGroup is None:
        said.wrong(f"{said.what} has neither a consumerGroup nor a partition", "add one of them")
    if each.tls is not None:
        return
    if each.sasl is not None:
        check_sasl(each.sasl, said)
    elif each.awsMskIamAuth is not None and not each.awsMskIamAuth.region:
        said.no("awsMskIamAuth.region")


def _minio(each: S3Artifact, said: Said) -> None:
    if each.bucket is not None and not each.bucket.name:
        said.no("bucket.name")
    for index, event in enumerate(each.events or ()):
        if not event:
            said.wrong("an event has no name", "write s3:ObjectCreated:Put, or another", "events", index)


def _nats(each: NATSEventsSource, said: Said) -> None:
    if each.tls is None and each.queue == "":
        said.wrong("the queue is empty", "give it a name, or leave it out", "queue")


def _pub_sub(each: PubSubEventSource, said: Said) -> None:
    if not each.topic and (each.topicProjectID or not each.subscriptionID):
        said.wrong(f"{said.what} has no topic", "add topic, or subscriptionID alone")


def _pulsar(each: PulsarEventSource, said: Said) -> None:
    if not each.type:
        said.no("type")
    said.one_of(each.type, ("exclusive", "shared"), "type")


def _redis(each: RedisEventSource, said: Said) -> None:
    if each.password is not None and not each.namespace:
        said.wrong("the password's Secret is in no namespace", "add `namespace:`")


def _resource(each: ResourceEventSource, said: Said) -> None:
    filtered = each.filter
    if filtered is None:
        return
    for field, selectors in (("labels", filtered.labels), ("fields", filtered.fields_)):
        for index, selector in enumerate(selectors or ()):
            if not selector.key:
                said.wrong("the selector has no key", "add `key:`", "filter", field, index)


def _stripe(each: StripeEventSource, said: Said) -> None:
    if each.createWebhook and each.apiKey is None:
        said.no("apiKey")


def _own_webhook(each: WebhookEventSource, said: Said) -> None:
    check_webhook(each, said, "")


def _watched(each: FileEventSource | SFTPEventSource, said: Said) -> None:
    check_watched(each.watchPathConfig, said)


_OWN: Mapping[str, Callable[..., None]] = {
    "amqp": _amqp,
    "azureEventsHub": _azure_hub,
    "azureQueueStorage": _azure_storage,
    "azureServiceBus": _azure_bus,
    "bitbucket": _bitbucket,
    "bitbucketserver": _bitbucket_server,
    "calendar": _calendar,
    "file": _watched,
    "github": _github,
    "hdfs": _hdfs,
    "kafka": _kafka,
    "minio": _minio,
    "nats": _nats,
    "pubSub": _pub_sub,
    "pulsar": _pulsar,
    "redis": _redis,
    "resource": _resource,
    "sftp": _watched,
    "stripe": _stripe,
    "webhook": _own_webhook,
}
