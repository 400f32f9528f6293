"""flowdsl.graph."""
