"""`flowdsl lint`: Tekton YAML of any origin, read with its places, checked, reported, and mended where certain."""
