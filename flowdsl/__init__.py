"""flowdsl: Tekton workflows as typed Python functions."""
