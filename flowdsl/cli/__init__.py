"""flowdsl.cli."""
