"""Tekton YAML to Python: documents in, the text of a module out that compiles to the same documents."""
