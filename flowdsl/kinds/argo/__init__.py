"""The kinds of Argo Events v1alpha1 (github.com/argoproj/argo-events v1.9.11, pkg/apis/events/v1alpha1)."""
