"""What a cluster needs so that people can rate Sonic's clips: the controller of the custom task `rate`.

    python pipelines/raters.py compile --namespace sonic      # pipelines/raters.yaml: look at it, then kubectl apply -f

The cluster needs: the Secrets `sonic-s3` (access-key, secret-key) and `raters` (token: what raters' address has in it;
`kubectl create secret generic raters --from-literal=token=$(openssl rand -hex 16)`). Raters open
`http://HOST/TOKEN/`, by `kubectl port-forward service/raters 8080:80`, or by an Ingress with TLS of yours.

The controller may read the CustomRuns of its namespace and patch their status, and nothing else. One replica: it has
the ratings in one file on a claim.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

from sonic_flow.settings import PYTHON

from flowdsl import manifest, raw

PACKAGE = Path(__file__).parent / "sonic_flow"
OF_RATING = (
    "book", "clips", "controller", "desk", "desk_page", "kubernetes", "opinion", "requests",
)  # fmt: skip
CODE = {"sonic_flow/rating": OF_RATING, "sonic_flow": ("direct", "files", "s3")}
"""The modules that the controller is made of, by folder; they need the standard library alone."""
NAME = "raters"
LABELS: dict[str, object] = {"app.kubernetes.io/name": NAME}


def files() -> dict[str, str]:
    """Path below the mount, and the text."""
    found = {f"{folder}/__init__.py": "" for folder in CODE}
    for folder, names in CODE.items():
        for name in names:
            found[f"{folder}/{name}.py"] = (PACKAGE.parent / folder / f"{name}.py").read_text("utf-8")
    return dict(sorted(found.items()))


def key_of(path: str) -> str:
    """A ConfigMap's key has no slash."""
    return path.replace("/", ".")


def env(name: str, secret: str, key: str) -> dict[str, object]:
    """A variable out of a Secret."""
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def container() -> dict[str, object]:
    """The controller's one container: no root, nothing writable but its claim."""
    values = {
        "RATING_FOLDER": "/ratings",
        "RATING_BUCKET": "sonic-clips",
        "RATING_REGION": "us-east-1",
        "PYTHONPATH": "/code",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    namespace = {"name": "RATING_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}}
    secrets = [
        env("RATING_TOKEN", NAME, "token"),
        env("ACCESS_KEY", "sonic-s3", "access-key"),
        env("SECRET_KEY", "sonic-s3", "secret-key"),
    ]
    return {
        "name": "controller",
        "image": PYTHON,
        "command": ["python", "-m", "sonic_flow.rating.controller"],
        "env": [*({"name": name, "value": value} for name, value in values.items()), namespace, *secrets],
        "ports": [{"containerPort": 8080}],
        "readinessProbe": {"tcpSocket": {"port": 8080}},
        "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "volumeMounts": [
            {"name": "code", "mountPath": "/code", "readOnly": True},
            {"name": "ratings", "mountPath": "/ratings"},
        ],
    }


def deployment() -> dict[str, object]:
    """One pod; the old one ends before a new one begins."""
    items: list[object] = [{"key": key_of(path), "path": path} for path in files()]
    pod: dict[str, object] = {
        "serviceAccountName": NAME,
        "securityContext": {"fsGroup": 65532},
        "containers": [container()],
        "volumes": [
            {"name": "code", "configMap": {"name": f"{NAME}-code", "items": items}},
            {"name": "ratings", "persistentVolumeClaim": {"claimName": NAME}},
        ],
    }
    spec: dict[str, object] = {
        "replicas": 1,
        "strategy": {"type": "Recreate"},
        "selector": {"matchLabels": LABELS},
        "template": {"metadata": {"labels": LABELS}, "spec": pod},
    }
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": NAME, "labels": LABELS}, "spec": spec}


RIGHTS: list[object] = [
    {"apiGroups": ["tekton.dev"], "resources": ["customruns"], "verbs": ["list"]},
    {"apiGroups": ["tekton.dev"], "resources": ["customruns/status"], "verbs": ["patch"]},
]
"""All that the controller may do, in its own namespace."""
RBAC = "rbac.authorization.k8s.io"

documents = manifest(
    raw({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": NAME}}),
    raw({"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": {"name": NAME}, "rules": RIGHTS}),
    raw(
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": NAME},
            "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": NAME},
            "subjects": [{"kind": "ServiceAccount", "name": NAME}],
        }
    ),
    raw(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": NAME},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}},
        }
    ),
    raw(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"{NAME}-code"},
            "data": {key_of(path): text for path, text in files().items()},
        }
    ),
    raw(deployment()),
    raw(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": NAME},
            "spec": {"selector": LABELS, "ports": [{"port": 80, "targetPort": 8080}]},
        }
    ),
)

if __name__ == "__main__":
    documents.cli()
