"""Trigger: bindings, interceptors and a template, for listeners to refer to."""

from __future__ import annotations

from flowdsl.kinds.base import Model
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kinds.triggers.base import Triggers
from flowdsl.kinds.triggers.interceptors import TriggerInterceptor
from flowdsl.kinds.triggers.templates import TriggerTemplateSpec


class TriggerSpecBinding(Model):
    """Triggers' `TriggerSpecBinding`: the name of a binding, or one param here."""

    name: str | None = None
    value: str | None = None
    ref: str | None = None
    kind: str | None = None
    apiversion: str | None = None


class TriggerSpecTemplate(Model):
    """Triggers' `TriggerSpecTemplate`: the name of a template, or one here."""

    ref: str | None = None
    apiversion: str | None = None
    spec: TriggerTemplateSpec | None = None


class TriggerSpec(Model):
    """Triggers' `TriggerSpec`."""

    bindings: list[TriggerSpecBinding] | None = None
    template: TriggerSpecTemplate | None = None
    name: str | None = None
    interceptors: list[TriggerInterceptor] | None = None
    serviceAccountName: str | None = None


class Trigger(Triggers):
    """Triggers' `Trigger`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: TriggerSpec | None = None
