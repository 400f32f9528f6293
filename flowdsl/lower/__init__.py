"""flowdsl.lower."""
