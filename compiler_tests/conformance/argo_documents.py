"""Documents of Argo Events that use much, and every way to make each wrong in one place."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

SECRET = {"name": "s", "key": "k"}
WEBHOOK = {"endpoint": "/x", "port": "12000", "method": "POST", "url": "https://a.b"}
TLS = {"caCertSecret": SECRET, "clientCertSecret": SECRET, "clientKeySecret": SECRET}
RUN = {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": {"generateName": "r-"}, "spec": {"x": 1}}
PARAMETER = {"src": {"dependencyName": "push", "dataKey": "body.after"}, "dest": "spec.params.0.value"}
FILTERS = {
    "data": [{"path": "body.ref", "type": "string", "comparator": "=", "value": ["^x$"]}],
    "dataLogicalOperator": "and",
    "exprs": [{"expr": "a == 'b'", "fields": [{"name": "a", "path": "body.a"}]}],
    "exprLogicalOperator": "or",
    "context": {"type": "webhook"},
    "time": {"start": "02:00:00", "stop": "03:00:00", "timezone": "Europe/Berlin"},
    "script": "return true",
}
DEPENDENCY = {
    "name": "push",
    "eventSourceName": "es",
    "eventName": "push",
    "filters": FILTERS,
    "filtersLogicalOperator": "and",
}
K8S = {"operation": "create", "source": {"resource": RUN}, "parameters": [PARAMETER]}
RUNNING = {"name": "run", "k8s": K8S, "conditions": "push"}
LATE = {"template": {"name": "late", "k8s": K8S}, "atLeastOnce": True}


def document(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": {"name": "x"}, "spec": copy.deepcopy(spec)}


def sensor(trigger: dict[str, Any]) -> dict[str, Any]:
    return document("Sensor", {"dependencies": [DEPENDENCY], "triggers": [trigger]})


def doing(name: str, action: dict[str, Any], **more: Any) -> dict[str, Any]:
    return sensor({"template": {"name": "do", name: action}, **more})


SEEDS: dict[str, dict[str, Any]] = {
    "k8s": sensor({"template": RUNNING, "atLeastOnce": True, "dlqTrigger": LATE, "parameters": [PARAMETER]}),
    "policy": doing("k8s", K8S, policy={"k8s": {"labels": {"a": "b"}, "backoff": {"steps": 1, "duration": "1s"}}}),
    "reset": sensor(
        {"template": {**RUNNING, "conditionsReset": [{"byTime": {"cron": "0 0 * * *", "timezone": "UTC"}}]}}
    ),
    "workflow": doing("argoWorkflow", {"operation": "submit", "source": {"resource": RUN}, "parameters": [PARAMETER]}),
    "http": doing(
        "http", {"url": "https://a.b", "method": "POST", "payload": [PARAMETER]}, policy={"status": {"allow": [200]}}
    ),
    "lambda": doing("awsLambda", {"functionName": "f", "region": "r", "payload": [PARAMETER]}),
    "kafka": doing("kafka", {"url": "a:1", "topic": "t", "payload": [PARAMETER], "requiredAcks": 1}),
    "nats": doing("nats", {"url": "a:1", "subject": "t", "payload": [PARAMETER]}),
    "slack": doing("slack", {"slackToken": SECRET, "channel": "c", "parameters": [PARAMETER]}),
    "whisk": doing("openWhisk", {"host": "h", "actionName": "a", "authToken": SECRET, "payload": [PARAMETER]}),
    "custom": doing("custom", {"serverURL": "u", "spec": {"a": "b"}, "secure": True, "certSecret": SECRET}),
    "email": doing("email", {"host": "h", "port": 25, "from": "a", "to": ["b"], "parameters": [PARAMETER]}),
    "webhooks": document(
        "EventSource",
        {
            "service": {"ports": [{"port": 12000, "targetPort": 12000}]},
            "webhook": {"a": {**WEBHOOK, "authSecret": SECRET}},
            "github": {
                "b": {
                    "repositories": [{"owner": "o", "names": ["n"]}],
                    "webhook": WEBHOOK,
                    "events": ["push"],
                    "apiToken": SECRET,
                    "contentType": "json",
                    "githubBaseURL": "https://a",
                    "githubUploadURL": "https://a",
                }
            },
            "gitlab": {
                "c": {"events": ["PushEvents"], "gitlabBaseURL": "https://a", "accessToken": SECRET, "webhook": WEBHOOK}
            },
            "bitbucket": {
                "d": {
                    "repositories": [{"owner": "o", "repositorySlug": "s"}],
                    "auth": {"basic": {"username": SECRET, "password": SECRET}},
                    "events": ["repo:push"],
                    "webhook": WEBHOOK,
                }
            },
            "bitbucketserver": {
                "e": {
                    "bitbucketserverBaseURL": "https://a",
                    "accessToken": SECRET,
                    "projects": ["p"],
                    "events": ["repo:refs_changed"],
                    "webhook": WEBHOOK,
                    "checkInterval": "1s",
                }
            },
        },
    ),
    "senders": document(
        "EventSource",
        {
            "slack": {"a": {"token": SECRET, "signingSecret": SECRET, "webhook": WEBHOOK}},
            "stripe": {"b": {"createWebhook": True, "apiKey": SECRET, "webhook": WEBHOOK}},
            "sns": {"c": {"topicArn": "t", "region": "r", "webhook": WEBHOOK}},
            "sqs": {"d": {"region": "r", "queue": "q", "waitTimeSeconds": 1}},
            "storageGrid": {
                "e": {
                    "topicArn": "t",
                    "apiURL": "u",
                    "authToken": SECRET,
                    "bucket": "b",
                    "events": ["e"],
                    "webhook": WEBHOOK,
                }
            },
            "gerrit": {
                "f": {
                    "projects": ["p"],
                    "events": ["e"],
                    "gerritBaseURL": "u",
                    "auth": {"username": SECRET, "password": SECRET},
                    "webhook": WEBHOOK,
                }
            },
            "azureQueueStorage": {"g": {"queueName": "q", "connectionString": SECRET}},
            "mns": {"h": {"queue": "q", "endpoint": "e"}},
        },
    ),
    "watched": document(
        "EventSource",
        {
            "calendar": {"a": {"schedule": "30 2 * * *", "timezone": "UTC"}, "b": {"interval": "10s"}},
            "minio": {
                "c": {
                    "endpoint": "m:9000",
                    "bucket": {"name": "b"},
                    "accessKey": SECRET,
                    "secretKey": SECRET,
                    "events": ["s3:ObjectCreated:*"],
                    "filter": {"prefix": "p", "suffix": "s"},
                }
            },
            "file": {"d": {"eventType": "CREATE", "watchPathConfig": {"directory": "/d", "path": "x"}}},
            "sftp": {"e": {"eventType": "CREATE", "watchPathConfig": {"directory": "/d", "pathRegexp": "x+"}}},
            "hdfs": {
                "f": {
                    "type": "CREATE|WRITE",
                    "directory": "/d",
                    "path": "x",
                    "addresses": ["a"],
                    "checkInterval": "1m",
                    "krbKeytabSecret": SECRET,
                    "krbServicePrincipalName": "n",
                    "krbConfigConfigMap": SECRET,
                    "krbUsername": "u",
                    "krbRealm": "r",
                }
            },
            "resource": {
                "g": {
                    "version": "v1",
                    "resource": "pods",
                    "eventTypes": ["ADD"],
                    "filter": {"labels": [{"key": "a", "value": "b"}], "fields": [{"key": "c", "value": "d"}]},
                }
            },
            "generic": {"h": {"url": "u", "config": "c"}},
        },
    ),
    "queues": document(
        "EventSource",
        {
            "amqp": {
                "a": {
                    "url": "amqp://a",
                    "exchangeName": "e",
                    "exchangeType": "t",
                    "routingKey": "k",
                    "auth": {"username": SECRET, "password": SECRET},
                }
            },
            "kafka": {
                "b": {"url": "a:1", "topic": "t", "partition": "1", "tls": TLS},
                "c": {
                    "url": "a:1",
                    "topic": "t",
                    "consumerGroup": {"groupName": "g"},
                    "sasl": {"mechanism": "PLAIN", "userSecret": SECRET, "passwordSecret": SECRET},
                },
            },
            "mqtt": {
                "d": {
                    "url": "u",
                    "topic": "t",
                    "clientId": "c",
                    "connectionBackoff": {"duration": "1s", "factor": 2, "steps": 3},
                }
            },
            "nats": {"e": {"url": "u", "subject": "s", "queue": "q"}},
            "nsq": {"f": {"hostAddress": "h", "topic": "t", "channel": "c", "tls": {"enabled": True}}},
            "redis": {"g": {"hostAddress": "h", "channels": ["c"], "password": SECRET, "namespace": "n"}},
            "redisStream": {"h": {"hostAddress": "h", "streams": ["s"]}},
            "pulsar": {"i": {"url": "u", "topics": ["t"], "type": "shared"}},
            "emitter": {"j": {"broker": "b", "channelKey": "k", "channelName": "n"}},
            "pubSub": {"k": {"topic": "t", "topicProjectID": "p"}},
            "azureEventsHub": {
                "l": {"fqdn": "f", "hubName": "h", "sharedAccessKey": SECRET, "sharedAccessKeyName": SECRET}
            },
            "azureServiceBus": {"m": {"connectionString": SECRET, "topicName": "t", "subscriptionName": "s"}},
        },
    ),
    "mixed": document(
        "EventSource", {"webhook": {"a": WEBHOOK}, "github": {"b": {"organizations": ["o"], "webhook": WEBHOOK}}}
    ),
    "jetstream": document("EventBus", {"jetstream": {"version": "latest", "replicas": 3}}),
    "native": document("EventBus", {"nats": {"native": {"replicas": 3, "maxMsgs": 5}}}),
    "exotic": document("EventBus", {"nats": {"exotic": {"clusterID": "c", "url": "u"}}, "kafka": {"url": "k"}}),
}
"""By names, under which the verdicts on their variants are recorded."""
_HEAD = ("apiVersion", "kind", "metadata")
_EMPTY: dict[type, Any] = {str: "", list: [], dict: {}, bool: False, int: 0}
_ODD: dict[type, tuple[Any, ...]] = {
    str: (7, "/no such", "25:61:00"),
    list: ({}, [None]),
    dict: ([], {"unheard": 1}),
    bool: ("true",),
    int: ("x", -1, 2, 2.5),
}


def variants(seed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The document, then for each place of what it says: without it, with it empty, with something odd there."""
    yield copy.deepcopy(seed)
    said = [name for name in seed if name not in _HEAD]
    for path in [place for name in said for place in _places(seed[name], (name,))]:
        value = _at(seed, path)
        yield _changed(seed, path, None, gone=True)
        for other in (_EMPTY[type(value)], None, *_ODD[type(value)]):
            yield _changed(seed, path, other)


def _places(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    yield path
    if path[-1] == "resource" and isinstance(value, dict):
        return  # whatever is in an object that is to be created, the controllers take
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in pairs:
        yield from _places(each, (*path, name))


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


def _changed(seed: dict[str, Any], path: tuple[str | int, ...], value: Any, *, gone: bool = False) -> dict[str, Any]:
    made = copy.deepcopy(seed)
    holder = _at(made, path[:-1])
    if gone:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return made
