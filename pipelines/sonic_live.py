"""What a release of Sonic finds on a cluster: a route that two versions share, and the account that moves its traffic.

    python pipelines/sonic_live.py compile                        # sonic_live.yaml
    python pipelines/sonic.py run --set route=sonic ...           # docs/sonic.md, "Release by steps"

The two Deployments, `sonic-a` and `sonic-b`, with Services of their names at port 8080, are yours, and so is the
Gateway: write its name and the host below. Apply this once: a release changes the weights, and so does another apply.
"""

from __future__ import annotations

from flowdsl import manifest, raw

GATEWAY, HOST = "public", "sonic.example.com"
ROUTE, BACKENDS, ACCOUNT = "sonic", ("sonic-a", "sonic-b"), "sonic-release"

backends = [{"name": name, "port": 8080, "weight": weight} for name, weight in zip(BACKENDS, (100, 0), strict=True)]
route = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "HTTPRoute",
    "metadata": {"name": ROUTE},
    "spec": {
        "parentRefs": [{"name": GATEWAY}],
        "hostnames": [HOST],
        "rules": [{"matches": [{"path": {"type": "PathPrefix", "value": "/v1/generate"}}], "backendRefs": backends}],
    },
}
# These three objects, by name, and of them no more than reading and changing.
role = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "metadata": {"name": ACCOUNT},
    "rules": [
        {
            "apiGroups": ["gateway.networking.k8s.io"],
            "resources": ["httproutes"],
            "resourceNames": [ROUTE],
            "verbs": ["get", "patch"],
        },
        {
            "apiGroups": ["apps"],
            "resources": ["deployments"],
            "resourceNames": [*BACKENDS],
            "verbs": ["get", "patch"],
        },
    ],
}
binding = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "RoleBinding",
    "metadata": {"name": ACCOUNT},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": ACCOUNT},
    "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT}],
}
account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT}}

sonic_live = manifest(*(raw(document) for document in (account, role, binding, route)))

if __name__ == "__main__":
    sonic_live.cli()
