"""What Tekton Triggers' admission asks of its kinds (github.com/tektoncd/triggers v0.37.0, pkg/apis/triggers)."""
