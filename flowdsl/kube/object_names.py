"""What Kubernetes takes for the name of an object.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
"""

from __future__ import annotations

import re

from flowdsl.kube.conventions import NAME_MOST

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
"""The form of a DNS-1123 label, of any length."""
SUBDOMAIN = re.compile(rf"{LABEL.pattern}(\.{LABEL.pattern})*")
"""The form of a DNS-1123 subdomain, of any length: labels with dots between them."""


def is_label(name: str) -> bool:
    """Whether a name is a DNS-1123 label."""
    return len(name) <= NAME_MOST and LABEL.fullmatch(name) is not None


def is_subdomain(name: str) -> bool:
    """Whether a name is a DNS-1123 subdomain."""
    return len(name) <= 253 and SUBDOMAIN.fullmatch(name) is not None
