"""Names that Triggers' webhook does not look at and Kubernetes does."""

from __future__ import annotations

from flowdsl.check.findings import Report
from flowdsl.check.names import LABEL_HINT, SUBDOMAIN_HINT, placed_name
from flowdsl.diagnostics import Severity
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kube.object_names import is_label, is_subdomain

NAME_KUBERNETES_REFUSES = Rule(
    "FLOW265",
    "name-kubernetes-refuses",
    "a name that Triggers takes and Kubernetes refuses",
    Severity.WARNING,
    refused=True,
)


def check_object_name(metadata: ObjectMeta | None, report: Report, *, label: bool = False) -> None:
    """FLOW265: an object has a name, and one that is a DNS name; `label`: it becomes that of a Service, too."""
    name, path = placed_name(metadata)
    if not name:
        report.add(NAME_KUBERNETES_REFUSES, ("metadata",), "the object has no name", "add metadata.name")
    elif not is_subdomain(name):
        report.add(NAME_KUBERNETES_REFUSES, path, f"{name!r} is no valid name", SUBDOMAIN_HINT)
    elif label and not is_label(name[:60]):
        message = f"the Service el-{name} can't have this name"
        report.add(NAME_KUBERNETES_REFUSES, path, message, LABEL_HINT)
