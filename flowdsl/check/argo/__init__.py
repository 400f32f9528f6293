"""What the controllers of Argo Events ask of its kinds (github.com/argoproj/argo-events v1.9.11, pkg/reconciler)."""
