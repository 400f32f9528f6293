"""The intermediate representation: frozen attrs nodes, typed references, a source location on every node."""
