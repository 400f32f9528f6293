"""flowdsl.kube."""
