"""Kubernetes' own kinds that other documents refer to: the first part of the table of kinds (`flowdsl.kinds.table`).

The table takes each by name, and says their order.

Source: https://kubernetes.io/docs/reference/kubernetes-api/
"""

from __future__ import annotations

from flowdsl.kinds.kind import Kind

RBAC = "rbac.authorization.k8s.io"

SERVICE_ACCOUNT = Kind(
    name="ServiceAccount",
    plural="serviceaccounts",
    models={"v1": "flowdsl.kinds.services:ServiceAccount"},
    admission="flowdsl.check.rbac:check_service_account",
    served=True,
    prunable=True,
)
CLAIM = Kind(
    name="PersistentVolumeClaim",
    plural="persistentvolumeclaims",
    models={"v1": "flowdsl.kinds.claims:PersistentVolumeClaim"},
    admission="flowdsl.check.claims:check_claim",
    facets="flowdsl.differ.held:of_claim",
    served=True,
    keeps_data=True,
    python="PVC",
    volume=("persistentVolumeClaim", "claimName"),
)
SECRET = Kind(
    name="Secret",
    plural="secrets",
    models={"v1": "flowdsl.kinds.held:Secret"},
    admission="flowdsl.check.held:check_secret",
    facets="flowdsl.differ.held:of_secret",
    bare=True,
    served=True,
    texts=("stringData",),
    base64=("data",),
    secret=True,
    python="Secret",
    volume=("secret", "secretName"),
    variables=("secretKeyRef", "secretRef"),
)
CONFIG_MAP = Kind(
    name="ConfigMap",
    plural="configmaps",
    models={"v1": "flowdsl.kinds.held:ConfigMap"},
    admission="flowdsl.check.held:check_config_map",
    served=True,
    prunable=True,
    marked=True,
    texts=("data",),
    base64=("binaryData",),
    python="ConfigMap",
    volume=("configMap", "name"),
    variables=("configMapKeyRef", "configMapRef"),
)
ROLE = Kind(
    name="Role",
    plural="roles",
    group=RBAC,
    models={"v1": "flowdsl.kinds.rbac:Role"},
    admission="flowdsl.check.rbac:check_role",
    facets="flowdsl.differ.access:of_role",
    bare=True,
    served=True,
    prunable=True,
    addon=True,
)
ROLE_BINDING = Kind(
    name="RoleBinding",
    plural="rolebindings",
    group=RBAC,
    models={"v1": "flowdsl.kinds.rbac:RoleBinding"},
    admission="flowdsl.check.rbac:check_role_binding",
    facets="flowdsl.differ.access:of_role_binding",
    bare=True,
    served=True,
    prunable=True,
    addon=True,
)
CLUSTER_ROLE = Kind(
    name="ClusterRole",
    plural="clusterroles",
    group=RBAC,
    models={"v1": "flowdsl.kinds.rbac:ClusterRole"},
    admission="flowdsl.check.rbac:check_cluster_role",
    facets="flowdsl.differ.access:of_role",
    bare=True,
    namespaced=False,
    served=True,
)
CLUSTER_ROLE_BINDING = Kind(
    name="ClusterRoleBinding",
    plural="clusterrolebindings",
    group=RBAC,
    models={"v1": "flowdsl.kinds.rbac:ClusterRoleBinding"},
    admission="flowdsl.check.rbac:check_cluster_role_binding",
    facets="flowdsl.differ.access:of_role_binding",
    bare=True,
    namespaced=False,
    served=True,
)
# Triggers and Argo Events make the Services of what listens; one of a user's own is checked and applied.
SERVICE = Kind(
    name="Service",
    plural="services",
    models={"v1": "flowdsl.kinds.services:Service"},
    admission="flowdsl.check.services:check_service",
    served=True,
)
POD = Kind(name="Pod", plural="pods", served=True)
NODE = Kind(name="Node", plural="nodes", namespaced=False, served=True)
