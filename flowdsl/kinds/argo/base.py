"""What documents of Argo Events have in common."""

from __future__ import annotations

from typing import ClassVar

from flowdsl.kinds.base import Model


class ArgoEvents(Model):
    """Base of the models of Argo Events' documents. Their schema is open: the API server hands on what it was sent, and
    the controllers, who read it with regard to case, take no number for text and ignore what they don't know."""

    converts: ClassVar[bool] = False
    any_case: ClassVar[bool] = False
