"""Trigger and EventListener of v1alpha1, whose interceptors have fields of their own for GitHub, GitLab and CEL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.base import Int32, Model
from flowdsl.kinds.later import later
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kinds.meta_rare import LabelSelector
from flowdsl.kinds.triggers.base import Triggers
from flowdsl.kinds.triggers.interceptors import InterceptorParam, InterceptorRef, WebhookInterceptor
from flowdsl.kinds.triggers.listeners import NamespaceSelector, WithPodSpec
from flowdsl.kinds.triggers.triggers import TriggerSpecBinding, TriggerSpecTemplate

if TYPE_CHECKING:
    from flowdsl.kinds.triggers.status import AlphaEventListenerStatus
else:
    later(globals(), "flowdsl.kinds.triggers.status", "AlphaEventListenerStatus")


class SecretRef(Model):
    """Triggers' `SecretRef`."""

    secretKey: str | None = None
    secretName: str | None = None


class SignedInterceptor(Model):
    """Triggers' `GitHubInterceptor`, `GitLabInterceptor` and `BitbucketInterceptor`."""

    secretRef: SecretRef | None = None
    eventTypes: list[str] | None = None


class CELOverlay(Model):
    """Triggers' `CELOverlay`."""

    key: str | None = None
    expression: str | None = None


class CELInterceptor(Model):
    """Triggers' `CELInterceptor`."""

    filter: str | None = None
    overlays: list[CELOverlay] | None = None


class AlphaTriggerInterceptor(Model):
    """Triggers' `TriggerInterceptor` of v1alpha1."""

    name: str | None = None
    ref: InterceptorRef | None = None
    params: list[InterceptorParam] | None = None
    webhook: WebhookInterceptor | None = None
    github: SignedInterceptor | None = None
    gitlab: SignedInterceptor | None = None
    cel: CELInterceptor | None = None
    bitbucket: SignedInterceptor | None = None


class AlphaTriggerSpec(Model):
    """Triggers' `TriggerSpec` of v1alpha1."""

    bindings: list[TriggerSpecBinding] | None = None
    template: TriggerSpecTemplate | None = None
    name: str | None = None
    interceptors: list[AlphaTriggerInterceptor] | None = None
    serviceAccountName: str | None = None


class AlphaTrigger(Triggers):
    """Triggers' `Trigger` of v1alpha1."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: AlphaTriggerSpec | None = None


class AlphaEventListenerTrigger(Model):
    """Triggers' `EventListenerTrigger` of v1alpha1."""

    bindings: list[TriggerSpecBinding] | None = None
    template: TriggerSpecTemplate | None = None
    triggerRef: str | None = None
    name: str | None = None
    interceptors: list[AlphaTriggerInterceptor] | None = None
    serviceAccountName: str | None = None


class AlphaListenerDeployment(Model):
    """Triggers' `KubernetesResource` of v1alpha1."""

    replicas: Int32 | None = None
    serviceType: str | None = None
    spec: WithPodSpec | None = None


class AlphaListenerResources(Model):
    """Triggers' `Resources` of v1alpha1."""

    kubernetesResource: AlphaListenerDeployment | None = None
    customResource: object | None = None


class AlphaEventListenerSpec(Model):
    """Triggers' `EventListenerSpec` of v1alpha1."""

    serviceAccountName: str | None = None
    triggers: list[AlphaEventListenerTrigger] | None = None
    namespaceSelector: NamespaceSelector | None = None
    labelSelector: LabelSelector | None = None
    resources: AlphaListenerResources | None = None


class AlphaEventListener(Triggers):
    """Triggers' `EventListener` of v1alpha1."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: AlphaEventListenerSpec | None = None
    status: AlphaEventListenerStatus | None = None
