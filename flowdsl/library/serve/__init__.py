"""`flowdsl serve`: a listener and a scheduler on this machine, in place of a cluster's."""
