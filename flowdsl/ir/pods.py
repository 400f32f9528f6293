"""Tekton's podTemplate as a class, for `pod_template=`: what an editor completes and a checker knows.

https://github.com/tektoncd/pipeline/blob/v1.15.0/docs/podtemplates.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from flowdsl.diagnostics.frozen import frozen
from flowdsl.ir.types import NOTHING, Data
from flowdsl.ir.volumes import items, texts


def _mappings(value: Sequence[Mapping[str, Data]]) -> tuple[Mapping[str, Data], ...]:
    return items(value)


@frozen(kw_only=True)
class PodTemplate:
    """Fields of a run's pods, by their names in Tekton's docs/podtemplates.md with underscores.

    What is not given stays as it is. `image_pull_secrets` are names of Secrets; all else is as Kubernetes has it.
    """

    node_selector: Mapping[str, str] = NOTHING
    tolerations: tuple[Mapping[str, Data], ...] = attrs.field(default=(), converter=_mappings)
    affinity: Mapping[str, Data] = NOTHING
    topology_spread_constraints: tuple[Mapping[str, Data], ...] = attrs.field(default=(), converter=_mappings)
    scheduler_name: str = ""
    priority_class_name: str = ""
    runtime_class_name: str = ""
    host_network: bool | None = None
    host_users: bool | None = None
    host_aliases: tuple[Mapping[str, Data], ...] = attrs.field(default=(), converter=_mappings)
    dns_policy: str = ""
    dns_config: Mapping[str, Data] = NOTHING
    enable_service_links: bool | None = None
    automount_service_account_token: bool | None = None
    image_pull_secrets: tuple[str, ...] = attrs.field(default=(), converter=texts)
    security_context: Mapping[str, Data] = NOTHING
    env: tuple[Mapping[str, Data], ...] = attrs.field(default=(), converter=_mappings)
    volumes: tuple[Mapping[str, Data], ...] = attrs.field(default=(), converter=_mappings)


def pod_fields(given: PodTemplate | Mapping[str, Data]) -> Mapping[str, Data]:
    """What `pod_template=` was given, with the fields' own names."""
    if not isinstance(given, PodTemplate):
        return given
    said = {_camel(each.name): getattr(given, each.name) for each in attrs.fields(PodTemplate)}
    said["imagePullSecrets"] = [{"name": each} for each in given.image_pull_secrets]
    made = {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}
    return {name: value for name, value in made.items() if value is not None and (value is False or value)}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
