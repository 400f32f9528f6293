"""Documents of Kubernetes' own kinds and of the Gateway API that use much; `argo_documents.variants` makes them wrong."""

from __future__ import annotations

from typing import Any

RBAC = "rbac.authorization.k8s.io"
ACCOUNT = {"kind": "ServiceAccount", "name": "listener", "namespace": "ml"}
PATH = {
    "path": "/hooks",
    "pathType": "Prefix",
    "backend": {"service": {"name": "el-hooks", "port": {"number": 8080}}},
}
BACKEND = {"group": "", "kind": "Service", "name": "el-hooks", "namespace": "ml", "port": 8080, "weight": 1}
HEADERS = {"set": [{"name": "X-A", "value": "1"}], "add": [{"name": "X-B", "value": "2"}], "remove": ["X-C", "X-D"]}
REWRITE = {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}
ROUTE_MATCH = {
    "path": {"type": "PathPrefix", "value": "/hooks"},
    "headers": [{"type": "Exact", "name": "X-E", "value": "v"}],
    "queryParams": [{"type": "RegularExpression", "name": "q", "value": ".+"}],
    "method": "POST",
}
GATEWAY = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "public", "namespace": "infra"}


def document(api: str, kind: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "x"}, **fields}


def route(*rules: dict[str, Any]) -> dict[str, Any]:
    parents = [{**GATEWAY, "sectionName": "https", "port": 443}, {**GATEWAY, "sectionName": "http"}]
    spec = {"parentRefs": parents, "hostnames": ["hooks.example.com", "*.example.org"], "rules": [*rules]}
    return document("gateway.networking.k8s.io/v1", "HTTPRoute", spec=spec)


def doing(type_: str, field: str, options: dict[str, Any]) -> dict[str, Any]:
    return {"matches": [{"path": {"value": "/a"}}], "filters": [{"type": type_, field: options}]}


SEEDS: dict[str, dict[str, Any]] = {
    "account": document(
        "v1",
        "ServiceAccount",
        secrets=[{"name": "token"}],
        imagePullSecrets=[{"name": "registry"}],
        automountServiceAccountToken=False,
    ),
    "role": document(
        f"{RBAC}/v1",
        "Role",
        rules=[{"apiGroups": ["", "apps"], "resources": ["pods"], "verbs": ["get"], "resourceNames": ["a"]}],
    ),
    "cluster role": document(
        f"{RBAC}/v1",
        "ClusterRole",
        rules=[
            {"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
            {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
        ],
        aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]},
    ),
    "role binding": document(
        f"{RBAC}/v1",
        "RoleBinding",
        subjects=[ACCOUNT, {"kind": "Group", "apiGroup": RBAC, "name": "devs"}, {"kind": "User", "name": "ann"}],
        roleRef={"apiGroup": RBAC, "kind": "Role", "name": "system:reader"},
    ),
    "cluster role binding": document(
        f"{RBAC}/v1",
        "ClusterRoleBinding",
        subjects=[ACCOUNT],
        roleRef={"apiGroup": RBAC, "kind": "ClusterRole", "name": "view"},
    ),
    "config map": document(
        "v1", "ConfigMap", immutable=True, data={"level": "info", "a.yaml": "x: 1"}, binaryData={"b": "aGVsbG8="}
    ),
    "secret": document("v1", "Secret", data={"token": "aGVsbG8="}, stringData={"user": "ann"}, type="Opaque"),
    "secret of tls": document("v1", "Secret", type="kubernetes.io/tls", data={"tls.crt": "YQ==", "tls.key": "Yg=="}),
    "secret of a registry": document(
        "v1", "Secret", type="kubernetes.io/dockerconfigjson", data={".dockerconfigjson": "e30="}
    ),
    "secret of ssh": document("v1", "Secret", type="kubernetes.io/ssh-auth", stringData={"ssh-privatekey": "x"}),
    "secret of a user": document("v1", "Secret", type="kubernetes.io/basic-auth", stringData={"username": "ann"}),
    "claim": document(
        "v1",
        "PersistentVolumeClaim",
        spec={
            "accessModes": ["ReadWriteOnce", "ReadOnlyMany"],
            "resources": {"requests": {"storage": "10Gi"}},
            "storageClassName": "fast",
            "volumeMode": "Filesystem",
            "volumeName": "pv-1",
            "selector": {
                "matchLabels": {"a": "b"},
                "matchExpressions": [{"key": "a", "operator": "In", "values": ["b", "c"]}],
            },
        },
    ),
    "claim of a snapshot": document(
        "v1",
        "PersistentVolumeClaim",
        spec={
            "accessModes": ["ReadWriteOncePod"],
            "resources": {"requests": {"storage": 1}},
            "dataSource": {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "s"},
            "dataSourceRef": {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "s"},
        },
    ),
    "ingress": document(
        "networking.k8s.io/v1",
        "Ingress",
        spec={
            "ingressClassName": "nginx",
            "defaultBackend": {"service": {"name": "other", "port": {"name": "http"}}},
            "tls": [{"hosts": ["hooks.example.com", "*.example.org"], "secretName": "tls"}],
            "rules": [
                {"host": "hooks.example.com", "http": {"paths": [PATH, {**PATH, "pathType": "Exact"}]}},
                {"host": "*.example.org", "http": {"paths": [{**PATH, "pathType": "ImplementationSpecific"}]}},
            ],
        },
    ),
    "service": document(
        "v1",
        "Service",
        spec={
            "type": "NodePort",
            "selector": {"app": "hooks"},
            "ports": [
                {"name": "http", "port": 80, "targetPort": "web", "protocol": "TCP", "nodePort": 30080},
                {"name": "dns", "port": 80, "targetPort": 53, "protocol": "UDP"},
            ],
            "sessionAffinity": "None",
        },
    ),
    "service elsewhere": document("v1", "Service", spec={"type": "ExternalName", "externalName": "a.example.com."}),
    "service without address": document("v1", "Service", spec={"clusterIP": "None", "selector": {"app": "x"}}),
    "route": route(
        {
            "name": "hooks",
            "matches": [ROUTE_MATCH, {"path": {"type": "Exact", "value": "/b"}}],
            "backendRefs": [BACKEND],
        },
        {"backendRefs": [{"name": "other", "port": 1}], "timeouts": {"request": "10s", "backendRequest": "2s"}},
    ),
    "route headers": route(
        doing("RequestHeaderModifier", "requestHeaderModifier", HEADERS),
        doing("ResponseHeaderModifier", "responseHeaderModifier", {"set": HEADERS["set"]}),
    ),
    "route mirror": route(
        doing("RequestMirror", "requestMirror", {"backendRef": {"name": "m", "port": 80}, "percent": 5}),
        doing(
            "RequestMirror",
            "requestMirror",
            {"backendRef": {"name": "m", "port": 80}, "fraction": {"numerator": 1, "denominator": 2}},
        ),
    ),
    "route changes": route(
        doing(
            "RequestRedirect",
            "requestRedirect",
            {"scheme": "https", "hostname": "a.b", "path": REWRITE, "port": 443, "statusCode": 301},
        ),
        doing(
            "URLRewrite",
            "urlRewrite",
            {"hostname": "a.b", "path": {"type": "ReplaceFullPath", "replaceFullPath": "/x"}},
        ),
        doing("ExtensionRef", "extensionRef", {"group": "a.b", "kind": "Thing", "name": "t"}),
    ),
}
"""By names, under which the verdicts on their variants are recorded."""
