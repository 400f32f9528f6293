"""flowdsl.frontend."""
