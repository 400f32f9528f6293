"""What Kubernetes' own documents have in common."""

from __future__ import annotations

from typing import ClassVar

from flowdsl.kinds.base import Model


class Kubernetes(Model):
    """Base of the models of documents that no webhook decodes: the API server reads their JSON with regard to case, and
    takes no number for text (sigs.k8s.io/json). A `status` that is an `object` is the cluster's, and is not looked
    into."""

    converts: ClassVar[bool] = False
    any_case: ClassVar[bool] = False
