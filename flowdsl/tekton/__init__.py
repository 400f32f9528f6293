"""flowdsl.tekton."""
