"""Closed models of Tekton Triggers, as its admission webhook decodes them (v0.37.0).

Sources: pkg/apis/triggers/v1beta1 and v1alpha1 of github.com/tektoncd/triggers. The published schemas have no fields
(`x-kubernetes-preserve-unknown-fields`): the webhook alone refuses one that is unknown.
"""
