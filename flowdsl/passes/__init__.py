"""flowdsl.passes."""
