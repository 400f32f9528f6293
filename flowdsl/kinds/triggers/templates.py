"""TriggerTemplate: the objects that an event creates. v1alpha1 has it alike."""

from __future__ import annotations

from flowdsl.kinds.base import Model
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kinds.triggers.base import NoStatus, Triggers


class TemplateParam(Model):
    """Triggers' `ParamSpec`."""

    name: str | None = None
    description: str | None = None
    default: str | None = None


class TriggerTemplateSpec(Model):
    """Triggers' `TriggerTemplateSpec`. What is in a resource template is kept as it is."""

    params: list[TemplateParam] | None = None
    resourcetemplates: list[object] | None = None


class TriggerTemplate(Triggers):
    """Triggers' `TriggerTemplate`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: TriggerTemplateSpec | None = None
    status: NoStatus | None = None
