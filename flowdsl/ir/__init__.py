"""flowdsl.ir."""
