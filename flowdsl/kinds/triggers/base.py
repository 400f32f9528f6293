"""What documents of Triggers have in common."""

from __future__ import annotations

from typing import ClassVar

from flowdsl.kinds.base import Model


class Triggers(Model):
    """Base of the models of Triggers' documents. Its webhook is handed JSON, so a number is never taken for text."""

    converts: ClassVar[bool] = False


class NoStatus(Model):
    """The `status` of a document that has none."""
