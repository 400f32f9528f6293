"""flowdsl.check."""
