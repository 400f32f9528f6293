"""flowdsl.emit."""
