"""What of an event goes where in that which a trigger creates."""

from __future__ import annotations

from flowdsl.kinds.base import Model


class TriggerParameterSource(Model):
    """Argo Events' `TriggerParameterSource`."""

    dependencyName: str | None = None
    contextKey: str | None = None
    contextTemplate: str | None = None
    dataKey: str | None = None
    dataTemplate: str | None = None
    value: str | None = None
    useRawData: bool | None = None


class TriggerParameter(Model):
    """Argo Events' `TriggerParameter`."""

    src: TriggerParameterSource | None = None
    dest: str | None = None
    operation: str | None = None
